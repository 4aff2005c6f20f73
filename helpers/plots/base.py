"""What all figures share: the style, how they are displayed, and how tokens are written."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

STYLE = Path(__file__).parent.parent / "course.mplstyle"


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


def printable(token: str) -> str:
    """A token as it can be drawn: blanks and line ends made visible, `$` not taken for mathematics."""
    return token.replace("Ġ", "␣").replace(" ", "␣").replace("Ċ", "↵").replace("\n", "↵").replace("$", r"\$")
