"""The stand-ins for vision: ordinary checkpoints whose pipelines are as good on new scenes as their cards say."""

from __future__ import annotations

import logging

import pytest
import torch
from transformers import (
    AutoModelForDepthEstimation,
    AutoModelForObjectDetection,
    AutoModelForSemanticSegmentation,
    pipeline,
)

from classroom.client.bundled import path
from classroom.models.catalogue import DATA
from tools.standins import make_glpn, make_rtdetr, make_segformer

AUTO = {
    "segformer-scenes": AutoModelForSemanticSegmentation,
    "glpn-rooms": AutoModelForDepthEstimation,
    "rtdetr-scenes": AutoModelForObjectDetection,
}
SEEDS = range(2_000_000, 2_000_030)  # neither trained on nor measured for the cards


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small models are faster so on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def mean(figures: dict[str, float]) -> float:
    return sum(figures.values()) / len(figures)


@pytest.mark.parametrize("name", AUTO)
def test_loads_whole_and_silently(checkpoint, warned, name):
    model, report = AUTO[name].from_pretrained(checkpoint(name), output_loading_info=True)
    assert not any(report.values()), report
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert [r.getMessage() for r in warned.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("name", AUTO)
def test_its_weights_are_small(name):
    assert (DATA / name / "model.safetensors").stat().st_size < 4_000_000


def test_segmentation_names_the_surfaces_of_new_scenes(checkpoint):
    name = checkpoint("segformer-scenes")
    assert mean(make_segformer.measure(name, SEEDS, unseen=False)) > 0.7
    assert mean(make_segformer.measure(name, SEEDS, unseen=True)) > 0.7


def test_depth_is_right_within_a_quarter_in_most_of_a_new_room(checkpoint):
    name = checkpoint("glpn-rooms")
    # The card's 400 rooms give 0.85 and 0.84; the mean of 30 rooms has a standard error of 0.03.
    assert make_glpn.measure(name, SEEDS, unseen=False)[0] > 0.75
    assert make_glpn.measure(name, SEEDS, unseen=True)[0] > 0.75


def test_detection_finds_the_objects_of_new_scenes(checkpoint):
    name = checkpoint("rtdetr-scenes")
    assert mean(make_rtdetr.measure(name, SEEDS, unseen=False)) > 0.7
    assert mean(make_rtdetr.measure(name, SEEDS, unseen=True)) > 0.5


def test_the_sample_scenes_are_taken_apart(checkpoint):
    segmenter = pipeline("image-segmentation", model=checkpoint("segformer-scenes"))
    surfaces = {segment["label"] for segment in segmenter(path("meadow.jpg"))}
    assert {"sky", "mountain", "water", "house", "tree", "grass", "animal"} <= surfaces
    detector = pipeline("object-detection", model=checkpoint("rtdetr-scenes"))
    found = sorted(d["label"] for d in detector(path("lake.jpg"), threshold=0.5))
    assert found == ["cow", "elephant", "zebra"]


def test_in_the_sample_room_the_wall_is_farther_than_the_box_before_it(checkpoint):
    depth = pipeline("depth-estimation", model=checkpoint("glpn-rooms"))(path("room.jpg"))["predicted_depth"]
    assert depth.shape == (360, 480)
    wall, box = depth[80:100, 60:80].mean(), depth[230:300, 20:80].mean()
    assert wall > 1.5 * box
