"""Figures of texts as vectors."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

from helpers.plots.base import show


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
