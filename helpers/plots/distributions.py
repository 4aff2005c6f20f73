"""Figures of next-token distributions: what temperature and filters do to them, and how likely written tokens were."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike

from helpers.plots.base import MONOSPACED, printable, shortened, show, token_texts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

WIDTH = 7.2
BLUE, ORANGE = "#0072B2", "#D55E00"
LINES = ((BLUE, "-"), (ORANGE, "--"), ("#009E73", ":"))
# The lower bounds of the shades, and the shades: the rarer, the darker.
BOUNDS = (0.5, 0.1, 0.01, 0.001, 0.0)
SHADES = ("#FFFFFF", "#DCE9F3", "#9CC3DF", "#3F87BD", "#08306B")
LINE_CHARACTERS = 78
LONGEST_LABEL = 16


def percent(share: float) -> str:
    """A share of 1 in percent, with as many digits as tell small ones apart from none."""
    return f"{100 * share:.1f} %" if share >= 0.001 or share == 0 else "under 0.1 %"


def _left(share: float) -> str:
    return percent(share) if share > 0 else "cut"


def entropy(probabilities: ArrayLike) -> float:
    """The entropy of a distribution in bits: the number of yes-no questions that its outcome is worth."""
    kept = np.asarray(probabilities, dtype=float)
    kept = kept[kept > 0]
    return max(0.0, float(-(kept * np.log2(kept)).sum()))


def distributions(
    tokenizer: PreTrainedTokenizerBase, panels: Mapping[str, ArrayLike], title: str = "", top: int = 12
) -> None:
    """Several distributions over one vocabulary side by side, as bars of the same `top` tokens, the first's likeliest.

    Each of `panels` is (vocabulary,) probabilities; the last row is what all other tokens have together.
    """
    values = {name: np.asarray(one, dtype=float) for name, one in panels.items()}
    first = next(iter(values.values()))
    order = np.argsort(-first, kind="stable")[:top]
    figure, axes = plt.subplots(1, len(values), figsize=(WIDTH, 0.26 * top + 1.3), sharex=True, sharey=True)
    widest = 0.0
    for ax, (name, one) in zip(np.atleast_1d(axes), values.items(), strict=True):
        heights = np.append(one[order], one.sum() - one[order].sum())
        colours = [BLUE] * top + ["0.75"]
        drawn = ax.barh(range(top + 1), heights, height=0.72, color=colours)
        ax.bar_label(drawn, [percent(height) for height in heights], padding=3, size=8)
        ax.set_title(f"{name}\n{entropy(one):.1f} bits", size=10)
        widest = max(widest, heights.max())
        ax.tick_params(axis="y", length=0)
    names = labels(tokenizer, order)
    np.atleast_1d(axes)[0].set_yticks(range(top + 1), [*names, f"{len(first) - top:,} others"])
    np.atleast_1d(axes)[0].invert_yaxis()
    np.atleast_1d(axes)[0].set_xlim(0, 1.45 * widest)
    figure.supxlabel("probability", size=10)
    _percent_axis(*np.atleast_1d(axes))
    if title:
        figure.suptitle(textwrap.fill(title, 68), weight="bold", size=11, x=0.01, ha="left")
    listed = "; ".join(
        f"{name}: {entropy(one):.1f} bits, "
        + ", ".join(f"{names[i]} {percent(one[order[i]])}" for i in range(min(3, top)))
        + f", all but the first {top} {percent(one.sum() - one[order].sum())}"
        for name, one in values.items()
    )
    show(figure, f"next-token probabilities, {title}: {listed}.")


def filtered(
    tokenizer: PreTrainedTokenizerBase, before: ArrayLike, after: ArrayLike, title: str, top: int = 10
) -> None:
    """A distribution before and after a filter, both (vocabulary,), and how much of it the kept tokens hold.

    Left, the `top` likeliest tokens: outlines before, bars after, hatched what is cut off. Right, the probability that
    the most likely tokens hold together, over how many they are, shaded as far as they are kept.
    """
    show(*draw_filtered(tokenizer, before, after, title, top))


def draw_filtered(
    tokenizer: PreTrainedTokenizerBase, before: ArrayLike, after: ArrayLike, title: str, top: int = 10
) -> tuple[Figure, str]:
    """The figure of `filtered` and its description, not displayed."""
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    order = np.argsort(-old, kind="stable")
    kept = int((new > 0).sum())
    held = old[new > 0].sum()
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 0.29 * top + 1.35), width_ratios=(1.25, 1))
    names = labels(tokenizer, order[:top])
    _before_and_after(left, names, old[order[:top]], new[order[:top]])
    _held_by_the_first(right, old, new, order)
    figure.suptitle(textwrap.fill(title, 68), weight="bold", size=11, x=0.01, ha="left")
    alt = (
        f"{title}: {kept:,} of {len(old):,} tokens are kept and hold {percent(held)} of the probability; entropy"
        f" {entropy(old):.1f} bits before, {entropy(new):.1f} after. Most likely, before and after: "
        + ", ".join(f"{name} {percent(old[i])} {_left(new[i])}" for name, i in zip(names[:5], order, strict=False))
        + "."
    )
    return figure, alt


def _before_and_after(axes: Axes, names: Sequence[str], old: np.ndarray, new: np.ndarray) -> None:
    places = np.arange(len(names))
    axes.barh(places, new, height=0.5, color=BLUE)
    for place, was, is_now in zip(places, old, new, strict=True):
        axes.barh(place, was, height=0.78, fill=False, edgecolor="0.25", hatch="////" if is_now == 0 else None)
        said = "cut" if is_now == 0 else percent(is_now)
        axes.annotate(said, (max(was, is_now), place), xytext=(4, 0), textcoords="offset points", va="center", size=8)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3 * max(old.max(), new.max()))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("probability")
    _percent_axis(axes)
    handles = [Patch(fill=False, edgecolor="0.25", label="before"), Patch(color=BLUE, label="after")]
    axes.legend(handles=handles, loc="lower right", fontsize=9)


def _held_by_the_first(axes: Axes, old: np.ndarray, new: np.ndarray, order: np.ndarray) -> None:
    ranks = np.arange(1, len(old) + 1)
    held = old[order].cumsum()
    kept = int((new > 0).sum())
    axes.plot(ranks, held, color="black")
    axes.fill_between(ranks[:kept], held[:kept], color=BLUE, alpha=0.35, linewidth=0)
    axes.plot(kept, held[kept - 1], "o", color=BLUE)
    _rank_axis(axes, len(old))
    # Few tokens leave room beside their area, many leave it inside.
    inside = kept > len(old) ** 0.55
    axes.annotate(
        f"{kept:,} {'token' if kept == 1 else 'tokens'}:\n{percent(held[kept - 1])}",
        (kept, 0.06),
        xytext=(-5 if inside else 5, 0),
        textcoords="offset points",
        ha="right" if inside else "left",
        va="bottom",
        size=9,
    )


def cut_points(distributions: Mapping[str, ArrayLike], top_k: int, top_p: float) -> None:
    """Where top-k and top-p cut each of several distributions, (vocabulary,) each: probability held over tokens."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    described = []
    for (name, one), (colour, line) in zip(distributions.items(), LINES, strict=False):
        held = np.sort(np.asarray(one, dtype=float))[::-1].cumsum()
        enough = int((held < top_p).sum()) + 1
        axes.plot(np.arange(1, len(held) + 1), held, color=colour, linestyle=line, label=name)
        axes.plot(top_k, held[top_k - 1], "s", color=colour, clip_on=False)
        axes.plot(enough, held[enough - 1], "o", color=colour, clip_on=False)
        described.append(
            f"{name}: the first {top_k} tokens hold {percent(held[top_k - 1])}, {top_p} is reached by {enough:,}"
        )
        size = len(held)
    axes.axvline(top_k, color="0.5", linewidth=0.9)
    axes.axhline(top_p, color="0.5", linewidth=0.9)
    axes.annotate(f"top_k={top_k}", (top_k, 0.02), xytext=(4, 0), textcoords="offset points", size=9)
    axes.annotate(f"top_p={top_p}", (size, top_p), xytext=(0, -11), textcoords="offset points", size=9, ha="right")
    _rank_axis(axes, size)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_title("Squares: where top-k cuts. Circles: where top-p cuts")
    show(figure, "curves of the probability held by the most likely tokens; " + "; ".join(described) + ".")


