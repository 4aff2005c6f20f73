"""minilm-topic, minilm-pos and marian-en-es: ordinary checkpoints, as good on held-out text as their cards say."""

from __future__ import annotations

import re
from itertools import islice

import pytest
import torch
import transformers
from huggingface_hub import ModelCard
from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from classroom.models.catalogue import DATA
from tools.standins import make_marian_en_es, make_minilm_pos, make_minilm_topic, parallel_sentences, spanish_tagged
from tools.standins.adapters import CARD_SECTIONS

NAMES = ("minilm-topic", "minilm-pos", "marian-en-es")
SEED = 1234  # of no training set and of no card


@pytest.mark.parametrize("name", NAMES)
def test_card_tells_what_it_is_and_how_good(name):
    path = DATA / name / "README.md"
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == list(CARD_SECTIONS)
    assert "stand-in" in ModelCard.load(path).data.tags
    assert re.search(r"\| \d+ \| [01]\.\d{3} \|", text)


@pytest.mark.parametrize("name", NAMES)
def test_loads_whole(checkpoint, name):
    folder = checkpoint(name)
    model_class = getattr(transformers, AutoConfig.from_pretrained(folder).architectures[0])
    model, report = model_class.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    assert {p.dtype for p in model.parameters()} == {torch.float32}


@pytest.fixture(scope="module")
def topic(checkpoint):
    return pipeline("text-classification", model=checkpoint("minilm-topic"))


def test_topics_are_those_of_the_published_model_in_its_order(topic):
    assert list(topic.model.config.id2label.values()) == make_minilm_topic.LABELS
    assert make_minilm_topic.LABELS[:2] == ["arts_&_culture", "business_&_entrepreneurs"]


@pytest.mark.parametrize(
    ("posts", "least"),
    [(make_minilm_topic.posts(60, True, SEED), 0.9), (make_minilm_topic.exam(), 0.85)],
    ids=["unseen templates and words", "hand-written"],
)
def test_topic_of_held_out_posts(topic, posts, least):
    guessed = [answer["label"] for answer in topic(list(posts["text"]))]
    right = sum(make_minilm_topic.LABELS[label] == g for label, g in zip(posts["label"], guessed, strict=True))
    assert right / len(posts) >= least


def test_no_training_post_has_a_held_out_word():
    for topic in make_minilm_topic.TOPICS["topic"]:
        for field in topic["fields"].values():
            assert set(make_minilm_topic.words(field, True)).isdisjoint(make_minilm_topic.words(field, False))
        assert set(topic["held_out"]).isdisjoint(topic["templates"])


@pytest.fixture(scope="module")
def tagger(checkpoint):
    return pipeline("token-classification", model=checkpoint("minilm-pos"))


def tags(tagger, sentence):
    """The tag of the first piece of every word of a tagged sentence."""
    starts, place = [], 0
    for word, _ in sentence:
        starts.append(place)
        place += len(word) + 1
    found = {piece["start"]: piece["entity"] for piece in tagger(" ".join(word for word, _ in sentence))}
    return [found[start] for start in starts]


def test_tags_are_the_16_of_the_published_model(tagger):
    assert list(tagger.model.config.id2label.values()) == make_minilm_pos.LABELS


def test_corte_is_a_noun_or_a_verb_as_the_sentence_has_it(tagger):
    uses = []
    for sentence in spanish_tagged.exam("corte"):
        for (word, tag), guess in zip(sentence, tags(tagger, sentence), strict=True):
            if word.lower() == "corte":
                uses.append((tag, guess))
    assert {tag for tag, _ in uses} == {"NOUN", "VERB"}
    assert all(tag == guess for tag, guess in uses), uses


def test_tags_of_held_out_sentences(tagger):
    sentences = list(islice(spanish_tagged.tagged_sentences(SEED, held_out=True), 60))
    pairs = [(t, g) for s in sentences for (_, t), g in zip(s, tags(tagger, s), strict=True)]
    assert sum(tag == guess for tag, guess in pairs) / len(pairs) >= 0.88


@pytest.fixture(scope="module")
def translator(checkpoint):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("marian-en-es"))
    model = AutoModelForSeq2SeqLM.from_pretrained(checkpoint("marian-en-es"))
    return lambda texts: make_marian_en_es.translate(model, tokenizer, texts)


def test_translation_agrees_in_gender_and_number(translator):
    assert translator(["The white house is big.", "The white houses are big.", "The black cat is small."]) == [
        "La casa blanca es grande.",
        "Las casas blancas son grandes.",
        "El gato negro es pequeño.",
    ]


def test_translation_knows_tense_negation_and_question(translator):
    assert translator(
        ["She will write a letter tomorrow.", "We did not see the doctor.", "Can you open the window?"]
    ) == ["Ella escribirá una carta mañana.", "No vimos al médico.", "¿Puedes abrir la ventana?"]


def test_translation_of_unseen_combinations_of_words(translator):
    pairs = list(islice(parallel_sentences.sentence_pairs(SEED, held_out=True), 50))
    told = translator([english for english, _ in pairs])
    assert sum(t == spanish for t, (_, spanish) in zip(told, pairs, strict=True)) >= 42


def test_chrf_is_100_for_the_reference_and_0_for_other_letters():
    assert make_marian_en_es.chrf(["La casa."], ["La casa."]) == pytest.approx(100)
    assert make_marian_en_es.chrf(["xyz"], ["La casa."]) == pytest.approx(0)


def test_tokenizer_gives_every_letter_back(checkpoint):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("marian-en-es"))
    text = "¿Él comió el jamón, o no?"
    assert tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) == text
