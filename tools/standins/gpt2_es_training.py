"""One cycle of training for the Spanish stand-ins: optimisers, batches, the longer context, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from tqdm.auto import tqdm
from transformers import GPT2LMHeadModel

CONTEXT = 512  # until a cycle makes it longer
TOKENS_PER_STEP = 8192
WARM_UP_STEPS = 100  # but at most a tenth of the cycle
CHECKPOINT_SECONDS = 180
SEED = 42


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rate, over `tokens` tokens; a later cycle is a warm restart (1608.03983).

    Dropout and weight decay keep a cycle that comes back to the same books from learning them by heart. `context` is
    the longest row in tokens; half as long are those of the first 85 % of the steps, unless `long_rows_only`. With
    `from_teacher` the model learns from the mini instead, on its texts as well as on the books.
    """

    tokens: int
    learning_rate: float
    weight_decay: float = 0.1
    dropout: float = 0.0
    context: int = CONTEXT
    long_rows_only: bool = False
    from_teacher: bool = False

    @property
    def steps(self) -> int:
        return self.tokens // TOKENS_PER_STEP

    def row_length(self, step: int) -> int:
        return self.context if self.long_rows_only or step >= int(self.steps * 0.85) else self.context // 2


def optimizers(model: GPT2LMHeadModel, cycle: Cycle) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices inside the blocks, AdamW for embeddings, biases and norms."""
    matrices = [p for n, p in model.named_parameters() if ".h." in n and p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(
            matrices, lr=cycle.learning_rate, weight_decay=cycle.weight_decay, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(others, lr=cycle.learning_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def set_dropout(model: GPT2LMHeadModel, share: float) -> None:
    """Drop this share of the embeddings and of what each block adds, while training."""
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0 if name.endswith("attn_dropout") else share


def lengthen(model: GPT2LMHeadModel, context: int) -> None:
    """Let the model see `context` tokens: its position embeddings are repeated, and training tells them apart."""
    old = model.transformer.wpe.weight.data
    model.transformer.wpe = torch.nn.Embedding.from_pretrained(
        old.repeat(-(-context // len(old)), 1)[:context].clone(), freeze=False
    )
    model.config.n_positions = context


def batch(sources: list[torch.Tensor], step: int, length: int, context: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A step's rows of `length + 1` tokens, (rows, length + 1), and their positions within `context`, (rows, length).

    The rows come from all `sources` alike. Short rows start at a random position, so that every position embedding is
    trained before the long rows come.
    """
    rows = TOKENS_PER_STEP // length
    generator = torch.Generator().manual_seed(SEED * 1_000_003 + step)
    ids = []
    for tokens in sources:
        starts = torch.randint(len(tokens) - length - 1, (rows // len(sources), 1), generator=generator)
        ids.append(tokens[starts + torch.arange(length + 1)])
    first = torch.randint(context - length + 1, (rows, 1), generator=generator)
    return torch.cat(ids), first + torch.arange(length)


def language_loss(model: GPT2LMHeadModel, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy in nats a token of `ids` (rows, length + 1)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(input_ids=ids[:, :-1], position_ids=positions).logits
    return F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())


def train_cycle(
    model: GPT2LMHeadModel,
    cycle: Cycle,
    state: dict[str, Any],
    sources: list[torch.Tensor],
    loss_of: Callable[..., torch.Tensor],
    checkpoint: Path,
) -> None:
    """One cycle from `state`'s step on: linear warm-up, linear decay to zero, long rows at its end.

    `loss_of(model, ids, positions)` is the loss of a batch of rows from `sources`. `state` goes to `checkpoint` every
    three minutes and at the end.
    """
    number, step = state["cycle"], state["step"]
    if cycle.context > model.config.n_positions:
        lengthen(model, cycle.context)
    opts = optimizers(model, cycle)
    for opt, saved in zip(opts, state.get("optimizers", ()), strict=False):
        opt.load_state_dict(saved)
    set_dropout(model, cycle.dropout)
    name = f"{checkpoint.stem}, cycle {number + 1}"
    bar = tqdm(total=cycle.steps, initial=step, desc=name, unit="step", mininterval=5)
    warm_up = min(WARM_UP_STEPS, cycle.steps // 10)
    saved_at = time.monotonic()
    while step < cycle.steps:
        ids, positions = batch(sources, number * 1_000_000 + step, cycle.row_length(step), cycle.context)
        scale = min((step + 1) / warm_up, (cycle.steps - step) / (cycle.steps - warm_up))
        loss = loss_of(model, ids, positions)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            opt.param_groups[0]["lr"] = cycle.learning_rate * scale
            opt.step()
            opt.zero_grad()
        step += 1
        bar.update()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        if step == cycle.steps or time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            states = {"optimizers": [o.state_dict() for o in opts], "cycle": number, "step": step}
            torch.save({"model": model.state_dict(), **states}, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
            saved_at = time.monotonic()
    bar.close()
