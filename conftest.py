"""The test run's own rules: the fixed environment, no deprecated call in a lesson, no cell and no answer left out."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

from tools import answers, display_updates
from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, lessons, solutions

os.environ |= FIXED_ENVIRONMENT

EXECUTED: Counter[Path] = Counter()  # cells that ran, by notebook
TRIED: Counter[Path] = Counter()  # answers that were tried, by notebook
DEPRECATIONS = pytest.StashKey[Path]()
SUMMARY = pytest.StashKey[tuple[list[str], list[str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("deprecations", "'fail' the run for a deprecated call, or 'tell' of it", default="fail")


def pytest_configure(config: pytest.Config) -> None:
    display_updates.follow()
    if is_helper(config):
        return
    # Every lesson's kernel runs the start-up file in this profile, which writes deprecation warnings to the report.
    profile = Path(tempfile.mkdtemp(prefix="course-ipython-"))
    config.add_cleanup(lambda: shutil.rmtree(profile, ignore_errors=True))
    startup = profile / "profile_default" / "startup"
    startup.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "deprecation_watch.py", startup / "00_deprecation_watch.py")
    config.stash[DEPRECATIONS] = profile / "deprecations.txt"
    os.environ |= {"IPYTHONDIR": str(profile), "COURSE_DEPRECATIONS": str(profile / "deprecations.txt")}


class ByFileAndLesson(LoadFileScheduling):
    """Gives a process a whole file, or what a file holds for one lesson: tests that share a kernel stay together."""

    def _split_scope(self, nodeid: str) -> str:
        lesson = re.search(r"\[(\d\d)_", nodeid)
        return super()._split_scope(nodeid) + (lesson[1] if lesson else "")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileAndLesson:
    config.option.loadscopereorder = False  # the files as they were collected, and not those with most tests first
    return ByFileAndLesson(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the last lessons first: they take longest, and no process shall wait at the end for the other's long one.

    A run that has the test of the answers tries them, too.
    """
    if any(item.path.name == "test_answers.py" for item in items):
        items[:] = answers.with_answers(items)
    items.sort(key=lambda item: item.path.name if item.path.suffix == ".ipynb" else "", reverse=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Remember the names before a solution: each answer begins with them."""
    if answers.is_solution(item):
        answers.execute(item.parent.kernel, answers.REMEMBER)


def fails_for_deprecations(config: pytest.Config) -> bool:
    return config.getini("deprecations") == "fail"


def is_helper(config: pytest.Config) -> bool:
    """Whether this is one of several processes (`-n 2`), which report to the one that was started."""
    return hasattr(config, "workerinput")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call":
        return
    notebook, _, name = report.nodeid.partition("::")
    file = report.location[0]  # a node id names no file outside of this folder
    if file.endswith(".ipynb") and name.startswith("Cell "):
        EXECUTED[(ROOT / file).resolve()] += 1
    elif notebook.endswith(".ipynb"):
        TRIED[(ROOT / notebook).resolve()] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.option.collectonly or is_helper(session.config):
        return
    everything = lessons() + solutions() if session.config.args_source.name == "TESTPATHS" else []
    short = [
        f"{path.name}: {EXECUTED[path]} of {len(code_cells(path))} cells ran"
        for path in sorted({*EXECUTED, *everything})
        if EXECUTED[path] < len(code_cells(path))
    ]
    short += [
        f"{path.name}: {TRIED[path]} of {len(answers.answers_to(path.stem))} answers were tried"
        for path in (solutions() if everything else [])
        if TRIED[path] < len(answers.answers_to(path.stem))
    ]
    report = session.config.stash[DEPRECATIONS]
    deprecations = sorted(set(report.read_text(encoding="utf-8").splitlines())) if report.exists() else []
    session.config.stash[SUMMARY] = short, deprecations
    if short or (deprecations and fails_for_deprecations(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    short, deprecations = config.stash.get(SUMMARY, ([], []))
    for line in short:
        terminalreporter.write_line(f"FAILED not everything was run: {line}", red=True)
    fails = fails_for_deprecations(config)
    for line in deprecations:
        terminalreporter.write_line(f"{'FAILED ' if fails else ''}deprecated: {line}", red=fails)
    if EXECUTED:
        cells = [cell for path in EXECUTED for cell in code_cells(path)]
        printing = [cell for cell in cells if cell["outputs"]]
        compared = [cell for cell in printing if not is_left_out(cell)]
        terminalreporter.write_line(
            f"notebooks: {EXECUTED.total()} of {len(cells)} cells executed;"
            f" {len(compared)} of {len(printing)} cells that print compared"
            f"{f'; {TRIED.total():,} answers tried' if TRIED else ''}"
        )


def code_cells(path: Path) -> list[dict]:
    """The notebook's code cells that hold code."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def is_left_out(cell: dict) -> bool:
    """Whether the cell's output is not compared."""
    return "nbval-ignore-output" in cell["metadata"].get("tags", [])
