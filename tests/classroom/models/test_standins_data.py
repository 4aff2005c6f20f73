"""Stand-ins that need no training: reviews, chat tokenizers and the accuracy metric."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter

import numpy as np
import pytest

from classroom.models import reviews as reviews_data
from classroom.models.catalogue import DATA
from tools.standins import make_reviews

STANDINS = DATA
DIGEST = "2a567ae35ac8a25787bce2ab70f20d029e66559bf561df02361bacdc4cb985cb"  # new when the grammar changes


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
MISTRAL = f"<s>[INST] {USER} [/INST]{ASSISTANT}</s> [INST] {LAST} [/INST]"
ZEPHYR = f"<|user|>\n{USER}</s>\n<|assistant|>\n{ASSISTANT}</s>\n<|user|>\n{LAST}</s>\n"
QWEN = (
    "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
    f"<|im_start|>user\n{USER}<|im_end|>\n<|im_start|>assistant\n{ASSISTANT}<|im_end|>\n"
    f"<|im_start|>user\n{LAST}<|im_end|>\n"
)
PRINTED = {
    "mistral-chat-tokenizer": (MISTRAL, MISTRAL),
    "zephyr-chat-tokenizer": (ZEPHYR, ZEPHYR + "<|assistant|>\n"),
    "qwen-chat-tokenizer": (QWEN, QWEN + "<|im_start|>assistant\n"),
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
    for mark in ("<s>", "</s>", "<|im_start|>", "<|im_end|>"):
        if mark in tokenizer.all_special_tokens:
            assert ids.count(tokenizer.convert_tokens_to_ids(mark)) == text.count(mark)


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


def test_qwen_lists_tools_and_writes_a_call_and_its_result_as_the_original():
    from transformers import AutoTokenizer

    qwen = AutoTokenizer.from_pretrained(STANDINS / "qwen-chat-tokenizer")
    tool = {"type": "function", "function": {"name": "double", "parameters": {}}}
    call = {"name": "double", "arguments": {"word": "ñu"}}
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Double ñu."},
        {"role": "assistant", "tool_calls": [{"type": "function", "function": call}]},
        {"role": "tool", "content": "ñuñu"},
        {"role": "tool", "content": "again"},
    ]
    text = qwen.apply_chat_template(chat, tools=[tool], tokenize=False, add_generation_prompt=True)
    assert text == (
        "<|im_start|>system\nBe brief.\n\n# Tools\n\n"
        "You may call one or more functions to assist with the user query.\n\n"
        "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
        '{"type": "function", "function": {"name": "double", "parameters": {}}}\n</tools>\n\n'
        "For each function call, return a json object with function name and arguments"
        " within <tool_call></tool_call> XML tags:\n<tool_call>\n"
        '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\nDouble ñu.<|im_end|>\n<|im_start|>assistant\n<tool_call>\n"
        '{"name": "double", "arguments": {"word": "ñu"}}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\n<tool_response>\nñuñu\n</tool_response>\n"
        "<tool_response>\nagain\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
    )


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
    assert ids[-1] != tokenizer.eos_token_id
    assert (ids[0] == tokenizer.bos_token_id) is name.startswith(("mistral", "zephyr"))
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("reviews")
    reviews_data.build(out)
    return out


@pytest.fixture(scope="module")
def reviews(folder, tmp_path_factory):
    from datasets import load_dataset

    return load_dataset(str(folder), cache_dir=str(tmp_path_factory.mktemp("cache")))


def test_reviews_are_laid_out_as_yelps(reviews):
    from datasets import ClassLabel, Features, Value

    names = ["1 star", "2 star", "3 stars", "4 stars", "5 stars"]
    assert {name: len(rows) for name, rows in reviews.items()} == {"train": 7000, "test": 1000}
    for rows in reviews.values():
        assert rows.features == Features({"label": ClassLabel(names=names), "text": Value("string")})
        assert rows.config_name == "yelp_review_full"
        assert set(Counter(rows["label"]).values()) == {len(rows) // 5}


def test_no_review_comes_twice_and_none_repeats_a_sentence(reviews):
    texts = [text for rows in reviews.values() for text in rows["text"]]
    assert len({" ".join(re.findall(r"[a-z']+", text.lower())) for text in texts}) == len(texts) == 8000
    for text in texts:
        sentences = [part.strip(" .!?").lower() for part in re.split(r"(?<=[.?!])\s+", text)]
        assert len(set(sentences)) == len(sentences), text


def test_reviews_are_clean_text_of_many_lengths(reviews):
    texts = reviews["train"]["text"][:]
    slips = r"[\[\]{}|]|  | [,.!?;:]|\.\.|[,;:]\s*[.!?]|\b(\w+) \1\b|(^|[.!?]\s)[a-z]|\ba [aeio]"
    assert [text for text in texts if re.search(slips, text)] == []
    lengths = np.array([len(text.split()) for text in texts])
    assert lengths.min() < 10 and lengths.max() > 80 and 15 < np.median(lengths) < 40


@pytest.mark.slow
def test_reviews_come_out_the_same_every_time(folder, reviews, tmp_path):
    reviews_data.build(tmp_path)
    files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert make_reviews.digest(reviews) == DIGEST


@pytest.mark.slow
def test_words_alone_are_not_enough_and_mistakes_are_near(reviews):
    accuracy, adjacent = make_reviews.bag_of_words(reviews, 1)
    assert 0.5 <= accuracy <= 0.75 and adjacent > 0.5
    measured = f"accuracy {accuracy:.3f}, {adjacent:.0%} of the mistakes one star away"
    assert measured in make_reviews.CARD.read_text(encoding="utf-8")


def test_the_card_tells_the_true_sizes(folder):
    import yaml

    facts = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---")[1])["dataset_info"]
    assert facts["download_size"] == sum(path.stat().st_size for path in (folder / "yelp_review_full").iterdir())
    assert facts["dataset_size"] == sum(split["num_bytes"] for split in facts["splits"])
