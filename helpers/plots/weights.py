"""Figures of what a configuration decides: the activation's curve, the loss that follows, and where parameters are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike

from helpers.plots.base import show

DARK, LIGHT = "#0072B2", "#E69F00"
SEEN = (-4.0, 4.0)  # where activations bend; nearly all inputs lie within
CLEARLY = 0.05


def activations(curves: Mapping[str, Callable[[torch.Tensor], torch.Tensor]], inputs: ArrayLike) -> None:
    """Two activation functions with the gap between them, above a histogram of the `inputs` (any shape) a model has."""
    (first, f), (second, g) = curves.items()
    x = torch.linspace(*SEEN, 401)
    numbers = torch.as_tensor(np.asarray(inputs, dtype=np.float32)).flatten()
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(7.2, 4.6), sharex=True, height_ratios=(2, 1))
    top.plot(x, f(x), color=DARK, label=first)
    top.plot(x, g(x), color=LIGHT, linestyle="--", linewidth=2, label=second)
    top.fill_between(x, f(x), g(x), color="0.8", label="the difference")
    top.set(ylabel="output", ylim=(-0.6, 2.4), title=f"{first} and {second}")
    top.legend(loc="upper left")
    counts, edges = np.histogram(np.clip(numbers, *SEEN), bins=64, range=SEEN)
    bottom.bar(edges[:-1], counts / counts.sum(), width=np.diff(edges), align="edge", color=DARK)
    bottom.set(xlabel="input of the activation", ylabel="share", title="The inputs in this model")
    bottom.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    gap = (f(x) - g(x)).abs()
    differing = ((f(numbers) - g(numbers)).abs() > CLEARLY).float().mean()
    show(
        figure,
        f"two curves, {first} and {second}: {second} has a corner at 0, {first} is smooth and dips below 0; they differ"
        f" most near inputs of {x[gap.argmax()].abs():.1f} and -{x[gap.argmax()].abs():.1f}, by {gap.max():.2f}. Below,"
        f" a histogram of the model's inputs: {differing:.0%} of them lie where the curves differ by more than"
        f" {CLEARLY}.",
    )


def losses(measured: Mapping[str, Sequence[float]], chance: float) -> None:
    """Mean loss of each model as a bar, each text's own as a dot, and a line where guessing would be; all in nats."""
    names = list(measured)
    means = [float(np.mean(measured[name])) for name in names]
    figure, axes = plt.subplots(figsize=(7.2, 0.5 * len(names) + 1.4))
    axes.barh(range(len(names)), means, height=0.6, color=[DARK, LIGHT, "0.75"][: len(names)])
    for row, (name, mean) in enumerate(zip(names, means, strict=True)):
        axes.text(0.1, row, f"{mean:.2f}", va="center", weight="bold", color="black" if row else "white")
        axes.plot(
            measured[name], [row] * len(measured[name]), "o", color="black", markersize=4, markerfacecolor="white"
        )
    axes.axvline(chance, color="black", linestyle=":")
    axes.text(chance, -0.75, f"guessing: {chance:.2f} ", ha="right", va="bottom")
    axes.set(
        title="Loss of each model: lower is better", xlabel="bar: mean, dots: the single texts", xlim=(0, chance * 1.08)
    )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.8)
    axes.tick_params(axis="y", length=0)
    listed = ", ".join(f"{name} {mean:.2f}" for name, mean in zip(names, means, strict=True))
    show(figure, f"bar chart of the mean loss: {listed}; a dotted line marks guessing at {chance:.2f}.")


def parameters(models: Mapping[str, Mapping[str, int]]) -> None:
    """For each model, the share and number of its parameters in each part, side by side; all name the same parts."""
    figure, panels = plt.subplots(1, len(models), figsize=(7.2, 2.9), sharex=True, sharey=True, squeeze=False)
    told = []
    for axes, (name, parts), color in zip(panels[0], models.items(), (DARK, LIGHT), strict=False):
        total = sum(parts.values())
        shares = np.array(list(parts.values())) / total
        drawn = axes.barh(range(len(parts)), shares, height=0.7, color=color)
        axes.bar_label(
            drawn,
            [f"{_percent(share)}  {_short(n)}" for share, n in zip(shares, parts.values(), strict=True)],
            padding=3,
        )
        axes.set_yticks(range(len(parts)), list(parts))
        axes.tick_params(axis="y", length=0)
        axes.set(title=f"{name}: {_short(total)}", xlabel="share of the parameters", xlim=(0, 0.8))
        axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        told.append(
            f"{name}, {_short(total)}: " + ", ".join(f"{p} {_percent(s)}" for p, s in zip(parts, shares, strict=True))
        )
    panels[0, 0].invert_yaxis()
    show(figure, f"bar charts of the parameters by part. {'; '.join(told)}.")


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _short(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count >= 1e5 else f"{count / 1e3:.0f} k"
