"""The pictures in images/: drawings that explain an idea, and the README's figure, taken from lesson 01's output."""

from __future__ import annotations

import base64

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

import helpers.plots  # noqa: F401  for the look of the figures
from tools.notebooks import ROOT, lessons, read

IMAGES = ROOT / "images"
PIECES = {
    "Hub": ("stores models, data sets\nand Spaces (web apps)", 0.02, 0.60),
    "Tokenizers": ("cuts text into tokens", 0.36, 0.74),
    "Datasets": ("loads and transforms data", 0.70, 0.60),
    "Evaluate": ("measures results", 0.70, 0.38),
    "Accelerate": ("one device or many", 0.70, 0.16),
    "PEFT": ("trains small adapters", 0.02, 0.27),
}


def main() -> None:
    plt.rcParams |= {"svg.hashsalt": "transformers-course", "svg.fonttype": "path"}
    for draw in (ecosystem, kv_cache, draft_and_verify, training_step, lora, hub_history):
        draw().savefig(IMAGES / f"{draw.__name__}.svg", metadata={"Date": None})
    (IMAGES / "lesson_01.png").write_bytes(pipeline_figure())


def pipeline_figure() -> bytes:
    """The last figure of lesson 01 as it is stored there: the three steps of a pipeline."""
    outputs = [output for cell in read(lessons()[1]).cells for output in cell.get("outputs", [])]
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return base64.b64decode(pictures[-1])


def ecosystem() -> Figure:
    """Transformers on PyTorch, with the libraries and the Hub around it."""
    figure, axes = blank(7.2, 3.6)
    box(
        axes,
        "Transformers",
        "model code, loading,\ngenerating, training",
        0.36,
        0.38,
        height=0.24,
        color="#0072B2",
        ink="white",
    )
    box(axes, "PyTorch", "tensors, layers, gradients", 0.36, 0.08, height=0.18, color="#d9d9d9")
    axes.annotate("", (0.5, 0.37), (0.5, 0.27), arrowprops={"arrowstyle": "-|>", "color": "0.3"})
    for name, (job, x, y) in PIECES.items():
        box(axes, name, job, x, y)
        start, end = (
            ((x + 0.14, y), (0.5, 0.63))
            if name == "Tokenizers"
            else ((x + (0.28 if x < 0.3 else 0), y + 0.09), (0.36 if x < 0.3 else 0.64, 0.5))
        )
        if name == "Tokenizers":
            start = (0.5, y - 0.005)
        axes.annotate(
            "",
            end,
            start,
            arrowprops={"arrowstyle": "<|-|>" if name == "Hub" else "-|>", "color": "0.3", "shrinkA": 2, "shrinkB": 3},
        )
    return figure


def kv_cache() -> Figure:
    """Three passes of a model that generates, without and with the KV cache: what is computed and what is kept."""
    tokens = ["I", "love", "learning", "from", "the", "past"]
    figure, panels = plt.subplots(1, 2, figsize=(7.2, 2.2))
    for axes, title in zip(panels, ["without the cache", "with the KV cache"], strict=True):
        axes.set(title=title, xlim=(-0.9, 7.2), ylim=(-2.6, 0.6))
        axes.axis("off")
        for number, length in enumerate([4, 5, 6]):
            axes.text(-0.85, -number, f"pass {number + 1}", va="center", size=8)
            for place, token in enumerate(tokens[:length]):
                kept = title.startswith("with the") and number > 0 and place < length - 1
                tile(axes, place + 0.15, -number, token, "white" if kept else "#0072B2", "0.45" if kept else "white")
    figure.text(0.5, 0.02, "dark: computed in this pass     white: keys and values read from the cache", ha="center")
    return figure


def draft_and_verify() -> Figure:
    """One step of speculative decoding: five drafts, three of them accepted, one token of the model's own."""
    rows = {
        "drafts, cheap": ["fox", "jumps", "over", "a", "fence"],
        "the model's answers,\none pass": ["fox", "jumps", "over", "the", "and", "of"],
        "new text": ["fox", "jumps", "over", "the"],
    }
    figure, axes = plt.subplots(figsize=(7.2, 2.6))
    axes.set(title="text so far: The quick brown", xlim=(-2.6, 6.3), ylim=(-3.3, 0.6))
    axes.axis("off")
    for number, (name, tokens) in enumerate(rows.items()):
        height = -1.25 * number
        axes.text(-2.55, height, name, va="center", weight="bold", size=9)
        for place, token in enumerate(tokens):
            if number < 2 and place > 3:  # behind the first rejected draft
                tile(axes, place, height, token, "white", "0.55")
            elif place == 3:
                tile(axes, place, height, token, "white" if number == 0 else "#F0E442", "black")
            else:
                tile(axes, place, height, token, "#0072B2", "white")
            if number == 0:
                sign = "=" if place < 3 else "\u2260" if place == 3 else ""
                axes.text(place + 0.46, height - 0.62, sign, ha="center", va="center", size=12)
    axes.text(-2.55, -3.2, "blue: accepted     yellow: the model's own token     white: rejected", va="center")
    return figure


