"""The pictures in images/: drawings that explain an idea, and the README's figure, taken from lesson 01's output."""

from __future__ import annotations

import base64

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers.plots import use_style
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
    use_style()
    plt.rcParams |= {"svg.hashsalt": "transformers-course", "svg.fonttype": "path"}
    figure = ecosystem()
    figure.savefig(IMAGES / "ecosystem.svg", metadata={"Date": None})
    (IMAGES / "lesson_01.png").write_bytes(pipeline_figure())


def pipeline_figure() -> bytes:
    """The last figure of lesson 01 as it is stored there: the three steps of a pipeline."""
    outputs = [output for cell in read(lessons()[1]).cells for output in cell.get("outputs", [])]
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return base64.b64decode(pictures[-1])


def ecosystem() -> Figure:
    """Transformers on PyTorch, with the libraries and the Hub around it."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    axes.axis("off")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
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
