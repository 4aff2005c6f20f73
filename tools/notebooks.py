"""Where the notebooks are, and how all tools read and write them.

python -m tools.notebooks FILE…     write notebooks in the course's one layout; 1 when one had another
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def lessons() -> list[Path]:
    """The lessons in their order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def solutions() -> list[Path]:
    """The solved exercises in their order."""
    return sorted((NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb"))


def exercises() -> list[Path]:
    """The exercises in their order; generated, never edited."""
    return sorted((NOTEBOOKS / "exercises").glob("[0-9][0-9]_*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook at `path`, checked against the format."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write in the one layout that keeps diffs small: one kernelspec, no machine's own metadata."""
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def repository_address() -> str:
    """The repository's address, from its one place in pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        address: str = tomllib.load(file)["project"]["urls"]["Repository"]
    return address


def main() -> None:
    changed = []
    for path in map(Path, sys.argv[1:]):
        before = path.read_bytes()
        write(read(path), path)
        if path.read_bytes() != before:
            changed.append(path)
            print(f"{path}: written in the course's layout")
    sys.exit(bool(changed))


if __name__ == "__main__":
    main()
