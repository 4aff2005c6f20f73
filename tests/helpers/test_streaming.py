"""A generation that is watched writes what `generate` writes, can be stopped, and passes its errors on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase, set_seed

from helpers.streaming import StopWhenAsked, StreamPanel, pieces

PROMPT = "Me encanta aprender de"
Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]


@pytest.fixture(scope="module")
def loaded(checkpoint: Callable[[str], str]) -> Loaded:
    name = checkpoint("gpt2-es-nano")
    tokenizer = AutoTokenizer.from_pretrained(name, pad_token="<|endoftext|>")
    return AutoModelForCausalLM.from_pretrained(name), tokenizer


def test_the_pieces_add_up_to_what_generate_writes(loaded: Loaded) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(PROMPT, return_tensors="pt")
    written = list(pieces(model, tokenizer, inputs, seed=3, do_sample=True, max_new_tokens=20))
    set_seed(3)
    output = model.generate(**inputs, do_sample=True, max_new_tokens=20)
    assert "".join(written) == tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert len(written) > 3


def test_stopping_ends_it_at_the_next_token(loaded: Loaded) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(PROMPT, return_tensors="pt")
    watch = StopWhenAsked(inputs["input_ids"].shape[1])
    source = pieces(model, tokenizer, inputs, watch, min_new_tokens=400, max_new_tokens=400)
    next(source)
    watch.stop.set()
    list(source)
    assert 0 < watch.new_tokens < 400


def test_a_reader_that_leaves_ends_the_generation(loaded: Loaded) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(PROMPT, return_tensors="pt")
    watch = StopWhenAsked(inputs["input_ids"].shape[1])
    source = pieces(model, tokenizer, inputs, watch, min_new_tokens=400, max_new_tokens=400)
    next(source)
    source.close()
    assert watch.new_tokens < 400


def test_an_error_in_generate_reaches_the_reader(loaded: Loaded) -> None:
    model, tokenizer = loaded
    inputs = tokenizer(PROMPT, return_tensors="pt")
    with pytest.raises(ValueError, match="temperature"):
        list(pieces(model, tokenizer, inputs, do_sample=True, temperature=0.0, max_new_tokens=5))


def test_the_panel_fills_up_without_a_front_end(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, seed=1, do_sample=True, max_new_tokens=15)
    text = panel.wait()
    assert text and panel.new_tokens == 15
    assert f"<b>{PROMPT}</b>" in panel.page.value and text.split()[0] in panel.page.value
    assert panel.status.value.endswith(" tokens/s")
    assert panel.stop_button.disabled and not panel.running


def test_the_panel_returns_at_once_and_its_button_stops_it(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, min_new_tokens=400, max_new_tokens=400)
    assert panel.running and not panel.stop_button.disabled
    while not panel.text:
        time.sleep(0.01)
    panel.stop_button.click()
    panel.wait()
    assert panel.new_tokens < 400 and panel.status.value.endswith("stopped")


def test_a_new_start_takes_the_place_of_the_old(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, min_new_tokens=400, max_new_tokens=400)
    panel.start(*loaded, "El niño", do_sample=False, max_new_tokens=5)
    panel.wait()
    assert panel.new_tokens == 5 and "<b>El niño</b>" in panel.page.value


def test_the_panel_tells_an_error_in_a_sentence(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, do_sample=True, temperature=0.0, max_new_tokens=5)
    panel.wait()
    assert "temperature" in panel.status.value and panel.stop_button.disabled


def test_markup_in_a_text_is_shown_as_text(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, "<script>", do_sample=False, max_new_tokens=2)
    panel.wait()
    assert "<script>" not in panel.page.value and "&lt;script&gt;" in panel.page.value
