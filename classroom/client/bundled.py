"""The course's own models, which come with the package and need no Hub."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from classroom.client.errors import SetupError

NAMES = ("gpt2-es-mini", "gpt2-es-nano")


def folder(name: str) -> str:
    """Return the folder of a model of the course's own, for `from_pretrained`. Raise SetupError for another name."""
    if name not in NAMES:
        raise SetupError(f"The course brings no model {name!r}; it brings {' and '.join(NAMES)}.")
    return str(Path(str(files("classroom"))) / "models" / "data" / name)
