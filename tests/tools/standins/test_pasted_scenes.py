"""The pasted scenes: the same seed draws the same scene, its boxes and surfaces are those of the picture."""

from __future__ import annotations

import numpy as np
import pytest

from tools.standins.pasted_scenes import HELD_OUT, OBJECTS, SURFACES, cutouts, draw_scene

SEEDS = range(20)


def test_a_seed_draws_one_scene():
    first, second = draw_scene(7, 96), draw_scene(7, 96)
    assert first.picture.tobytes() == second.picture.tobytes()
    assert first.picture.tobytes() != draw_scene(8, 96).picture.tobytes()
    assert first.picture.tobytes() != draw_scene(7, 96, unseen=True).picture.tobytes()


@pytest.mark.parametrize("unseen", [False, True])
def test_boxes_lie_in_the_picture_and_hold_their_object(unseen):
    for scene in (draw_scene(seed, 96, unseen=unseen) for seed in SEEDS):
        assert len(scene.boxes) == len(scene.labels) <= 4
        for (left, top, right, bottom), label in zip(scene.boxes.astype(int), scene.labels, strict=True):
            assert 0 <= left < right <= 96 and 0 <= top < bottom <= 96
            surface = SURFACES.index("car" if OBJECTS[label] == "car" else "animal")
            assert (scene.surfaces[top:bottom, left:right] == surface).any()


def test_every_kind_and_every_surface_occurs():
    scenes = [draw_scene(seed, 96) for seed in range(60)]
    assert {int(label) for scene in scenes for label in scene.labels} == set(range(len(OBJECTS)))
    assert set(np.concatenate([np.unique(scene.surfaces) for scene in scenes])) == set(range(len(SURFACES)))


def test_unseen_scenes_paste_other_pictures_where_there_are_some():
    for kind in ("bird", "cow", "car"):
        assert {name for name, _ in cutouts(kind, True)} <= HELD_OUT
        assert HELD_OUT.isdisjoint(name for name, _ in cutouts(kind, False))
