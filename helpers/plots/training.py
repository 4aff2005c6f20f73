"""Figures of a training: how long the texts are, how it went, and what the trained model confuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plots.base import show

DARK, LIGHT = "#0072B2", "#D55E00"


def lengths(counts: ArrayLike, limit: int) -> None:
    """Histogram of the texts' lengths, `counts` (texts,) in tokens, with the part beyond `limit` marked as cut off."""
    tokens = np.asarray(counts)
    cut = float((tokens > limit).mean())
    top = int(np.quantile(tokens, 0.999))
    width = max(1, round(top / 40))  # as many whole lengths in each bar, and an edge exactly where the cut is
    edges = np.arange((limit + 1) % width - width, top + width + 1, width) - 0.5
    heights, _ = np.histogram(np.clip(tokens, 0, top), bins=edges)
    figure, axes = plt.subplots(figsize=(7.2, 3.0))
    colors = [DARK if left < limit else "0.75" for left in edges[:-1]]
    axes.bar(edges[:-1], heights, width=np.diff(edges) * 0.92, align="edge", color=colors)
    axes.axvline(limit + 0.5, color="black", linestyle="--")
    axes.text(limit + 0.5, heights.max(), f"  max_length = {limit}: {cut:.0%} are longer", va="top")
    axes.set(xlabel="tokens", ylabel="reviews", title="How long the reviews are")
    low, middle, high = np.quantile(tokens, (0.25, 0.5, 0.75))
    show(
        figure,
        f"histogram of {tokens.size} lengths in tokens: a quarter below {low:.0f}, half below {middle:.0f}, three"
        f" quarters below {high:.0f}, the longest {tokens.max()}; {cut:.0%} lie beyond the dashed line at {limit}.",
    )


def learning_curves(history: Sequence[Mapping[str, float]], before: Mapping[str, float], guessing: float) -> None:
    """Loss and accuracy over the steps: the Trainer's `log_history`, what `evaluate` said `before`, and a guesser's."""
    trained = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    tested = [{"step": 0, **before}, *(entry for entry in history if "eval_loss" in entry)]
    steps = [entry["step"] for entry in tested]
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2))
    left.plot(*zip(*trained, strict=True), color="0.6", linewidth=1.5, label="training, mean since the last point")
    left.plot(steps, [entry["eval_loss"] for entry in tested], "o-", color=DARK, label="test")
    left.set(title="Loss", xlabel="step", ylabel="loss", ylim=(0, None))
    left.legend(loc="lower left", fontsize=9)
    right.plot(steps, [entry["eval_accuracy"] for entry in tested], "o-", color=DARK, label="test")
    _guess(right, guessing)
    right.set(title="Accuracy", xlabel="step", ylim=(0, 1))
    show(
        figure,
        f"two curves over {steps[-1]} steps. Loss in training from {trained[0][1]:.2f} to {trained[-1][1]:.2f}; on the"
        " test reviews "
        + ", ".join(
            f"at step {entry['step']} loss {entry['eval_loss']:.2f} and accuracy {entry['eval_accuracy']:.2f}"
            for entry in tested
        )
        + f"; a line marks guessing at {guessing:.2f}.",
    )


def _guess(axes: Axes, accuracy: float) -> None:
    axes.axhline(accuracy, color="black", linestyle=":")
    axes.text(axes.get_xlim()[1], accuracy - 0.02, "always the same answer", ha="right", va="top", fontsize=9)


def confusion(matrix: ArrayLike, names: Sequence[str]) -> None:
    """Confusion matrix, (classes, classes) counts: a row for each true class, a column for each predicted one."""
    counts = np.asarray(matrix)
    shares = counts / counts.sum(axis=1, keepdims=True)
    figure, axes = plt.subplots(figsize=(5.2, 4.4))
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        weight = "bold" if row == column else "normal"
        color = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=color, weight=weight)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="the model's answer", ylabel="the customer's stars", title="Where the model goes wrong")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, label="share of the row")
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    listed = "; ".join(f"{name}: {', '.join(map(str, row))}" for name, row in zip(names, counts.tolist(), strict=True))
    show(figure, f"confusion matrix, a row for each true class, columns in the same order. {listed}.")


def step_losses(runs: Mapping[str, Mapping[int, float]], stopped_at: int) -> None:
    """The loss at each step of several runs, by name; a line marks the step after which one was interrupted."""
    figure, axes = plt.subplots(figsize=(7.2, 3.0))
    looks = (("o", "-", 9, "white"), ("s", "--", 5, DARK), ("X", ":", 6, LIGHT))
    for (name, losses), (marker, line, size, fill) in zip(runs.items(), looks, strict=False):
        color = LIGHT if marker == "X" else DARK
        axes.plot(
            list(losses),
            list(losses.values()),
            marker=marker,
            linestyle=line,
            markersize=size,
            markerfacecolor=fill,
            color=color,
            label=name,
        )
    axes.axvline(stopped_at + 0.5, color="black", linestyle=":")
    axes.text(stopped_at + 0.45, axes.get_ylim()[1], "stopped here ", ha="right", va="top")
    axes.set(xlabel="step", ylabel="loss", title="Interrupted and resumed")
    axes.legend(loc="lower left", fontsize=9)
    told = "; ".join(
        f"{name}, steps {min(losses)} to {max(losses)}: {', '.join(f'{loss:.2f}' for loss in losses.values())}"
        for name, losses in runs.items()
    )
    show(figure, f"loss at each step, interrupted after step {stopped_at}. {told}.")
