"""Answers to the exercises, right and wrong, and a kernel that tries them in a solution notebook.

An answers file holds percent cells. Each header says the exercise, whether the check must accept the answer, and what
the answer does; after ` | ` a wrong one may name words that the check's message must contain (a regular expression):

    # %% 2 right: with a Counter
    # %% 2 wrong: off by one | one too many
"""

from __future__ import annotations

import ast
import os
import re
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, read

HEADER = re.compile(r"^# %% (\d+) (right|wrong): (.+?)(?: \| (.+))?$", re.MULTILINE)
SECONDS_TO_PREPARE, SECONDS_TO_TRY = 300, 120
STUB = "not written yet"

# The names of the notebook as they were before an answer; objects that an answer changes in place stay changed.
REMEMBER = "_before_answer = dict(globals())"
RESTORE = """
for _name in set(globals()) - set(_before_answer) - {"_before_answer"}:
    del globals()[_name]
globals().update(_before_answer)
"""


@dataclass(frozen=True)
class Answer:
    """One way to solve an exercise, or to fail at it. `message` is what the check has to say, if the file names it."""

    exercise: int
    is_right: bool
    title: str
    message: str | None
    code: str


@dataclass(frozen=True)
class Verdict:
    """How the check ended: the error's name and text, both None when it passed, and what it printed."""

    name: str | None
    text: str | None
    printed: str


def answers_in(path: Path) -> list[Answer]:
    """Read an answers file, in the order of the exercises. Raises ValueError for a cell without a proper header."""
    text = path.read_text(encoding="utf-8")
    headers = list(HEADER.finditer(text))
    if len(headers) != text.count("\n# %%") + text.startswith("# %%"):
        raise ValueError(f"{path.name}: a header is not of the form '# %% 2 wrong: what it does'")
    ends = [header.start() for header in headers[1:]] + [len(text)]
    found = [
        Answer(int(number), kind == "right", title, message, text[header.end() : end].strip())
        for header, end in zip(headers, ends, strict=True)
        for number, kind, title, message in [header.groups()]
    ]
    return sorted(found, key=lambda answer: answer.exercise)


def stubs_in(path: Path) -> list[Answer]:
    """Return the empty answers of an exercise notebook, as a learner meets them."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    checks = [place for place, cell in enumerate(cells) if cell.id.startswith("check-")]
    found = []
    for start, end in pairwise([-1, *checks]):
        [stub] = [cell.source for cell in cells[start + 1 : end] if "NotImplementedError" in cell.source][:1]
        found.append(Answer(int(cells[end].id.removeprefix("check-")), False, STUB, None, stub))
    return found


def only_shows(source: str) -> bool:
    """Tell whether a cell calls or prints something and defines nothing that the check could need."""
    return all(isinstance(statement, ast.Expr) for statement in ast.parse(source).body)


class SolvedNotebook:
    """A solution notebook in a kernel of its own, run as far as an exercise needs it."""

    def __init__(self, path: Path) -> None:
        self.cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
        self.checks = {
            int(cell.id.removeprefix("check-")): place
            for place, cell in enumerate(self.cells)
            if cell.id.startswith("check-")
        }
        self._done = 0  # cells that have run
        environment = os.environ | FIXED_ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        self._manager, self._client = start_new_kernel(cwd=str(path.parent), env=environment)

    def close(self) -> None:
        """Stop the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def judge(self, answer: Answer) -> Verdict:
        """Run the answer, the cells behind it and the check. Raises AssertionError where a time-out is passed."""
        place = self._place_of(answer.exercise)
        check = self.checks[answer.exercise]
        self._run_up_to(place)
        self._run(REMEMBER)
        between = [cell.source for cell in self.cells[place + 1 : check]]
        if not answer.is_right:  # a wrong answer need not be shown; only a right one must be
            between = [source for source in between if not only_shows(source)]
        verdicts = [self._run(code) for code in [answer.code, *between]]
        failed = [verdict for verdict in verdicts if verdict.name]
        assert not answer.is_right or not failed, f"before the check: {failed[0].name}: {failed[0].text}"
        verdict = self._run(self.cells[check].source)
        self._run(RESTORE)
        return verdict

    def _place_of(self, exercise: int) -> int:
        earlier = [place for place in self.checks.values() if place < self.checks[exercise]]
        first = max(earlier, default=-1) + 1
        return next(p for p in range(first, self.checks[exercise]) if "### BEGIN SOLUTION" in self.cells[p].source)

    def _run_up_to(self, place: int) -> None:
        for cell in self.cells[self._done : place]:
            verdict = self._run(cell.source, SECONDS_TO_PREPARE)
            meant = "raises-exception" in cell.metadata.get("tags", [])
            assert verdict.name is None or meant, f"{cell.id}: {verdict.name}: {verdict.text}"
        self._done = max(self._done, place)

    def _run(self, code: str, seconds: float = SECONDS_TO_TRY) -> Verdict:
        printed: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        try:
            reply = self._client.execute_interactive(code, timeout=seconds, output_hook=listen, allow_stdin=False)
        except TimeoutError as error:
            self._manager.interrupt_kernel()
            time.sleep(1)
            raise AssertionError(f"not done after {seconds} seconds") from error
        content = reply["content"]
        return Verdict(content.get("ename"), content.get("evalue"), "".join(printed))
