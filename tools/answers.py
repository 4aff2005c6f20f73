"""Answers to the exercises, right and wrong, and what tries them in a solution notebook while nbval runs it.

An answers file holds percent cells. Each header says the exercise, whether the check must accept the answer, and what
the answer does; after ` | ` a wrong one may name words that the check's message must contain (a regular expression):

    # %% 2 right: with a Counter
    # %% 2 wrong: off by one | one too many

The answers to an exercise come after its check, in the kernel of the notebook, with the names that were there before
the solution. So each solution runs once, and what comes after it shows that no cell lives on what an answer left.
"""

from __future__ import annotations

import ast
import functools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.notebooks import NOTEBOOKS, ROOT, read

ANSWERS = ROOT / "tests" / "notebooks" / "answers"

HEADER = re.compile(r"^# %% (\d+) (right|wrong): (.+?)(?: \| (.+))?$", re.MULTILINE)
SECONDS_TO_TRY = 120
STUB = "not written yet"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)

# The notebook's names before a solution, and before an answer; objects that an answer changes in place stay changed.
REMEMBER = "get_ipython().before_solution = dict(globals())"
BEGIN = """
def _begin(names, shell):
    shell.after_solution = dict(names)
    names.clear()
    names.update(shell.before_solution)
    shell.InteractiveTB.set_mode("Minimal")  # most answers end in an error, and nobody reads its traceback

_begin(globals(), get_ipython())
"""
RESTORE = """
def _restore(names, shell):
    names.clear()
    names.update(shell.after_solution)
    shell.InteractiveTB.set_mode("Context")

_restore(globals(), get_ipython())
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


@functools.cache
def answers_to(name: str) -> list[tuple[Path, Answer]]:
    """Return the answers to a notebook's exercises, the empty ones first, each with the file that holds it."""
    exercise, file = NOTEBOOKS / "exercises" / f"{name}.ipynb", ANSWERS / f"{name}.py"
    return [(exercise, stub) for stub in stubs_in(exercise)] + [(file, answer) for answer in answers_in(file)]


def only_shows(source: str, later: list[str]) -> bool:
    """Tell whether a cell calls or prints something and defines nothing that the cells after it use."""
    code = ast.parse(source)
    if all(isinstance(statement, ast.Expr) for statement in code.body):
        return True
    nodes = list(ast.walk(code))
    if any(isinstance(node, DEFINITIONS) for node in nodes):
        return False
    if any(isinstance(node, (ast.Attribute, ast.Subscript)) and is_stored(node) for node in nodes):
        return False
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and is_stored(node)}
    return not stored & {node.id for cell in later for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Name)}


def is_stored(node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    return not isinstance(node.ctx, ast.Load)


class TriedAnswer(pytest.Item):
    """An answer that is tried in the kernel of its solution notebook. Fails where the check judges it wrongly."""

    def __init__(self, *, answer: Answer, file: Path, between: list[str], check: str, **node: Any) -> None:
        super().__init__(**node)
        self.answer, self.file, self.between, self.check = answer, file, between, check

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.file, None, self.name

    def runtest(self) -> None:
        verdict = self.verdict()
        if self.answer.is_right:
            assert verdict.name is None, f"a right answer is rejected: {verdict.name}: {verdict.text}"
            assert verdict.printed.strip(), "a pass prints a line that says what was right"
        else:
            assert verdict.name is not None, "a wrong answer passes"
        if not self.answer.is_right and self.answer.title != STUB:
            assert verdict.name == "AssertionError", f"the check itself fails: {verdict.name}: {verdict.text}"
            assert verdict.text, "the check does not say what is wrong"
            assert re.search(self.answer.message or "", verdict.text), f"the check says: {verdict.text}"

    def verdict(self) -> Verdict:
        """Run the answer, the cells behind it and the check. Raises AssertionError where a time-out is passed."""
        # A wrong answer need not be shown; only a right one must be.
        needed = [self.check]
        for cell in reversed(self.between):
            if self.answer.is_right or not only_shows(cell, needed):
                needed.insert(0, cell)
        begun = self.run(BEGIN)
        assert begun.name is None, f"run the whole notebook, not only its answers: {begun.text}"
        try:
            for code in [self.answer.code, *needed[:-1]]:
                shown = self.run(code)
                failed = f"before the check: {shown.name}: {shown.text}"
                assert shown.name is None or not self.answer.is_right, failed
            return self.run(self.check)
        finally:
            self.run(RESTORE)

    def run(self, code: str) -> Verdict:
        assert isinstance(self.parent, IPyNbFile)
        return execute(self.parent.kernel, code)


def execute(kernel: RunningKernel, code: str) -> Verdict:
    """Run code as a cell. Raises AssertionError where the time-out is passed."""
    printed: list[str] = []

    def listen(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    settings = {"store_history": False, "allow_stdin": False, "timeout": SECONDS_TO_TRY, "output_hook": listen}
    try:
        reply = kernel.kc.execute_interactive(code, **settings)
    except TimeoutError as error:
        kernel.interrupt()
        time.sleep(1)
        raise AssertionError(f"not done after {SECONDS_TO_TRY} seconds") from error
    content = reply["content"]
    return Verdict(content.get("ename"), content.get("evalue"), "".join(printed))


def is_solution(item: pytest.Item) -> bool:
    """Tell whether the item is a cell that solves an exercise."""
    return isinstance(item, IPyNbCell) and "### BEGIN SOLUTION" in item.cell.source


def with_answers(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the items, and after each check the answers to its exercise."""
    exercise: list[IPyNbCell] = []  # its cells from the solution on
    for item in items:
        yield item
        if isinstance(item, IPyNbCell) and (exercise or is_solution(item)):
            exercise.append(item)
            if item.cell.id.startswith("check-"):
                yield from _tried(exercise)
                exercise = []


def _tried(exercise: list[IPyNbCell]) -> Iterator[TriedAnswer]:
    between, check = [cell.cell.source for cell in exercise[1:-1]], exercise[-1]
    for file, answer in answers_to(check.path.stem):
        if answer.exercise == int(check.cell.id.removeprefix("check-")):
            name = f"{answer.exercise} {'right' if answer.is_right else 'wrong'}: {answer.title}"
            given = {"answer": answer, "file": file, "between": between, "check": check.cell.source}
            yield TriedAnswer.from_parent(check.parent, name=name, **given)
