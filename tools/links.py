"""Put the repository's address wherever it is named, and the lesson table into the README.

The address is written in one place, pyproject.toml; each lesson's title, time and needs in its first cell. A copy whose
pyproject.toml has the placeholder takes the address of git's `origin`.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tools.notebooks import ROOT, exercises, lessons, read, repository_address, solutions, write

TABLE = re.compile(r"(<!-- lessons: written by `make links` -->\n).*?(<!-- end of lessons -->)", re.DOTALL)
PLACEHOLDER = "https://github.com/_OWNER_/transformers-course"
GITHUB = re.compile(r"(?:\w+://)?(?:[^@/]+@)?github\.com[:/](?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")
# Which texts name the repository, beside the notebooks and pyproject.toml.
TEXTS = ("*.md", "*.cff", "docs/*.md", ".github/**/*.yml", ".devcontainer/*.json")
HEAD = re.compile(
    r"^# (?:\d+ · )?(?P<title>.+)$(?:.|\n)*?\*\*Time\*\* (?P<time>.+?) · \*\*Needs\*\* (?P<needs>.+)", re.MULTILINE
)
INSTALL_ID = "install-on-colab"
# Binder ends a container at 2 GB, of which Jupyter takes 0.2. These are the lessons whose kernel, and that of their
# solutions, with all processes that they start, stayed below 1.6 GB of memory of their own; files that are mapped into
# memory can be dropped again and do not count.
FIT_BINDER = ("00", "03", "05", "06", "07", "11", "15")


def main() -> None:
    old = written_address()
    if repository_address() == PLACEHOLDER:
        take_address_of_origin()
    for path in lessons() + solutions() + exercises():
        notebook = read(path)
        notebook.cells[0].source = with_badges(notebook.cells[0].source, path)
        for cell in notebook.cells:
            if cell.id == INSTALL_ID:
                cell.source = install_cell()
        write(notebook, path)
    for path in texts():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(project(old), project(repository_address())), encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(TABLE.sub(rf"\1{lesson_table()}\2", readme.read_text(encoding="utf-8")), encoding="utf-8")


def take_address_of_origin() -> None:
    """Write origin's address into pyproject.toml; where there is none on GitHub, say what to do."""
    done = subprocess.run(["git", "remote", "get-url", "origin"], cwd=ROOT, capture_output=True, text=True)
    found = GITHUB.fullmatch(done.stdout.strip())
    if not found:
        print("The address stays a placeholder: git's `origin` is not on GitHub. Set Repository in pyproject.toml.")
        return
    address = f"https://github.com/{found['owner']}/{found['name']}"  # without a token that the remote may hold
    pyproject = ROOT / "pyproject.toml"
    pyproject.write_text(pyproject.read_text(encoding="utf-8").replace(PLACEHOLDER, address), encoding="utf-8")
    print(f"The repository's address is {address}, as git's `origin` says.")


def texts() -> list[Path]:
    """Return the files that name the repository, beside the notebooks and pyproject.toml."""
    return sorted(path for pattern in TEXTS for path in ROOT.glob(pattern))


def written_address() -> str:
    """Return the address that the last run wrote, from the README's first command."""
    found = re.search(r"git clone (https://\S+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("README.md lacks its line `git clone ADDRESS && …`.")
    return found[1]


def project(address: str) -> str:
    """Return OWNER/NAME, the part of the address that badges name."""
    return address.removeprefix("https://github.com/")


def badges(path: Path) -> str:
    """The row of badges that opens the notebook elsewhere; Binder's only where the lesson fits."""
    place = path.relative_to(ROOT).as_posix()
    colab = f"https://colab.research.google.com/github/{project(repository_address())}/blob/main/{place}"
    row = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})"
    if path.name[:2] in FIT_BINDER:
        binder = f"https://mybinder.org/v2/gh/{project(repository_address())}/main?urlpath=lab/tree/{place}"
        row += f" [![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})"
    return row


def install_cell() -> str:
    """The cell that installs the course's helpers where the notebook is opened alone, as on Colab."""
    return (
        "# On Colab this installs the course's helpers; elsewhere they are installed already.\n"
        "from importlib import metadata\n\n"
        "try:\n"
        '    metadata.version("transformers-course")\n'
        "except metadata.PackageNotFoundError:\n"
        f'    %pip install --quiet "transformers-course[colab] @ git+{repository_address()}"\n\n'
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
