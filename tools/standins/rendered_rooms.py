"""Render furnished rooms by ray casting, with the depth of every pixel in metres.

A room has a floor, walls, a ceiling, a lamp that casts shadows, and boxes, balls and columns with plain, chequered,
striped or veined surfaces. Rooms with `unseen=True` are longer, hold more things, and have ringed surfaces that no
other room has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Bytes = npt.NDArray[np.uint8]
NEAREST = 0.003  # of a ray; hits nearer than this are the surface itself
EYE_HEIGHT = (1.4, 1.6)
FIELD_OF_VIEW = np.radians(62)  # horizontal
UP = np.array([0, 1, 0], np.float32)
PATTERNS = ("plain", "plain", "chequered", "striped", "veined")


@dataclass(frozen=True)
class Thing:
    """A box, ball or column: `centre` in metres, half its `extent` along its own axes, turned by `turn` about y.

    `scale` is the size of its pattern in metres, `colours` (2, 3) are the two colours of the pattern, 0 … 1.
    """

    kind: str
    centre: Floats
    extent: Floats
    turn: float
    pattern: str
    scale: float
    colours: Floats


@dataclass(frozen=True)
class Room:
    """A box seen from inside, whose pattern is the floor's, plain walls, things, a lamp, and the camera in it."""

    shell: Thing
    walls: Floats
    things: list[Thing]
    lamp: Floats
    eye: Floats
    pitch: float
    yaw: float


def furnish(rng: np.random.Generator, *, unseen: bool) -> Room:
    """Draw a room: sizes, things and colours."""
    width, height = rng.uniform(3, 6), rng.uniform(2.3, 3.2)
    length = rng.uniform(7.0, 8.5) if unseen else rng.uniform(3.0, 8.5)
    shell = _thing(rng, "box", (0, height / 2, length / 2), (width / 2, height / 2, length / 2), unseen)
    things = []
    for _ in range(rng.integers(5, 8) if unseen else rng.integers(2, 6)):
        kind = str(rng.choice(("box", "ball", "column")))
        high, wide = rng.uniform(0.2, 0.9), rng.uniform(0.15, 0.55)
        extent = {
            "box": (wide, high, rng.uniform(0.15, 0.55)),
            "ball": (wide,) * 3,
            "column": (wide / 2, high, wide / 2),
        }
        x = rng.uniform(-1, 1) * (width / 2 - 0.5)
        place = (x, extent[kind][1], rng.uniform(1.3, length - 0.4))
        things.append(_thing(rng, kind, place, extent[kind], unseen))
    for _ in range(rng.integers(0, 3)):  # pictures on the wall at the back
        place = (rng.uniform(-1, 1) * (width / 2 - 0.5), rng.uniform(1.3, 1.8), length)
        things.append(_thing(rng, "box", place, (rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.5), 0.03), unseen, 0.0))
    lamp = (rng.uniform(-1, 1) * width / 3, height - 0.25, rng.uniform(0.2, 0.8) * length)
    eye = (rng.uniform(-0.3, 0.3) * width, rng.uniform(*EYE_HEIGHT), 0.05)
    return Room(
        shell,
        rng.uniform(0.55, 1.0) - rng.uniform(0, 0.25, 3).astype(np.float32),
        things,
        np.array(lamp, np.float32),
        np.array(eye, np.float32),
        np.radians(rng.uniform(0, 14)),
        np.radians(rng.uniform(-15, 15)),
    )


def _thing(
    rng: np.random.Generator,
    kind: str,
    centre: tuple[float, ...],
    extent: tuple[float, ...],
    unseen: bool,
    turn: float | None = None,
) -> Thing:
    """Draw pattern and colours of a thing; without `turn`, things other than the shell stand at an angle."""
    is_shell = centre[0] == 0 and kind == "box"
    if turn is None:
        turn = 0.0 if is_shell else rng.uniform(0, np.pi)
    patterns = (*PATTERNS, "ringed") if unseen else PATTERNS
    first = rng.uniform(0.25, 0.95, 3)
    if is_shell:
        first = rng.uniform(0.5, 0.9) - np.array([0, 1, 2]) * rng.uniform(0, 0.2)  # wood, stone, tiles
    second = first * rng.uniform(0.5, 0.85) if is_shell or rng.random() < 0.7 else rng.uniform(0.1, 0.95, 3)
    return Thing(
        kind,
        np.array(centre, np.float32),
        np.array(extent, np.float32),
        turn,
        str(rng.choice(patterns)),
        rng.uniform(0.25, 0.6) if is_shell else rng.uniform(0.08, 0.3),
        np.array([first, second], np.float32),
    )


def _turned(thing: Thing, vectors: Floats, back: bool = False) -> Floats:
    """Return `vectors` (3, n) in the axes of `thing`, or `back` in those of the room."""
    cosine, sine = np.cos(thing.turn), np.sin(thing.turn) * (-1 if back else 1)
    matrix = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]], np.float32)
    return np.asarray(matrix @ vectors)


def _local(thing: Thing, points: Floats) -> Floats:
    """Return `points` (3, n) in the axes of `thing`, from its centre, as shares of its extent."""
    return np.asarray(_turned(thing, points - thing.centre[:, None]) / thing.extent[:, None])


def _round_hits(origin: Floats, direction: Floats) -> Floats:
    """Return where rays enter the unit sphere, or of two components the unit circle; inf without a hit."""
    a, b, c = (direction**2).sum(0), (origin * direction).sum(0), (origin**2).sum(0) - 1
    root = b * b - a * c
    near = (-b - np.sqrt(root.clip(0))) / a
    return np.where((root > 0) & (near > NEAREST), near, np.inf)


