"""Each exercise has right answers, however they are written, and wrong ones, which its check has to tell apart.

The answers themselves are tried after the cells of the solution notebooks: see `tools/answers.py`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tools.answers import STUB, answers_to
from tools.notebooks import read, solutions


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_each_exercise_is_tried_with_three_right_and_six_wrong_answers(path: Path) -> None:
    exercises = {int(cell.id.removeprefix("check-")) for cell in read(path).cells if cell.id.startswith("check-")}
    answers = [answer for _, answer in answers_to(path.stem) if answer.title != STUB]
    tried = Counter((answer.exercise, answer.is_right) for answer in answers)
    few = [
        f"{exercise}: {tried[exercise, True]} right, {tried[exercise, False]} wrong"
        for exercise in sorted(exercises)
        if tried[exercise, True] < 3 or tried[exercise, False] < 6
    ]
    assert not few, f"too few answers for {', '.join(few)}"
