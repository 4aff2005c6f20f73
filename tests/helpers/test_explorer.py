"""The explorer's picture is what `generate` does, follows the sliders at once, and says what is wrong in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from time import perf_counter
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    set_seed,
)

from helpers.widgets import explore
from helpers.widgets.explorer import Explorer, NextToken, PromptError, Settings
from tools.outputs import WIDGET

PROMPT = "Me encanta aprender de"
Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]
SETTINGS = [
    Settings(),
    Settings(temperature=0.7),
    Settings(temperature=1.3),
    Settings(top_k=50),
    Settings(top_k=1),
    Settings(top_p=0.92),
    Settings(top_k=50, top_p=0.95),
    Settings(temperature=0.6, top_k=20, top_p=0.5, repetition_penalty=1.4),
    Settings(repetition_penalty=2.0),
    Settings(top_p=0.01),
]


def sampling(settings: Settings) -> dict[str, object]:
    """The settings as arguments of `generate`."""
    return {"do_sample": True, **asdict(settings)}


@pytest.fixture(scope="module")
def loaded(checkpoint: Callable[[str], str]) -> Loaded:
    name = checkpoint("gpt2-es-mini")
    return AutoModelForCausalLM.from_pretrained(name), AutoTokenizer.from_pretrained(name, pad_token="<|endoftext|>")


@pytest.fixture
def explorer(loaded: Loaded) -> Explorer:
    return explore(*loaded, prompt=PROMPT)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_picture_is_the_distribution_that_generate_samples_from(loaded: Loaded, settings: Settings) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(PROMPT, return_tensors="pt")
    options = {"max_new_tokens": 1, "output_scores": True, "return_dict_in_generate": True}
    scores = model.generate(**inputs, **sampling(settings), **options).scores[0][0]
    shown = NextToken(model, tokenizer, PROMPT).after(settings)
    assert np.array_equal(shown > 0, (scores > -torch.inf).numpy())
    assert np.allclose(shown, scores.softmax(dim=-1).numpy(), atol=1e-6)


def test_what_generate_samples_lies_in_the_kept_set_and_fills_it(loaded: Loaded) -> None:
    model, tokenizer = loaded
    settings = Settings(top_k=9, top_p=0.8)
    inputs = tokenizer(PROMPT, return_tensors="pt")
    set_seed(0)
    sampled = model.generate(**inputs, **sampling(settings), max_new_tokens=1, num_return_sequences=200)[:, -1]
    kept = NextToken(model, tokenizer, PROMPT).after(settings) > 0
    assert set(sampled.tolist()) == set(np.flatnonzero(kept).tolist())


def test_a_filter_leaves_the_cached_distribution_alone(loaded: Loaded) -> None:
    after_prompt = NextToken(*loaded, PROMPT)
    first = after_prompt.after(Settings())
    after_prompt.after(Settings(top_k=3, repetition_penalty=2.0))
    assert np.array_equal(after_prompt.after(Settings()), first)


def test_a_move_redraws_the_figure_in_under_100_ms(explorer: Explorer) -> None:
    seconds, pictures = [], set()
    for control, values in ((explorer.temperature, (0.5, 0.7, 1.2, 1.7)), (explorer.top_k, range(3, 120, 7))):
        for value in values:
            began = perf_counter()
            control.value = value
            seconds.append(perf_counter() - began)
            pictures.add(explorer.figure.value)
    print(f"median of {len(seconds)} moves: {1000 * median(seconds):.2f} ms")
    assert len(pictures) == len(seconds)
    assert median(seconds) < 0.1


def test_the_figure_says_what_is_kept(explorer: Explorer) -> None:
    explorer.top_k.value = 7
    assert "7 of 8,192 tokens kept" in explorer.figure.value
    assert explorer.figure.value.count(">cut<") == 7
    explorer.top_k.value = 0
    assert "8,192 of 8,192 tokens kept, which hold 100.0 %" in explorer.figure.value


def test_another_prompt_draws_other_tokens(explorer: Explorer) -> None:
    before = explorer.figure.value
    explorer.prompt.value = "Se lo dijo en voz"
    assert "␣baja" in explorer.figure.value and explorer.figure.value != before


def test_sampling_writes_what_generate_writes_with_the_same_seed(explorer: Explorer, loaded: Loaded) -> None:
    model, tokenizer = loaded
    explorer.seed.value, explorer.top_p.value = 7, 0.9
    explorer.sample_button.click()
    text = explorer.panel.wait()
    set_seed(7)
    inputs = tokenizer(PROMPT, return_tensors="pt")
    output = model.generate(**inputs, do_sample=True, top_k=50, top_p=0.9, max_new_tokens=80)
    assert text == tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("", "The prompt is empty: write at least one word for the model to continue."),
        ("hola " * 700, "The prompt has 1,401 tokens, but the model reads {context:,} at most: shorten it."),
    ],
)
def test_a_prompt_that_cannot_be_continued_gets_one_sentence(
    explorer: Explorer, loaded: Loaded, prompt: str, sentence: str
) -> None:
    explorer.prompt.value = prompt
    assert sentence.format(context=loaded[0].config.n_positions) in explorer.message.value
    assert explorer.figure.value == "" and explorer.sample_button.disabled
    explorer.top_k.value = 5
    explorer.sample()
    assert explorer.panel.text == ""
    explorer.prompt.value = PROMPT
    assert explorer.message.value == "" and explorer.figure.value and not explorer.sample_button.disabled


def test_a_prompt_that_is_refused_says_why(loaded: Loaded) -> None:
    with pytest.raises(PromptError, match="empty"):
        NextToken(*loaded, "")


def test_without_a_front_end_there_is_a_figure_and_its_description(explorer: Explorer) -> None:
    data = explorer._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "text/plain", WIDGET}
    assert "50 of 8,192 tokens kept" in data["text/plain"]
    assert data["image/svg+xml"] == explorer.figure.value, "one drawing serves both"
    assert ElementTree.fromstring(data["image/svg+xml"]).tag == "{http://www.w3.org/2000/svg}svg"


def test_it_opens_on_a_prompt_that_cannot_be_continued(loaded: Loaded) -> None:
    opened = explore(*loaded, prompt="")
    assert "empty" in opened.message.value
    assert WIDGET in opened._repr_mimebundle_()


TEXTS = ["مرحبا بالعالم", "שלום עולם", "世界你好", "🙂🙃", "<b>$x$</b>", "verylongwordwithoutanyblank" * 3]


@pytest.fixture(scope="module")
def bytewise() -> Loaded:
    """A tiny model whose tokens are single bytes, halves of characters, or very long."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXTS[-1:] * 9, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    config = GPT2Config(vocab_size=len(wrapped), n_positions=128, n_embd=16, n_layer=1, n_head=1)
    torch.manual_seed(0)
    return GPT2LMHeadModel(config).eval(), wrapped


@pytest.mark.parametrize("text", TEXTS)
def test_any_script_and_any_byte_can_be_drawn(bytewise: Loaded, text: str) -> None:
    opened = explore(*bytewise, prompt=text)
    spans = ElementTree.fromstring(opened.figure.value).iter("{http://www.w3.org/2000/svg}tspan")
    labels = [span.text for span in spans if "unicode-bidi" in span.attrib]
    assert len(labels) == 14 and all(labels)


def test_a_model_without_a_padding_or_end_token_samples_too(bytewise: Loaded) -> None:
    opened = explore(*bytewise, prompt="שלום")
    opened.sample()
    opened.panel.wait()
    assert opened.panel.new_tokens == 80
