"""The course's own models and sample inputs, which come with the package and need no Hub."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from classroom.client.errors import SetupError

NAMES = ("gpt2-es-mini", "gpt2-es-nano")
DATA = Path(str(files("classroom"))) / "models" / "data"


def samples() -> list[str]:
    """Return the names of the sample inputs, in order: sounds (16 kHz, mono, 16-bit WAV) and pictures."""
    return sorted(path.name for path in (DATA / "samples").iterdir() if path.suffix in (".wav", ".jpg", ".png"))


def path(name: str) -> str:
    """Return the folder of a model of the course's own, for `from_pretrained`, or the file of a sample input.

    Raise SetupError for another name.
    """
    if name in NAMES:
        return str(DATA / name)
    if name in samples():
        return str(DATA / "samples" / name)
    raise SetupError(f"The course brings no {name!r}; it brings {', '.join((*NAMES, *samples()))}.")
