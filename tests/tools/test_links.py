"""The install cell: it installs the course where it is missing, and says which file hides the course's helpers."""

from __future__ import annotations

from pathlib import Path

from tests.support.client import run_python
from tools.links import install_cell

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
    assert run_cell(tmp_path, before).startswith('pip install --quiet "git+https://')


def test_a_file_that_hides_the_helpers_is_named(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def setup(): pass", encoding="utf-8")
    said = run_cell(tmp_path).splitlines()[-1]
    assert said == f"{tmp_path / 'helpers.py'} hides the course's own: rename or uninstall it."


def test_a_foreign_package_that_hides_the_helpers_is_named(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("", encoding="utf-8")
    assert f"{tmp_path / 'helpers' / '__init__.py'} hides the course's own" in run_cell(tmp_path)
