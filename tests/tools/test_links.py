"""The install cell installs the course where it is missing; a new copy of the course takes its address from git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.client import run_python
from tools import links
from tools.links import install_cell
from tools.notebooks import ROOT, exercises, lessons, read, repository_address, solutions

SHELL = """
from importlib import metadata
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
{before}
print(shell.run_cell({cell!r}).error_in_exec)
"""


def run_cell(folder: Path, before: str = "") -> str:
    return run_python(SHELL.format(before=before, cell=install_cell()), 60, {}, folder).stdout


def test_an_installed_course_is_not_installed_again(tmp_path: Path) -> None:
    assert run_cell(tmp_path) == "None\n"


def test_a_missing_course_is_installed_although_another_package_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("", encoding="utf-8")
    before = "def missing(name): raise metadata.PackageNotFoundError(name)\nmetadata.version = missing"
    assert run_cell(tmp_path, before).startswith('pip install --quiet "transformers-course[colab] @ git+https://')


def test_a_file_that_hides_the_helpers_is_named(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def setup(): pass", encoding="utf-8")
    said = run_cell(tmp_path).splitlines()[-1]
    assert said == f"{tmp_path / 'helpers.py'} hides the course's own: rename or uninstall it."


def test_a_foreign_package_that_hides_the_helpers_is_named(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("", encoding="utf-8")
    assert f"{tmp_path / 'helpers' / '__init__.py'} hides the course's own" in run_cell(tmp_path)


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ana/my-course",
        "https://github.com/ana/my-course.git",
        "https://ana:secret@github.com/ana/my-course.git",
        "git@github.com:ana/my-course.git",
        "ssh://git@github.com/ana/my-course.git",
    ],
)
def test_every_form_of_a_github_remote_is_understood(remote: str) -> None:
    found = links.GITHUB.fullmatch(remote)
    assert found and (found["owner"], found["name"]) == ("ana", "my-course")


@pytest.mark.parametrize(
    "remote", ["", "https://gitlab.com/ana/course", "/srv/course.git", "https://evil.example/github.com/a/b"]
)
def test_other_remotes_are_not_taken_for_github(remote: str) -> None:
    assert not links.GITHUB.fullmatch(remote)


def test_only_lessons_that_fit_its_memory_have_binders_badge() -> None:
    for path in lessons() + exercises() + solutions():
        row = read(path).cells[0].source.splitlines()[0]
        assert row == links.badges(path)
        assert ("mybinder.org" in row) == (path.name[:2] in links.FIT_BINDER)
    assert "01" not in links.FIT_BINDER and "13" not in links.FIT_BINDER  # 2.3 and 4.7 GB
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count("mybinder.org/v2/gh/") == len(links.FIT_BINDER)


def test_the_page_on_installing_names_the_lessons_that_fit_binder() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    binder = page.partition("## Binder\n")[2].partition("\n## ")[0]
    *first, last = links.FIT_BINDER
    assert f"lessons {', '.join(first)} and {last}" in " ".join(binder.split())


def copy_of_the_course(folder: Path) -> None:
    """Copy what git tracks, with the placeholder for an address, as somebody who pushes it to a new place has it."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if not name.startswith(("classroom/models/data", "images/")) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)


def make_links(folder: Path) -> str:
    own = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-m", "tools.links"], cwd=folder, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(repository_address() != links.PLACEHOLDER, reason="this copy has its address")
def test_a_new_copy_takes_its_address_from_git_and_no_placeholder_is_left(tmp_path: Path) -> None:
    copy_of_the_course(tmp_path)
    before = (tmp_path / "README.md").read_bytes()
    assert "stays a placeholder" in make_links(tmp_path)
    assert (tmp_path / "README.md").read_bytes() == before

    remote = ["git", "remote", "add", "origin", "https://ana:secret@github.com/ana/my-course.git"]
    subprocess.run(remote, cwd=tmp_path, check=True)
    assert (
        make_links(tmp_path)
        == "The repository's address is https://github.com/ana/my-course, as git's `origin` says.\n"
    )
    makers = (tmp_path / "tools", tmp_path / "tests", tmp_path / ".github" / "workflows", tmp_path / ".git")
    named = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(makers[3])]
    left = [path for path in named if b"_OWNER_" in path.read_bytes() and not any(map(path.is_relative_to, makers))]
    assert left == []
    assert not [path for path in named if b"secret@" in path.read_bytes() and path.suffix in (".md", ".toml", ".ipynb")]
    assert "colab.research.google.com/github/ana/my-course/blob" in (tmp_path / "README.md").read_text(encoding="utf-8")

    assert make_links(tmp_path) == ""  # a second run has nothing to do
