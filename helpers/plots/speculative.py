"""Figures of speculative decoding: what became of the drafts at each step, and the speed-up to expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from transformers import PreTrainedTokenizerBase

from helpers.plots.base import printable, shortened, show, token_texts

WIDTH, LEFT, RIGHT, ROW, GAP = 7.2, 0.5, 6.45, 0.29, 0.05  # inches
SIZE = 8.0
LETTER = 0.63 * SIZE / 72  # the width of a monospaced letter in inches, with a little room
ACCEPTED = {"facecolor": "#0072B2", "edgecolor": "#0072B2"}
REFUSED = {"facecolor": "white", "edgecolor": "0.6", "linestyle": (0, (2, 2))}
ADDED = {"facecolor": "#F0E442", "edgecolor": "black"}
WRITING = {"accepted": "white", "refused": "0.35", "added": "black"}
BOXES = {"accepted": ACCEPTED, "refused": REFUSED, "added": ADDED}
REFUSED_DRAWN = 5
LINES = ("-", "--", ":", "-.")


def draft_steps(
    tokenizer: PreTrainedTokenizerBase,
    drafts: Sequence[Sequence[int]],
    kept: Sequence[int],
    added: Sequence[int],
    title: str = "What became of the drafts",
) -> None:
    """A line of tokens for each step: its drafts, accepted or refused, and the token that the large model added.

    `drafts` are each step's drafted ids, of which the first `kept` were accepted; `added` holds one id a step. Of
    many refused drafts only the first are drawn. Raises ValueError when the three differ in length.
    """
    lines: list[tuple[str, list[tuple[str, str]], str]] = []
    for number, (ids, count, own) in enumerate(zip(drafts, kept, added, strict=True), start=1):
        texts = token_texts(tokenizer, [*ids, own])
        tokens = [(text, "accepted") for text in texts[:count]] + [(texts[-1], "added")]
        refused = texts[count:-1]
        tokens += [(text, "refused") for text in refused[:REFUSED_DRAWN]]
        if len(refused) > REFUSED_DRAWN:
            tokens.append((f"+ {len(refused) - REFUSED_DRAWN} more", "left out"))
        first, *others = _wrapped(tokens)
        lines += [(str(number), first, f"{count} of {len(ids)}"), *(("", line, "") for line in others)]
    figure, axes = plt.subplots(figsize=(WIDTH, ROW * (len(lines) + 1) + 0.35))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-ROW * len(lines), ROW)
    axes.axis("off")
    axes.set_title(title)
    legend = [("draft, accepted", "accepted"), ("the large model's own", "added"), ("draft, refused", "refused")]
    _row(axes, 0, "step", legend, "accepted")
    for place, line in enumerate(lines, start=1):
        _row(axes, place, *line)
    show(figure, _described(drafts, kept))


def _wrapped(tokens: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The tokens, (text, kind) each, cut into lines that fit."""
    lines: list[list[tuple[str, str]]] = [[]]
    right = LEFT
    for text, kind in tokens:
        text = text if kind == "left out" else shortened(printable(text), 24)
        width = _width(text)
        if right + width > RIGHT and lines[-1]:
            lines.append([])
            right = LEFT
        lines[-1].append((text, kind))
        right += width + GAP
    return lines


def _width(text: str) -> float:
    return (len(text.replace(r"\$", "$")) + 1) * LETTER


def _row(axes: Axes, place: int, number: str, tokens: Sequence[tuple[str, str]], count: str) -> None:
    middle, left = -ROW * (place - 0.5), LEFT
    axes.text(LEFT - 0.12, middle, number, ha="right", va="center", size=SIZE)
    axes.text(WIDTH, middle, count, ha="right", va="center", size=SIZE)
    for text, kind in tokens:
        width = _width(text)
        if kind in BOXES:
            axes.add_patch(Rectangle((left, middle - 0.115), width, 0.23, linewidth=1, **BOXES[kind]))
        family = "monospace" if place else None
        colour = WRITING.get(kind, "0.35")
        axes.text(left + width / 2, middle, text, ha="center", va="center", size=SIZE, family=family, color=colour)
        left += width + GAP


def _described(drafts: Sequence[Sequence[int]], kept: Sequence[int]) -> str:
    steps = ", ".join(f"{count} of {len(ids)}" for ids, count in zip(drafts, kept, strict=True))
    return f"{len(kept)} steps, each with one token of the large model's own; of its drafts it accepted {steps}."


def speed_up(
    lengths: Sequence[int], expected: Mapping[str, Sequence[float]], measured: Mapping[int, float] | None = None
) -> None:
    """Curves of the expected speed-up over the number of drafts a step, (len(lengths),) each, and measured points.

    All are times as fast as without drafts; the line at 1 is where nothing is gained.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    for i, (name, values) in enumerate(expected.items()):
        axes.plot(lengths, values, linestyle=LINES[i % len(LINES)], label=name)
    if measured:
        axes.plot(list(measured), list(measured.values()), "ko", label="measured here", clip_on=False, zorder=3)
    axes.axhline(1, color="0.5", linewidth=0.8)
    axes.set_xticks(lengths)
    axes.set_ylim(0, None)
    axes.set_xlabel("drafts a step, γ")
    axes.set_ylabel("times as fast")
    axes.set_title("Expected speed-up, and the measured one")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    # Costs and times change from run to run, so they stand in the words that comparisons leave out.
    points = ", ".join(f"at {length} {value:.2f} times faster" for length, value in (measured or {}).items())
    show(
        figure,
        f"{len(expected)} curves of the expected speed-up over {lengths[0]} to {lengths[-1]} drafts a step"
        + (f"; measured, {points}." if points else "."),
    )
