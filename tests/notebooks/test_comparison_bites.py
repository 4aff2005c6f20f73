"""The notebook run fails when it must: a changed output, a missing cell, a deprecated call."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import get_sanitize_patterns

from tools.notebooks import ROOT, write
from tools.outputs import execute
from tools.package_sets import OF_OLDER_LIBRARIES

pytestmark = pytest.mark.slow  # runs kernels

CELLS = ["import helpers\n\nfigure = 6 * 7", "print(figure)", "figure / 2"]


def test_every_pattern_is_one_that_nbval_reads() -> None:
    text = (ROOT / "tests" / "sanitize.cfg").read_text(encoding="utf-8")
    assert len(get_sanitize_patterns(text)) == text.count("\nregex:")


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebooks") / "00_tiny.ipynb"
    write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS]), path)
    execute(path)
    return path


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with a display that changes while its cell runs, as the progress of a training does."""
    path = tmp_path_factory.mktemp("notebooks") / "00_update.ipynb"
    source = 'handle = display("half", display_id=True)\nhandle.update("whole")'
    write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    execute(path)
    return path


def checked(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    return subprocess.run([*command, *arguments, str(path)], cwd=ROOT, capture_output=True, text=True)


def changed(path: Path, tmp_path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def test_the_notebook_as_stored_passes(executed: Path) -> None:
    done = checked(executed)
    assert done.returncode == 0, done.stdout
    assert "3 of 3 cells executed; 2 of 2 cells that print compared" in done.stdout


@pytest.mark.parametrize(("old", "new"), [('"42\\n"', '"43\\n"'), ('"21.0"', '"21.1"')])
def test_one_changed_output_fails(executed: Path, tmp_path: Path, old: str, new: str) -> None:
    done = checked(changed(executed, tmp_path, old, new))
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_a_display_is_compared_as_it_is_in_the_end(updated: Path, tmp_path: Path) -> None:
    done = checked(updated)
    assert done.returncode == 0, done.stdout
    assert "1 of 1 cells that print compared" in done.stdout
    done = checked(changed(updated, tmp_path, "\"'whole'\"", "\"'half'\""))
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_a_run_that_leaves_a_cell_out_fails(executed: Path) -> None:
    done = checked(executed, "--deselect", "::Cell 2")
    assert done.returncode == 1
    assert "not everything was run: 00_tiny.ipynb: 2 of 3 cells ran" in done.stdout


DEPRECATED = (
    "import logging, warnings; warnings.warn('too old', FutureWarning);"
    " logging.getLogger('transformers').setLevel('ERROR');"
    " logging.getLogger('transformers').warning('`older` is deprecated')"
)


def test_a_deprecated_call_fails_even_where_logs_are_quiet(executed: Path, tmp_path: Path) -> None:
    done = checked(changed(executed, tmp_path, "import helpers", DEPRECATED))
    assert done.returncode == 1
    assert re.search("FAILED deprecated: .*too old", done.stdout)
    assert re.search("FAILED deprecated: .*`older` is deprecated", done.stdout)


def test_a_set_of_older_libraries_tells_of_deprecated_calls_and_passes(executed: Path, tmp_path: Path) -> None:
    done = checked(changed(executed, tmp_path, "import helpers", DEPRECATED), *OF_OLDER_LIBRARIES)
    assert done.returncode == 0, done.stdout
    assert re.search("^deprecated: .*too old", done.stdout, re.MULTILINE)
