"""The rendered rooms: depth is the distance along the view, in metres."""

from __future__ import annotations

import numpy as np
import pytest

from tools.standins import rendered_rooms
from tools.standins.rendered_rooms import Room, Thing, render


def thing(kind: str, centre: tuple[float, ...], extent: tuple[float, ...]) -> Thing:
    colours = np.array([[0.8, 0.8, 0.8], [0.2, 0.2, 0.2]], np.float32)
    return Thing(kind, np.array(centre, np.float32), np.array(extent, np.float32), 0.0, "plain", 0.5, colours)


@pytest.fixture
def empty_room(monkeypatch):
    """A room of 4 × 2.5 × 6 metres with what a test puts in; the camera looks straight ahead from 1.25 metres."""

    def furnish(*things: Thing) -> None:
        walls, lamp, eye = np.full(3, 0.7), np.array([0.5, 2.2, 3.0]), np.array([0, 1.25, 0.0])
        room = Room(thing("box", (0, 1.25, 3), (2, 1.25, 3)), walls, list(things), lamp, eye, 0.0, 0.0)
        monkeypatch.setattr(rendered_rooms, "furnish", lambda rng, unseen: room)

    return furnish


def test_the_wall_at_the_back_is_as_far_as_the_room_is_long(empty_room):
    empty_room()
    _, depth = render(0, 61, 81)
    assert depth[30, 40] == pytest.approx(6)
    assert depth[30, 0] == pytest.approx(2 / np.tan(rendered_rooms.FIELD_OF_VIEW / 2), rel=0.02)  # the left wall


@pytest.mark.parametrize(("kind", "nearest"), [("ball", 2.5), ("box", 2.5), ("column", 2.5)])
def test_a_thing_hides_the_wall_behind_it(empty_room, kind, nearest):
    empty_room(thing(kind, (0, 1.25, 3), (0.5, 0.5, 0.5)))
    _, depth = render(0, 61, 81)
    assert depth[30, 40] == pytest.approx(nearest, abs=0.01)
    assert depth[30, 75] > nearest


def test_a_seed_renders_one_room_without_a_hole():
    picture, depth = render(3, 48, 64)
    again, _ = render(3, 48, 64)
    assert (picture == again).all() and picture.shape == (48, 64, 3)
    assert np.isfinite(depth).all() and depth.min() > 0.05 and depth.max() < 10
