"""Figures of searches: the ways a text may go on, as a tree that grows from left to right."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from transformers import PreTrainedTokenizerBase

from helpers.plots.base import MONOSPACED, printable, shortened, show, token_texts

WIDTH = 7.2
ROW = 0.215
TOP = 0.68  # for the title and what the lines mean
LONGEST_TOKEN, PROMPT_CHARACTERS = 11, 13
TOTAL_WIDTH = 0.85
GAP = 0.07  # between a line and what it joins
Path = tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """How a node and the line that leads to it are drawn; `rank` is the higher, the more it is in front."""

    edge: str
    line: str = "-"
    width: float = 1.0
    fill: str = "white"
    ink: str = "black"
    rank: int = 1


PLAIN = Look("0.72", ink="0.35", rank=0)
MARKED = (
    Look("#D55E00", line="--", width=2.0, fill="#FBE3D4", rank=2),
    Look("#0072B2", width=2.6, fill="#0072B2", ink="white", rank=3),
)
KEPT = Look("#0072B2", width=1.3)
PRUNED = Look("0.6", line=":", ink="0.45", rank=0)
WINNER = MARKED[1]


@dataclass
class Node:
    """A token in the tree, under the tokens before it; `note` stands beside it, `total` at the right edge."""

    label: str
    look: Look = PLAIN
    note: str = ""
    total: str = ""
    children: dict[int, Node] = field(default_factory=dict)
    row: float = 0.0


def search_tree(
    tokenizer: PreTrainedTokenizerBase,
    paths: Sequence[Sequence[tuple[int, float]]],
    marked: Mapping[str, Sequence[tuple[int, float]]],
    prompt: str,
) -> None:
    """All ways that a search looked at, the two `marked` ones by their names; at the right the probability of each.

    A path is a list of (token id, probability of it after all before it), best first at every step; all are as long.
    """
    text_of = _texts(tokenizer, map(_ids, paths))
    root = Node(prompt)
    for path in paths:
        for node, (_, probability) in zip(_walk(root, _ids(path), text_of), path, strict=True):
            node.note = f"{probability:.2f}"
        node.total = _percent(path)
    for path, look in zip(marked.values(), MARKED, strict=False):
        for node in _walk(root, _ids(path), text_of):
            node.look = max(node.look, look, key=lambda one: one.rank)
    figure, axes = _canvas(root, len(paths[0]), "Ways to go on, and how probable each is", "product")
    names = {name: look for name, look in zip(marked, MARKED, strict=False)}
    _legend(axes, names | {"looked at": PLAIN})
    told = (f"{name}: {_told(_ids(path), text_of)}, {_percent(path)}" for name, path in marked.items())
    show(figure, f"tree of {len(paths)} ways to go on, {len(paths[0])} tokens long. {'; '.join(told)}.")


def beam_tree(
    tokenizer: PreTrainedTokenizerBase, steps: Sequence[Sequence[tuple[float, Path]]], beams: int, prompt: str
) -> None:
    """A beam search: at each step the candidates, of which the first `beams` are kept and the others pruned.

    A candidate is (sum of log-probabilities in nats, token ids), best first.
    """
    text_of = _texts(tokenizer, (path for step in steps for _, path in step))
    root = Node(prompt)
    for step in steps:
        for place, (score, path) in enumerate(step):
            node = list(_walk(root, path, text_of))[-1]
            node.look = KEPT if place < beams else PRUNED
            node.note = f"{score:.1f}" + ("" if place < beams else " ×")
    best_score, best = steps[-1][0]
    for place, (score, path) in enumerate(steps[-1][:beams]):
        *_, node = _walk(root, path, text_of)
        node.total = f"{place + 1}.  {score:.2f}"
    for node in _walk(root, best, text_of):
        node.look = WINNER
    figure, axes = _canvas(root, len(steps), f"Beam search, {beams} beams, {len(steps)} steps", "log-probability")
    _legend(axes, {"best in the end": WINNER, "kept": KEPT, "pruned ×": PRUNED})
    pruned = sum(max(0, len(step) - beams) for step in steps)
    show(
        figure,
        f"tree of a beam search with {beams} beams over {len(steps)} steps, {pruned} pruned candidates shown; the best"
        f" in the end: {_told(best, text_of)}, log-probability {best_score:.2f}.",
    )


def _walk(root: Node, path: Sequence[int], text_of: Mapping[int, str]) -> Iterator[Node]:
    """The nodes along a path, made where they are missing."""
    node = root
    for token in path:
        label = shortened(printable(text_of[token]), LONGEST_TOKEN)
        node = node.children.setdefault(token, Node(label))
        yield node


def _texts(tokenizer: PreTrainedTokenizerBase, paths: Iterable[Sequence[int]]) -> dict[int, str]:
    ids = sorted({token for path in paths for token in path})
    return dict(zip(ids, token_texts(tokenizer, ids), strict=True))


def _ids(path: Sequence[tuple[int, float]]) -> list[int]:
    return [token for token, _ in path]


def _told(path: Sequence[int], text_of: Mapping[int, str]) -> str:
    return repr("".join(text_of[token] for token in path))


def _percent(path: Sequence[tuple[int, float]]) -> str:
    return f"{100 * math.prod(probability for _, probability in path):.2f} %"


def _canvas(root: Node, depth: int, title: str, totals: str) -> tuple[Figure, Axes]:
    """A figure of one inch a unit with the tree on it."""
    rows = _place(root, 0)
    figure = plt.figure(figsize=(WIDTH, TOP + ROW * rows + 0.08), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(TOP + ROW * rows + 0.08, 0))
    axes.axis("off")
    axes.text(0.08, 0.17, title, weight="bold", size=11, va="center")
    axes.text(WIDTH - 0.08, TOP - 0.1, totals, ha="right", va="center", size=8.5, color="0.35")
    words = textwrap.fill(root.label.replace("$", r"\$"), PROMPT_CHARACTERS, max_lines=5, placeholder=" …")
    start = axes.text(0.08, _y(root), words + " …", va="center", size=8.5, weight="bold")
    first = _right(axes, start) + 0.45
    column = (WIDTH - TOTAL_WIDTH - first) / depth
    _draw(axes, root, _right(axes, start), [first + column * step for step in range(depth)])
    return figure, axes


def _place(node: Node, first: int) -> int:
    """Give each leaf a row, from `first` on, and every other node the middle of its children's; return how many."""
    if not node.children:
        node.row = first
        return 1
    used = 0
    for child in node.children.values():
        used += _place(child, first + used)
    rows = [child.row for child in node.children.values()]
    node.row = (rows[0] + rows[-1]) / 2
    return used


