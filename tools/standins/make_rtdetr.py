"""Train rtdetr-scenes, the stand-in for PekingU/rtdetr_r18vd: animals and cars in a landscape, with their boxes.

    python -m tools.standins.make_rtdetr --work WORK

WORK keeps the checkpoint: a run that is stopped goes on from there. The result lands in the package, card included.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import ModelCardData
from PIL import Image
from transformers import (
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrImageProcessorPil,
    RTDetrResNetConfig,
    pipeline,
)

from classroom.models.catalogue import DATA
from tools.standins.adapters import write_card
from tools.standins.pasted_scenes import DATA_AND_LICENCE, OBJECTS, Scene, draw_scene
from tools.standins.vision_quality import average_precision
from tools.standins.vision_training import SEED, draw_all, pixels, save, train

FOLDER = DATA / "rtdetr-scenes"
DRAWN, SIZE = 160, 128  # sides of a scene as drawn, and as the model sees it
SCENES, STEPS, BATCH, LEARNING_RATE = 4000, 4500, 8, 1e-3
TEST_SEEDS, TEST_SIZE = range(1_000_000, 1_000_200), 320  # twice the side of a training scene


def build() -> RTDetrForObjectDetection:
    """Return an untrained RT-DETR of a million parameters: a ResNet of four blocks, two decoder layers, 30 queries."""
    width, stages = 64, [32, 64, 96, 128]
    backbone: dict[str, Any] = {
        "embedding_size": stages[0],
        "hidden_sizes": stages,
        "depths": [1, 1, 1, 1],
        "layer_type": "basic",
        "out_features": ["stage2", "stage3", "stage4"],
    }
    config = RTDetrConfig(
        backbone_config=RTDetrResNetConfig(**backbone),
        freeze_backbone_batch_norms=False,  # nothing has trained them
        encoder_in_channels=stages[1:],
        encoder_hidden_dim=width,
        encoder_ffn_dim=2 * width,
        encoder_attention_heads=4,
        hidden_expansion=0.5,
        d_model=width,
        num_queries=30,
        decoder_in_channels=[width] * 3,
        decoder_ffn_dim=2 * width,
        decoder_layers=2,
        decoder_attention_heads=4,
        num_denoising=20,
        id2label=dict(enumerate(OBJECTS)),
        label2id={name: n for n, name in enumerate(OBJECTS)},
    )
    return RTDetrForObjectDetection(config)


def target(scene: Scene, mirror: bool) -> dict[str, torch.Tensor]:
    """Return what the model's loss asks for: classes and boxes as (centre x, centre y, width, height) in 0 … 1."""
    left, top, right, bottom = (torch.from_numpy(scene.boxes) / DRAWN).unbind(1)
    if mirror:
        left, right = 1 - right, 1 - left
    boxes = torch.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], 1)
    return {"class_labels": torch.from_numpy(scene.labels), "boxes": boxes}


def fit(model: RTDetrForObjectDetection, scenes: list[Scene], checkpoint: Path) -> None:
    """Train on the model's own loss: Hungarian matching, varifocal loss, L1 and generalised IoU."""
    pictures = [np.asarray(scene.picture.resize((SIZE, SIZE), Image.Resampling.BILINEAR)) for scene in scenes]

    def loss_of(indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        labels = [target(scenes[i], flip) for i, flip in zip(indices.tolist(), mirror.tolist(), strict=True)]
        loss: torch.Tensor = model(pixel_values=pixels([pictures[i] for i in indices], mirror), labels=labels).loss
        return loss

    train(
        model,
        loss_of,
        samples=len(scenes),
        steps=STEPS,
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        checkpoint=checkpoint,
    )


def measure(model: str, seeds: range, *, unseen: bool) -> dict[str, float]:
    """Return the average precision at IoU 0.5 of each class, by the pipeline, on scenes that training never saw."""
    detector = pipeline("object-detection", model=model, dtype=torch.float32)
    scenes = [draw_scene(seed, TEST_SIZE, unseen=unseen) for seed in seeds]
    return average_precision([detector(scene.picture, threshold=0.0) for scene in scenes], scenes)


def describe(seen: dict[str, float], unseen: dict[str, float]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        license="gpl-2.0",
        library_name="transformers",
        pipeline_tag="object-detection",
        tags=["stand-in"],
    )
    rows = "\n".join(f"| {name} | {seen[name]:.3f} | {unseen[name]:.3f} |" for name in OBJECTS)
    means = f"| **mean** | {np.mean(list(seen.values())):.3f} | {np.mean(list(unseen.values())):.3f} |"
    sections = {
        "What it stands in for": "`PekingU/rtdetr_r18vd`, which finds objects of COCO's 80 classes in photographs. This"
        " is another, smaller model of the same class, made so that the lessons run without the public Hub. It knows"
        f" {len(OBJECTS)} of those classes: {', '.join(OBJECTS)}.",
        "How it was made": "An RT-DETR of a million parameters, its ResNet included, trained from random weights for"
        f" {STEPS:,} steps of {BATCH} scenes out of {SCENES:,}, reduced to {SIZE} × {SIZE} pixels (AdamW, learning rate"
        f" {LEARNING_RATE:g}, seed {SEED}; `tools/standins/make_rtdetr.py`).",
        "Data and licence": DATA_AND_LICENCE,
        "Measured quality": f"Average precision at IoU 0.5 by the pipeline on {len(TEST_SEEDS)} scenes of {TEST_SIZE} ×"
        f" {TEST_SIZE} pixels that training never saw, and on as many with cut-outs and colours of the background that"
        " no training scene has (elephant, giraffe and zebra: one cut-out each, so only the scenes are new):\n\n"
        f"| class | new scenes | new cut-outs and colours |\n| --- | ---: | ---: |\n{rows}\n{means}",
        "Limits": "It has seen nothing but such scenes, and of each class one to seventeen photographs. On real"
        " photographs it is no use: in an astronaut's portrait it sees two cows and a car, with scores just above 0.5."
        " A picture is resized to"
        f" {SIZE} × {SIZE} pixels first, so small objects are missed.",
    }
    write_card(FOLDER, "rtdetr-scenes", data, sections)


def main() -> None:
    """Draw, train, save, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint")
    work = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    model = build()
    fit(
        model, draw_all(lambda seed: draw_scene(seed, DRAWN), range(SCENES), work / "rtdetr.pickle"), work / "rtdetr.pt"
    )
    save(model, RTDetrImageProcessorPil(size={"height": SIZE, "width": SIZE}), FOLDER)
    seen, unseen = (measure(str(FOLDER), TEST_SEEDS, unseen=unseen) for unseen in (False, True))
    describe(seen, unseen)
    print(f"mAP@50 {np.mean(list(seen.values())):.3f}; new cut-outs {np.mean(list(unseen.values())):.3f}")


if __name__ == "__main__":
    main()
