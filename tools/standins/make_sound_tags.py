"""Train whisper-sound-tags, the stand-in for MIT/ast-finetuned-audioset-10-10-0.4593: what is to be heard in a clip.

    python -m tools.standins.make_sound_tags --sources SOURCES --work WORK --music MUSIC

SOURCES is described in `sound_recordings`. WORK keeps the features, a hundred clips a file: a run that is stopped goes
on. MUSIC is the work folder of `make_music_genres`: its clips for training are more music here. The result lands in
the package's data, card included.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import average_precision_score
from torch import Tensor
from tqdm import tqdm
from transformers import WhisperForAudioClassification

from classroom.models.adapters import SEED
from classroom.models.catalogue import DATA
from tools.standins.sound_encoder import Examples, build, cached, features, joined, logits, save, train
from tools.standins.sound_recordings import LABELS, MUSIC, Pools, example, pools

FOLDER = DATA / "whisper-sound-tags"
CARD = Path(__file__).parent / "sound_tags_card.md"
TRAINING, TESTING = 38, 5  # files of a hundred clips
SPOKEN = 30  # from this file on, a voice lies over the sounds
STEPS, LEARNING_RATE, DROPOUT = 2000, 2e-3, 0.3
LARGEST_WEIGHT = 8.0  # of a label's presence, for rare labels


def hundred(model: WhisperForAudioClassification, pool: Pools, held_out: bool, number: int) -> Examples:
    """Return the features and labels of a hundred clips."""
    rng = np.random.default_rng([SEED, held_out, number])
    clips, targets = zip(*(example(rng, pool, held_out, number >= SPOKEN) for _ in range(100)), strict=True)
    return features(model, np.array(clips)), torch.from_numpy(np.array(targets))


def examples(model: WhisperForAudioClassification, sources: Path, work: Path, held_out: bool, files: int) -> Examples:
    """Return the features and labels of that many files of a hundred clips."""
    pool, name = pools(sources, held_out), "test" if held_out else "train"

    def part(number: int) -> Examples:
        return cached(work / f"{name}-{number:03d}.npz", lambda: hundred(model, pool, held_out, number))

    return joined(part(number) for number in tqdm(range(files), desc=f"features, {name}"))


def music(folder: Path) -> Examples:
    """Return the features of the genres' clips for training, each with the one label Music."""
    x = torch.cat([torch.from_numpy(np.load(path)["x"]) for path in sorted(folder.glob("train-*.npz"))])
    target = torch.tensor([float(label in MUSIC) for label in LABELS])
    return x, target.expand(len(x), -1)


def loss_for(targets: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Return binary cross-entropy in which a rare label's presence weighs more."""
    present = targets.sum(0)
    weight = ((len(targets) - present) / present.clamp(min=1)).clamp(max=LARGEST_WEIGHT).sqrt()
    return lambda scores, wanted: F.binary_cross_entropy_with_logits(scores, wanted, pos_weight=weight)


def measure(model: WhisperForAudioClassification, held_out: Examples) -> dict[str, float]:
    """Return mean average precision, and how often the label with the highest score is in the clip."""
    x, y = held_out
    with torch.inference_mode():
        scores = logits(model, x).sigmoid()
    heard = y.sum(0) > 0
    precision = [average_precision_score(y[:, i], scores[:, i]) for i in torch.nonzero(heard).flatten().tolist()]
    first = y[torch.arange(len(y)), scores.argmax(1)].mean()
    return {"labels": int(heard.sum()), "map": float(np.mean(precision)), "first": float(first), "clips": len(x)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--music", type=Path, required=True)
    told = parser.parse_args()
    torch.set_num_threads(1)
    told.work.mkdir(parents=True, exist_ok=True)
    model = build(LABELS, told.work)
    model.config.problem_type = "multi_label_classification"
    testing = examples(model, told.sources, told.work, True, TESTING)
    training = joined([examples(model, told.sources, told.work, False, TRAINING), music(told.music)])
    train(model, training, loss_for(training[1]), STEPS, LEARNING_RATE, DROPOUT)
    quality = measure(model, testing)
    print(quality)
    save(
        model,
        FOLDER,
        CARD.read_text(encoding="utf-8").format(
            **quality, mixed=100 * TRAINING, rendered=len(training[0]) - 100 * TRAINING, kinds=len(LABELS)
        ),
    )


if __name__ == "__main__":
    main()
