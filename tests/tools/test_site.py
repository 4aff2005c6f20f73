"""What the site is made from: every notebook, its figures described, the install cell folded, a card a lesson."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import links
from tools.notebooks import ROOT, exercises, lessons, read, solutions
from tools.site import source


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "source"
    subprocess.run([sys.executable, "-m", "tools.site.source", str(folder)], cwd=ROOT, check=True)
    return folder


def test_every_figure_keeps_its_description(made: Path) -> None:
    for path in lessons() + solutions():
        for before, after in zip(read(path).cells, read(made / path.relative_to(ROOT)).cells, strict=True):
            for _, alt in source.pictures(before) if before.cell_type == "code" else []:
                assert alt and alt in after.metadata["mystnb"]["image"]["alt"]


def test_the_install_cell_is_folded_and_the_badges_are_left_to_the_launch_buttons(made: Path) -> None:
    for path in lessons() + solutions() + exercises():
        notebook = read(made / path.relative_to(ROOT))
        assert notebook.cells[0].source.startswith("# ")
        folded = [cell.id for cell in notebook.cells if "hide-cell" in cell.metadata.get("tags", [])]
        assert folded == [links.INSTALL_ID]


def test_every_page_is_in_the_table_of_contents_and_nothing_else(made: Path) -> None:
    listed = set(re.findall(r'"(?:file|root)": "([^"]+)"', (made / "_toc.yml").read_text(encoding="utf-8")))
    there = {
        path.relative_to(made).with_suffix("").as_posix()
        for path in made.rglob("*")
        if path.suffix in (".md", ".ipynb")
    }
    assert listed == there


def test_the_front_page_shows_a_picture_of_each_lesson_that_has_one_and_says_what_it_shows(made: Path) -> None:
    cards = re.findall(r":::\{grid-item-card\}.*?:::", (made / "index.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(cards) == len(lessons())
    for card in cards:
        picture, alt = re.search(r":img-top: (\S+)", card), re.search(r":img-alt: (.+)", card)
        assert picture and (made / picture[1]).exists() and alt


def test_launch_buttons_open_the_place_in_the_repository(made: Path) -> None:
    config = json.loads((made / "_config.yml").read_text(encoding="utf-8"))
    assert config["repository"] == {"url": links.repository_address(), "branch": "main"}
    assert (made / "notebooks" / lessons()[0].name).exists()  # the same folder as there
