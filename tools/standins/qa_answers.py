"""Answers of an extractive question answering model, and SQuAD's measures for them (Rajpurkar et al. 2016)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

LONGEST_ANSWER = 30


@dataclass(frozen=True)
class Asked:
    """A question on a context, with the answers that count as right."""

    context: str
    question: str
    answers: Sequence[str]


@torch.no_grad()
def answers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Asked], rows: int = 16
) -> list[str]:
    """The likeliest part of each context, at most 30 tokens long, by the sum of its first and last token's logits."""
    found = []
    for part in (asked[i : i + rows] for i in range(0, len(asked), rows)):
        inputs = tokenizer(
            [a.question for a in part],
            [a.context for a in part],
            truncation="only_second",
            max_length=512,
            padding=True,
            return_tensors="pt",
        )
        outputs = model(**inputs)
        for row, a in enumerate(part):
            outside = torch.tensor([where != 1 for where in inputs.sequence_ids(row)])
            first, last = (x[row].masked_fill(outside, -torch.inf) for x in (outputs.start_logits, outputs.end_logits))
            scores = first[:, None] + last[None, :]
            allowed = torch.ones_like(scores).triu().tril(LONGEST_ANSWER - 1).bool()
            begin, end = divmod(scores.masked_fill(~allowed, -torch.inf).argmax().item(), len(first))
            found.append(a.context[inputs.token_to_chars(row, begin).start : inputs.token_to_chars(row, end).end])
    return found


def normal(text: str) -> list[str]:
    """The words of `text` as SQuAD compares them: lower case, no punctuation, no articles."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def exact(answer: str, right: Sequence[str]) -> bool:
    """Whether `answer` is one of the right answers, word for word."""
    return any(normal(answer) == normal(r) for r in right)


def f1(answer: str, right: Sequence[str]) -> float:
    """The harmonic mean of precision and recall over words, for the right answer that fits best; 0 to 1."""
    scores = []
    for reference in right:
        common = (Counter(normal(answer)) & Counter(normal(reference))).total()
        scores.append(2 * common / max(1, len(normal(answer)) + len(normal(reference))))
    return max(scores)
