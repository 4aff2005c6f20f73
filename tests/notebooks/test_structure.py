"""What every notebook of the course has in common, so that a learner finds the same things in the same places."""

from __future__ import annotations

import itertools
import re
import statistics
from itertools import pairwise
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from tools import images, links
from tools.exercises import with_grading, without_solutions
from tools.notebooks import KERNELSPEC, ROOT, exercises, lessons, read, repository_address, solutions
from tools.outputs import WIDGET

ALL = lessons() + solutions() + exercises()
EXECUTED = lessons() + solutions()
LONGEST_CELL = 25
NOT_COMPARED_AT_MOST = 0.02
MACHINE_PATH = re.compile(r"/home/|/root/|/tmp/")
NOISE = re.compile(rf"Warning|deprecat|LOAD REPORT|\d+%\||{MACHINE_PATH.pattern}")
TOKEN = re.compile(r"hf_[A-Za-z0-9]{20,}")


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(ROOT / "notebooks").as_posix())


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in code(notebook) for output in cell.outputs]


@each(ALL)
def test_opens_with_badges_title_and_what_it_takes(path: Path) -> None:
    first = read(path).cells[0].source
    assert first.startswith(links.badges(path)), "run `make links`"
    assert re.search(r"^# .+", first, re.MULTILINE)
    assert links.HEAD.search(first)
    if path in lessons():
        assert re.search(rf"^# {path.name[:2]} · ", first, re.MULTILINE)
        assert "**You will learn**" in first


@each(ALL)
def test_install_and_setup_come_before_all_other_code(path: Path) -> None:
    first, second, *rest = code(read(path))
    assert first.id == links.INSTALL_ID and first.source == links.install_cell(), "run `make links`"
    assert second.source.startswith("import helpers") and "helpers.setup(" in second.source
    assert not any("helpers.setup(" in cell.source for cell in rest)


@each(lessons())
def test_sections_are_numbered_and_a_recap_leads_on(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", prose(read(path)), re.MULTILINE)
    *sections, last = headings
    assert last == "Recap"
    assert [int(section.split(" · ")[0]) for section in sections] == list(range(1, len(sections) + 1))
    closing = read(path).cells[-1].source
    assert "**Exercises**" in closing
    assert "**Next**" in closing or path == lessons()[-1]


@each(ALL)
def test_cells_are_short_not_empty_and_have_stable_ids(path: Path) -> None:
    notebook = read(path)
    assert all(cell.source.strip() for cell in notebook.cells)
    lengths = [len([line for line in cell.source.splitlines() if line.strip()]) for cell in code(notebook)[1:]]
    assert max(lengths) <= LONGEST_CELL
    assert statistics.median(lengths) <= 6
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]{3,64}", name) for name in ids), "name cells by their section: section-3"


@each(ALL)
def test_metadata_is_the_same_everywhere(path: Path) -> None:
    metadata = read(path).metadata
    assert metadata == {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}


@each(EXECUTED)
def test_cells_were_run_in_order_from_a_fresh_kernel(path: Path) -> None:
    assert [cell.execution_count for cell in code(read(path))] == list(range(1, len(code(read(path))) + 1))


@each(EXECUTED)
def test_outputs_hold_no_noise_and_only_the_errors_that_are_meant(path: Path) -> None:
    for cell in code(read(path)):
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert bool(errors) == ("raises-exception" in cell.metadata.get("tags", []))
        for output in cell.outputs:
            assert output.get("name") != "stderr"
            # A cell whose lesson is a message names it: {"course": {"message_is_the_lesson": "LOAD REPORT"}}.
            meant = cell.metadata.get("course", {}).get("message_is_the_lesson")
            noise = {found[0] for found in NOISE.finditer(str(output.get("text", "")))}
            assert noise <= {meant}, cell.id
            assert not MACHINE_PATH.search("".join(output.get("traceback", []))), cell.id


@each(EXECUTED)
def test_widgets_are_stored_as_what_shows_without_a_kernel(path: Path) -> None:
    assert not any(WIDGET in output.get("data", {}) for output in outputs(read(path))), "run `make outputs`"


@each(ALL)
def test_no_token_stands_in_any_cell(path: Path) -> None:
    assert not TOKEN.search(path.read_text(encoding="utf-8"))


