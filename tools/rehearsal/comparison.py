"""What a lesson's cells printed beside what is stored, as counts and as a report for the author."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from tools.notebooks import ROOT

MOST_CHARACTERS = 4000
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Difference:
    """A cell that printed something else: its number from 0, markdown included, both texts, and the prose below it.

    `error` is the name of the exception that it should not have raised; empty without one.
    """

    number: int
    code: str
    stored: str
    came: str
    prose: str
    error: str


def compare(stored: NotebookNode, fresh: NotebookNode) -> list[Difference]:
    """Return the code cells whose output differs after the tests' own sanitising, or that raised."""
    rules = _sanitising()
    found = []
    for number, (before, after) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if before.cell_type != "code":
            continue
        texts = text(before), text(after)
        errors = [output.ename for output in after.outputs if output.output_type == "error"]
        error = "" if "raises-exception" in before.metadata.get("tags", []) else "".join(errors[:1])
        if error or _sanitised(texts[0], rules) != _sanitised(texts[1], rules):
            prose = "\n\n".join(_below(stored.cells, number))
            found.append(Difference(number, before.source, *texts, prose, error))
    return found


def text(cell: NotebookNode) -> str:
    """Return what a cell shows, as text: streams, results and errors; a picture as the word for it."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append("\n".join(COLOURS.sub("", line) for line in output.traceback[-2:]) + "\n")
        else:
            parts.append("[picture]\n" if "image/png" in output.data else f"{output.data.get('text/plain', '')}\n")
    return COLOURS.sub("", "".join(parts)).strip()


def report(name: str, cells: int, differences: Sequence[Difference]) -> str:
    """Return the report on one lesson, in Markdown."""
    parts = [f"# {name}", summary(name, cells, differences)]
    for one in differences:
        parts.append(f"## Cell {one.number}" + (f": raises {one.error}" if one.error else ""))
        parts.append(_fenced(one.code, "python"))
        parts += ["Stored:", _fenced(one.stored), "Came:", _fenced(one.came)]
        if one.prose:
            parts += ["The prose below:", "\n".join(f"> {line}" for line in one.prose.splitlines())]
    return "\n\n".join(parts) + "\n"


def summary(name: str, cells: int, differences: Sequence[Difference]) -> str:
    """Return the counts of one lesson in one line."""
    raised = sum(bool(one.error) for one in differences)
    return f"{name}: {cells} cells, {len(differences) - raised} print something else, {raised} raise"


def _below(cells: Sequence[NotebookNode], number: int) -> Iterator[str]:
    for cell in cells[number + 1 :]:
        if cell.cell_type == "code":
            return
        yield cell.source


def _sanitising() -> list[tuple[re.Pattern[str], str]]:
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "sanitize.cfg", encoding="utf-8")
    return [(re.compile(rules[name]["regex"]), rules[name]["replace"]) for name in rules.sections()]


def _sanitised(written: str, rules: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, replacement in rules:
        written = pattern.sub(replacement, written)
    return written


def _fenced(written: str, language: str = "text") -> str:
    shown = written if len(written) <= MOST_CHARACTERS else f"{written[:MOST_CHARACTERS]}\n[…]"
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", shown)), 3)
    return f"{fence}{language}\n{shown}\n{fence}"
