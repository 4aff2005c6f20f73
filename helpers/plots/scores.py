"""Figures of scores and probabilities."""

from __future__ import annotations

import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plots.base import printable, show


def bars(labels: Sequence[str], values: ArrayLike, title: str, unit: str = "probability") -> None:
    """Horizontal bars, largest on top, each with its value; `values` is (labels,) in `unit`."""
    heights = np.asarray(values, dtype=float)
    order = np.argsort(heights, kind="stable")
    figure, axes = plt.subplots(figsize=(7.2, 0.34 * len(labels) + 1.1))
    draw_bars(axes, [labels[i] for i in order], heights[order])
    axes.set_xlabel(unit)
    axes.set_title(title)
    listed = ", ".join(f"{labels[i]} {heights[i]:.2f}" for i in order[::-1])
    show(figure, f"bar chart, {title}: {listed}.")


def draw_bars(axes: Axes, labels: Sequence[str], values: np.ndarray) -> None:
    """Bars with their values on `axes`, the first label at the bottom."""
    drawn = axes.barh(range(len(labels)), values, height=0.7)
    axes.bar_label(drawn, [f"{value:.2f}" for value in values], padding=3)
    axes.set_yticks(range(len(labels)), [_bar_label(label) for label in labels])
    axes.set_xlim(min(0.0, values.min() * 1.15), max(values.max() * 1.15, 1e-9))
    axes.tick_params(axis="y", length=0)


def _bar_label(label: str) -> str:
    """A blank at an end belongs to a token and becomes visible; one between two words is a plain blank."""
    return re.sub(r"(?<=[^␣])␣(?=[^␣])", " ", printable(label))


def pipeline_steps(tokens: Sequence[str], ids: Sequence[int], labels: Sequence[str], logits: ArrayLike) -> None:
    """What goes through a classification pipeline: tokens with their ids, the model's logits, the probabilities.

    `tokens` and `ids` are one text's, `logits` (labels,) are the model's for it.
    """
    raw = np.asarray(logits, dtype=float)
    exponentials = np.exp(raw - raw.max())
    probabilities = exponentials / exponentials.sum()
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(7.2, 0.24 * len(tokens) + 1.4), width_ratios=(1.2, 1, 1)
    )
    left.set_title("1  tokenizer")
    left.set_xlim(0, 1)
    left.set_ylim(len(tokens) + 0.3, -0.7)
    left.axis("off")
    for row, (token, number) in enumerate(zip(tokens, ids, strict=True)):
        left.text(0.52, row, printable(token), ha="right", va="center", family="monospace")
        left.text(0.62, row, str(number), ha="left", va="center", family="monospace", color="0.35")
    for axes, values, title, unit in (
        (middle, raw, "2  model", "logit"),
        (right, probabilities, "3  post-processing", "probability"),
    ):
        draw_bars(axes, labels, values)
        # Bars half an inch apart in the middle, however long the column of tokens beside them is.
        margin = max(0.0, (0.24 * len(tokens) / 0.5 - len(labels)) / 2)
        axes.set_ylim(-0.5 - margin, len(labels) - 0.5 + margin)
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(title)
        axes.set_xlabel(unit)
    middle.set_xlim(min(0, raw.min() * 1.9), max(0, raw.max() * 1.9))
    right.set_xlim(0, 1.3)
    best = int(raw.argmax())
    show(
        figure,
        f"the three steps of a pipeline: {len(tokens)} tokens with their ids; logits "
        + ", ".join(f"{label} {value:.2f}" for label, value in zip(labels, raw, strict=True))
        + f"; probabilities, the largest {labels[best]} with {probabilities[best]:.2f}.",
    )
