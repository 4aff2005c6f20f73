"""Repetition, variety and likelihood of a text: known values, and agreement with what `generate` itself reports."""

from __future__ import annotations

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from helpers.measures import distinct, measure, repetition_rate, token_log_probabilities


@pytest.fixture(scope="module")
def model() -> GPT2LMHeadModel:
    torch.manual_seed(3)
    sizes = {"n_positions": 48, "n_embd": 16, "n_layer": 2, "n_head": 2, "vocab_size": 31}
    return GPT2LMHeadModel(GPT2Config(initializer_range=0.3, bos_token_id=0, eos_token_id=None, **sizes)).eval()


def test_a_loop_repeats_nearly_everything_and_a_list_of_different_words_nothing() -> None:
    assert repetition_rate([7, 8] * 50) == pytest.approx(1 - 2 / 97)
    assert repetition_rate(range(100)) == 0


def test_repetition_counts_each_n_gram_after_its_first() -> None:
    assert repetition_rate(["the", "cat", "and", "the", "cat", "and", "the", "dog"], n=2) == pytest.approx(3 / 7)


def test_too_short_a_text_repeats_nothing() -> None:
    assert repetition_rate([1, 1, 1]) == repetition_rate([]) == 0


def test_distinct_divides_different_n_grams_by_all_tokens() -> None:
    assert distinct([["to", "be", "or", "not", "to", "be"]], 1) == pytest.approx(4 / 6)
    assert distinct([["to", "be", "or", "not", "to", "be"]], 2) == pytest.approx(4 / 6)


def test_distinct_pools_texts_without_joining_them() -> None:
    assert distinct([[1, 2], [1, 2]], 1) == 0.5
    assert distinct([[1, 2], [3, 4]], 2) == 0.5, "2, 3 stands in no text"
    assert distinct([], 1) == 0


def test_log_probabilities_are_those_that_generate_reports(model) -> None:
    prompt = torch.tensor([[4, 9, 2]])
    beams = model.generate(
        prompt,
        num_beams=3,
        num_return_sequences=3,
        max_new_tokens=12,
        pad_token_id=0,
        output_scores=True,
        return_dict_in_generate=True,
    )
    for ids, score in zip(beams.sequences, beams.sequences_scores, strict=True):
        found = measure(model, ids, 3)
        assert found.per_token == pytest.approx(score.item(), abs=1e-5)
        assert found.log_probability == pytest.approx(12 * score.item(), abs=1e-4)


def test_log_probabilities_in_half_precision_are_float32(model) -> None:
    found = token_log_probabilities(model.bfloat16(), torch.arange(1, 9), 3)
    model.float()
    assert found.dtype == torch.float32 and found.shape == (5,)
    assert (found < 0).all()


@pytest.mark.parametrize("length", [0, 8, 9])
def test_a_prompt_needs_tokens_and_something_after_it(model, length: int) -> None:
    with pytest.raises(ValueError, match="at least one token of prompt and one after it"):
        token_log_probabilities(model, torch.arange(8), length)
