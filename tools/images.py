"""The pictures in images/: drawings that explain an idea, and the README's figure, taken from lesson 01's output."""

from __future__ import annotations

import base64

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from helpers.plots import use_style
from tools.notebooks import ROOT, lessons, read

IMAGES = ROOT / "images"
PIECES = {
    "Hub": ("stores models, data sets\nand Spaces (web apps)", 0.02, 0.60),
    "Tokenizers": ("cuts text into tokens", 0.36, 0.74),
    "Datasets": ("loads and transforms data", 0.70, 0.60),
    "Evaluate": ("measures results", 0.70, 0.38),
    "Accelerate": ("one processor or many", 0.70, 0.16),
    "PEFT": ("trains small adapters", 0.02, 0.27),
}


def main() -> None:
    use_style()
    plt.rcParams |= {"svg.hashsalt": "transformers-course", "svg.fonttype": "path"}
    for drawing in (ecosystem, training_step, lora):
        drawing().savefig(IMAGES / f"{drawing.__name__}.svg", metadata={"Date": None})
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
