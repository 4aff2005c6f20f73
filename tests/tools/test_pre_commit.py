"""The hooks before a commit: the lock's own versions, and notebooks in the one layout that every tool writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from tests.tools.test_install import locked
from tools.notebooks import ROOT, lessons


def test_the_hooks_use_the_versions_of_the_lock() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    used = [Requirement(line) for hook in config["repos"][0]["hooks"] for line in hook["additional_dependencies"]]
    pins = {requirement.name: requirement.specifier for requirement in locked()}
    assert {"ruff", "nbformat", "import-linter"} <= {requirement.name for requirement in used}
    assert all(requirement.specifier == pins.get(requirement.name, requirement.specifier) for requirement in used)


def test_a_notebook_that_a_browser_saved_is_written_in_the_course_s_layout(tmp_path: Path) -> None:
    stored = lessons()[0].read_text(encoding="utf-8")
    saved = json.loads(stored)
    saved["metadata"] = {"kernelspec": {"name": "other", "display_name": "Mine"}, "widgets": {}, "toc": {}}
    path = tmp_path / "saved.ipynb"
    path.write_text(json.dumps(saved), encoding="utf-8")
    command = [sys.executable, "-m", "tools.notebooks", str(path)]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (first.returncode, path.read_text(encoding="utf-8")) == (1, stored)
    assert subprocess.run(command, cwd=ROOT).returncode == 0
