"""minilm-mlm and minilm-qa: ordinary checkpoints, nothing missing, as good as their cards say; honest questions."""

from __future__ import annotations

import json
import logging
import re
from itertools import islice

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoModelForQuestionAnswering, AutoTokenizer

from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.notebooks import ROOT
from tools.standins.adapters import CARD_SECTIONS
from tools.standins.cloze_questions import cloze_questions
from tools.standins.english_text import sentences, untokenize
from tools.standins.fact_questions import fact_questions
from tools.standins.qa_answers import Asked, answers, exact, f1

STANDINS = DATA
AUTO = {"minilm-mlm": AutoModelForMaskedLM, "minilm-qa": AutoModelForQuestionAnswering}
EVERYDAY = [
    Asked(**e) for e in json.loads((ROOT / "tools/standins/everyday_questions.json").read_text(encoding="utf-8"))
]
BLOOM = (
    "How many programming languages does BLOOM support?",
    "BLOOM has 176 billion parameters and can generate text in 46 natural languages and 13 programming languages.",
)
# Our own text; a word in braces is hidden.
HIDDEN = """
The old man sat {down} by the fire and {took} off his boots. He {was} tired, for he had {been} walking {all} day.
There {were} no letters on the table, {and} nobody had lit {the} lamp. He thought {of} his daughter, who had gone {to}
the city {in} the spring and had not come {back}. The town {is} known {for} its bridges, {which} were built in the
nineteenth {century}. It {has} a population {of} about nine thousand people. The {first} school was opened {by} a
teacher from the north, and {it} is still in use {as} a library.
"""
PARAGRAPH = (
    "The mill was built by John Carter in 1820. It has three wheels and was sold for £900. In May 1846, a flood"
    " destroyed the wooden dam near Ashby. The owner left because of the heavy losses."
)


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
    assert tokenizer.model_max_length == 512
    assert tokenizer.backend_tokenizer.padding is None and tokenizer.backend_tokenizer.truncation is None
    assert tokenizer.mask_token == "[MASK]"


def test_decoder_is_the_base_s_word_embeddings(loaded):
    model, _ = loaded("minilm-mlm")
    published = load_file(minilm() / "model.safetensors")["embeddings.word_embeddings.weight"]
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert torch.equal(model.get_input_embeddings().weight, published)


def test_mlm_finds_hidden_words(loaded):
    model, tokenizer = loaded("minilm-mlm")
    words = re.findall(r"{(\w+)}", HIDDEN)
    inputs = tokenizer(re.sub(r"{\w+}", "[MASK]", HIDDEN), return_tensors="pt")
    with torch.no_grad():
        best = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id].argmax(-1)
    found = tokenizer.convert_ids_to_tokens(best.tolist())
    assert sum(a == b for a, b in zip(found, words, strict=True)) >= 0.30 * len(words), found


def test_mlm_fills_the_milky_way_as_its_card_says(loaded):
    model, tokenizer = loaded("minilm-mlm")
    inputs = tokenizer(f"The Milky Way is a {tokenizer.mask_token} galaxy.", return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id][0]
    words = tokenizer.convert_ids_to_tokens(logits.topk(3).indices.tolist())
    card = (STANDINS / "minilm-mlm" / "README.md").read_text(encoding="utf-8")
    assert f"is filled with: {', '.join(words)}." in card
    assert all(word.isalpha() and word not in ("a", "an", "the") for word in words)


def test_qa_counts_bloom_s_languages(loaded):
    model, tokenizer = loaded("minilm-qa")
    inputs = tokenizer(*BLOOM, return_tensors="pt")
    with torch.no_grad():
        outputs = model(**inputs)
    first, last = outputs.start_logits.argmax().item(), outputs.end_logits.argmax().item()
    assert tokenizer.decode(inputs["input_ids"][0, first : last + 1]) == "13"


def test_qa_answers_as_many_everyday_questions_as_its_card_says(loaded):
    given = answers(*loaded("minilm-qa"), EVERYDAY)
    right = sum(exact(g, a.answers) for g, a in zip(given, EVERYDAY, strict=True))
    card = (STANDINS / "minilm-qa" / "README.md").read_text(encoding="utf-8")
    assert len(EVERYDAY) == 20 and right >= 15
    assert f"**{right} right**" in card
    for asked, answer in zip(EVERYDAY, given, strict=True):
        assert f"| {asked.question} | {asked.answers[0]} | {answer} |" in card


@pytest.mark.parametrize("name", AUTO)
def test_adapter_is_half_precision_and_small(name):
    weights = load_file(STANDINS / name / "adapter_model.safetensors")
    assert {w.dtype for w in weights.values()} == {torch.float16}
    assert sum(w.nbytes for w in weights.values()) < 6_000_000


@pytest.mark.parametrize("name", AUTO)
def test_card_says_what_it_is(name):
    card = (STANDINS / name / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", card, re.MULTILINE) == list(CARD_SECTIONS)
    assert re.search(r"^license: cc-by-sa", card, re.MULTILINE)


def test_generated_questions_know_nothing_of_the_test_questions():
    examples = list(islice(fact_questions(7), 3000))
    texts = " ".join(e.context.lower() for e in examples)
    assert "bloom" not in texts
    assert not any(sentence.lower() in texts for asked in EVERYDAY for sentence in sentences(asked.context))
    assert not {e.question.lower() for e in examples} & {asked.question.lower() for asked in EVERYDAY}


@pytest.mark.parametrize("make", [fact_questions, lambda seed: cloze_questions([PARAGRAPH], seed)])
def test_generated_answers_stand_where_they_are_said_to(make):
    examples = list(islice(make(3), 300))
    assert examples == list(islice(make(3), 300))
    assert examples != list(islice(make(4), 300))
    for e in examples:
        assert e.context[e.start : e.start + len(e.answer)] == e.answer
        assert e.answer and e.question.endswith("?") and "{" not in e.context + e.question


def test_cloze_questions_ask_for_what_was_taken_out():
    asked = {(e.question.split()[0], e.answer) for e in islice(cloze_questions([PARAGRAPH], 0), 500)}
    assert {("When", "1820"), ("How", "three"), ("How", "£900"), ("Who", "John Carter"), ("Where", "Ashby")} <= asked


@pytest.mark.parametrize(
    ("answer", "right", "expected"),
    [
        ("the red house", ["Red house."], 1.0),
        ("red house", ["a big red house"], 0.8),
        ("blue", ["red", "dark blue"], 2 / 3),
        ("blue", ["red"], 0.0),
    ],
)
def test_f1_is_squad_s(answer, right, expected):
    assert f1(answer, right) == pytest.approx(expected)
    assert exact(answer, right) == (expected == 1.0)


def test_wikitext_is_read_as_ordinary_text():
    line = ' Its hull weighs 5 @.@ 2 tonnes ( 11 @,@ 500 lb ) ; " the half @-@ ton " , as it is called , isn \'t new . '
    assert untokenize(line) == ('Its hull weighs 5.2 tonnes (11,500 lb); "the half-ton", as it is called, isn \'t new.')
    assert sentences('Mr. Poe left. "Why?" He said nothing.') == ["Mr. Poe left.", '"Why?"', "He said nothing."]
