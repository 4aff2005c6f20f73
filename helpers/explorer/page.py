"""The explorer's picture as an SVG drawing: drawn anew at each move of a slider, so it has to be made quickly."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from helpers.plots.distributions import entropy, percent

WIDTH, LABELS, VALUES, ROW = 600, 120, 130, 21
BARS = WIDTH - LABELS - VALUES
SCALES = (0.05, 0.1, 0.2, 0.5, 1.0)
BLUE = "#0072B2"


def describe(before: np.ndarray, after: np.ndarray) -> str:
    """How much a filter keeps, in words, from the distributions (vocabulary,) before and after."""
    kept = after > 0
    return (
        f"{kept.sum():,} of {len(before):,} tokens kept, which hold {percent(float(before[kept].sum()))} of the model's"
        f" probability; entropy {entropy(before):.1f} bits before, {entropy(after):.1f} after"
    )


def drawing(labels: Sequence[str], rows: np.ndarray, before: np.ndarray, after: np.ndarray) -> str:
    """HTML with a bar for each of the tokens `rows`, outlined before and filled after, and a strip of what is kept.

    `labels` are the tokens' texts, as many as `rows`; `before` and `after` are (vocabulary,).
    """
    old, new = before[rows], after[rows]
    highest = float(max(old.max(), new.max()))
    scale = BARS / next(bound for bound in SCALES if highest <= bound + 1e-6)
    height = ROW * (len(rows) + 2)
    parts = [_row(i, *values, scale) for i, values in enumerate(zip(labels, old, new, strict=True))]
    summary = describe(before, after)
    return (
        f'<div style="max-width: {WIDTH}px"><svg class="explorer-figure" role="img" aria-label="{escape(summary)}"'
        f' viewBox="0 0 {WIDTH} {height}" width="100%" fill="currentColor" font-family="sans-serif" font-size="13">'
        f"{''.join(parts)}{_strip(float(before[after > 0].sum()), ROW * len(rows) + 8)}</svg>"
        f'<div class="explorer-summary" style="line-height: 1.4">{summary}.</div></div>'
    )


def _row(place: int, label: str, old: float, new: float, scale: float) -> str:
    top, middle = place * ROW, place * ROW + 15
    dashes, value = ('stroke-dasharray="3 3"', "cut") if new == 0 else ("", f"{percent(old)} → {percent(new)}")
    end = LABELS + max(old, new) * scale
    return (
        f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end" font-family="monospace">'
        f"<tspan unicode-bidi='isolate'>{escape(label)}</tspan></text>"
        f'<rect x="{LABELS}" y="{top + 5}" width="{new * scale:.1f}" height="11" fill="{BLUE}"/>'
        f'<rect x="{LABELS}" y="{top + 2}" width="{old * scale:.1f}" height="17" fill="none" stroke="currentColor"'
        f' {dashes}/><text x="{end + 6:.1f}" y="{middle}" font-size="12">{value}</text>'
    )


def _strip(held: float, top: int) -> str:
    wide = WIDTH - 2
    return (
        f'<rect x="1" y="{top}" width="{wide}" height="16" fill="none" stroke="currentColor" stroke-dasharray="3 3"/>'
        f'<rect x="1" y="{top}" width="{held * wide:.1f}" height="16" fill="{BLUE}"/>'
        f'<text x="8" y="{top + 12}" font-size="12" fill="white">kept {percent(held)}</text>'
    )
