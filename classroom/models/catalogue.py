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
    what really answers; `real` says whether those are the published weights of that id, and `precision` at which
    precision, where it is not the published one; `recipe` and `source` say how `assemble` makes it; `note` is one line
    for people. A stand-in has a `reason`: why none with the published weights answers, and what it serves for.
    `terms` name a licence of the model's own, and where to read it. Licence and size stand in the repository itself.
    """

    id: str
    kind: str
    title: str
    real: bool
    recipe: str
    source: str
    note: str
    aliases: tuple[str, ...] = ()
    precision: str = ""
    reason: str = ""
    terms: str = ""

    @property
    def folder(self) -> Path:
        """The folder of the package with its files: weights or what they are made with, and the card."""
        return HERE / self.source

    @property
    def origin(self) -> str:
        """What the lessons' table prints for it."""
        if not self.real:
            return f"stand-in {self.title}"
        return f"real weights, {self.precision}" if self.precision else "real weights"

    @property
    def description(self) -> str:
        """What `python -m classroom list` prints for it: what answers, and for a stand-in why."""
        return f"{self.origin}: {self.note}" + (f"; {self.reason}" if self.reason else "")


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return every repository of the catalogue, in its order."""
    with (HERE / "catalogue.toml").open("rb") as file:
        rows = tomllib.load(file)["repository"]
    return tuple(Entry(**row | {"aliases": tuple(row.get("aliases", ()))}) for row in rows)


def find(kind: str, name: str) -> Entry | None:
    """Return the entry that answers `name`, by its own id or an alias in any case; None when the classroom has none."""
    return next((e for e in entries() if e.kind == kind and name.lower() in map(str.lower, (e.id, *e.aliases))), None)


def current_id(kind: str, name: str) -> str:
    """Return today's id for a name from before namespaces, such as "gpt2"; any other name as it is.

    The public Hub redirects those names to the repository of the same last part.
    """
    entry = find(kind, name) if "/" not in name else None
    ids = (entry.id, *entry.aliases) if entry else ()
    return next((full for full in ids if full.lower().endswith(f"/{name.lower()}")), name)
