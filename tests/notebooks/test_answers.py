"""The exercises' checks accept right answers, however they are written, and say of wrong ones what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.answers import STUB, Answer, SolvedNotebook, answers_in, stubs_in
from tools.notebooks import NOTEBOOKS, read, solutions

pytestmark = pytest.mark.slow  # runs kernels

FOLDER = Path(__file__).parent / "answers"
EXERCISES = NOTEBOOKS / "exercises"
TRIED = [
    (path.name, answer)
    for path in sorted(FOLDER.glob("*.py"))
    for answer in sorted([*stubs_in(EXERCISES / f"{path.stem}.ipynb"), *answers_in(path)], key=lambda a: a.exercise)
]


@pytest.fixture(scope="module")
def solved() -> Iterator[Callable[[str], SolvedNotebook]]:
    """Give the solution notebook that belongs to an answers file. Only the last one asked for has a kernel.

    Not a fixture parametrized by the file: pytest makes that anew for each answer, and with it the kernel.
    """
    running: dict[str, SolvedNotebook] = {}

    def stop() -> None:
        while running:
            running.popitem()[1].close()

    def of(name: str) -> SolvedNotebook:
        if name not in running:
            stop()
            [path] = [path for path in solutions() if path.stem == Path(name).stem]
            running[name] = SolvedNotebook(path)
        return running[name]

    yield of
    stop()


def name_of(value: object) -> str:
    if isinstance(value, Answer):
        return f"{value.exercise} {'right' if value.is_right else 'wrong'}: {value.title}"
    return str(value)


@pytest.mark.parametrize(("name", "answer"), TRIED, ids=name_of)
def test_check_judges_the_answer_rightly(solved: Callable[[str], SolvedNotebook], name: str, answer: Answer) -> None:
    verdict = solved(name).judge(answer)
    if answer.is_right:
        assert verdict.name is None, f"a right answer is rejected: {verdict.name}: {verdict.text}"
        assert verdict.printed.strip(), "a pass prints a line that says what was right"
    else:
        assert verdict.name is not None, "a wrong answer passes"
    if not answer.is_right and answer.title != STUB:
        assert verdict.name == "AssertionError", f"the check itself fails: {verdict.name}: {verdict.text}"
        assert verdict.text, "the check does not say what is wrong"
        assert re.search(answer.message or "", verdict.text), f"the check says: {verdict.text}"


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_each_exercise_is_tried_with_three_right_and_six_wrong_answers(path: Path) -> None:
    exercises = {int(cell.id.removeprefix("check-")) for cell in read(path).cells if cell.id.startswith("check-")}
    answers = [answer for name, answer in TRIED if name == f"{path.stem}.py" and answer.title != STUB]
    tried = Counter((answer.exercise, answer.is_right) for answer in answers)
    few = [
        f"{exercise}: {tried[exercise, True]} right, {tried[exercise, False]} wrong"
        for exercise in sorted(exercises)
        if tried[exercise, True] < 3 or tried[exercise, False] < 6
    ]
    assert not few, f"too few answers for {', '.join(few)}"
