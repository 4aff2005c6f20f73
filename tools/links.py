"""Put the repository's address into every badge row and install cell, and the lesson table into the README.

The address is written in one place, pyproject.toml; each lesson's title, time and needs in its first cell.
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.notebooks import ROOT, exercises, lessons, read, repository_address, solutions, write

TABLE = re.compile(r"(<!-- lessons: written by `make links` -->\n).*?(<!-- end of lessons -->)", re.DOTALL)
CLONE = re.compile(r"git clone \S+ (?=&&)")
HEAD = re.compile(
    r"^# (?:\d+ · )?(?P<title>.+)$(?:.|\n)*?\*\*Time\*\* (?P<time>.+?) · \*\*Needs\*\* (?P<needs>.+)", re.MULTILINE
)
INSTALL_ID = "install-on-colab"


def main() -> None:
    for path in lessons() + solutions() + exercises():
        notebook = read(path)
        notebook.cells[0].source = with_badges(notebook.cells[0].source, path)
        for cell in notebook.cells:
            if cell.id == INSTALL_ID:
                cell.source = install_cell()
        write(notebook, path)
    readme = ROOT / "README.md"
    text = TABLE.sub(rf"\1{lesson_table()}\2", readme.read_text(encoding="utf-8"))
    readme.write_text(CLONE.sub(f"git clone {repository_address()} ", text), encoding="utf-8")


def badges(path: Path) -> str:
    """The row of badges that opens the notebook elsewhere."""
    project = repository_address().removeprefix("https://github.com/")
    place = path.relative_to(ROOT).as_posix()
    colab = f"https://colab.research.google.com/github/{project}/blob/main/{place}"
    binder = f"https://mybinder.org/v2/gh/{project}/main?urlpath=lab/tree/{place}"
    return (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})"
        f" [![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})"
    )


def install_cell() -> str:
    """The cell that installs the course's helpers where the notebook is opened alone, as on Colab."""
    return (
        "# On Colab this installs the course's helpers; elsewhere they are installed already.\n"
        "from importlib import metadata\n\n"
        "try:\n"
        '    metadata.version("transformers-course")\n'
        "except metadata.PackageNotFoundError:\n"
        f'    %pip install --quiet "git+{repository_address()}"\n\n'
        "import helpers\n\n"
        'if not hasattr(helpers, "course"):\n'
        '    raise ImportError(f"{helpers.__file__} hides the course\'s own: rename or uninstall it.")'
    )


def with_badges(source: str, path: Path) -> str:
    """The first cell with today's badge row on top."""
    body = source.split("\n", 1)[1] if source.startswith("[![") else "\n" + source
    return badges(path) + "\n" + body


def lesson_table() -> str:
    """The README's table, a row for each lesson."""
    rows = ["| | lesson | time | needs | open |", "| --- | --- | --- | --- | --- |"]
    for path in lessons():
        head = HEAD.search(read(path).cells[0].source)
        if head is None:
            raise SystemExit(f"The first cell of {path.name} lacks its title, or **Time** … · **Needs** … below it.")
        place = path.relative_to(ROOT).as_posix()
        title, time, needs = head["title"], head["time"], head["needs"]
        rows.append(f"| {path.name[:2]} | [{title}]({place}) | {time} | {needs} | {badges(path)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
