"""Stand-ins that need no training: chat tokenizers and the accuracy metric."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

STANDINS = Path(__file__).parents[1] / "classroom" / "standins"

USER, ASSISTANT, LAST = (
    "Hola, ¿Cómo estás?",
    "Estoy bien. ¿Cómo te puedo ayudar?",
    "Me gustaría saber cómo funcionan los chat templates",
)
CONVERSATION = [
    {"role": "user", "content": USER},
    {"role": "assistant", "content": ASSISTANT},
    {"role": "user", "content": LAST},
]
# What the full-size tokenizers print, without and with the generation prompt.
BLENDERBOT = f" {USER}  {ASSISTANT}   {LAST}</s>"
MISTRAL = f"<s>[INST] {USER} [/INST]{ASSISTANT}</s> [INST] {LAST} [/INST]"
ZEPHYR = f"<|user|>\n{USER}</s>\n<|assistant|>\n{ASSISTANT}</s>\n<|user|>\n{LAST}</s>\n"
PRINTED = {
    "blenderbot-chat-tokenizer": (BLENDERBOT, BLENDERBOT),
    "mistral-chat-tokenizer": (MISTRAL, MISTRAL),
    "zephyr-chat-tokenizer": (ZEPHYR, ZEPHYR + "<|assistant|>\n"),
}


@pytest.fixture(scope="module", params=PRINTED)
def chat(request):
    from transformers import AutoTokenizer

    return request.param, AutoTokenizer.from_pretrained(STANDINS / request.param)


@pytest.mark.parametrize("prompt", [False, True])
def test_chat_template_prints_what_the_original_prints(chat, prompt):
    name, tokenizer = chat
    text = tokenizer.apply_chat_template(CONVERSATION, tokenize=False, add_generation_prompt=prompt)
    assert text == PRINTED[name][prompt]
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert ids == tokenizer.apply_chat_template(CONVERSATION, add_generation_prompt=prompt)["input_ids"]
    assert tokenizer.decode(ids) == text
    for mark in ("<s>", "</s>"):
        assert ids.count(tokenizer.convert_tokens_to_ids(mark)) == text.count(mark)


def test_blenderbot_prints_the_documented_example():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(STANDINS / "blenderbot-chat-tokenizer")
    turns = "Hello, how are you?", "I'm doing great. How can I help you today?", "I'd like to show off."
    chat = [{"role": role, "content": text} for role, text in zip(("user", "assistant", "user"), turns, strict=True)]
    expected = " Hello, how are you?  I'm doing great. How can I help you today?   I'd like to show off.</s>"
    assert tokenizer.apply_chat_template(chat, tokenize=False) == expected


def test_system_messages_are_taken_by_zephyr_and_refused_by_mistral():
    from jinja2 import TemplateError
    from transformers import AutoTokenizer

    chat = [{"role": "system", "content": "Be funny."}, CONVERSATION[0]]
    zephyr = AutoTokenizer.from_pretrained(STANDINS / "zephyr-chat-tokenizer")
    text = zephyr.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert text == f"<|system|>\nBe funny.</s>\n<|user|>\n{USER}</s>\n<|assistant|>\n"
    mistral = AutoTokenizer.from_pretrained(STANDINS / "mistral-chat-tokenizer")
    with pytest.raises(TemplateError, match="alternate"):
        mistral.apply_chat_template(chat, tokenize=False)


@pytest.mark.parametrize("text", ["Hola", "  two  blanks ", "line\n\nline\ttab", "日本語 👋 ñ", "", " ", "</s> <s>x"])
def test_chat_tokenizers_lose_nothing(chat, text):
    _, tokenizer = chat
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_chat_tokenizers_load_silently_and_add_the_marks_of_the_original(chat, caplog, recwarn):
    from transformers import AutoTokenizer

    name, _ = chat
    with caplog.at_level(logging.WARNING):
        logging.getLogger("transformers").propagate, kept = True, logging.getLogger("transformers").propagate
        tokenizer = AutoTokenizer.from_pretrained(STANDINS / name)
        logging.getLogger("transformers").propagate = kept
    assert not caplog.records and not recwarn.list
    ids = tokenizer("Hola")["input_ids"]
    blenderbot = name.startswith("blenderbot")
    assert (ids[-1] == tokenizer.eos_token_id) is blenderbot and (ids[0] == tokenizer.bos_token_id) is not blenderbot
    assert len(tokenizer) == json.loads((STANDINS / name / "config.json").read_text())["vocab_size"]


def test_chat_tokenizers_stay_small():
    assert sum(path.stat().st_size for name in PRINTED for path in (STANDINS / name).iterdir()) < 2_500_000


@pytest.fixture(scope="module")
def accuracy():
    import evaluate

    return evaluate.load(str(STANDINS / "evaluate-metric" / "accuracy"))


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_accuracy_equals_scikit_learn(accuracy, normalize, weighted):
    from sklearn.metrics import accuracy_score

    rng = np.random.default_rng(0)
    for _ in range(50):
        predictions, references = rng.integers(0, 4, (2, rng.integers(1, 40)))
        weights = rng.random(len(references)) if weighted else None
        ours = accuracy.compute(
            predictions=predictions, references=references, normalize=normalize, sample_weight=weights
        )
        theirs = accuracy_score(references, predictions, normalize=normalize, sample_weight=weights)
        assert ours == {"accuracy": pytest.approx(theirs, abs=1e-12)}


def test_accuracy_of_several_labels_equals_scikit_learn():
    import evaluate
    from sklearn.metrics import accuracy_score

    metric = evaluate.load(str(STANDINS / "evaluate-metric" / "accuracy"), "multilabel")
    predictions, references = np.random.default_rng(0).integers(0, 2, (2, 60, 2))
    ours = metric.compute(predictions=predictions, references=references)
    assert ours["accuracy"] == pytest.approx(accuracy_score(references, predictions))