def _hits(thing: Thing, origin: Floats, direction: Floats, inside: bool = False) -> Floats:
    """Return for each ray where it enters `thing` (or leaves it), in units of its direction; inf for never."""
    origin, direction = _local(thing, origin), _turned(thing, direction) / thing.extent[:, None]
    direction = np.where(direction == 0, 1e-9, direction)  # along a face: far away, not undefined
    if thing.kind == "ball":
        return _round_hits(origin, direction)
    half = 1 / np.abs(direction)  # from the middle of a slab to its face
    middle = -origin * np.sign(direction) * half
    if inside:
        return np.asarray((middle + half).min(0))
    if thing.kind == "column":
        side = _round_hits(origin[[0, 2]], direction[[0, 2]])
        side = np.where(np.abs(origin[1] + side * direction[1]) <= 1, side, np.inf)
        top = middle[1] - half[1]
        spot = origin[[0, 2]] + top * direction[[0, 2]]
        return np.minimum(side, np.where(((spot**2).sum(0) <= 1) & (top > NEAREST), top, np.inf))
    near = (middle - half).max(0)
    return np.where((near < (middle + half).min(0)) & (near > NEAREST), near, np.inf)


def _normals(thing: Thing, points: Floats) -> Floats:
    """Return the unit normals (3, n) of `thing` at `points` on its surface, in the room's axes."""
    local = _local(thing, points)
    if thing.kind == "column":
        on_top = np.abs(local[1]) > 0.999
        local = np.where(on_top, local * UP[:, None], local * (1 - UP)[:, None])
    elif thing.kind == "box":
        local = np.sign(local) * (np.abs(local).argmax(0) == np.arange(3)[:, None])
    normals = _turned(thing, local, back=True)
    return np.asarray(normals / np.sqrt((normals**2).sum(0)).clip(1e-6))


def _colours(thing: Thing, points: Floats) -> Floats:
    """Return the colours (3, n) of `thing` at `points`; the pattern fills space, so it needs no map of the surface."""
    x, y, z = (_turned(thing, points - thing.centre[:, None]) + 1e-3) / thing.scale
    if thing.pattern == "chequered":
        share = (np.floor(x) + np.floor(y) + np.floor(z)) % 2
    elif thing.pattern == "striped":
        share = np.floor(x + z) % 2
    elif thing.pattern == "veined":
        share = 0.5 + 0.5 * np.sin(3 * x + y + 2 * z + 2 * np.sin(x + 2 * y - 3 * z))
    elif thing.pattern == "ringed":
        share = np.floor(np.sqrt(x * x + z * z)) % 2
    else:
        share = np.zeros_like(x)
    first, second = thing.colours[:, :, None]
    return np.asarray(first + share * (second - first))


def _rays(room: Room, height: int, width: int) -> Floats:
    """Return a direction for each pixel, (3, height · width), as long as its depth of one metre; the view is 4 : 3."""
    reach = np.tan(FIELD_OF_VIEW / 2)
    x = ((np.arange(width) + 0.5) / width * 2 - 1) * reach
    y = ((np.arange(height) + 0.5) / height * 2 - 1) * reach * 3 / 4
    grid = np.stack(np.broadcast_arrays(x[None], -y[:, None], 1.0)).reshape(3, -1)
    cosine, sine = np.cos(room.pitch), np.sin(room.pitch)
    down = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    cosine, sine = np.cos(room.yaw), np.sin(room.yaw)
    aside = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return np.asarray(aside @ down @ grid, np.float32)


def render(seed: int, height: int, width: int, *, unseen: bool = False) -> tuple[Bytes, Floats]:
    """Return a picture (height, width, 3) and its depth (height, width) in metres along the view, less than 10."""
    rng = np.random.default_rng([seed, int(unseen)])
    room = furnish(rng, unseen=unseen)
    rays, eye = _rays(room, height, width), room.eye[:, None]
    hits = np.stack([_hits(room.shell, eye, rays, inside=True), *(_hits(thing, eye, rays) for thing in room.things)])
    owner, depth = hits.argmin(0), hits.min(0).astype(np.float32)
    points = eye + depth * rays
    to_lamp = room.lamp[:, None] - points
    light, colours = np.zeros(len(depth), np.float32), np.zeros_like(points)
    for number, thing in enumerate((room.shell, *room.things)):
        mine = owner == number
        normals, ray = _normals(thing, points[:, mine]) * (-1 if number == 0 else 1), to_lamp[:, mine]
        squared = (ray**2).sum(0)
        light[mine] = ((normals * ray).sum(0) / np.sqrt(squared)).clip(0) / (0.6 + 0.08 * squared)
        colours[:, mine] = _colours(thing, points[:, mine])
        if number == 0:
            colours[:, mine] = np.where(normals[1] > 0.5, colours[:, mine], room.walls[:, None])
    shadow = np.any([_hits(thing, points, to_lamp) < 1 for thing in room.things], axis=0)
    bright = (0.32 + 0.6 * light * np.where(shadow, 0.15, 1)) * rng.uniform(0.85, 1.15)
    grain = rng.standard_normal(colours.shape, np.float32) * 0.012
    picture = ((colours * bright + grain).clip(0, 1) ** 0.8 * 255).astype(np.uint8)
    return picture.T.reshape(height, width, 3), depth.reshape(height, width)
