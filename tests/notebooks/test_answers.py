"""The exercises' checks accept right answers, however they are written, and say of wrong ones what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import Answer, SolvedNotebook, answers_in
from tools.notebooks import read, solutions

pytestmark = pytest.mark.slow  # runs kernels

FOLDER = Path(__file__).parent / "answers"
TRIED = [(path.name, answer) for path in sorted(FOLDER.glob("*.py")) for answer in answers_in(path)]


@pytest.fixture(scope="module")
def solved(request: pytest.FixtureRequest) -> Iterator[SolvedNotebook]:
    [path] = [path for path in solutions() if path.stem == Path(request.param).stem]
    notebook = SolvedNotebook(path)
    yield notebook
    notebook.close()


def name_of(value: object) -> str:
    if isinstance(value, Answer):
        return f"{value.exercise} {'right' if value.is_right else 'wrong'}: {value.title}"
    return str(value)


@pytest.mark.parametrize(("solved", "answer"), TRIED, indirect=["solved"], ids=name_of)
def test_check_judges_the_answer_rightly(solved: SolvedNotebook, answer: Answer) -> None:
    verdict = solved.judge(answer)
    if answer.is_right:
        assert verdict.name is None, f"a right answer is rejected: {verdict.name}: {verdict.text}"
        assert verdict.printed.strip(), "a pass prints a line that says what was right"
    else:
        assert verdict.name is not None, "a wrong answer passes"
        assert verdict.name == "AssertionError", f"the check itself fails: {verdict.name}: {verdict.text}"
        assert verdict.text, "the check does not say what is wrong"
        assert re.search(answer.message or "", verdict.text), f"the check says: {verdict.text}"


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_each_exercise_is_tried_with_three_right_and_six_wrong_answers(path: Path) -> None:
    exercises = {int(cell.id.removeprefix("check-")) for cell in read(path).cells if cell.id.startswith("check-")}
    tried = Counter((answer.exercise, answer.is_right) for name, answer in TRIED if name == f"{path.stem}.py")
    few = [
        f"{exercise}: {tried[exercise, True]} right, {tried[exercise, False]} wrong"
        for exercise in sorted(exercises)
        if tried[exercise, True] < 3 or tried[exercise, False] < 6
    ]
    assert not few, f"too few answers for {', '.join(few)}"