def hub_history() -> Figure:
    """Commits of a repository on its branches, a tag, and a pull request that is merged."""
    figure, axes = plt.subplots(figsize=(7.2, 2.3))
    axes.set(xlim=(-1.6, 6.4), ylim=(-1.7, 1.6))
    axes.axis("off")
    lines = {
        "main": ([0, 1, 2, 3, 5], [0, 0, 0, 0, 0]),
        "refs/pr/1": ([3, 4, 5], [0, 1, 0]),
        "half-precision": ([3, 4], [0, -1]),
    }
    for name, (places, heights) in lines.items():
        axes.plot(places, heights, "-", color="0.5", linewidth=2, zorder=1)
        axes.text(-1.55 if name == "main" else 4.25, heights[1], name, va="center", weight="bold", size=9)
    for place, height in [(0, 0), (1, 0), (2, 0), (3, 0), (5, 0), (4, 1), (4, -1)]:
        axes.plot(place, height, "o", markersize=14, color="#0072B2")
    notes = ["initial\ncommit", "model", "tokenizer", "card"]
    for place, note in enumerate(notes):
        axes.text(place, -0.32, note, ha="center", va="top", size=8.5)
    axes.text(5, -0.32, "merge", ha="center", va="top", size=8.5)
    axes.annotate("tag v1.0", (3, 0.18), (3, 1), ha="center", arrowprops={"arrowstyle": "-|>", "color": "0.3"})
    axes.text(5.35, 0, "newest: what\nmain means", va="center", size=8.5)
    return figure


def tile(axes: Axes, left: float, middle: float, text: str, color: str, ink: str) -> None:
    """A token in a box, 0.92 wide and 0.7 high."""
    axes.add_patch(
        FancyBboxPatch(
            (left, middle - 0.35), 0.92, 0.7, boxstyle="round,pad=0,rounding_size=0.1", facecolor=color, edgecolor="0.3"
        )
    )
    axes.text(left + 0.46, middle, text, ha="center", va="center", color=ink, size=8 if len(text) < 8 else 6.5)


def training_step() -> Figure:
    """One step of a training: forward to the loss, backward to the gradients, and the optimizer's move."""
    figure, axes = blank(7.2, 2.7)
    box(axes, "Batch", "padded reviews,\ntheir labels", 0.01, 0.66, height=0.32)
    box(axes, "Model", "body and head", 0.36, 0.66, height=0.32, color="#0072B2", ink="white")
    box(axes, "Loss", "how wrong the logits are,\none number", 0.71, 0.66, height=0.32)
    box(axes, "Gradients", "for each parameter, where\nthe loss grows", 0.71, 0.04, height=0.32)
    box(axes, "Optimizer", "learning rate: how far to\nmove the other way", 0.36, 0.04, height=0.32)
    arrow(axes, (0.29, 0.82), (0.36, 0.82))
    arrow(axes, (0.64, 0.82), (0.71, 0.82), "logits")
    arrow(axes, (0.85, 0.66), (0.85, 0.36), "backward")
    arrow(axes, (0.71, 0.20), (0.64, 0.20))
    arrow(axes, (0.50, 0.36), (0.50, 0.66), "new parameters")
    axes.text(0.15, 0.5, "then the next batch", ha="center", va="center", size=8.5, style="italic")
    arrow(axes, (0.15, 0.55), (0.15, 0.66))
    return figure


def lora() -> Figure:
    """A frozen weight matrix with two thin trained matrices beside it."""
    figure, axes = blank(7.2, 2.9)
    axes.text(0.03, 0.5, "input", ha="center", va="center")
    axes.text(0.97, 0.5, "output", ha="center", va="center")
    for x, y, width, height, name, color, ink in [
        (0.33, 0.52, 0.26, 0.46, "W, frozen\n768 × 768\n589,824 numbers", "#d9d9d9", "black"),
        (0.24, 0.12, 0.10, 0.32, "A\n8 × 768", "#0072B2", "white"),
        (0.58, 0.12, 0.10, 0.32, "B\n768 × 8", "#0072B2", "white"),
    ]:
        axes.add_patch(Rectangle((x, y), width, height, facecolor=color, edgecolor="0.3"))
        axes.text(x + width / 2, y + height / 2, name, ha="center", va="center", color=ink, size=9)
    axes.text(0.46, 0.30, "8 numbers", ha="center", va="bottom", size=8.5)
    axes.text(0.46, 0.01, "trained: 12,288 numbers", ha="center", va="bottom", size=8.5, weight="bold")
    arrow(axes, (0.07, 0.53), (0.33, 0.75))
    arrow(axes, (0.07, 0.47), (0.24, 0.28))
    arrow(axes, (0.34, 0.28), (0.58, 0.28))
    arrow(axes, (0.59, 0.75), (0.80, 0.53))
    arrow(axes, (0.68, 0.28), (0.80, 0.47))
    axes.text(0.82, 0.5, "+", ha="center", va="center", size=16, weight="bold")
    arrow(axes, (0.845, 0.5), (0.925, 0.5))
    return figure


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of this many inches, without axes, whose corners are (0, 0) and (1, 1)."""
    figure, axes = plt.subplots(figsize=(width, height))
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure, axes


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], label: str = "") -> None:
    """An arrow from `start` to `end`, with a label beside its middle."""
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.3", "shrinkA": 2, "shrinkB": 2})
    if label:
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        if start[0] == end[0]:
            axes.text(x + 0.01, y, label, ha="left", va="center", size=8.5)
        else:
            axes.text(x, y + 0.03, label, ha="center", va="bottom", size=8.5)


def box(
    axes: Axes,
    name: str,
    job: str,
    x: float,
    y: float,
    height: float = 0.18,
    color: str = "#eef3f7",
    ink: str = "black",
) -> None:
    """A rounded box, 0.28 wide, with a name and what it does."""
    axes.add_patch(
        FancyBboxPatch(
            (x, y), 0.28, height, boxstyle="round,pad=0,rounding_size=0.02", facecolor=color, edgecolor="0.3"
        )
    )
    axes.text(x + 0.14, y + height * 0.7, name, ha="center", va="center", weight="bold", color=ink)
    axes.text(x + 0.14, y + height * 0.33, job, ha="center", va="center", size=8.5, color=ink)


if __name__ == "__main__":
    main()
