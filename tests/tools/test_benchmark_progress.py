"""An interrupted benchmark goes on where it stopped; a complete one, or other code, starts anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.benchmarks.progress import Progress


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "search.py"
    path.write_text("first version")
    return path


def test_an_interrupted_run_asks_only_what_is_missing(tmp_path: Path, code: Path) -> None:
    file = tmp_path / "progress.jsonl"
    Progress(file, [code]).once({"case": 1}, lambda: [1, 2])
    with file.open("a") as half_written:
        half_written.write('["abc", "{\\"case\\": 2}", [3')
    again = Progress(file, [code])
    assert again.once({"case": 1}, lambda: pytest.fail("asked twice")) == [1, 2]
    assert again.once({"case": 2}, lambda: [3, 4]) == [3, 4]
    assert Progress(file, [code]).once({"case": 2}, lambda: pytest.fail("asked twice")) == [3, 4]


def test_other_code_and_a_finished_run_start_anew(tmp_path: Path, code: Path) -> None:
    file = tmp_path / "progress.jsonl"
    progress = Progress(file, [code])
    progress.once({"case": 1}, lambda: "old")
    code.write_text("second version")
    changed = Progress(file, [code])
    assert changed.once({"case": 1}, lambda: "new") == "new"
    changed.finish()
    assert Progress(file, [code]).once({"case": 1}, lambda: "newest") == "newest"
