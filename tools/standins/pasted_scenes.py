"""Draw landscapes and paste photographs of animals, cars and trees into them, with the class of every pixel.

The cut-outs in `cutouts/` are photographs of the Tux Paint stamps; `cutouts/README.md` names origin and licence.
Sky, mountains, water, grass and houses are drawn from random numbers. Scenes with `unseen=True` use the cut-outs of
HELD_OUT and palettes that no other scene uses.
"""

from __future__ import annotations

import colorsys
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

CUTOUTS = Path(__file__).parent / "cutouts"
OBJECTS = ("bird", "cow", "elephant", "giraffe", "zebra", "car")  # COCO's names
SURFACES = ("sky", "tree", "grass", "mountain", "water", "house", "car", "animal")  # ADE20K's names
HELD_OUT = {"rooster", "duck", "silver-gull", "cow", "sportscar2"}
# Height at the front of the scene, as a share of the scene's.
HEIGHTS = {"bird": 0.28, "cow": 0.34, "elephant": 0.46, "giraffe": 0.6, "zebra": 0.38, "car": 0.24, "tree": 0.85}
FLYING = {"seagull", "pelican", "tucan", "cuckoo"}
LEAST_VISIBLE = 0.4  # an object of which less is seen has no box
# For the cards of the models that are trained on such scenes.
DATA_AND_LICENCE = (
    "Scenes by `tools/standins/pasted_scenes.py`: drawn landscapes and houses, into which photographs of animals, cars"
    " and trees are pasted. The photographs are stamps of [Tux Paint](https://tuxpaint.org/stamps/), copyright"
    " 2002–2022 Bill Kendrick and contributors, GPL 2.0 or later, and so are these weights."
)

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Scene:
    """A picture, the class of each of its pixels, and a box around what is seen of each object.

    `surfaces` holds indices of SURFACES, shape (size, size). `boxes` are (left, top, right, bottom) in pixels,
    `labels` indices of OBJECTS.
    """

    picture: Image.Image
    surfaces: Bytes
    boxes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]


@functools.cache
def cutouts(kind: str, unseen: bool) -> list[tuple[str, Image.Image]]:
    """Return name and RGBA picture of the cut-outs of `kind`; with `unseen`, those held out where the kind has any."""
    paths = sorted((CUTOUTS / kind).glob("*.webp"))
    chosen = [path for path in paths if (path.stem in HELD_OUT) == unseen] or paths
    return [(path.stem, Image.open(path).convert("RGBA")) for path in chosen]