def _draw(axes: Axes, node: Node, right: float, columns: Sequence[float]) -> None:
    """The children of a node that reaches to `right`, each in the first of `columns`, and theirs."""
    for child in node.children.values():
        look, left, y = child.look, columns[0], _y(child)
        axes.plot(
            [right + GAP, left - GAP],
            [_y(node), y],
            color=look.edge,
            linestyle=look.line,
            linewidth=look.width,
            zorder=look.rank,
        )
        box = {"boxstyle": "round,pad=0.18", "facecolor": look.fill, "edgecolor": look.edge, "linewidth": 0.9}
        text = axes.text(
            left, y, child.label, va="center", size=8.5, color=look.ink, bbox=box, family=MONOSPACED, zorder=4
        )
        note = axes.text(_right(axes, text) + 0.09, y, child.note, va="center", size=7, color="0.3", zorder=4)
        if child.total:
            bold = "bold" if look.rank > 1 else "normal"
            axes.text(WIDTH - 0.08, y, child.total, ha="right", va="center", size=8.5, weight=bold)
        _draw(axes, child, _right(axes, note), columns[1:])


def _right(axes: Axes, text: Text) -> float:
    """Where a text ends."""
    return text.get_window_extent().transformed(axes.transData.inverted()).x1


def _y(node: Node) -> float:
    return TOP + (node.row + 0.5) * ROW


def _legend(axes: Axes, looks: Mapping[str, Look]) -> None:
    """What the lines mean, below the title."""
    x = 0.08
    for name, look in looks.items():
        axes.plot([x, x + 0.32], [TOP - 0.2] * 2, color=look.edge, linestyle=look.line, linewidth=look.width)
        x = _right(axes, axes.text(x + 0.4, TOP - 0.2, name, va="center", size=8.5)) + 0.25
