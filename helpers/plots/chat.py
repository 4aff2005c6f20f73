"""Figures of chats: one conversation in several templates, and who wrote which token of a prompt."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from helpers.plots.base import printable, show

WIDTH = 7.2
LINE_HEIGHT = 0.42
INCHES_A_CHARACTER = 0.074  # of the monospaced font at size 9
TEMPLATE = "template"
# What the template adds is dark; the roles also have their name below, since some of these look alike in grey.
FILLS = {TEMPLATE: "#404040", "system": "#CC79A7", "user": "#56B4E9", "assistant": "#F0E442"}


def side_by_side(columns: Mapping[str, Mapping[str, object]]) -> None:
    """A table with a column for each name and a row for each of its facts, such as a text, with its line ends kept.

    All columns have the same facts, in the same order.
    """
    names = list(columns)
    facts = list(next(iter(columns.values())))
    head = "".join(f'<th style="text-align: left">{html.escape(name)}</th>' for name in ["", *names])
    rows = "".join(
        f'<tr><th style="text-align: left; vertical-align: top">{html.escape(fact)}</th>'
        + "".join(_cell(columns[name][fact]) for name in names)
        + "</tr>\n"
        for fact in facts
    )
    page = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    plain = "\n\n".join(f"{name} · {fact}\n{columns[name][fact]}" for fact in facts for name in names)
    display({"text/html": page, "text/plain": plain}, raw=True)


def _cell(value: object) -> str:
    style = "white-space: pre-wrap; overflow-wrap: anywhere; word-break: normal; text-align: left; margin: 0"
    return (
        f'<td style="text-align: left; vertical-align: top"><pre style="{style}">{html.escape(str(value))}</pre></td>'
    )


def token_roles(tokens: Sequence[str], roles: Sequence[str], title: str) -> None:
    """The tokens of a chat as boxes, lines broken where the text breaks them, each coloured by who wrote it.

    `roles` has one for each token: "system", "user", "assistant", or "template" for what the template added, drawn
    dark. The name of a role stands below the first token of each of its stretches.
    """
    places, lines = _lay_out(tokens)
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * lines + 0.75))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-LINE_HEIGHT * lines - 0.35, 0.08)
    axes.axis("off")
    axes.set_title(title)
    for i, (token, role, (left, line, width)) in enumerate(zip(tokens, roles, places, strict=True)):
        begins = role != TEMPLATE and (i == 0 or roles[i - 1] != role)
        _draw(axes, printable(token), role, (left, -LINE_HEIGHT * line, width), begins)
    kinds = [role for role in FILLS if role in roles]
    keys = [Patch(facecolor=FILLS[role], edgecolor="black", label=role) for role in kinds]
    axes.legend(handles=keys, loc="lower left", ncols=len(keys), frameon=False, bbox_to_anchor=(0, -0.02))
    counts = ", ".join(f"{role} {list(roles).count(role)}" for role in kinds)
    show(figure, f"{len(tokens)} tokens coloured by who wrote them: {counts}; {_stretches(tokens, roles)}.")


def _lay_out(tokens: Sequence[str]) -> tuple[list[tuple[float, int, float]], int]:
    """Where the boxes go: (left, line, width) of each in inches, and the number of lines."""
    places, left, line = [], 0.0, 0
    for token in tokens:
        width = len(printable(token)) * INCHES_A_CHARACTER + 0.1
        if left and left + width > WIDTH:
            left, line = 0.0, line + 1
        places.append((left, line, width))
        left += width
        if token.endswith("\n"):
            left, line = 0.0, line + 1
    return places, places[-1][1] + 1


def _draw(axes: Axes, token: str, role: str, place: tuple[float, float, float], begins: bool) -> None:
    left, top, width = place
    box = Rectangle(
        (left + 0.01, top - 0.24), width - 0.02, 0.22, facecolor=FILLS[role], edgecolor="black", linewidth=0.7
    )
    axes.add_patch(box)
    ink = "white" if role == TEMPLATE else "black"
    axes.text(left + width / 2, top - 0.135, token, ha="center", va="center", family="monospace", size=9, color=ink)
    if begins:
        axes.text(left + 0.02, top - 0.32, role, ha="left", va="center", size=8, style="italic")


def _stretches(tokens: Sequence[str], roles: Sequence[str]) -> str:
    """The text that each role wrote, in order."""
    found: list[tuple[str, str]] = []
    for token, role in zip(tokens, roles, strict=True):
        if found and found[-1][0] == role:
            found[-1] = role, found[-1][1] + token
        else:
            found.append((role, token))
    return "; ".join(f"{role}: {text}" for role, text in found if role != TEMPLATE)