class _Painter:
    """Paints one scene from back to front."""

    def __init__(self, rng: np.random.Generator, size: int, unseen: bool) -> None:
        self.rng, self.size, self.unseen = rng, size, unseen
        self.picture = Image.new("RGB", (size, size))
        self.surfaces = Image.new("L", (size, size))
        self.numbers = Image.new("L", (size, size))  # 0 is scenery, n the n-th object
        self.objects: list[tuple[int, float]] = []  # label, area before anything covers it
        self.horizon = rng.uniform(0.3, 0.55)

    def colour(self, hues: tuple[float, float], saturations: tuple[float, float], values: tuple[float, float]) -> Bytes:
        """Draw a colour; unseen palettes lie a twenty-fifth of the colour circle further."""
        hue = self.rng.uniform(*hues) + (0.04 if self.unseen else 0)
        red, green, blue = colorsys.hsv_to_rgb(hue % 1, self.rng.uniform(*saturations), self.rng.uniform(*values))
        return np.array([red * 255, green * 255, blue * 255]).astype(np.uint8)

    def noise(self, octaves: tuple[int, ...], stretch: int = 1) -> Floats:
        """Return value noise around 0, shape (size, size); an octave is its number of cells a side."""
        total: Floats = np.zeros((self.size, self.size), np.float32)
        for number, cells in enumerate(octaves):
            grid = Image.fromarray(self.rng.standard_normal((cells, max(2, cells // stretch))).astype(np.float32))
            total += np.asarray(grid.resize((self.size, self.size), Image.Resampling.BICUBIC)) / 1.5**number
        return total / len(octaves)

    def fill(self, mask: Image.Image, surface: str, colours: Floats) -> None:
        """Paint `colours` (size, size, 3) where `mask` is white, and name the surface there."""
        self.picture.paste(Image.fromarray(colours.clip(0, 255).astype(np.uint8)), (0, 0), mask)
        self.surfaces.paste(SURFACES.index(surface), (0, 0), mask)

    def sky(self) -> None:
        """Fill the whole picture with a gradient and clouds."""
        top = self.colour((0.53, 0.63), (0.2, 0.8), (0.5, 1.0)).astype(np.float32)
        low = self.colour((0.45, 0.68), (0.0, 0.25), (0.75, 1.0)).astype(np.float32)
        share = np.linspace(0, 1 / self.horizon, self.size, dtype=np.float32).clip(0, 1)[:, None, None]
        clouds = (self.noise((3, 7, 15), stretch=2)[..., None] + self.rng.uniform(-0.5, 0.2)).clip(0, 1) * 220
        self.fill(Image.new("L", self.picture.size, 255), "sky", top * (1 - share) + low * share + clouds)

    def ridge(self) -> None:
        """Paint a mountain range on the horizon."""
        steps = np.interp(np.linspace(0, 1, 65), np.linspace(0, 1, 9), self.rng.uniform(0, 1, 9))
        steps = self.rng.uniform(0.08, 0.28) * (steps + self.rng.uniform(-0.06, 0.06, 65))
        line = [(x / 64 * self.size, (self.horizon - y) * self.size) for x, y in enumerate(steps)]
        mask = Image.new("L", self.picture.size)
        ImageDraw.Draw(mask).polygon([*line, (self.size, self.size), (0, self.size)], fill=255)
        rock = self.colour((0.05, 0.7), (0.1, 0.35), (0.3, 0.65))
        self.fill(mask, "mountain", rock + self.noise((6, 16, 40))[..., None] * 60)

    def ground(self, surface: str, top: float) -> None:
        """Paint water or grass from `top` down."""
        mask = Image.new("L", self.picture.size)
        edge = top + 0.015 * np.interp(np.linspace(0, 1, 33), np.linspace(0, 1, 6), self.rng.standard_normal(6))
        line = [(x / 32 * self.size, y * self.size) for x, y in enumerate(edge)]
        ImageDraw.Draw(mask).polygon([*line, (self.size, self.size), (0, self.size)], fill=255)
        if surface == "water":
            base, rough = self.colour((0.5, 0.62), (0.3, 0.8), (0.35, 0.8)), self.noise((30, 60), stretch=8)
        else:
            base, rough = self.colour((0.17, 0.33), (0.35, 0.75), (0.35, 0.7)), self.noise((4, 40, 90))
        light = np.linspace(1.1, 0.8, self.size, dtype=np.float32)[:, None, None]
        self.fill(mask, surface, base * light + rough[..., None] * self.rng.uniform(30, 80))

    def house(self) -> None:
        """Draw a house with a gable roof, a door and windows, its foot a little below the horizon."""
        size, rng = self.size, self.rng
        foot = (self.horizon + rng.uniform(0.05, 0.25)) * size
        width = rng.uniform(0.18, 0.34) * size
        height, left = width * rng.uniform(0.5, 0.8), rng.uniform(-0.05, 0.8) * size
        wall, roof, wood = (
            tuple(map(int, self.colour(*ranges)))
            for ranges in (
                ((0.0, 0.15), (0.0, 0.4), (0.7, 1.0)),
                ((0.0, 0.08), (0.3, 0.8), (0.3, 0.65)),
                ((0.0, 0.7), (0.2, 0.6), (0.2, 0.5)),
            )
        )
        ridge, eaves = foot - height * rng.uniform(1.4, 1.8), width * 0.07
        roof_line = [(left - eaves, foot - height), (left + width * 0.15, ridge), (left + width * 0.85, ridge)]
        roof_line.append((left + width + eaves, foot - height))
        mask = Image.new("L", self.picture.size)
        layer = Image.new("RGB", self.picture.size, wall)
        for image, colours in ((layer, (wall, roof)), (mask, (255, 255))):
            draw = ImageDraw.Draw(image)
            draw.rectangle((left, foot - height, left + width, foot), fill=colours[0])
            draw.polygon(roof_line, fill=colours[1])
        draw = ImageDraw.Draw(layer)
        for place in (0.12, 0.68):
            x, y = left + place * width, foot - height * 0.75
            draw.rectangle((x, y, x + width * 0.2, y + height * 0.35), fill=(70, 90, 110), outline="white")
        draw.rectangle((left + width * 0.42, foot - height * 0.55, left + width * 0.58, foot), fill=wood)
        self.fill(mask, "house", np.asarray(layer, np.float32) + self.noise((40, 80))[..., None] * 12)

    def paste(self, kind: str, depth: float) -> None:
        """Paste a cut-out whose feet are at `depth`, 0 at the horizon and 1 at the lower edge."""
        rng, size = self.rng, self.size
        choices = cutouts(kind, self.unseen)
        name, cutout = choices[rng.integers(len(choices))]
        height = HEIGHTS[kind] * (0.35 + 0.65 * depth) * rng.uniform(0.8, 1.2) * size
        width = cutout.width / cutout.height * height * rng.uniform(0.85, 1.15)
        shrink = min(1.0, 0.75 * size / width)
        shape = max(4, round(width * shrink)), max(4, round(height * shrink))
        left = round(rng.uniform(-0.1, 1.1) * size - shape[0] / 2)
        foot = self.horizon + 0.03 + depth * (0.95 - self.horizon)
        if name in FLYING:
            foot = rng.uniform(0.2, 0.5)
        top = round(foot * size) - shape[1]
        picture = self.vary(cutout, kind).resize(shape, Image.Resampling.BILINEAR)
        if kind != "tree" and rng.random() < 0.5:
            picture = picture.rotate(rng.uniform(-8, 8), Image.Resampling.BILINEAR)
        alpha = picture.getchannel("A")
        solid = alpha.point([0] * 100 + [255] * 156)
        if name not in FLYING:
            self.shadow(left, round(foot * size), shape)
        self.picture.paste(picture, (left, top), alpha)
        surface = kind if kind in SURFACES else "animal"
        self.surfaces.paste(SURFACES.index(surface), (left, top), solid)
        if kind in OBJECTS:
            self.objects.append((OBJECTS.index(kind), float(np.count_nonzero(np.asarray(solid)))))
        self.numbers.paste(len(self.objects) if kind in OBJECTS else 0, (left, top), solid)

    def vary(self, cutout: Image.Image, kind: str) -> Image.Image:
        """Return the cut-out mirrored or not, lighter or darker, and a car in another colour."""
        alpha = cutout.getchannel("A")
        picture = cutout.convert("RGB")
        if kind == "car":
            hue, saturation, value = picture.convert("HSV").split()
            turned = ImageChops.add_modulo(hue, Image.new("L", hue.size, int(self.rng.integers(256))))
            picture = Image.merge("HSV", (turned, saturation, value)).convert("RGB")
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            picture = enhance(picture).enhance(self.rng.uniform(0.75, 1.25))
        picture.putalpha(alpha)
        return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.rng.random() < 0.5 else picture

    def shadow(self, left: int, foot: int, shape: tuple[int, int]) -> None:
        """Darken an ellipse below an object."""
        mask = Image.new("L", self.picture.size)
        rise = max(1, shape[1] // 16)
        ImageDraw.Draw(mask).ellipse((left, foot - rise, left + shape[0], foot + rise), fill=90)
        self.picture.paste((20, 25, 20), (0, 0), mask)


def draw_scene(seed: int, size: int, *, unseen: bool = False) -> Scene:
    """Draw a square scene of `size` pixels a side with one to four objects; the same seed gives the same scene."""
    rng = np.random.default_rng([seed, int(unseen)])
    painter = _Painter(rng, size, unseen)
    painter.sky()
    if rng.random() < 0.6:
        painter.ridge()
    shore = painter.horizon
    if rng.random() < 0.4:
        painter.ground("water", shore)
        shore += rng.uniform(0.06, 0.2)
    painter.ground("grass", shore)
    if rng.random() < 0.5:
        painter.house()
    kinds = ["tree"] * int(rng.integers(0, 4)) + [str(rng.choice(OBJECTS)) for _ in range(rng.integers(1, 5))]
    nearness = [rng.uniform(0.05, 0.5) if kind == "tree" else rng.uniform(0.2, 1) for kind in kinds]
    for depth, kind in sorted(zip(nearness, kinds, strict=True)):
        painter.paste(kind, depth)
    return _seen(painter)


def _seen(painter: _Painter) -> Scene:
    """Return the scene with a box around what is seen of each object."""
    numbers = np.asarray(painter.numbers)
    boxes, labels = [], []
    for number, (label, area) in enumerate(painter.objects, start=1):
        rows, columns = np.nonzero(numbers == number)
        if len(rows) > LEAST_VISIBLE * area and len(rows) > 0.0008 * numbers.size:
            boxes.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
            labels.append(label)
    return Scene(
        painter.picture,
        np.asarray(painter.surfaces),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
    )
