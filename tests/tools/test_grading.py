"""nbgrader's own commands on the course: right answers get all points, others none, and learners read why."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools import grading
from tools.notebooks import NOTEBOOKS, ROOT, read, write

LESSON = "07_batches"


def run(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def handed_in(answers: dict[str, str]) -> NotebookNode:
    """The exercises as a learner leaves them, who put these texts into the cells of those ids."""
    notebook = read(NOTEBOOKS / "exercises" / f"{LESSON}.ipynb")
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


@pytest.fixture(scope="module")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What two learners read: one with the solution's answers, one with a wrong answer and a check made harmless."""
    course = tmp_path_factory.mktemp("grading") / "course"
    run(ROOT, "tools.grading", str(course), "07")
    solved = {cell.id: cell.source for cell in read(NOTEBOOKS / "solutions" / f"{LESSON}.ipynb").cells}
    right = handed_in({name: text for name, text in solved.items() if "### BEGIN SOLUTION" in text})
    # The line for a room, whose Hub is gone by the time of grading; and an answer that writes to stderr.
    right.cells.insert(1, new_code_cell("%env COURSE_HUB=http://127.0.0.1:9"))
    [answer] = [cell for cell in right.cells if cell.id == "warm-up-3"]
    answer.source = answer.source.replace(":\n", ":\n    import sys; print('look here', file=sys.stderr)\n", 1)
    wrong = handed_in({"warm-up-3": "def lengths(batch):\n    return [4, 4]", "check-2": "print('Right')"})
    run(course, "nbgrader", "generate_assignment", LESSON)
    for name, notebook in (("ana", right), ("ben", wrong)):
        write(notebook, course / "submitted" / name / LESSON / f"{LESSON}.ipynb")
    run(course, "nbgrader", "autograde", LESSON)
    run(course, "nbgrader", "generate_feedback", LESSON)
    read_by: dict[str, str] = {}
    for name in ("ana", "ben"):
        page = (course / "feedback" / name / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
        read_by[name] = html.unescape(re.sub("<[^>]+>", "", page))
    return read_by


@pytest.mark.slow
def test_right_answers_get_all_points(feedback: dict[str, str]) -> None:
    assert f"{LESSON} (Score: 5.0 / 5.0)" in feedback["ana"]


@pytest.mark.slow
def test_wrong_answers_and_changed_checks_get_none(feedback: dict[str, str]) -> None:
    assert f"{LESSON} (Score: 0.0 / 5.0)" in feedback["ben"]


@pytest.mark.slow
def test_the_feedback_holds_what_the_check_says(feedback: dict[str, str]) -> None:
    assert "AssertionError: leave the padding out: add up the attention mask" in feedback["ben"]
    assert "Right: the mask counts the tokens, on either side." in feedback["ana"]


def test_a_lesson_that_the_teacher_changed_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = [tmp_path / "nbgrader_config.py", tmp_path / "source" / LESSON / f"{LESSON}.ipynb"]
    mine[1].parent.mkdir(parents=True)
    for path in mine:
        path.write_text("mine", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["grading", str(tmp_path), "07"])
    grading.main()
    assert f"delete {mine[1]} to make it anew" in capsys.readouterr().out
    assert [path.read_text(encoding="utf-8") for path in mine] == ["mine", "mine"]


def test_an_unknown_lesson_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["grading", str(tmp_path / "course"), "07", "99"])
    with pytest.raises(SystemExit):
        grading.main()
    assert "no lesson has the number 99" in capsys.readouterr().err
    assert not (tmp_path / "course").exists()
