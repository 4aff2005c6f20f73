"""Every figure drawn in a lesson: one style, readable in greyscale, and each with a text that says what it shows."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

STYLE = Path(__file__).parent / "course.mplstyle"


def use_style() -> None:
    """Give all figures of this kernel the course's look."""
    plt.style.use(STYLE)


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its description: `alt` is what a screen reader, a terminal or a failed image shows."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    width, height = (round(inches * 96) for inches in figure.get_size_inches())
    display(
        {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"Figure: {alt}"},
        metadata={"image/png": {"alt": alt, "width": width, "height": height}},
        raw=True,
    )


def similarity(texts: Sequence[str], matrix: ArrayLike, title: str = "Cosine similarity") -> None:
    """Heat map of a symmetric similarity matrix, (texts, texts), with the numbers written in."""
    values = np.asarray(matrix, dtype=float)
    figure, axes = plt.subplots(figsize=(7.2, 0.5 * len(texts) + 1.2))
    axes.imshow(values, vmin=min(0.0, values.min()), vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color="black" if value > 0.55 else "white")
    axes.set_xticks(range(len(texts)), [str(i + 1) for i in range(len(texts))])
    axes.set_yticks(range(len(texts)), [f"{text}  {i + 1}" for i, text in enumerate(texts)])
    axes.tick_params(length=0)
    axes.set_title(title)
    pairs = [(values[i, j], i + 1, j + 1) for i in range(len(texts)) for j in range(i)]
    top, bottom = max(pairs), min(pairs)
    show(
        figure,
        f"heat map of the similarity between {len(texts)} texts; the closest pair is {top[2]} and {top[1]} at"
        f" {top[0]:.2f}, the farthest {bottom[2]} and {bottom[1]} at {bottom[0]:.2f}.",
    )


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
    axes.set_yticks(range(len(labels)), [printable(label) for label in labels])
    axes.set_xlim(min(0.0, values.min() * 1.15), max(values.max() * 1.15, 1e-9))
    axes.tick_params(axis="y", length=0)


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
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(title)
        axes.set_xlabel(unit)
    middle.set_xlim(min(0, raw.min() * 1.5), max(0, raw.max() * 1.5))
    right.set_xlim(0, 1.3)
    best = int(raw.argmax())
    show(
        figure,
        f"the three steps of a pipeline: {len(tokens)} tokens with their ids; logits "
        + ", ".join(f"{label} {value:.2f}" for label, value in zip(labels, raw, strict=True))
        + f"; probabilities, the largest {labels[best]} with {probabilities[best]:.2f}.",
    )


def printable(token: str) -> str:
    """A token as it can be drawn: blanks and line ends made visible, `$` not taken for mathematics."""
    return token.replace("Ġ", "␣").replace(" ", "␣").replace("Ċ", "↵").replace("\n", "↵").replace("$", r"\$")
