"""Data, metric, chat templates and search strategies through the classroom, in the very lines that a learner writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tests.support.client import run_python

pytestmark = pytest.mark.slow  # loads models and data sets, two of the tests in processes of their own


def test_load_dataset_and_evaluate_load_work_by_their_public_names() -> None:
    done = run_python(
        """
        import evaluate
        from datasets import load_dataset
        reviews = load_dataset("Yelp/yelp_review_full")
        print({name: len(split) for name, split in reviews.items()}, reviews["train"].features["label"].names)
        print(evaluate.load("accuracy").compute(predictions=[0, 1, 1, 0], references=[0, 1, 0, 0]))
        """,
        120,
        {},
    )
    assert done.stdout.splitlines() == [
        "{'train': 7000, 'test': 1000} ['1 star', '2 star', '3 stars', '4 stars', '5 stars']",
        "{'accuracy': 0.75}",
    ], done.stderr


def test_chat_templates_print_what_the_originals_print() -> None:
    question, answer = "Hola, ¿Cómo estás?", "Estoy bien. ¿Cómo te puedo ayudar?"
    last = "Me gustaría saber cómo funcionan los chat templates"
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
        {"role": "user", "content": last},
    ]
    ids = ["unsloth/mistral-7b-instruct-v0.1", "HuggingFaceH4/zephyr-7b-beta"]
    mistral, zephyr = [
        AutoTokenizer.from_pretrained(name).apply_chat_template(messages, tokenize=False) for name in ids
    ]
    assert mistral == f"<s>[INST] {question} [/INST]{answer}</s> [INST] {last} [/INST]"
    assert zephyr == f"<|user|>\n{question}</s>\n<|assistant|>\n{answer}</s>\n<|user|>\n{last}</s>\n"


def test_the_community_strategies_run_by_their_public_names(tmp_path: Path) -> None:
    done = run_python(
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer
        name = "flax-community/gpt-2-spanish"
        tokenizer, model = AutoTokenizer.from_pretrained(name), AutoModelForCausalLM.from_pretrained(name)
        inputs = tokenizer("Me encanta aprender de", return_tensors="pt")
        common = {"max_new_tokens": 12, "trust_remote_code": True, "pad_token_id": tokenizer.eos_token_id}
        contrastive = {"custom_generate": "transformers-community/contrastive-search", "penalty_alpha": 0.6, "top_k": 4}
        groups = {"num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 1.0, "do_sample": False}
        groups["custom_generate"] = "transformers-community/group-beam-search"
        for settings in (contrastive, groups):
            print(len(model.generate(**inputs, **settings, **common)[0]))
        """,
        180,
        {"HF_MODULES_CACHE": str(tmp_path)},
    )
    lengths = [int(line) for line in done.stdout.splitlines()]
    assert len(lengths) == 2 and min(lengths) > 5, done.stderr
