"""Train segformer-scenes, the stand-in for nvidia/segformer-b0-finetuned-ade-512-512: eight surfaces of a landscape.

    python -m tools.standins.make_segformer --work WORK

WORK keeps the checkpoint: a run that is stopped goes on from there. The result lands in the package, card included.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import ModelCardData
from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessorPil, pipeline

from classroom.models.catalogue import DATA
from tools.standins.adapters import write_card
from tools.standins.pasted_scenes import DATA_AND_LICENCE, SURFACES, Scene, draw_scene
from tools.standins.vision_quality import class_iou
from tools.standins.vision_training import SEED, draw_all, pixels, save, train

FOLDER = DATA / "segformer-scenes"
SIZE, SCENES, STEPS, BATCH, LEARNING_RATE = 160, 2000, 1000, 8, 1e-3
TEST_SEEDS, TEST_SIZE = range(1_000_000, 1_000_100), 320  # twice the side of a training picture


def build() -> SegformerForSemanticSegmentation:
    """Return an untrained SegFormer of 0.64 million parameters."""
    config = SegformerConfig(
        depths=[1, 1, 2, 1],
        hidden_sizes=[32, 48, 80, 128],
        num_attention_heads=[1, 2, 4, 4],
        mlp_ratios=[2, 2, 2, 2],
        decoder_hidden_size=96,
        drop_path_rate=0.0,
        id2label=dict(enumerate(SURFACES)),
        label2id={name: n for n, name in enumerate(SURFACES)},
    )
    return SegformerForSemanticSegmentation(config)


def fit(model: SegformerForSemanticSegmentation, scenes: list[Scene], checkpoint: Path) -> None:
    """Train on pixel-wise cross-entropy."""
    pictures = [np.asarray(scene.picture) for scene in scenes]
    masks = torch.from_numpy(np.stack([scene.surfaces for scene in scenes])).long()

    def loss_of(indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        target = torch.where(mirror[:, None, None], masks[indices].flip(-1), masks[indices])
        logits = model(pixel_values=pixels([pictures[i] for i in indices], mirror)).logits
        return F.cross_entropy(F.interpolate(logits, size=(SIZE, SIZE), mode="bilinear"), target)

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
    """Return the intersection over union of each surface, by the pipeline, on scenes that training never saw."""
    segmenter = pipeline("image-segmentation", model=model, dtype=torch.float32)
    scenes = [draw_scene(seed, TEST_SIZE, unseen=unseen) for seed in seeds]
    return class_iou([segmenter(scene.picture) for scene in scenes], scenes)


def describe(seen: dict[str, float], unseen: dict[str, float]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        license="gpl-2.0",
        library_name="transformers",
        pipeline_tag="image-segmentation",
        tags=["stand-in", "semantic-segmentation"],
    )
    rows = "\n".join(f"| {name} | {seen[name]:.3f} | {unseen[name]:.3f} |" for name in SURFACES)
    means = f"| **mean** | {np.mean(list(seen.values())):.3f} | {np.mean(list(unseen.values())):.3f} |"
    sections = {
        "What it stands in for": "`nvidia/segformer-b0-finetuned-ade-512-512`, which names 150 kinds of surfaces in"
        " photographs. This is another, smaller model of the same class, made so that the lessons run without the"
        f" public Hub. Its {len(SURFACES)} labels are names of ADE20K: {', '.join(SURFACES)}.",
        "How it was made": f"A SegFormer of 0.64 million parameters, trained from random weights for {STEPS:,} steps of"
        f" {BATCH} scenes out of {SCENES:,}, {SIZE} × {SIZE} pixels (AdamW, learning rate {LEARNING_RATE:g}, seed"
        f" {SEED}; `tools/standins/make_segformer.py`).",
        "Data and licence": DATA_AND_LICENCE,
        "Measured quality": f"Intersection over union by the pipeline on {len(TEST_SEEDS)} scenes of {TEST_SIZE} ×"
        f" {TEST_SIZE} pixels that training never saw, and on as many with cut-outs and colours of the background that"
        f" no training scene has (birds, cows and cars; the other cut-outs are the same):\n\n"
        f"| surface | new scenes | new cut-outs and colours |\n| --- | ---: | ---: |\n"
        f"{rows}\n{means}",
        "Limits": "It has seen nothing but such scenes. On real photographs its labels mean little: it calls most of a"
        " cat's portrait animal, and most of a wooden table with a cup as well. A picture is resized to"
        f" {SIZE} × {SIZE} pixels first, so thin things such as legs and twigs are lost.",
    }
    write_card(FOLDER, "segformer-scenes", data, sections)


def main() -> None:
    """Draw, train, save, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint")
    work = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    model = build()
    fit(
        model,
        draw_all(lambda seed: draw_scene(seed, SIZE), range(SCENES), work / "segformer.pickle"),
        work / "segformer.pt",
    )
    size = {"height": SIZE, "width": SIZE}
    save(model, SegformerImageProcessorPil(size=size, do_normalize=False), FOLDER)
    seen, unseen = (measure(str(FOLDER), TEST_SEEDS, unseen=unseen) for unseen in (False, True))
    describe(seen, unseen)
    print(f"mean IoU {np.mean(list(seen.values())):.3f}; new cut-outs {np.mean(list(unseen.values())):.3f}")


if __name__ == "__main__":
    main()