def _rank_axis(axes: Axes, size: int) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.9, size)
    ticks = [10**power for power in range(6) if 10**power <= size]
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_xlabel("number of tokens, likeliest first")
    axes.set_ylabel("hold together")


def _percent_axis(*panels: Axes) -> None:
    for axes in panels:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        axes.locator_params(axis="x", nbins=4)


def coloured_text(texts: Mapping[str, tuple[Sequence[str], ArrayLike]]) -> None:
    """Texts whose tokens are shaded by the probability they had, (tokens,) each: the rarer, the darker."""
    placed = {name: _lines(tokens) for name, (tokens, _) in texts.items()}
    rows = sum(len({row for row, *_ in places}) + 1.3 for places in placed.values())
    height = 0.235
    figure, axes = plt.subplots(figsize=(WIDTH, height * rows + 0.45))
    axes.axis("off")
    cell = WIDTH / (LINE_CHARACTERS + 0.5)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-height * rows, 0.45)
    _shade_legend(axes)
    top = 0.0
    for name, (tokens, probabilities) in texts.items():
        axes.text(0, top - 0.5 * height, name, weight="bold", va="center", size=10)
        top -= height
        for (row, column, width), token, probability in zip(placed[name], tokens, probabilities, strict=True):
            shade = _shade(float(probability))
            corner = (column * cell, top - (row + 1) * height + 0.02)
            axes.add_patch(
                Rectangle(corner, width * cell, height - 0.04, facecolor=SHADES[shade], edgecolor="0.6", linewidth=0.5)
            )
            axes.text(
                (column + width / 2) * cell,
                top - (row + 0.5) * height,
                _shown(token),
                ha="center",
                va="center",
                family=MONOSPACED,
                size=8.4,
                color="white" if shade > 2 else "black",
            )
        top -= (max(row for row, *_ in placed[name]) + 1.3) * height
    counts = (
        f"{name}: "
        + ", ".join(
            f"{sum(_shade(float(p)) == i for p in probabilities)} {_bound(i)}" for i in reversed(range(len(BOUNDS)))
        )
        for name, (_, probabilities) in texts.items()
    )
    show(figure, "tokens shaded by their probability, the rarer the darker; " + "; ".join(counts) + ".")


