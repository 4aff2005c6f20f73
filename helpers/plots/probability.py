"""Draw scores and next-token distributions."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike
from transformers import PreTrainedTokenizerBase

from helpers.plots.figures import printable, shortened, show, token_texts

WIDTH, ROW = 7.2, 0.28  # inches
BLUE, GREY = "#0072B2", "0.75"


def percent(share: float) -> str:
    """Return a share of 1 in percent, and small shares as different from none."""
    return f"{100 * share:.1f} %" if share >= 0.001 or share == 0 else "under 0.1 %"


def entropy(probabilities: ArrayLike) -> float:
    """Return the entropy of a distribution in bits."""
    positive = np.asarray(probabilities, dtype=float)
    positive = positive[positive > 0]
    return max(0.0, float(-(positive * np.log2(positive)).sum()))


def bars(labels: Sequence[str], values: ArrayLike, title: str, unit: str = "probability") -> None:
    """Draw horizontal bars, largest on top, with their `values` (labels,) in `unit`."""
    heights = np.asarray(values, dtype=float)
    order = np.argsort(heights, kind="stable")
    figure, axes = plt.subplots(figsize=(WIDTH, 0.34 * len(labels) + 1.1))
    drawn = axes.barh(range(len(labels)), heights[order], height=0.7)
    axes.bar_label(drawn, fmt="%.2f", padding=3)
    # A space at either end belongs to a token and becomes visible; one between two words does not.
    names = [re.sub(r"(?<=[^␣])␣(?=[^␣])", " ", printable(labels[i])) for i in order]
    axes.set_yticks(range(len(labels)), names, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.15)
    axes.set(xlabel=unit, title=title)
    listed = ", ".join(f"{labels[i]} {heights[i]:.2f}" for i in order[::-1])
    show(figure, f"bar chart, {title}: {listed}.")


def distributions(
    tokenizer: PreTrainedTokenizerBase, panels: Mapping[str, ArrayLike], title: str = "", top: int = 12
) -> None:
    """Draw distributions side by side: the `top` most likely tokens of the first, and all others together.

    Each of `panels` holds the probabilities of one vocabulary, (vocabulary,).
    """
    values = {name: np.asarray(panel, dtype=float) for name, panel in panels.items()}
    order = np.argsort(-next(iter(values.values())), kind="stable")
    names = _labels(tokenizer, order[:top])
    size, described = (WIDTH, ROW * top + 1.3), []
    figure, grid = plt.subplots(1, len(values), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (name, panel) in zip(grid[0], values.items(), strict=True):
        heights = np.append(panel[order[:top]], panel[order[top:]].sum())
        drawn = axes.barh(range(top + 1), heights, height=0.72, color=[BLUE] * top + [GREY])
        axes.bar_label(drawn, [percent(height) for height in heights], padding=3, size=8)
        axes.set_title(f"{name}\n{entropy(panel):.1f} bits", size=10)
        first = ", ".join(f"{names[i]} {percent(heights[i])}" for i in range(min(3, top)))
        described.append(f"{name}: {entropy(panel):.1f} bits, {first}, all others {percent(heights[-1])}")
    _name_rows(grid[0, 0], [*names, f"{len(order) - top:,} others"])
    grid[0, 0].set_xlim(0, 1.45 * max(axes.dataLim.x1 for axes in grid[0]))
    grid[0, 0].locator_params(axis="x", nbins=4)
    figure.supxlabel("probability", size=10)
    figure.suptitle(textwrap.fill(title, 68), weight="bold", size=11, x=0.01, ha="left")
    show(figure, f"next-token probabilities, {title}: {'; '.join(described)}.")


def filtered(
    tokenizer: PreTrainedTokenizerBase, before: ArrayLike, after: ArrayLike, title: str, top: int = 10
) -> None:
    """Draw a distribution before and after a filter, both (vocabulary,): outlines before, bars after.

    Below the `top` most likely tokens, one row has all other kept tokens and one has all that are cut.
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    order = np.argsort(-old, kind="stable")
    rest = order[top:]
    kept, cut = rest[new[rest] > 0], rest[new[rest] == 0]
    names = [*_labels(tokenizer, order[:top]), f"{len(kept):,} others kept", f"{len(cut):,} others cut"]
    outlines = [*old[order[:top]], old[kept].sum(), old[cut].sum()]
    fills = [*new[order[:top]], new[kept].sum(), 0.0]
    figure, axes = plt.subplots(figsize=(WIDTH, ROW * len(names) + 1.1))
    axes.barh(range(len(names)), fills, height=0.5, color=[BLUE] * top + [GREY, GREY])
    hatches = ["" if fill else "////" for fill in fills]
    axes.barh(range(len(names)), outlines, height=0.78, fill=False, edgecolor="0.25", hatch=hatches)
    ends = []
    for place, (outline, fill) in enumerate(zip(outlines, fills, strict=True)):
        ends.append(f"{percent(outline)} → {percent(fill) if fill else 'cut'}" if outline else "none")
        axes.text(max(outline, fill), place, f" {ends[-1]}", va="center", size=8.5)
    _name_rows(axes, names)
    axes.set(xlim=(0, 1.35 * max(*outlines, *fills)), xlabel="probability", title=textwrap.fill(title, 68))
    handles = [Patch(fill=False, edgecolor="0.25", label="before"), Patch(color=BLUE, label="after")]
    axes.legend(handles=handles, loc="center right")
    listed = ", ".join(f"{name} {end}" for name, end in zip(names[:5], ends, strict=False))
    show(figure, f"{title}: {kept_in_words(old, new)}. Most likely, before and after: {listed}.")


def kept_in_words(before: np.ndarray, after: np.ndarray) -> str:
    """Return in words how much a filter keeps of a distribution, (vocabulary,) before and after."""
    kept = after > 0
    return (
        f"{kept.sum():,} of {len(before):,} tokens kept, which hold {percent(float(before[kept].sum()))} of the model's"
        f" probability; entropy {entropy(before):.1f} bits before, {entropy(after):.1f} after"
    )


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of horizontal bars, the first one on top, over an axis in percent."""
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _labels(tokenizer: PreTrainedTokenizerBase, ids: Iterable[int]) -> list[str]:
    return [printable(shortened(text, 16)) for text in token_texts(tokenizer, ids)]
