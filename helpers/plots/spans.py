"""Figures of stretches of text: names in a sentence, and where an answer begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from helpers.plots.base import printable, show

INCHES_A_CHARACTER = 0.086  # of the monospaced font at size 10
LINE_HEIGHT = 0.62
WIDTH = 7.2
NO_NAME = "O"
# Light enough for black writing, and each of another lightness.
FILLS = ("#F0E442", "#56B4E9", "#E69F00", "#CC79A7", "#BFE8DA", "#D9D9D9")


def token_strip(tokens: Sequence[str], labels: Sequence[str], title: str) -> None:
    """The tokens as a line of boxes, broken where needed; those with another label than "O" coloured, label below.

    `labels` has one for each token; a colour stands for a kind, that is a label without its "B-" or "I-".
    """
    kinds = list(dict.fromkeys(label.split("-", 1)[-1] for label in labels if label != NO_NAME))
    places, lines = lay_out([max(len(t), len(n) if n != NO_NAME else 0) for t, n in zip(tokens, labels, strict=True)])
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * lines + 0.3))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-LINE_HEIGHT * lines + 0.12, 0.05)
    axes.axis("off")
    axes.set_title(title)
    for token, label, (left, line, width) in zip(tokens, labels, places, strict=True):
        top = -LINE_HEIGHT * line
        named = label != NO_NAME
        kind = kinds.index(label.split("-", 1)[-1]) % len(FILLS) if named else 0
        box = FancyBboxPatch(
            (left + 0.04, top - 0.27),
            width - 0.08,
            0.24,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=FILLS[kind] if named else "white",
            edgecolor="black" if named else "0.8",
            linewidth=1.2 if named else 0.8,
        )
        axes.add_patch(box)
        middle = left + width / 2
        axes.text(middle, top - 0.155, printable(token), ha="center", va="center", family="monospace")
        if named:
            axes.text(middle, top - 0.40, label, ha="center", va="center", family="monospace", size=8)
    found = [f"{token} {label}" for token, label in zip(tokens, labels, strict=True) if label != NO_NAME]
    show(figure, f"{len(tokens)} tokens in a row; coloured and labelled are: {', '.join(found) or 'none'}.")


def lay_out(characters: Sequence[int]) -> tuple[list[tuple[float, int, float]], int]:
    """Where boxes for so many characters go: (left, line, width) of each in inches, and the number of lines."""
    places, left, line = [], 0.0, 0
    for count in characters:
        width = count * INCHES_A_CHARACTER + 0.2
        if left + width > WIDTH and left:
            left, line = 0.0, line + 1
        places.append((left, line, width))
        left += width
    return places, line + 1


def start_end(tokens: Sequence[str], start: ArrayLike, end: ArrayLike, title: str) -> None:
    """For each token the probability that the answer starts, and that it ends there; the answer is shaded.

    `start` and `end` are probabilities, each (tokens,); the answer reaches from the largest of `start` to the largest
    of `end`.
    """
    rows = {"starts here": np.asarray(start, dtype=float), "ends here": np.asarray(end, dtype=float)}
    first, last = (int(values.argmax()) for values in rows.values())
    figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 3.9), sharex=True, sharey=True)
    for axes, (name, values), colour, hatch in zip(panels, rows.items(), ("C0", "C4"), ("", "////"), strict=True):
        if first <= last:
            axes.axvspan(first - 0.5, last + 0.5, color="0.88")
        axes.bar(range(len(tokens)), values, color=colour, hatch=hatch, edgecolor="black", linewidth=0.6)
        best = int(values.argmax())
        axes.text(best, values[best] + 0.03, f"{values[best]:.2f}", ha="center", va="bottom", size=9)
        axes.set_ylim(0, 1.2)
        axes.set_yticks([0, 0.5, 1])
        axes.set_ylabel(f"probability\nthat it {name}")
    panels[0].set_title(title)
    panels[1].set_xlim(-0.6, len(tokens) - 0.4)
    panels[1].set_xticks(range(len(tokens)), [printable(token) for token in tokens], rotation=60, ha="right", size=9)
    panels[0].tick_params(axis="x", length=0)
    panels[1].tick_params(axis="x", length=0)
    show(
        figure,
        f"two bar charts over {len(tokens)} tokens: the answer most probably starts at {tokens[first]}"
        f" ({rows['starts here'][first]:.2f}) and ends at {tokens[last]} ({rows['ends here'][last]:.2f}).",
    )
