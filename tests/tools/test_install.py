"""The pins: one lock, and nothing that disagrees with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import install
from tools.notebooks import ROOT


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_lock_pins_every_package_exactly() -> None:
    assert all(re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)) for requirement in locked())
    assert "torch==2.13.0" in {str(requirement) for requirement in locked()}


def test_the_lock_satisfies_every_range_of_the_project() -> None:
    pins = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in locked()}
    extras = project()["optional-dependencies"]
    for wanted in map(Requirement, project()["dependencies"] + extras["classroom"] + extras["dev"]):
        if wanted.name == project()["name"]:
            assert wanted.extras == {"classroom"}
            continue
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), wanted


def test_what_is_installed_is_what_the_lock_says() -> None:
    for requirement in locked():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(version(requirement.name).split("+")[0]), requirement


def test_conda_environment_installs_the_lock_and_nothing_else() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, with_pip = environment["dependencies"]
    assert conda == ["python=3.11", "pip"]
    assert with_pip == {"pip": ["-r requirements.lock", "-e ."]}


def test_binder_installs_the_lock_with_the_small_pytorch() -> None:
    lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["--extra-index-url https://download.pytorch.org/whl/cpu", "-r ../requirements.lock", "-e ."]
    assert (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8") == "python-3.11\n"


@pytest.mark.skipif(os.name == "nt", reason="Binder is Linux")
def test_on_binder_a_deleted_model_gives_its_memory_back_and_the_command_runs() -> None:
    done = subprocess.run([ROOT / ".binder" / "start", "env"], capture_output=True, text=True, check=True)
    assert "MALLOC_MMAP_THRESHOLD_=1048576" in done.stdout.splitlines()


def test_the_devcontainer_ends_in_the_kernel_that_make_installs() -> None:
    lines = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8").splitlines()
    container = json.loads("\n".join(line for line in lines if not line.strip().startswith("//")))
    assert container["updateContentCommand"] == "python tools/install.py"
    kernel = container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert kernel == "${containerWorkspaceFolder}/.venv/bin/python" and install.VENV == ROOT / ".venv"
    assert (ROOT / container["customizations"]["codespaces"]["openFiles"][0]).exists()


def test_no_package_for_one_chip_only_is_in_the_lock() -> None:
    assert not [r.name for r in locked() if r.name.startswith(("nvidia-", "cuda-", "triton"))]


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        (
            "NewConnectionError: [Errno 101] Network is unreachable",
            "cannot reach PyPI",
        ),
        ("ERROR: No matching distribution found for torch==2.13.0", "No matching distribution found for torch==2.13.0"),
    ],
)
def test_a_failed_installation_is_told_in_one_sentence(output: str, sentence: str) -> None:
    assert sentence in install.reason_for(output)
    assert "\n" not in install.reason_for(output)


@pytest.mark.slow
def test_what_pip_installs_from_the_repository_is_complete(tmp_path: Path) -> None:
    """Colab installs the course as a wheel: everything that git tracks in the two packages has to be in it."""
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".venv", ".git", "notebooks", "build", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(source)], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    listed = subprocess.run(["git", "ls-files", "helpers", "classroom"], cwd=ROOT, capture_output=True, text=True)
    assert len(listed.stdout.splitlines()) > 30
    assert set(listed.stdout.splitlines()) <= packed


@pytest.mark.parametrize("version", [(3, 9, 0), (3, 15, 0)])
def test_a_python_without_wheels_is_told_what_to_do(version: tuple[int, ...]) -> None:
    wrong = f"import sys; sys.version_info = {version}; sys.argv = ['install.py']; import runpy; "
    wrong += f"runpy.run_path({str(ROOT / 'tools' / 'install.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", wrong], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "needs 3.11 to 3.14" in done.stderr


def test_make_without_python_says_so() -> None:
    done = subprocess.run(["make", "install", "PYTHON="], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "No Python 3.11 to 3.14 found" in done.stderr
