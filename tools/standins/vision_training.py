"""What the stand-ins for vision share: a pool of drawn pictures, the training loop, checkpoints, the saved model."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from tqdm.auto import tqdm
from transformers import BaseImageProcessor, PreTrainedModel

CHECKPOINT_SECONDS = 60
WARM_UP = 0.05  # share of the steps
SEED = 42
Sample = TypeVar("Sample")


def draw_all(draw: Callable[[int], Sample], seeds: range, kept: Path) -> list[Sample]:
    """Return `draw(seed)` for every seed, with a progress bar; the file `kept` spares a second drawing."""
    if not kept.exists():
        kept.write_bytes(pickle.dumps([draw(seed) for seed in tqdm(seeds, desc="drawing", mininterval=5)]))
    samples: list[Sample] = pickle.loads(kept.read_bytes())
    return samples


def pixels(pictures: Sequence[np.ndarray], mirror: torch.Tensor) -> torch.Tensor:
    """Return (batch, 3, height, width) in 0 … 1; the pictures (height, width, 3) where `mirror` is true are flipped."""
    batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    flipped = torch.where(mirror[:, None, None, None], batch.flip(-1), batch)
    return flipped.contiguous(memory_format=torch.channels_last)


def train(
    model: PreTrainedModel,
    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    *,
    samples: int,
    steps: int,
    batch_size: int,
    learning_rate: float,
    checkpoint: Path,
) -> None:
    """Train with AdamW, linear warm-up and cosine decay; a run that was stopped goes on from `checkpoint`.

    `loss_of(indices, mirror)` is the loss of a batch: numbers of samples below `samples`, and which of them to flip.
    """
    torch.set_num_threads(1)
    model.train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=1e-4)
    step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    bar = tqdm(total=steps, initial=step, desc=checkpoint.stem, unit="step", mininterval=5)
    saved_at = time.monotonic()
    while step < steps:
        generator = torch.Generator().manual_seed(SEED * 1_000_003 + step)
        torch.manual_seed(SEED + step)  # dropout and denoising noise: the same after a stop
        warm_up, progress = WARM_UP * steps, step / steps
        scale = min((step + 1) / warm_up, 0.5 + 0.5 * float(np.cos(np.pi * progress)))
        optimizer.param_groups[0]["lr"] = learning_rate * scale
        indices = torch.randint(samples, (batch_size,), generator=generator)
        loss = loss_of(indices, torch.rand(batch_size, generator=generator) < 0.5)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        bar.update()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        if step == steps or time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            torch.save(state, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
            saved_at = time.monotonic()
    bar.close()
    model.eval()


def save(model: PreTrainedModel, processor: BaseImageProcessor, folder: Path) -> None:
    """Write the model in half precision and its image processor into `folder`; `model` itself stays as it is."""
    copy.deepcopy(model).half().save_pretrained(folder)
    processor.save_pretrained(folder)
