"""Set up an nbgrader course from the exercises: `python -m tools.grading FOLDER [NUMBER …]`, all when none is named.

docs/grading.md says how to go on. Lessons that the folder holds already are left as they are, and so are its settings.
"""

from __future__ import annotations

import argparse
import os
import sysconfig
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from tools.exercises import CLEARING, for_learners, with_grading
from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, read, repository_address, solutions, write

SECONDS_A_CELL = 300  # a set-up cell may have to fetch its models
SETTINGS = f"""\
# nbgrader's settings for this course. Add yours below; `nbgrader --help-all` lists them.
import sys

sys.path.insert(0, {str(ROOT)!r})  # where the course is
from tools.grading import configure

c = get_config()
configure(c)
"""


class OneHubForAll(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes out the line `%env COURSE_HUB=…`, which learners in a room add: who grades chooses the Hub."""

    def preprocess_cell(self, cell: NotebookNode, resources: object, index: int) -> tuple[NotebookNode, object]:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            cell.source = "\n".join(line for line in cell.source.splitlines() if "COURSE_HUB" not in line)
        return cell, resources


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.grading", description="Set up an nbgrader course.")
    parser.add_argument("folder", type=Path, help="where the course is made, outside of this repository")
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="lessons, such as 07; all when none is named")
    arguments = parser.parse_args()
    wanted = [path for path in solutions() if not arguments.numbers or path.name[:2] in arguments.numbers]
    unknown = {*arguments.numbers} - {path.name[:2] for path in wanted}
    if unknown:
        parser.error(f"no lesson has the number {', '.join(sorted(unknown))}; name lessons such as 07")
    settings = arguments.folder / "nbgrader_config.py"
    for path in wanted:
        source = arguments.folder / "source" / path.stem / path.name
        if source.exists():
            print(f"{path.stem} is there already: delete {source} to make it anew")
        else:
            write(as_source(read(path)), source)
            print(path.stem)
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")


def as_source(solution: NotebookNode) -> NotebookNode:
    """Return the notebook from which nbgrader makes the learners' version, with links that lead to the repository."""
    for cell in with_grading(solution).cells:
        cell.source = for_learners(cell.source)
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("](../", f"]({repository_address()}/blob/main/notebooks/")
    return solution


def configure(config: Config) -> None:
    """Set what nbgrader needs for this course, in `config` and in the environment of the kernels that it starts."""
    for name, value in FIXED_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # nbgrader calls `alembic`, which is found only where the virtual environment is activated.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    config.merge(CLEARING)
    config.Execute.timeout = SECONDS_A_CELL
    config.Execute.iopub_timeout = 60  # for a cell to end once it is interrupted; then the next one runs
    # nbgrader gives no point for a check that writes to stderr, and a right answer may cause a warning.
    config.IgnorePattern.enabled, config.IgnorePattern.pattern = True, "."
    config.Autograde.sanitize_preprocessors.insert(0, OneHubForAll)


if __name__ == "__main__":
    main()
