"""A figure that sets decoding strategies side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.plots.base import show

MARKERS = "osD^vPX*<>"
AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
ALIGNED = {1: "left", 0: "center", -1: "right"}, {1: "bottom", 0: "center", -1: "top"}


def likely_and_repetitive(points: Mapping[str, tuple[float, float]], apart: Sequence[str] = ()) -> None:
    """Each strategy as a point: its text's log-probability a token, in nats, and repetition rate (0 to 1).

    Those named in `apart`, which the model did not write, are drawn as stars.
    """
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    # Room for names at both sides and above, before they are placed.
    left, right = (pick(x for x, _ in points.values()) for pick in (min, max))
    margin = max(0.28 * (right - left), 0.1)
    axes.set(xlim=(left - margin, right + margin), ylim=(-0.12, 1.08))
    axes.set(title="How likely, and how repetitive", xlabel="log-probability a token (right: more likely)")
    axes.set_ylabel("repeated 4-grams")
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    for i, (name, (x, y)) in enumerate(points.items()):
        alone = name in apart
        axes.plot(
            x, y, "*" if alone else MARKERS[i % 7], color="black" if alone else f"C{i % 6}", ms=15 if alone else 8
        )
    figure.canvas.draw()
    taken = [_square(axes, point) for point in points.values()]
    for name, point in points.items():
        taken.append(_name(axes, name, point, taken))
    listed = "; ".join(f"{name} {x:.2f} and {y:.0%}" for name, (x, y) in points.items())
    show(figure, f"scatter plot of log-probability a token and repeated 4-grams: {listed}.")


def _name(axes: Axes, name: str, point: tuple[float, float], taken: Sequence[Bbox]) -> Bbox:
    """Write a name beside its point, at the first place that is free, farther away if need be; return where it is."""
    inside = axes.get_window_extent()
    for distance in (9, 18, 30, 44):
        for dx, dy in AROUND:
            text = axes.annotate(
                name,
                point,
                (dx * distance, dy * distance),
                textcoords="offset points",
                ha=ALIGNED[0][dx],
                va=ALIGNED[1][dy],
                size=9,
                arrowprops={"arrowstyle": "-", "color": "0.6", "shrinkB": 5} if distance > 9 else None,
            )
            text.update_positions(axes.figure.canvas.get_renderer())
            box = Text.get_window_extent(text)  # without its line
            whole = box.x0 >= inside.x0 and box.x1 <= inside.x1 and box.y0 >= inside.y0 and box.y1 <= inside.y1
            if whole and not any(box.overlaps(other) for other in taken):
                return box
            text.remove()
    return axes.annotate(name, point, (9, 0), textcoords="offset points", va="center", size=9).get_window_extent()


def _square(axes: Axes, point: tuple[float, float]) -> Bbox:
    x, y = axes.transData.transform(point)
    return Bbox.from_extents(x - 12, y - 12, x + 12, y + 12)
