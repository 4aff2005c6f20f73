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

TINY = ["import logging\n\nfigure = 6 * 7", "print(figure)", "figure / 2"]
UPDATED = ['handle = display("half", display_id=True)\nhandle.update("whole")']  # as the progress of a training does
DEPRECATED = (
    "import logging, warnings; warnings.warn('too old', FutureWarning);"
    " logging.getLogger('transformers').setLevel('ERROR');"
    " logging.getLogger('transformers').warning('`older` is deprecated')"
)


def test_every_pattern_is_one_that_nbval_reads() -> None:
    text = (ROOT / "tests" / "sanitize.cfg").read_text(encoding="utf-8")
    assert len(get_sanitize_patterns(text)) == text.count("\nregex:")


def executed(cells: list[str], path: Path) -> Path:
    write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells]), path)
    execute(path)
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return executed(TINY, tmp_path_factory.mktemp("notebooks") / "00_tiny.ipynb")


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return executed(UPDATED, tmp_path_factory.mktemp("notebooks") / "00_updated.ipynb")


def checked(paths: list[Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "conftest", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, "-c", "pyproject.toml", *arguments, *map(str, paths)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def changed(path: Path, name: str, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    copy = path.with_name(name)
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def test_notebooks_as_stored_pass_and_a_display_counts_as_it_is_in_the_end(tiny: Path, updated: Path) -> None:
    done = checked([tiny, updated])
    assert done.returncode == 0, done.stdout
    assert "4 of 4 cells executed; 3 of 3 cells that print compared" in done.stdout


def test_each_changed_output_fails(tiny: Path, updated: Path) -> None:
    streamed = changed(tiny, "01_streamed.ipynb", '"42\\n"', '"43\\n"')
    returned = changed(tiny, "02_returned.ipynb", '"21.0"', '"21.1"')
    shown = changed(updated, "03_shown.ipynb", "\"'whole'\"", "\"'half'\"")
    done = checked([streamed, returned, shown])
    assert done.returncode == 1
    assert "3 failed" in done.stdout
    for stored, printed in ((r"43\n", r"42\n"), ("21.1", "21.0"), ("half", "whole")):
        assert f"'{stored}' == '{printed}'" in done.stdout.replace('"', "")


def test_a_run_that_leaves_a_cell_out_fails(tiny: Path) -> None:
    done = checked([tiny], "--deselect", "::Cell 2")
    assert done.returncode == 1
    assert "not everything was run: 00_tiny.ipynb: 2 of 3 cells ran" in done.stdout


def test_a_deprecated_call_fails_even_where_logs_are_quiet(tiny: Path) -> None:
    done = checked([changed(tiny, "04_deprecated.ipynb", "import logging", DEPRECATED)])
    assert done.returncode == 1
    assert re.search("FAILED deprecated: .*too old", done.stdout)
    assert re.search("FAILED deprecated: .*`older` is deprecated", done.stdout)


def test_a_set_of_older_libraries_tells_of_deprecated_calls_and_passes(tiny: Path) -> None:
    done = checked([changed(tiny, "04_deprecated.ipynb", "import logging", DEPRECATED)], *OF_OLDER_LIBRARIES)
    assert done.returncode == 0, done.stdout
    assert re.search("^deprecated: .*too old", done.stdout, re.MULTILINE)
