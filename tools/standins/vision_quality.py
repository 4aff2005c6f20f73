"""The usual measures of segmentation, detection and depth estimation, on what the pipelines return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from tools.standins.pasted_scenes import OBJECTS, SURFACES, Scene

Floats = npt.NDArray[np.float32]


def class_iou(segments: Sequence[list[dict[str, Any]]], scenes: Sequence[Scene]) -> dict[str, float]:
    """Return the intersection over union of each surface over all pixels of all scenes.

    `segments` holds an image-segmentation pipeline's result for each scene: label and mask of each class it saw.
    """
    confusion = np.zeros((len(SURFACES), len(SURFACES)), np.int64)
    for found, scene in zip(segments, scenes, strict=True):
        guess = np.zeros(scene.surfaces.shape, np.int64)
        for segment in found:
            guess[np.asarray(segment["mask"]) > 0] = SURFACES.index(segment["label"])
        np.add.at(confusion, (scene.surfaces.astype(np.int64), guess), 1)
    overlap = np.diag(confusion)
    union = confusion.sum(0) + confusion.sum(1) - overlap
    return {name: float(o / u) for name, o, u in zip(SURFACES, overlap, union, strict=True) if u}


def box_iou(boxes: Floats, box: Floats) -> Floats:
    """Return the intersection over union of each of `boxes` (n, 4) with `box`; all are (left, top, right, bottom)."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    overlap = sides.clip(0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    union = areas + (box[2:] - box[:2]).prod() - overlap
    return np.asarray(overlap / union, np.float32)


def average_precision(detections: Sequence[list[dict[str, Any]]], scenes: Sequence[Scene]) -> dict[str, float]:
    """Return the average precision at IoU 0.5 of each class that occurs (area under precision over recall).

    `detections` holds an object-detection pipeline's result for each scene, at `threshold=0`. As in Pascal VOC 2010:
    detections in order of score, each object found once, precision made monotone.
    """
    result = {}
    for label, name in enumerate(OBJECTS):
        truth = [scene.boxes[scene.labels == label] for scene in scenes]
        total = sum(map(len, truth))
        if total:
            hits = _hits(name, detections, truth)
            precision = hits.cumsum() / np.arange(1, len(hits) + 1)
            envelope = np.maximum.accumulate(precision[::-1])[::-1]
            result[name] = float(envelope[hits].sum() / total)
    return result


def _hits(name: str, detections: Sequence[list[dict[str, Any]]], truth: list[Floats]) -> npt.NDArray[np.bool_]:
    """Tell of each detection of class `name`, best score first, whether it finds an object not yet found."""
    ranked = [
        (d["score"], number, d["box"]) for number, found in enumerate(detections) for d in found if d["label"] == name
    ]
    unfound = [np.ones(len(boxes), bool) for boxes in truth]
    hits = np.zeros(len(ranked), bool)
    for place, (_, number, box) in enumerate(sorted(ranked, key=lambda row: -row[0])):
        corners = np.array([box["xmin"], box["ymin"], box["xmax"], box["ymax"]], np.float32)
        overlaps = box_iou(truth[number], corners)
        best = int(overlaps.argmax()) if len(overlaps) else -1
        if best >= 0 and overlaps[best] >= 0.5 and unfound[number][best]:
            unfound[number][best] = False
            hits[place] = True
    return hits


def depth_errors(predicted: torch.Tensor, true: torch.Tensor) -> tuple[float, float]:
    """Return δ1, the share of pixels within a factor of 1.25 of the true depth, and the mean relative error."""
    ratio = torch.maximum(predicted / true, true / predicted)
    return (ratio < 1.25).float().mean().item(), ((predicted - true).abs() / true).mean().item()
