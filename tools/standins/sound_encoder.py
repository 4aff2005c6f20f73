"""What the two sound classifiers share: Whisper's features, a linear head on them, and the files of the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from transformers import WhisperConfig, WhisperForAudioClassification

from classroom.models import sound_head, wheels, whisper
from classroom.models.adapters import SEED

SECONDS, RATE = 5, 16_000
CLIP = SECONDS * RATE  # samples of a clip
BATCH = 5

Examples = tuple[Tensor, Tensor]  # features (examples, layers, width) and targets (examples, labels)


def config(labels: list[str]) -> WhisperConfig:
    """Return the config of a classifier of `labels` on Whisper base, for clips of five seconds."""
    return whisper.base_config(
        max_source_positions=SECONDS * sound_head.POSITIONS_PER_SECOND,
        use_weighted_layer_sum=True,
        architectures=["WhisperForAudioClassification"],
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )


def build(labels: list[str], work: Path) -> WhisperForAudioClassification:
    """Return the encoder below an untrained head."""
    torch.manual_seed(SEED)
    return sound_head.build(config(labels), wheels.whisper(work))


@torch.inference_mode()
def features(model: WhisperForAudioClassification, clips: np.ndarray) -> Tensor:
    """Return the mean over time of every layer's output, (clips, layers, width): the head is linear in it."""
    extract, means = sound_head.feature_extractor(model.config), []
    for start in range(0, len(clips), BATCH):
        inputs = extract(list(clips[start : start + BATCH]), sampling_rate=RATE, return_tensors="pt")
        states = model.encoder(inputs.input_features, output_hidden_states=True).hidden_states
        means.append(torch.stack(states, 1).mean(2))
    return torch.cat(means)


def cached(path: Path, compute: Callable[[], Examples]) -> Examples:
    """Return what `path` holds, computed and stored there if it does not exist: an interrupted run goes on."""
    if not path.exists():
        x, y = compute()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, x=x.numpy(), y=y.numpy())
    stored = np.load(path)
    return torch.from_numpy(stored["x"]), torch.from_numpy(stored["y"])


def joined(parts: Iterable[Examples]) -> Examples:
    """Return the examples of all parts."""
    xs, ys = zip(*parts, strict=True)
    return torch.cat(xs), torch.cat(ys)


def train(
    model: WhisperForAudioClassification,
    examples: Examples,
    loss: Callable[[Tensor, Tensor], Tensor],
    steps: int,
    learning_rate: float,
    dropout: float,
) -> None:
    """Train the head on features; the layers' weights learn five times as fast, from equal ones."""
    torch.manual_seed(SEED)
    x, y = examples
    torch.nn.init.zeros_(model.layer_weights)
    head = [*model.projector.parameters(), *model.classifier.parameters()]
    rates = [5 * learning_rate, learning_rate]
    groups = [{"params": [model.layer_weights], "weight_decay": 0.0}, {"params": head, "weight_decay": 0.05}]
    optimizer = torch.optim.AdamW(groups)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(x), (128,))
        value = loss(logits(model, x[chosen], dropout), y[chosen])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()


def logits(model: WhisperForAudioClassification, x: Tensor, dropout: float = 0.0) -> Tensor:
    """Return the head's scores for features, (examples, labels)."""
    summed = (x * model.layer_weights.softmax(0)[:, None]).sum(1)
    scores: Tensor = model.classifier(model.projector(F.dropout(summed, dropout)))
    return scores


def save(model: WhisperForAudioClassification, folder: Path, card: str) -> None:
    """Write the head in float16, the config and the card."""
    folder.mkdir(exist_ok=True)
    head = {name: value for name, value in model.state_dict().items() if not name.startswith("encoder.")}
    save_file({name: value.half().contiguous() for name, value in head.items()}, folder / "head.safetensors")
    model.config.save_pretrained(folder)
    (folder / "README.md").write_text(card, encoding="utf-8")
