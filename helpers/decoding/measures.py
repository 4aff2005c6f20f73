"""Numbers that say what a decoding strategy did: how much a text repeats itself, and how likely a model finds it.

All take a continuation, without the prompt and without padding. Token ids serve to compare strategies on one model; to
compare models with different tokenizers, pass words.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from transformers import PreTrainedModel


class Measures(NamedTuple):
    """What `measure` finds in one continuation; the log-probabilities are in nats."""

    repetition: float
    distinct_1: float
    distinct_2: float
    log_probability: float
    per_token: float


def repetition_rate(tokens: Sequence[Hashable], n: int = 4) -> float:
    """The share of n-grams that stood in `tokens` before: near 1 in a loop, 0 when all differ or there are too few.

    seq-rep-n of Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training", arXiv:1908.04319.
    """
    grams = _grams(tokens, n)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def distinct(texts: Sequence[Sequence[Hashable]], n: int) -> float:
    """Different n-grams in all `texts` together, over the number of their tokens (0 for none); larger is more varied.

    distinct-n of Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models",
    arXiv:1510.03055. Longer texts score lower, so compare texts of one length.
    """
    total = sum(map(len, texts))
    return len({gram for tokens in texts for gram in _grams(tokens, n)}) / total if total else 0.0


@torch.no_grad()
def token_log_probabilities(model: PreTrainedModel, ids: torch.LongTensor, prompt_length: int) -> torch.Tensor:
    """The log-probability in nats that a decoder-only `model` gives each token after the prompt, (new tokens,) float32.

    Teacher-forced: one forward pass over `ids` (length,), every token judged after those that really stand before it.
    The model's own distribution counts, whatever temperature or penalty the tokens were chosen with. Raises ValueError
    for an empty prompt, or one with nothing after it.
    """
    if ids.dim() != 1 or not 0 < prompt_length < len(ids):
        raise ValueError(
            f"ids must be one sequence with at least one token of prompt and one after it, but has shape"
            f" {tuple(ids.shape)} and a prompt of {prompt_length}."
        )
    ids = ids.to(model.device)
    logits = model(input_ids=ids[None, :-1]).logits[0, prompt_length - 1 :].float()
    return logits.log_softmax(dim=-1).gather(1, ids[prompt_length:, None])[:, 0].cpu()


def measure(model: PreTrainedModel, ids: torch.LongTensor, prompt_length: int) -> Measures:
    """All of them for one sequence `ids` (length,), of which the first `prompt_length` are the prompt."""
    logs = token_log_probabilities(model, ids, prompt_length).double()
    new = ids[prompt_length:].tolist()
    return Measures(
        repetition=repetition_rate(new),
        distinct_1=distinct([new], 1),
        distinct_2=distinct([new], 2),
        log_probability=logs.sum().item(),
        per_token=logs.mean().item(),
    )


def _grams(tokens: Sequence[Hashable], n: int) -> list[tuple]:
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