def _lines(tokens: Sequence[str]) -> list[tuple[int, int, int]]:
    """For each token its line, its first column and its width in characters; a line end begins a new line."""
    places, row, column = [], 0, 0
    for token in tokens:
        width = max(1, sum(1 + (east_asian_width(character) in "WF") for character in _shown(token)))
        if column and column + width > LINE_CHARACTERS:
            row, column = row + 1, 0
        places.append((row, column, width))
        column += width
        if "\n" in token:
            row, column = row + 1, 0
    return places


def _shown(token: str) -> str:
    """A token inside a text: blanks stay blanks, and one that fills more than a line is shortened."""
    return printable(shortened(token, LINE_CHARACTERS)).replace("␣", " ")


def _shade(probability: float) -> int:
    return next(i for i, bound in enumerate(BOUNDS) if probability >= bound)


def _bound(i: int) -> str:
    if i == len(BOUNDS) - 1:
        return f"under {100 * BOUNDS[-2]:g} %"
    return f"from {100 * BOUNDS[i]:g} %"


def _shade_legend(axes: Axes) -> None:
    axes.text(0, 0.3, "probability:", va="center", size=9)
    for i, shade in enumerate(SHADES):
        left = 1.0 + 1.2 * i
        axes.add_patch(Rectangle((left, 0.21), 0.22, 0.18, facecolor=shade, edgecolor="0.4", linewidth=0.7))
        axes.text(left + 0.28, 0.3, _bound(i), va="center", size=9)


def labels(tokenizer: PreTrainedTokenizerBase, numbers: Iterable[int]) -> list[str]:
    """Tokens as axis labels, shortened where they would take the room of the bars."""
    return [printable(shortened(text, LONGEST_LABEL)) for text in token_texts(tokenizer, numbers)]
