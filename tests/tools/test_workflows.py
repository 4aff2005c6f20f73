"""The workflows: whole commits of other people's actions, every Python of the project, and commands that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tools.notebooks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit_whose_version_stands_beside_it(path: Path) -> None:
    uses = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_unless_a_job_says_otherwise(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


def test_the_fast_tests_run_on_every_python_that_the_project_names() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())["jobs"]["fast"]["strategy"]["matrix"]
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = SpecifierSet(tomllib.load(file)["project"]["requires-python"])
    assert matrix["python"] == [f"3.{minor}" for minor in range(30) if wanted.contains(f"3.{minor}")]
    assert len(matrix["os"]) == 3


def test_the_weekly_checks_are_targets_of_the_makefile() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text())["jobs"]["check"]["strategy"]["matrix"]
    makefile = (ROOT / "Makefile").read_text()
    for what in matrix["what"]:
        assert re.search(rf"^test-{what}:", makefile, re.MULTILINE)
