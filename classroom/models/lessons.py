"""Which repositories a lesson loads: what its notebook names in `helpers.setup(models=[…], datasets=[…])`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from classroom.storage.names import KINDS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


class LessonError(ValueError):
    """A lesson that is not there or cannot be read; the message says what to do."""


def repositories(number: str) -> list[tuple[str, str]]:
    """Return (kind, id) of what the lesson of that number and its solutions load. Raise LessonError."""
    paths = sorted(NOTEBOOKS.glob(f"{number}_*.ipynb")) + sorted(NOTEBOOKS.glob(f"solutions/{number}_*.ipynb"))
    if not paths:
        raise LessonError(f"There is no lesson {number} in {NOTEBOOKS}; name repositories instead, as namespace/name.")
    return list(dict.fromkeys(found for path in paths for found in _named(path)))


def _named(path: Path) -> Iterator[tuple[str, str]]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "setup" not in source:
            continue
        lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError:
            continue  # a cell whose mistake is the lesson; the set-up cell runs
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func))
        named = ((word.arg, word.value) for call in calls for word in call.keywords if word.arg in KINDS)
        for kind, written in named:
            try:
                names = ast.literal_eval(written)
            except ValueError:
                raise LessonError(f"{path.name} must write its {kind} out in helpers.setup.") from None
            yield from ((kind, name) for name in names)


def _is_setup(called: ast.expr) -> bool:
    return getattr(called, "attr", None) == "setup" or getattr(called, "id", None) == "setup"
