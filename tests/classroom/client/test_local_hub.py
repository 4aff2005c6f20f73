"""The classroom Hub in a learner's kernel: an optional part, which loads when it is asked for and not before."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.support.client import run_python
from tools.notebooks import ROOT, repository_address

SERVER = ("starlette", "uvicorn", "dulwich", "classroom.http", "classroom.storage")


@pytest.mark.parametrize("package", ["uvicorn", "dulwich", "nh3"])
def test_without_the_extra_one_sentence_says_how_to_get_it(package: str, tmp_path: Path) -> None:
    """As in an environment that pip made without the extra, the package's own name is what cannot be found."""
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('not installed', name={package!r})")
    done = run_python("import helpers; helpers.setup()", 120, {"COURSE_HUB": "classroom", "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"classroom.client.errors.SetupError: The classroom Hub needs the package {package}, which is not installed:"
        f' run `pip install "transformers-course[classroom] @ git+{repository_address()}"` and restart the kernel,'
        " or set COURSE_HUB=hub."
    )
    assert done.stderr.count("Traceback") == 1


def test_the_public_hub_needs_no_server_code() -> None:
    code = f"""
        import sys, helpers
        from classroom.client import contents, hub_mode
        hub_mode.activate()
        assert not [name for name in {SERVER} if name in sys.modules]
    """
    done = run_python(code, 120, {"COURSE_HUB": "hub"})
    assert done.returncode == 0, done.stderr


def test_what_a_learner_installs_holds_no_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    learner, classroom = project["dependencies"], project["optional-dependencies"]["classroom"]
    assert not [line for line in learner if line.startswith(("starlette", "uvicorn", "dulwich"))]
    assert {line.split(">")[0] for line in classroom} >= {"starlette", "uvicorn", "dulwich"}
