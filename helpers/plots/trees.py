"""Draw searches as trees of continuations that grow from left to right."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from transformers import PreTrainedTokenizerBase

from helpers.plots.figures import MONOSPACED, printable, shortened, show, token_texts

WIDTH, ROW, TOP = 7.2, 0.215, 0.68  # inches; the top holds the title and the legend
EDGE, GAP = 0.08, 0.07
Scored = Sequence[tuple[int, float]]
Candidate = tuple[float, tuple[int, ...]]


class Look(NamedTuple):
    """Hold how a node and the line to it are drawn; the higher rank is drawn in front."""

    rank: int
    edge: str
    line: str = "-"
    width: float = 1.0
    fill: str = "white"
    ink: str = "black"


PLAIN = Look(0, "0.72", ink="0.35")
PRUNED = Look(0, "0.6", line=":", ink="0.45")
KEPT = Look(1, "#0072B2", width=1.3)
SECOND = Look(2, "#D55E00", line="--", width=2.0, fill="#FBE3D4")
WINNER = Look(3, "#0072B2", width=2.6, fill="#0072B2", ink="white")


@dataclass
class Node:
    """Hold a token below the tokens before it, with a `note` beside it and a `total` at the right edge."""

    text: str
    look: Look = PLAIN
    note: str = ""
    total: str = ""
    children: dict[int, Node] = field(default_factory=dict)
    y: float = 0.0  # inches from the top


def search_tree(
    tokenizer: PreTrainedTokenizerBase, paths: Sequence[Scored], marked: Mapping[str, Scored], prompt: str
) -> None:
    """Draw all continuations that a search considered, two of them `marked` by name, with their probabilities.

    A path is a list of (token id, probability given all tokens before it); all paths have one length.
    """
    root = Node(prompt)
    for path in paths:
        nodes = _nodes(root, [token for token, _ in path], tokenizer)
        for node, (_, probability) in zip(nodes, path, strict=True):
            node.note = f"{probability:.2f}"
        nodes[-1].total = _product(path)
    looks = dict(zip(marked, (SECOND, WINNER), strict=False))
    described = []
    for name, look in looks.items():
        nodes = _nodes(root, [token for token, _ in marked[name]], tokenizer)
        for node in nodes:
            node.look = max(node.look, look)
        described.append(f"{name}: {''.join(node.text for node in nodes)!r}, {_product(marked[name])}")
    title = "Possible continuations and their probabilities"
    figure = _drawn(root, len(paths[0]), title, "product", looks | {"considered": PLAIN})
    show(figure, f"tree of {len(paths)} continuations, {len(paths[0])} tokens long. {'; '.join(described)}.")


def beam_tree(
    tokenizer: PreTrainedTokenizerBase, steps: Sequence[Sequence[Candidate]], beams: int, prompt: str
) -> None:
    """Draw a beam search: at each step its candidates, of which the first `beams` are kept and the others pruned.

    A candidate is (sum of log-probabilities in nats, token ids); each step has its best candidate first.
    """
    root = Node(prompt)
    for step in steps:
        for place, (score, ids) in enumerate(step):
            node = _nodes(root, ids, tokenizer)[-1]
            node.look, sign = (KEPT, "") if place < beams else (PRUNED, " ×")
            node.note = f"{score:.1f}{sign}"
    for place, (score, ids) in enumerate(steps[-1][:beams]):
        _nodes(root, ids, tokenizer)[-1].total = f"{place + 1}.  {score:.2f}"
    best = _nodes(root, steps[-1][0][1], tokenizer)
    for node in best:
        node.look = WINNER
    looks = {"best in the end": WINNER, "kept": KEPT, "pruned ×": PRUNED}
    figure = _drawn(root, len(steps), f"Beam search, {beams} beams, {len(steps)} steps", "log-probability", looks)
    pruned = sum(max(0, len(step) - beams) for step in steps)
    winner = f"best in the end: {''.join(node.text for node in best)!r}, log-probability {steps[-1][0][0]:.2f}"
    show(figure, f"tree of {beams} beams over {len(steps)} steps, {pruned} pruned candidates shown; {winner}.")


def _nodes(root: Node, ids: Sequence[int], tokenizer: PreTrainedTokenizerBase) -> list[Node]:
    """Return the nodes along a path, made where they are missing."""
    nodes = [root]
    for token, text in zip(ids, token_texts(tokenizer, ids), strict=True):
        nodes.append(nodes[-1].children.setdefault(token, Node(text)))
    return nodes[1:]


def _product(path: Scored) -> str:
    return f"{100 * math.prod(probability for _, probability in path):.2f} %"


def _drawn(root: Node, depth: int, title: str, totals: str, legend: Mapping[str, Look]) -> Figure:
    """Return a figure of the tree, in inches from the top left, with a legend of its looks."""
    height = _place(root, TOP) + EDGE
    figure = plt.figure(figsize=(WIDTH, height), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    axes.axis("off")
    axes.text(EDGE, 0.17, title, weight="bold", size=11, va="center")
    x = EDGE
    for name, look in legend.items():
        axes.plot([x, x + 0.32], [TOP - 0.2] * 2, color=look.edge, linestyle=look.line, linewidth=look.width)
        x = _right(axes, axes.text(x + 0.4, TOP - 0.2, name, va="center", size=8.5)) + 0.25
    axes.text(WIDTH - EDGE, TOP - 0.1, totals, ha="right", va="center", size=8.5, color="0.35")
    words = textwrap.fill(root.text, 13, max_lines=5, placeholder=" …") + " …"
    start = axes.text(EDGE, root.y, words, va="center", size=8.5, weight="bold", parse_math=False)
    first = _right(axes, start) + 0.45
    column = (WIDTH - 0.85 - first) / depth  # the totals take 0.85 inches
    _draw(axes, root, _right(axes, start), [first + column * step for step in range(depth)])
    return figure


def _place(node: Node, top: float) -> float:
    """Give each leaf a row from `top` on, and each parent the middle of its children; return the end of the rows."""
    node.y, end = top + ROW / 2, top
    for child in node.children.values():
        end = _place(child, end)
    if children := list(node.children.values()):
        node.y = (children[0].y + children[-1].y) / 2
    return max(end, top + ROW)


def _draw(axes: Axes, node: Node, right: float, columns: Sequence[float]) -> None:
    """Draw the children of a node that reaches to `right`, each at the first of `columns`, and their children."""
    for child in node.children.values():
        look, left, y = child.look, columns[0], child.y
        (line,) = axes.plot([right + GAP, left - GAP], [node.y, y], color=look.edge, zorder=look.rank)
        line.set(linestyle=look.line, linewidth=look.width)
        box = {"boxstyle": "round,pad=0.18", "facecolor": look.fill, "edgecolor": look.edge, "linewidth": 0.9}
        text = axes.text(left, y, shortened(printable(child.text), 11), va="center", size=8.5, family=MONOSPACED)
        text.set(color=look.ink, bbox=box, zorder=4, parse_math=False)
        note = axes.text(_right(axes, text) + 0.09, y, child.note, va="center", size=7, color="0.3", zorder=4)
        weight = "bold" if look.rank > 1 else "normal"
        axes.text(WIDTH - EDGE, y, child.total, ha="right", va="center", size=8.5, weight=weight)
        _draw(axes, child, _right(axes, note), columns[1:])


def _right(axes: Axes, text: Text) -> float:
    """Return where a text ends, in inches."""
    return float(text.get_window_extent().transformed(axes.transData.inverted()).x1)
