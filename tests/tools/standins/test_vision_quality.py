"""The measures of the vision stand-ins, against cases counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tools.standins.pasted_scenes import OBJECTS, SURFACES, Scene
from tools.standins.vision_quality import average_precision, box_iou, class_iou, depth_errors

BIRD, CAR = OBJECTS.index("bird"), OBJECTS.index("car")


def scene(boxes=(), labels=(), surfaces=((0, 0), (0, 0))) -> Scene:
    rows = np.array(boxes, np.float32).reshape(-1, 4)
    return Scene(Image.new("RGB", (2, 2)), np.array(surfaces, np.uint8), rows, np.array(labels, np.int64))


def detection(label: str, score: float, *box: int) -> dict[str, object]:
    return {"label": label, "score": score, "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))}


def test_box_iou_of_the_same_of_half_and_of_distant_boxes():
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], np.float32)
    assert box_iou(boxes, np.array([0, 0, 2, 2], np.float32)) == pytest.approx([1, 1 / 3, 0])


def test_average_precision_counts_each_object_once_and_ranks_by_score():
    scenes = [scene([(0, 0, 10, 10)], [BIRD]), scene([(0, 0, 10, 10), (20, 20, 30, 30)], [BIRD, CAR])]
    found = [
        [detection("bird", 0.9, 0, 0, 10, 10), detection("bird", 0.8, 0, 0, 10, 10)],
        [detection("bird", 0.7, 0, 0, 10, 9), detection("car", 0.6, 0, 0, 5, 5)],
    ]
    # Bird: hit, miss, hit of two objects; precision 1 at recall ½ and ⅔ at recall 1.
    assert average_precision(found, scenes) == pytest.approx({"bird": (1 + 2 / 3) / 2, "car": 0})


def test_class_iou_divides_overlap_by_union():
    sky, grass = SURFACES.index("sky"), SURFACES.index("grass")
    masks = [{"label": "sky", "mask": Image.fromarray(np.array([[255, 255], [255, 0]], np.uint8))}]
    masks.append({"label": "grass", "mask": Image.fromarray(np.array([[0, 0], [0, 255]], np.uint8))})
    truth = scene(surfaces=((sky, sky), (grass, grass)))
    assert class_iou([masks], [truth]) == pytest.approx({"sky": 2 / 3, "grass": 1 / 2})


def test_depth_errors_of_one_pixel_in_two_within_a_quarter():
    accurate, relative = depth_errors(torch.tensor([1.2, 3.0]), torch.tensor([1.0, 2.0]))
    assert (accurate, relative) == pytest.approx((0.5, 0.35))
