"""Figures of how models are built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from helpers.plots.base import show

# The first of these that a head returns is what it is there for; the others are by-products.
MAIN_OUTPUTS = (("start_logits", "end_logits"), ("pred_masks",), ("logits",), ("last_hidden_state",))
MOST_CELLS = 7  # an axis with more entries is drawn as one bar
# Fill and text of each body, in the style's order from dark to light.
BODY_COLOURS = (("#0072B2", "white"), ("#D55E00", "white"), ("#009E73", "white"), ("#E69F00", "black"))


def bodies_and_heads(rows: Sequence[Mapping]) -> None:
    """Each body once, beside it its heads, and beside each head the output for one input, as a grid of cells.

    A row has `auto` (the Auto class's name), `body` (a model type), `meaning` (what one number is) and `shapes` (the
    shape of each output, by name). Rows of one body must be neighbours.
    """
    figure, axes = plt.subplots(figsize=(7.2, 0.56 * len(rows) + 0.5))
    axes.set_xlim(0, 10)
    axes.set_ylim(len(rows) - 0.4, -1.0)
    axes.axis("off")
    for x, title in ((0, "body"), (1.98, "head"), (5.0, "one output"), (6.65, "shape of all outputs")):
        axes.text(x, -0.78, title, va="center", fontweight="bold", color="0.35")
    first, described = 0, []
    for (body, group), colours in zip(groupby(rows, lambda row: row["body"]), BODY_COLOURS, strict=False):
        heads = list(group)
        middle = first + (len(heads) - 1) / 2
        _box(axes, (0, first - 0.36, 1.5, len(heads) - 0.28), body, *colours, bold=True)
        for row, head in enumerate(heads, start=first):
            _head(axes, row, middle, head, colours[0])
        described.append(f"{body} with " + ", ".join(_described(head) for head in heads))
        first += len(heads)
    show(figure, f"{len(described)} bodies and their heads. " + "; ".join(described) + ".")


def _head(axes: Axes, row: int, middle: float, head: Mapping, colour: str) -> None:
    """One line of the figure: connection, head, grid, words."""
    axes.plot([1.5, 1.72, 1.72, 1.98], [middle, middle, row, row], color=colour, linewidth=1.6, zorder=0)
    bare = "last_hidden_state" in _main(head)
    _box(axes, (1.98, row - 0.3, 2.54, 0.6), _name(head), "white", "black", edge=colour, dashed=bare)
    axes.annotate("", (4.88, row), (4.55, row), arrowprops={"arrowstyle": "-|>", "color": colour})
    shapes = list(_main(head).values())
    for number, shape in enumerate(shapes):
        offset = (number - (len(shapes) - 1) / 2) * 0.34
        _grid(axes, (5.0, row + offset), shape[1:], 0.24 if len(shapes) > 1 else 0.6, colour)
    axes.text(6.65, row - 0.16, " and ".join(map(str, shapes)), va="center", family="monospace", fontsize=9)
    axes.text(6.65, row + 0.17, head["meaning"], va="center", fontsize=8.5)


def _grid(axes: Axes, left: tuple[float, float], shape: Sequence[int], height: float, colour: str) -> None:
    """The output for one input: a column for each token or choice, a cell for each of its numbers.

    `shape` is (columns,), (columns, numbers) or, for pictures, (…, pictures, height, width).
    """
    x, y = left
    columns, numbers = (shape[0], 1) if len(shape) == 1 else (shape[-3], 1) if len(shape) > 2 else shape
    width = 0.34 if len(shape) > 2 else 0.17
    cells = numbers if numbers <= MOST_CELLS else 1
    tall = height if numbers > 1 or len(shape) > 2 else 0.24
    for column in range(columns):
        for cell in range(cells):
            corner = (x + column * (width + 0.03), y - tall / 2 + cell * tall / cells)
            axes.add_patch(Rectangle(corner, width, tall / cells, facecolor=colour, alpha=0.35, linewidth=0))
            axes.add_patch(Rectangle(corner, width, tall / cells, fill=False, edgecolor=colour, linewidth=0.9))
        if cells < numbers:
            axes.text(x + column * (width + 0.03) + width / 2, y, "⋮", ha="center", va="center", fontsize=8)


def _box(
    axes: Axes,
    place: tuple[float, float, float, float],
    text: str,
    fill: str,
    colour: str,
    *,
    edge: str | None = None,
    dashed: bool = False,
    bold: bool = False,
) -> None:
    """A rounded box at (x, y, width, height) with its text in the middle."""
    x, y, width, height = place
    style = "round,pad=0,rounding_size=0.08"
    line = {"linewidth": 1.4, "linestyle": "--" if dashed else "-"}
    axes.add_patch(FancyBboxPatch((x, y), width, height, style, facecolor=fill, edgecolor=edge or fill, **line))
    written = {"color": colour, "fontweight": "bold" if bold else "normal", "fontsize": 9}
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", **written)


def _main(head: Mapping) -> dict[str, tuple[int, ...]]:
    names = next(names for names in MAIN_OUTPUTS if names[0] in head["shapes"])
    return {name: head["shapes"][name] for name in names}


def _name(head: Mapping) -> str:
    return head["auto"].removeprefix("AutoModelFor")


def _described(head: Mapping) -> str:
    shapes = " and ".join(map(str, _main(head).values()))
    return f"{_name(head)} {shapes} {head['meaning']}"
