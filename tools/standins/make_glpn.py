"""Train glpn-rooms, the stand-in for vinvino02/glpn-nyu: the depth of a room in metres from one picture.

    python -m tools.standins.make_glpn --work WORK

WORK keeps the checkpoint: a run that is stopped goes on from there. The result lands in the package, card included.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import ModelCardData
from PIL import Image
from transformers import DPTImageProcessorPil, GLPNConfig, GLPNForDepthEstimation, pipeline

from classroom.models.catalogue import DATA
from tools.standins.adapters import write_card
from tools.standins.rendered_rooms import render
from tools.standins.vision_quality import depth_errors
from tools.standins.vision_training import SEED, draw_all, pixels, save, train


@dataclass(frozen=True)
class Stage:
    """A part of the training: its rooms and steps, and what steps of depth from pixel to pixel weigh in the loss."""

    height: int
    width: int
    rooms: range
    steps: int
    edges: float


FOLDER = DATA / "glpn-rooms"
BATCH, LEARNING_RATE = 6, 1.5e-3
# Small pictures first, which are fast and show how far the walls are; then larger ones, for the things before them.
STAGES = (Stage(96, 128, range(1200), 3000, 1), Stage(128, 160, range(1200, 2400), 600, 3))
SIZE = STAGES[-1]  # what the model sees of a 4 : 3 picture
TEST_SEEDS, TEST_SIZE = range(1_000_000, 1_000_400), (240, 320)


def build() -> GLPNForDepthEstimation:
    """Return an untrained GLPN of half a million parameters, for up to ten metres."""
    config = GLPNConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[24, 48, 80, 128],
        num_attention_heads=[1, 2, 4, 4],
        mlp_ratios=[2, 2, 2, 2],
        decoder_hidden_size=24,
        drop_path_rate=0.0,
    )
    return GLPNForDepthEstimation(config)


def fit(model: GLPNForDepthEstimation, stage: Stage, work: Path) -> None:
    """Train on the mean error of log depth and of its steps from pixel to pixel, which keeps edges sharp."""
    name = f"glpn-{stage.height}"
    rooms = draw_all(lambda seed: render(seed, stage.height, stage.width), stage.rooms, work / f"{name}.pickle")
    pictures = [picture for picture, _ in rooms]
    depths = torch.from_numpy(np.stack([depth for _, depth in rooms])).log()

    def loss_of(indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        target = torch.where(mirror[:, None, None], depths[indices].flip(-1), depths[indices])
        predicted = model(pixel_values=pixels([pictures[i] for i in indices], mirror)).predicted_depth
        error = predicted.clamp(min=1e-3).log() - target
        loss: torch.Tensor = error.abs().mean() + stage.edges * (
            error.diff(dim=1).abs().mean() + error.diff(dim=2).abs().mean()
        )
        return loss

    train(
        model,
        loss_of,
        samples=len(rooms),
        steps=stage.steps,
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        checkpoint=work / f"{name}.pt",
    )


def measure(model: str, seeds: range, *, unseen: bool) -> tuple[float, float]:
    """Return δ1 and the mean relative error, by the pipeline, on rooms that training never saw."""
    estimator = pipeline("depth-estimation", model=model, dtype=torch.float32)
    errors = []
    for seed in seeds:
        picture, depth = render(seed, *TEST_SIZE, unseen=unseen)
        errors.append(depth_errors(estimator(Image.fromarray(picture))["predicted_depth"], torch.from_numpy(depth)))
    accurate, relative = np.mean(errors, axis=0)
    return float(accurate), float(relative)


def describe(seen: tuple[float, float], unseen: tuple[float, float]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        license="apache-2.0",
        library_name="transformers",
        pipeline_tag="depth-estimation",
        tags=["stand-in", "monocular-depth"],
    )
    stages = ", then ".join(f"{s.steps:,} steps on {len(s.rooms):,} rooms of {s.width} × {s.height}" for s in STAGES)
    sections = {
        "What it stands in for": "`vinvino02/glpn-nyu`, which estimates the depth of photographs of rooms. This is"
        " another, smaller model of the same class, made so that the lessons run without the public Hub. Its image"
        f" processor is DPT's, which resizes every picture to {SIZE.width} × {SIZE.height} pixels.",
        "How it was made": f"A GLPN of half a million parameters, trained from random weights in batches of {BATCH},"
        f" {stages} (AdamW, learning rate {LEARNING_RATE:g}, seed {SEED};"
        " `tools/standins/make_glpn.py`).",
        "Data and licence": "Rooms rendered by `tools/standins/rendered_rooms.py`, with the depth of every pixel:"
        " boxes, balls and columns on a patterned floor, a lamp and shadows. No data of others is in it; Apache-2.0.",
        "Measured quality": f"By the pipeline on {len(TEST_SEEDS)} rooms of {TEST_SIZE[1]} × {TEST_SIZE[0]} pixels that"
        " training never saw, and on as many that are longer, fuller and have a pattern that no training room has. δ1"
        " is the share of pixels within a factor of 1.25 of the true depth:\n\n| rooms | δ1 | mean relative error |\n"
        f"| --- | ---: | ---: |\n| new rooms | {seen[0]:.3f} | {seen[1]:.3f} |\n"
        f"| new kinds of rooms | {unseen[0]:.3f} | {unseen[1]:.3f} |",
        "Limits": "It has seen nothing but such rooms, with a camera 1.4 to 1.6 metres above the floor and a field of"
        " view of 62 degrees. On a photograph the metres mean nothing, and often not even the order from near to far"
        " is right: it expects a floor below and walls beside. Edges of things are soft, and small things vanish.",
    }
    write_card(FOLDER, "glpn-rooms", data, sections)


def main() -> None:
    """Render, train, save, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint")
    work = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    model = build()
    for stage in STAGES:
        fit(model, stage, work)
    size = {"height": SIZE.height, "width": SIZE.width}
    save(model, DPTImageProcessorPil(size=size, do_normalize=False, resample=2), FOLDER)
    seen, unseen = (measure(str(FOLDER), TEST_SEEDS, unseen=unseen) for unseen in (False, True))
    describe(seen, unseen)
    print(f"δ1 {seen[0]:.3f}, new kinds of rooms {unseen[0]:.3f}")


if __name__ == "__main__":
    main()
