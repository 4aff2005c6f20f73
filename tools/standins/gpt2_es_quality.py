"""How good the Spanish stand-ins are: loss on text they have not seen, repetition, and accepted drafts."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from transformers import GPT2LMHeadModel, PreTrainedTokenizerBase, set_seed
from transformers.modeling_outputs import CausalLMOutputWithCrossAttentions

PROMPT = "Me encanta aprender de"
SEED = 42


def generate(model: GPT2LMHeadModel, **settings: Any) -> torch.Tensor:
    """Return the ids (texts, tokens) that `model.generate` gives with these settings."""
    # The library annotates `self` for another type checker (ty), with a protocol that mypy finds no model to fit.
    ids: torch.Tensor = model.generate(**settings)
    return ids


@torch.no_grad()
def evaluate(model: GPT2LMHeadModel, tokens: torch.Tensor) -> float:
    """Nats a token over `tokens` (1-D), cut into rows as long as the model's context that do not overlap."""
    length = model.config.n_positions
    rows = (len(tokens) - 1) // length
    inputs, targets = tokens[: rows * length].view(rows, length), tokens[1 : rows * length + 1].view(rows, length)
    losses = [
        F.cross_entropy(model(input_ids=x).logits.flatten(0, 1), y.flatten(), reduction="sum").item()
        for x, y in zip(inputs.split(8), targets.split(8), strict=True)
    ]
    return sum(losses) / targets.numel()


def repeated(ids: list[int], n: int = 4) -> float:
    """The share of n-grams that stood in the text before: 0 for none (rep-n of Welleck et al. 2020, 1908.04319)."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams)


def repetition(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerBase) -> dict[str, float]:
    """Repeated 4-grams in 200 new tokens after PROMPT: greedy, and the mean of ten samples (top-k 50, top-p 0.95)."""
    inputs = tokenizer(PROMPT, return_tensors="pt")
    settings = {"max_new_tokens": 200, "min_new_tokens": 200, "pad_token_id": tokenizer.eos_token_id}
    greedy = generate(model, **inputs, do_sample=False, **settings)
    set_seed(SEED)
    sampled = generate(model, **inputs, do_sample=True, top_k=50, top_p=0.95, num_return_sequences=10, **settings)
    new = [row[inputs["input_ids"].shape[1] :].tolist() for row in (*greedy, *sampled)]
    return {"greedy_repeated": repeated(new[0]), "sampled_repeated": sum(map(repeated, new[1:])) / 10}


def acceptance(model: GPT2LMHeadModel, assistant: GPT2LMHeadModel, beginnings: torch.Tensor) -> dict[str, float]:
    """How many of the assistant's drafts `model` accepts in greedy assisted generation, with its own settings.

    Counted over 64 new tokens after each of the `beginnings`, ids (texts, tokens). `accepted` is the share of all
    drafts; `acceptance_rate` that of Leviathan et al. 2023 (2211.17192), the share among drafts that follow accepted
    ones, since those behind a refused draft were never judged.
    """
    drafted = judged = right = 0

    def count(
        module: object, positional: object, inputs: dict[str, torch.Tensor], output: CausalLMOutputWithCrossAttentions
    ) -> None:
        nonlocal drafted, judged, right
        answers = output["logits"][0].argmax(dim=-1)
        drafts = inputs["input_ids"][0, -len(answers) :][1:]
        kept = int((drafts == answers[:-1]).cumprod(dim=0).sum())
        drafted, judged, right = drafted + len(drafts), judged + min(kept + 1, len(drafts)), right + kept

    hook = model.register_forward_hook(count, with_kwargs=True)
    settings = {"do_sample": False, "max_new_tokens": 64, "pad_token_id": 0}
    for ids in beginnings:
        generate(model, inputs=ids[None], assistant_model=assistant, **settings)
    hook.remove()
    return {"accepted": right / drafted, "acceptance_rate": right / judged}
