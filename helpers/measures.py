"""Measure what a decoding strategy wrote: how much the text repeats itself, and how likely a model finds it.

All take a continuation, without the prompt and without padding. Pass token ids to compare strategies on one model, and
words to compare models with different tokenizers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from transformers import PreTrainedModel


class Measures(NamedTuple):
    """Hold the measures of one continuation; log-probabilities are in nats, `per_token` is their mean."""

    repetition: float
    distinct_1: float
    distinct_2: float
    log_probability: float
    per_token: float


def repetition_rate(tokens: Sequence[Hashable], n: int = 4) -> float:
    """Return the share of n-grams in `tokens` that occurred before: near 1 in a loop, 0 without any repetition.

    This is seq-rep-n of Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training", arXiv:1908.04319.
    """
    grams = _grams(tokens, n)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def distinct(texts: Sequence[Sequence[Hashable]], n: int) -> float:
    """Return the number of different n-grams in all `texts` over their number of tokens; larger is more varied.

    This is distinct-n of Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models",
    arXiv:1510.03055. Longer texts score lower, so compare texts of one length.
    """
    total = sum(map(len, texts))
    return len({gram for tokens in texts for gram in _grams(tokens, n)}) / total if total else 0.0


@torch.no_grad()
def token_log_probabilities(model: PreTrainedModel, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
    """Return the log-probability, in nats, of each token after the prompt, (new tokens,) float32 on the CPU.

    One teacher-forced forward pass of a decoder-only `model` over `ids` (length,); temperature and penalties do not
    count. Raise ValueError for an empty prompt, or one with nothing after it.
    """
    if ids.dim() != 1 or not 0 < prompt_length < len(ids):
        raise ValueError(
            f"ids must be one sequence with at least one token of prompt and one after it, but has shape"
            f" {tuple(ids.shape)} and a prompt of {prompt_length}."
        )
    ids = ids.to(model.device)
    logits: torch.Tensor = model(input_ids=ids[None, :-1]).logits[0, prompt_length - 1 :].float()
    return logits.log_softmax(dim=-1).gather(1, ids[prompt_length:, None])[:, 0].cpu()


def measure(model: PreTrainedModel, ids: torch.Tensor, prompt_length: int) -> Measures:
    """Return all measures of one sequence `ids` (length,), whose first `prompt_length` tokens are the prompt."""
    logs = token_log_probabilities(model, ids, prompt_length).double()
    new = ids[prompt_length:].tolist()
    return Measures(
        repetition=repetition_rate(new),
        distinct_1=distinct([new], 1),
        distinct_2=distinct([new], 2),
        log_probability=logs.sum().item(),
        per_token=logs.mean().item(),
    )


def _grams(tokens: Sequence[Hashable], n: int) -> list[tuple[Hashable, ...]]:
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
