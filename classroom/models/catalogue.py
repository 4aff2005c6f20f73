"""Which repository answers which id: `catalogue.toml`, read and checked."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data"


@dataclass(frozen=True)
class Entry:
    """One repository that the classroom can assemble.

    `id` is what a lesson writes and `aliases` are other ids for it; `kind` is models, datasets or spaces; `title` names
    what really answers; `real` says whether those are the published weights of that id; `recipe` and `source` say how
    `assemble` makes it; `note` is one line for people. Licence and size stand in the repository itself.
    """

    id: str
    kind: str
    title: str
    real: bool
    recipe: str
    source: str
    note: str
    aliases: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the package with its files: weights or what they are made with, and the card."""
        return HERE / self.source

    @property
    def origin(self) -> str:
        """What the lessons' table prints for it."""
        return "real weights" if self.real else f"stand-in {self.title}"


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Every repository of the catalogue, in its order."""
    with (HERE / "catalogue.toml").open("rb") as file:
        rows = tomllib.load(file)["repository"]
    return tuple(Entry(**row | {"aliases": tuple(row.get("aliases", ()))}) for row in rows)


def find(kind: str, name: str) -> Entry | None:
    """The entry that answers the id `name`, by its own id or an alias in any case; None when the classroom has none."""
    return next((e for e in entries() if e.kind == kind and name.lower() in map(str.lower, (e.id, *e.aliases))), None)
