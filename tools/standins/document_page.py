"""A page of text in segments: its words with boxes in thousandths of the page, and its picture."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1000, 1300  # pixels of a page
Box = list[int]


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font."""
    loaded = ImageFont.load_default(size)
    assert isinstance(loaded, ImageFont.FreeTypeFont)
    return loaded


@dataclass
class Segment:
    """A piece of text on one line, at pixels x and y; `answers` maps a field to the words that are its answer."""

    text: str
    x: float
    y: float
    size: int
    answers: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def width(self) -> float:
        """Pixels."""
        return font(self.size).getlength(self.text)


@dataclass
class Document:
    """A page: its segments, what kind it is, and the items that it lists."""

    kind: str
    segments: list[Segment] = field(default_factory=list)
    items: dict[str, str] = field(default_factory=dict)

    def put(
        self, text: str, x: float, y: float, size: int, name: str = "", *, label: str = "", right: bool = False
    ) -> None:
        """Add a segment: `label`, then `text`, which answers the field `name`. x is its right edge if `right`."""
        start = len(label.split())
        segment = Segment(f"{label} {text}".strip(), x, y, size)
        if right:
            segment.x -= segment.width
        if name:
            segment.answers[name] = (start, start + len(text.split()))
        self.segments.append(segment)

    def in_order(self) -> list[Segment]:
        """The segments line by line, from the left in a line."""
        rows: list[list[Segment]] = []
        for segment in sorted(self.segments, key=lambda s: s.y):
            if rows and abs(segment.y - rows[-1][0].y) < 0.5 * segment.size:
                rows[-1].append(segment)
            else:
                rows.append([segment])
        return [segment for row in rows for segment in sorted(row, key=lambda s: s.x)]

    def words(self, whole_lines: bool = False) -> tuple[list[tuple[str, Box]], dict[str, tuple[int, int]]]:
        """Return the words with their boxes, 0 to 1000, and the words that answer each field (first, last + 1).

        With `whole_lines` every word has its segment's box, as a detector of lines gives it.
        """
        words: list[tuple[str, Box]] = []
        answers = {}
        for segment in self.in_order():
            for name, (first, last) in segment.answers.items():
                answers[name] = len(words) + first, len(words) + last
            x = segment.x
            for word in segment.text.split():
                left, right = x, x + font(segment.size).getlength(word)
                x = right + font(segment.size).getlength(" ")
                if whole_lines:
                    left, right = segment.x, segment.x + segment.width
                words.append((word, scaled(left, segment.y, right, segment.y + 1.1 * segment.size)))
        return words, answers

    def draw(self) -> Image.Image:
        """The page in black on white."""
        page = Image.new("L", (WIDTH, HEIGHT), 255)
        pen = ImageDraw.Draw(page)
        for segment in self.segments:
            pen.text((segment.x, segment.y), segment.text, font=font(segment.size), fill=0)
        return page


def scaled(left: float, top: float, right: float, bottom: float) -> Box:
    """A box in thousandths of the page."""
    box = left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT
    return [min(1000, max(0, round(1000 * side))) for side in box]
