"""Figures of tokenization: tokens on the characters they cover, padding masks, what a mask changes, and timings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from helpers.plots.base import printable, show

WIDTH = 7.2
# Told apart by lightness too, and light enough for black writing.
FILLS = ("#F0E442", "#56B4E9", "#E69F00", "#CC79A7")
STRIPES = ("#D5E8F3", "#8DBFDD")
MARKERS = ("o", "s", "^")
LINES = ("-", "--", ":")


def on_characters(
    texts: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    labels: Sequence[Sequence[str | None]] | None = None,
) -> None:
    """Each text as a line of characters, with boxes over its spans (start, end); empty spans are left out.

    Without `labels` the boxes are the tokens: striped, and counted at the line's end. With `labels`, one for each
    span, they are coloured by label and the label stands below; None leaves a span white.
    """
    most = max(len(text) for text in texts)
    count_width = 0.0 if labels else 0.9
    cell = min(0.16, (WIDTH - 0.1 - count_width) / most)
    height = 0.5 if labels else 0.36
    figure, axes = plt.subplots(figsize=(WIDTH, height * len(texts) + 0.15))
    axes.set_xlim(-0.05, WIDTH - 0.05)
    axes.set_ylim(-height * len(texts), 0.05)
    axes.axis("off")
    kinds = list(dict.fromkeys(label for row in labels or [] for label in row if label is not None))
    for line, (text, places) in enumerate(zip(texts, spans, strict=True)):
        top = -height * line
        kept = [(i, start, end) for i, (start, end) in enumerate(places) if end > start]
        for number, (i, start, end) in enumerate(kept):
            label = labels[line][i] if labels else None
            fill = _fill(label, kinds, striped=number if labels is None else None)
            _box(axes, start * cell, top, (end - start) * cell, fill)
            if label is not None:
                axes.text((start + end) / 2 * cell, top - 0.36, label, ha="center", va="center", size=8)
        for place, character in enumerate(text):
            axes.text(
                (place + 0.5) * cell,
                top - 0.14,
                printable(character) if character != " " else " ",
                ha="center",
                va="center",
                family="monospace",
                size=min(11.0, 105 * cell),
            )
        if labels is None:
            axes.text(len(text) * cell + 0.12, top - 0.14, f"{len(kept)} tokens", va="center", size=9)
    show(figure, _described(texts, spans, labels))


def _fill(label: str | None, kinds: Sequence[str], striped: int | None) -> str:
    if striped is not None:
        return STRIPES[striped % 2]
    if label is None:
        return "white"
    # Many labels are numbers in a row, such as those of words: two tones are enough to tell neighbours apart.
    return STRIPES[kinds.index(label) % 2] if len(kinds) > len(FILLS) else FILLS[kinds.index(label)]


def _box(axes: Axes, left: float, top: float, width: float, fill: str) -> None:
    axes.add_patch(Rectangle((left, top - 0.26), width, 0.24, facecolor=fill, edgecolor="black", linewidth=0.7))


def _described(
    texts: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    labels: Sequence[Sequence[str | None]] | None,
) -> str:
    if labels is None:
        cut = ("|".join(text[start:end] for start, end in row) for text, row in zip(texts, spans, strict=True))
        return "tokens on the characters they cover: " + "; ".join(cut) + "."
    named = (
        f"{text[start:end]} {label}"
        for text, row, names in zip(texts, spans, labels, strict=True)
        for (start, end), label in zip(row, names, strict=True)
        if label is not None and end > start
    )
    return "spans on their characters: " + ", ".join(named) + "."


def attention_masks(
    masks: Mapping[str, ArrayLike], tokens: Mapping[str, Sequence[Sequence[str]]], mark_last: bool = False
) -> None:
    """Heat maps of attention masks, one below the other: each mask (texts, positions), its tokens written in.

    `mark_last` frames the last position, where a model that generates writes on.
    """
    shapes = {title: np.asarray(mask) for title, mask in masks.items()}
    rows = sum(len(mask) for mask in shapes.values())
    figure, panels = plt.subplots(
        len(shapes), 1, figsize=(WIDTH, 0.34 * rows + 0.75 * len(shapes)), squeeze=False, sharex=True
    )
    for axes, (title, mask) in zip(panels[:, 0], shapes.items(), strict=True):
        axes.imshow(mask, cmap=ListedColormap(["#F2F2F2", "#0072B2"]), vmin=0, vmax=1, aspect="auto")
        # A monospaced letter is 0.6 of its size wide; 6.3 inches of 72 points are left for the cells.
        longest = max(len(token) for row in tokens[title] for token in row)
        size = min(8.0, 6.3 * 72 / mask.shape[1] / (0.6 * (longest + 0.8)))
        for (row, column), value in np.ndenumerate(mask):
            token = printable(tokens[title][row][column])
            colour = "white" if value else "0.35"
            axes.text(column, row, token, ha="center", va="center", color=colour, size=size, family="monospace")
        _grid(axes, mask.shape)
        axes.set_title(title)
        if mark_last:
            frame = (mask.shape[1] - 1.5, -0.5)
            axes.add_patch(
                Rectangle(frame, 1, len(mask), fill=False, edgecolor="#D55E00", linewidth=2.5, clip_on=False)
            )
    panels[-1, 0].set_xlabel("position" + (" (framed: where the model writes on)" if mark_last else ""))
    ignored = ", ".join(
        f"{title}: {', '.join(str(int((row == 0).sum())) for row in mask)}" for title, mask in shapes.items()
    )
    show(figure, f"heat map of attention masks; ignored positions in each row, {ignored}.")


def _grid(axes: Axes, shape: tuple[int, int]) -> None:
    """White lines between the cells; rows counted from 1, as one counts texts."""
    axes.set_xticks(range(shape[1]))
    axes.set_yticks(range(shape[0]), [f"text {row + 1}" for row in range(shape[0])])
    axes.set_xticks(np.arange(-0.5, shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, shape[0]), minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def padding_effect(padding: Sequence[int], similarity: Mapping[str, Sequence[float]]) -> None:
    """How similar a vector stays to itself as padding tokens are added: a curve for each way, (len(padding),)."""
    figure, axes = plt.subplots(figsize=(WIDTH, 2.9))
    for i, (name, values) in enumerate(similarity.items()):
        axes.plot(padding, values, marker=MARKERS[i], linestyle=LINES[i], label=name, clip_on=False)
    axes.set_xscale("symlog", base=2, linthresh=1)
    axes.set_xticks(padding, [str(number) for number in padding])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(min(0.0, *(min(values) for values in similarity.values())), 1.05)
    axes.set_xlabel("padding tokens added")
    axes.set_ylabel("cosine similarity")
    axes.set_title("A text's vector, compared with the one without padding")
    axes.legend(loc="lower left")
    ends = ", ".join(f"{name} {values[-1]:.2f}" for name, values in similarity.items())
    show(figure, f"similarity of a vector to itself over 0 to {padding[-1]} padding tokens; at the end: {ends}.")


def batch_speed(sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], unit: str = "texts") -> None:
    """Texts a second over batch size: a curve for each way from its seconds a batch, (len(sizes),)."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    rates = {name: np.asarray(sizes) / np.asarray(values, dtype=float) for name, values in seconds.items()}
    for i, (name, rate) in enumerate(rates.items()):
        axes.plot(sizes, rate, marker=MARKERS[i], linestyle=LINES[i], label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_ylim(0, 1.1 * max(rate.max() for rate in rates.values()))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("texts in one call")
    axes.set_ylabel(f"{unit}/s")
    axes.set_title("Speed over batch size")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    # How fast changes from run to run, so the description gives it in the words that comparisons leave out.
    ends = ", ".join(f"{name} {rate[-1]:,.0f} {unit}/s" for name, rate in rates.items())
    show(figure, f"curves of speed over batches of {sizes[0]} to {sizes[-1]} texts; at the end: {ends}.")