@each(EXECUTED)
def test_every_picture_says_in_words_what_it_shows(path: Path) -> None:
    notebook = read(path)
    for output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            assert output.metadata["image/png"]["alt"], "draw with helpers.plots, which describes its figures"
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", prose(notebook)):
        assert alt
        assert "://" in target or (path.parent / target).exists()


@each(ALL)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", prose(read(path))):
        if "://" not in target:
            known = (path.parent / target).exists()
            assert known or int(Path(target).name[:2]) > int(lessons()[-1].name[:2]), target


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_exercise_is_the_solution_with_the_answers_taken_out(path: Path) -> None:
    generated = without_solutions(with_grading(read(path))).cells
    stored = read(path.parent.parent / "exercises" / path.name).cells
    assert [cell.source for cell in stored[1:]] == [cell.source for cell in generated[1:]], "run `make exercises`"
    assert [(cell.id, cell.metadata) for cell in stored] == [(cell.id, cell.metadata) for cell in generated]


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_nbgrader_knows_answers_checks_and_what_it_must_restore(path: Path) -> None:
    notebook = read(path)
    MetadataValidator().validate_nb(notebook)
    stored = {cell.id: cell.metadata.get("nbgrader") for cell in notebook.cells}
    assert stored == {cell.id: cell.metadata.get("nbgrader") for cell in with_grading(notebook).cells}, (
        "run `make exercises`"
    )
    answers = {cell.id for cell in code(notebook) if "### BEGIN SOLUTION" in cell.source}
    checks = {cell.id for cell in code(notebook) if cell.id.startswith("check-")}
    marked = {name: marks for name, marks in stored.items() if marks}
    assert {name for name, marks in marked.items() if marks.solution} == answers
    assert {name: marks.points for name, marks in marked.items() if marks.grade} == dict.fromkeys(checks, 1)
    assert all(marks.grade_id == name and marks.locked != marks.solution for name, marks in marked.items())


@pytest.mark.parametrize("path", solutions(), ids=lambda path: path.name)
def test_a_check_only_prints(path: Path) -> None:
    """A value below the check would be taken for the number of points."""
    for cell in code(read(path)):
        if cell.id.startswith("check-"):
            assert {output.get("name") for output in cell.outputs} <= {"stdout"}, cell.id


@pytest.mark.parametrize(
    ("source", "is_restored"),
    [
        ("import torch", True),
        ("sizes = dict(width=16)", True),
        ("%pip install torch\n\ntexts = ['Tea']", True),
        ("def check(answer):\n    assert answer", True),
        ("# What does it say?\nclassify(['Tea'])", False),
        ("!hf cache ls", False),
    ],
)
def test_nbgrader_restores_what_a_check_may_use_and_leaves_the_rest_to_the_learner(
    source: str, is_restored: bool
) -> None:
    [cell] = with_grading(new_notebook(cells=[new_code_cell(source)])).cells
    assert cell.metadata.get("nbgrader", {}).get("locked", False) == is_restored


def test_few_cells_are_left_out_of_the_comparison_and_each_says_why() -> None:
    cells = [cell for path in EXECUTED for cell in code(read(path))]
    left_out = [cell for cell in cells if any("nbval" in tag for tag in cell.metadata.get("tags", []))]
    assert len(left_out) <= NOT_COMPARED_AT_MOST * len(cells)
    assert all(cell.metadata["course"]["not_compared_because"] for cell in left_out)
    assert not any("NBVAL_" in cell.source for cell in cells)


def test_each_lesson_leads_to_the_one_after_it() -> None:
    for path, following in pairwise(lessons()):
        assert f"]({following.name})" in read(path).cells[-1].source, path.name


def test_every_lesson_has_exercises() -> None:
    assert [path.name for path in solutions()] == [path.name for path in lessons()]


def test_the_readme_shows_the_figure_that_lesson_01_prints() -> None:
    assert (ROOT / "images" / "lesson_01.png").read_bytes() == images.pipeline_figure(), "run `make images`"


def test_readme_table_is_up_to_date() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert links.lesson_table() in readme, "run `make links`"
    assert f"git clone {repository_address()} " in readme, "run `make links`"


def test_the_repository_address_stands_only_where_the_command_puts_it() -> None:
    address = repository_address()
    owner = address.removeprefix("https://github.com/")
    texts = (p.read_text(encoding="utf-8") for p in itertools.chain(ALL, [ROOT / "README.md"]))
    for text in texts:
        found = set(re.findall(r"github\.com/([\w.-]+/transformers-course)", text))
        assert found <= {owner}
