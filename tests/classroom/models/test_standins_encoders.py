"""minilm-sentiment and minilm-wnut: ordinary checkpoints, nothing missing, as good as their cards say."""

from __future__ import annotations

import logging
import re
import warnings

import pytest
import torch
from huggingface_hub import ModelCardData
from safetensors.torch import load_file, save_file
from seqeval.metrics import f1_score
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from classroom.models.adapters import merge
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, CARD_SECTIONS, write_card

STANDINS = DATA
AUTO = {
    "minilm-sentiment": AutoModelForSequenceClassification,
    "minilm-wnut": AutoModelForTokenClassification,
}
KINDS = ("corporation", "creative-work", "group", "location", "person", "product")
REVIEWS = {
    "The plot drags, the jokes fall flat and I nearly left before the end.": 0,
    "A warm, clever and beautifully acted story that stays with you.": 1,
    "My new kettle leaked on the second day and nobody answered my emails.": 0,
    "Best tapas in town, and the waiter was lovely to our children.": 1,
    "I have rarely been so bored by so much money spent on a screen.": 0,
    "The headphones are comfortable, sound great and the battery lasts for days.": 1,
    "Cold soup, rude staff, and they got the bill wrong twice.": 0,
    "An absolute delight from the opening song to the closing dance.": 1,
}
TRILOGY = "All three films are wonderful, and the last one is the finest of the whole trilogy. I loved every minute."
NAMES = {
    "just landed in Berlin with my sister": "O O O B-location O O O",
    "Happy birthday to Emma Watson !": "O O O B-person I-person O",
    "We drove from Chicago to New York last night": "O O O B-location O B-location I-location O O",
    "is David Beckham really moving to Italy ?": "O B-person I-person O O O B-location O",
}
WARRIORS = "The Golden State Warriors are an American professional basketball team based in San Francisco."


@pytest.fixture
def loaded(checkpoint):
    def load(name):
        return AUTO[name].from_pretrained(checkpoint(name)), AutoTokenizer.from_pretrained(checkpoint(name))

    return load


@pytest.mark.parametrize("name", AUTO)
def test_loads_whole_and_silently(checkpoint, warned, name):
    model, report = AUTO[name].from_pretrained(checkpoint(name), output_loading_info=True)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint(name))
    assert not any(report.values()), report
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert not [key for key in model.state_dict() if "lora" in key or "modules_to_save" in key]
    model(**tokenizer(["short", "a little longer than that"], padding=True, return_tensors="pt"))
    assert [r.getMessage() for r in warned.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("name", AUTO)
def test_tokenizer_is_an_ordinary_bert_tokenizer(checkpoint, name):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint(name))
    text = "Naïve cafés in San Francisco: 東京 #fun @you"
    published = AutoTokenizer.from_pretrained(minilm())
    assert tokenizer.model_max_length == 512
    assert tokenizer.backend_tokenizer.padding is None and tokenizer.backend_tokenizer.truncation is None
    assert tokenizer(text)["input_ids"] == published(text, padding=False)["input_ids"]
    assert len(tokenizer(" ".join(["word"] * 200))["input_ids"]) == 202


def test_sentiment_tells_good_from_bad(loaded):
    model, tokenizer = loaded("minilm-sentiment")
    assert model.config.id2label == {0: "LABEL_0", 1: "LABEL_1"}
    with torch.no_grad():
        scores = model(**tokenizer([*REVIEWS, TRILOGY], padding=True, return_tensors="pt")).logits.softmax(-1)[:, 1]
    *reviews, trilogy = scores.tolist()
    right = sum((score > 0.5) == bool(label) for score, label in zip(reviews, REVIEWS.values(), strict=True))
    assert right == len(REVIEWS)
    assert trilogy > 0.95


def first_pieces(model, tokenizer, words):
    """The label of the first word piece of every word."""
    encoding = tokenizer(words, is_split_into_words=True, return_tensors="pt")
    with torch.no_grad():
        guesses = model(**encoding).logits.argmax(-1)[0].tolist()
    places = [encoding.word_ids().index(n) for n in range(len(words))]
    return [model.config.id2label[guesses[place]] for place in places]


def test_wnut_finds_names(loaded):
    model, tokenizer = loaded("minilm-wnut")
    labels = ["O", *(f"{place}-{kind}" for kind in KINDS for place in "BI")]
    assert model.config.id2label == dict(enumerate(labels))
    assert model.config.label2id == {label: number for number, label in enumerate(labels)}
    guessed = [first_pieces(model, tokenizer, text.split()) for text in NAMES]
    assert f1_score([tags.split() for tags in NAMES.values()], guessed) >= 0.8


def test_wnut_finds_san_francisco(loaded):
    model, tokenizer = loaded("minilm-wnut")
    encoding = tokenizer(WARRIORS, return_tensors="pt")
    with torch.no_grad():
        guesses = model(**encoding).logits.argmax(-1)[0].tolist()
    found = dict(zip(encoding.tokens(), (model.config.id2label[n] for n in guesses), strict=True))
    assert (found["san"], found["francisco"]) == ("B-location", "I-location")


@pytest.mark.parametrize("name", AUTO)
def test_adapter_is_small_and_names_its_base(name):
    folder = STANDINS / name
    weights = load_file(folder / "adapter_model.safetensors")
    assert {w.dtype for w in weights.values()} == {torch.float16}
    assert f'"base_model_name_or_path": "{BASE_ID}"' in (folder / "adapter_config.json").read_text()
    assert sum(w.nbytes for w in weights.values()) < 8_000_000


@pytest.mark.parametrize("name", AUTO)
def test_card_says_what_it_is(name):
    card = (STANDINS / name / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", card, re.MULTILINE) == list(CARD_SECTIONS)
    assert re.search(r"^license: \S+$", card, re.MULTILINE)
    measured = card.partition("## Measured quality")[2].partition("## ")[0]
    assert re.search(r"\| 0\.\d{3} \|", measured)


@pytest.mark.parametrize("missing", CARD_SECTIONS)
def test_card_without_a_section_is_refused(tmp_path, missing):
    sections = dict.fromkeys(CARD_SECTIONS, "text") | {missing: ""}
    with pytest.raises(ValueError, match=missing):
        write_card(tmp_path, "title", ModelCardData(license="apache-2.0"), sections)


@pytest.mark.parametrize("missing", ["classifier.weight", "bert.encoder.layer.3.output.dense.lora_B.weight"])
def test_adapter_that_lacks_a_weight_is_refused(tmp_path, missing):
    source = STANDINS / "minilm-wnut"
    for name in ("config.json", "adapter_config.json"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    weights = load_file(source / "adapter_model.safetensors")
    del weights[f"base_model.model.{missing}"]
    save_file(weights, tmp_path / "adapter_model.safetensors")
    with pytest.raises((KeyError, ValueError), match=re.escape(missing)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        merge(tmp_path, minilm())
