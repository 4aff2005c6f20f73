"""The sets of packages that the lessons are run with beside the lock: the newest, Colab's, and the lowest."""

from __future__ import annotations

import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tools.test_install import project
from tools import colab_packages, package_sets
from tools.notebooks import ROOT


def test_a_list_is_read_by_name_and_version_without_the_build_and_other_lines_are_left_out() -> None:
    text = "# a list\nPyYAML==6.0.3\ngoogle-colab @ file:///colab\ntorch==2.11.0+cu128\njupyterlab_widgets==3.0.16\n"
    assert colab_packages.versions(text) == {"pyyaml": "6.0.3", "torch": "2.11.0", "jupyterlab-widgets": "3.0.16"}


def test_colab_s_list_is_dated_and_holds_what_the_lessons_need_and_what_could_clash() -> None:
    first = colab_packages.PACKAGES.read_text(encoding="utf-8").splitlines()[0]
    assert f"Python {colab_packages.PYTHON}" in first and first[-11:-1].count("-") == 2
    listed = package_sets.listed()
    needed = {canonicalize_name(Requirement(line).name) for line in project()["dependencies"]}
    assert needed - listed.keys() == {"evaluate"}  # what the install cell has to bring
    assert {"gradio", "diffusers", "ipykernel"} <= listed.keys()


def test_a_list_without_a_network_is_asked_for_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colab_packages, "PUBLISHED", "http://127.0.0.1:9/list.txt")
    with pytest.raises(SystemExit, match=r"Cannot download Colab's list .* Give a copy of it"):
        colab_packages.download()


def test_lessons_are_chosen_by_number_with_their_solutions() -> None:
    chosen = package_sets.chosen(["05"])
    assert [path.rpartition("notebooks/")[2] for path in map(str, chosen)] == [
        "05_model_configuration.ipynb",
        "solutions/05_model_configuration.ipynb",
    ]
    with pytest.raises(SystemExit, match="There is no lesson 77"):
        package_sets.chosen(["77"])


def test_an_unknown_set_is_told_which_there_are() -> None:
    command = [sys.executable, "-m", "tools.package_sets", "oldest"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == "Name a set: python -m tools.package_sets newest|colab|lowest [LESSON…]\n"
