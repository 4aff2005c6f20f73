"""The teaching kit agrees with the lessons: their titles, their sections, and minutes that add up."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tools import links
from tools.notebooks import ROOT, lessons, read

NOTES = (ROOT / "docs" / "lesson-notes.md").read_text(encoding="utf-8")
WORKSHOPS = (ROOT / "docs" / "workshops.md").read_text(encoding="utf-8")
CLOCK = re.compile(r"^\| (\d+):(\d\d)–(\d+):(\d\d) \| ([^|]*)\|", re.MULTILINE)


def sections(path: Path) -> set[int]:
    """Return the numbers of a lesson's sections."""
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return {int(number) for number in re.findall(r"^## (\d+) · ", text, re.MULTILINE)}


def numbers(written: str) -> set[int]:
    """Return the numbers of sections in "3, 5 and 8 to 12"."""
    ranges = [set(range(int(a), int(b) + 1)) for a, b in re.findall(r"(\d+) to (\d+)", written)]
    return set(map(int, re.findall(r"\d+", written))).union(*ranges)


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.name[:2])
def test_each_lesson_has_a_plan_of_45_minutes_that_leaves_no_section_out(path: Path) -> None:
    head = links.HEAD.search(read(path).cells[0].source)
    assert head
    part = NOTES.partition(f"\n## {path.name[:2]} · {head['title']}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+)–(\d+) \| ([^|]*) \|", part, re.MULTILINE)
    assert rows, f"the notes lack a plan for {path.stem}"
    assert (rows[0][0], rows[-1][1]) == ("0", "45")
    assert all(before[1] == after[0] for before, after in pairwise(rows))
    planned = set().union(*(numbers(row[2]) for row in rows))
    home = set().union(*(numbers(found) for found in re.findall(r"At home: ([^.]*)\.", part)))
    assert planned | home >= sections(path) - ({7} if path.name.startswith("00") else set())
    assert planned | home <= sections(path)
    for wanted in ("**Board", "**Questions**", "**In the room**"):
        assert wanted in part
    assert 3 <= len(re.findall(r"^- \*.+?\?\*", part, re.MULTILINE)) <= 5


def test_the_clock_of_each_workshop_has_no_gap() -> None:
    for plan in re.split(r"^###? ", WORKSHOPS, flags=re.MULTILINE):
        times = [(int(h) * 60 + int(m), int(k) * 60 + int(n)) for h, m, k, n, _ in CLOCK.findall(plan)]
        assert all(before[1] == after[0] for before, after in pairwise(times))
        assert all(start < end for start, end in times)


def test_workshops_name_sections_that_there_are() -> None:
    named = 0
    for path in lessons():
        for *_, cell in CLOCK.findall(WORKSHOPS):
            found = re.match(rf"{path.name[:2]}, sections? (.*)", cell.strip())
            if found:
                named += 1
                assert numbers(found[1]) <= sections(path), cell
    assert named > 10
