"""Draw tokens: as coloured boxes, on the characters they cover, and in attention masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike

from helpers.plots.figures import MONOSPACED, printable, shortened, show

WIDTH, LINE, CELL = 7.2, 0.27, 0.092  # inches; a cell holds one monospaced character
COLUMNS = int(WIDTH / CELL)
# Different in lightness too, and light enough for black text.
FILLS = ("#F0E442", "#56B4E9", "#E69F00", "#CC79A7")
STRIPES = ("#D5E8F3", "#8DBFDD")
MASK = ListedColormap(["#F2F2F2", "#0072B2"])
Row = tuple[Sequence[str], Sequence[str]]
Spans = Sequence[Sequence[tuple[int, int]]]
Labels = Sequence[Sequence[str | None]]


def token_boxes(rows: Mapping[str, Row], colours: Mapping[str, str], title: str) -> None:
    """Draw rows of tokens as boxes, coloured by the kind of each token.

    A row has a name, the texts of its tokens and their kinds, both (tokens,); `colours` has a colour for every kind.
    Rows are wrapped, and a newline at the end of a token begins a new line.
    """
    indent = max(map(len, rows)) + 1 if any(rows) else 0
    names, boxes, described, first = {}, [], [], 0
    for name, (tokens, kinds) in rows.items():
        names[first] = name
        places = wrapped(tokens, COLUMNS - indent)
        for (line, column, text), kind in zip(places, kinds, strict=True):
            boxes.append((first + line, indent + column, text, colours[kind]))
        first += 1 + max((line for line, *_ in places), default=0)
        counts = ", ".join(f"{list(kinds).count(kind)} {kind}" for kind in colours if kind in kinds)
        described.append(f"{name}: {counts}" if name else counts)
    figure, axes = _canvas(LINE * first, above=0.3, below=0.4)
    axes.set_title(title, parse_math=False)
    for line, name in names.items():
        axes.text(0, -LINE * (line + 0.5), name, va="center", size=9, parse_math=False)
    for line, column, text, colour in boxes:
        _box(axes, column * CELL, -LINE * (line + 0.5), len(text) * CELL, colour, text)
    handles = [Patch(facecolor=colour, edgecolor="0.45", label=kind) for kind, colour in colours.items()]
    axes.legend(handles=handles, loc="lower left", ncols=len(colours), borderaxespad=0)
    show(figure, f"{title}, tokens by colour: {'; '.join(described)}.")


def wrapped(tokens: Sequence[str], columns: int) -> list[tuple[int, int, str]]:
    """Return the line, the first column and the printable text of each token, in lines of at most `columns`."""
    places, line, column = [], 0, 0
    for token in tokens:
        text = shortened(printable(token).replace("␣", " ") or " ", columns)
        if column + len(text) > columns:
            line, column = line + 1, 0
        places.append((line, column, text))
        column += len(text)
        if token.endswith("\n"):
            line, column = line + 1, 0
    return places


def on_characters(texts: Sequence[str], spans: Spans, labels: Labels | None = None) -> None:
    """Draw each text as a line of characters, with boxes over its spans (start, end); empty spans are left out.

    Without `labels` the spans are tokens: striped, and counted at the end of the line. With `labels`, one for each
    span, they are coloured by label, and the label stands below; None leaves a span white.
    """
    cell = min(0.16, (WIDTH - (0.1 if labels else 1.0)) / max(map(len, texts)))
    height = 0.5 if labels else 0.36
    figure, axes = _canvas(height * len(texts))
    kinds = list(dict.fromkeys(label for row in labels or [] for label in row if label is not None))
    # Two tones tell neighbours apart where the labels are many, such as the numbers of words.
    fills = dict(zip(kinds, FILLS if len(kinds) <= len(FILLS) else STRIPES * len(kinds), strict=False))
    described = []
    for line, (text, places) in enumerate(zip(texts, spans, strict=True)):
        names = labels[line] if labels else [None] * len(places)
        kept = [(span, name) for span, name in zip(places, names, strict=True) if span[1] > span[0]]
        middle = -height * line - 0.14
        for number, ((start, end), name) in enumerate(kept):
            fill = "white" if labels and name is None else STRIPES[number % 2] if name is None else fills[name]
            _box(axes, start * cell, middle, (end - start) * cell, fill)
            axes.text((start + end) / 2 * cell, middle - 0.22, name or "", ha="center", va="center", size=8)
        for place, character in enumerate(text):
            sign = printable(character) if character != " " else " "
            _write(axes, (place + 0.5) * cell, middle, sign, min(11.0, 105 * cell))
        if labels is None:
            axes.text(len(text) * cell + 0.12, middle, f"{len(kept)} tokens", va="center", size=9)
            described.append("|".join(text[start:end] for (start, end), _ in kept))
        else:
            described.append(", ".join(f"{text[start:end]} {name}" for (start, end), name in kept if name is not None))
    show(figure, f"{'spans' if labels else 'tokens'} on the characters they cover: {'; '.join(described)}.")


def attention_masks(
    masks: Mapping[str, ArrayLike], tokens: Mapping[str, Sequence[Sequence[str]]], mark_last: bool = False
) -> None:
    """Draw attention masks as maps, one below the other: each mask is (texts, positions), its tokens written in.

    `mark_last` frames the last position, where a model continues the text.
    """
    grids = {title: np.asarray(mask) for title, mask in masks.items()}
    height = 0.34 * sum(map(len, grids.values())) + 0.75 * len(grids)
    figure, panels = plt.subplots(len(grids), 1, figsize=(WIDTH, height), squeeze=False, sharex=True)
    for axes, (title, grid) in zip(panels[:, 0], grids.items(), strict=True):
        rows, columns = grid.shape
        axes.pcolormesh(grid, cmap=MASK, vmin=0, vmax=1, edgecolor="white", linewidth=2)
        for (row, column), value in np.ndenumerate(grid):
            text = printable(tokens[title][row][column])
            # A monospaced character is 0.6 of its size wide; the cells share 6.4 inches of 72 points.
            size = min(9.5, 6.4 * 72 / columns / (0.6 * (len(text) + 0.4)))
            _write(axes, column + 0.5, row + 0.5, text, size, "white" if value else "0.35")
        axes.set_xticks(np.arange(columns) + 0.5, [str(column) for column in range(columns)])
        axes.set_yticks(np.arange(rows) + 0.5, [f"text {row + 1}" for row in range(rows)])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.invert_yaxis()
        axes.set_title(title)
        if mark_last:
            frame = Rectangle((columns - 1, 0), 1, rows, fill=False, edgecolor="#D55E00", linewidth=2.5, clip_on=False)
            axes.add_patch(frame)
    panels[-1, 0].set_xlabel("position" + (" (framed: where the model continues)" if mark_last else ""))
    ignored = (f"{title}: {', '.join(str(int((row == 0).sum())) for row in grid)}" for title, grid in grids.items())
    show(figure, f"map of attention masks; ignored positions in each row, {', '.join(ignored)}.")


def _canvas(height: float, above: float = 0.0, below: float = 0.0) -> tuple[Figure, Axes]:
    """Return empty axes in inches, from 0 down to -`height`, with room for a title above and a legend below."""
    figure = plt.figure(figsize=(WIDTH, height + above + below), layout="none")
    axes = figure.add_axes((0.005, 0, 0.99, 1 - above / (height + above + below)), frame_on=False)
    axes.set(xlim=(0, WIDTH), ylim=(-height - below, 0), xticks=[], yticks=[])
    return figure, axes


def _box(axes: Axes, left: float, middle: float, width: float, colour: str, text: str = "") -> None:
    corner = (left, middle - 0.12)
    axes.add_patch(Rectangle(corner, width, 0.24, facecolor=colour, edgecolor="0.55", linewidth=0.7))
    red, green, blue = to_rgb(colour)
    dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
    _write(axes, left + width / 2, middle, text, 9.5, "white" if dark else "black")


def _write(axes: Axes, x: float, y: float, text: str, size: float, colour: str = "black") -> None:
    axes.text(x, y, text, ha="center", va="center", family=MONOSPACED, size=size, color=colour, parse_math=False)
