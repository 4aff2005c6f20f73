"""What the classroom answers: an id goes to the first of its stores that has it, and to the bundled stand-ins last."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable

from classroom.cache import cache_root, own_root
from classroom.models import catalogue, recipes, wheels
from classroom.storage import repositories
from classroom.storage.names import KINDS, is_repository_id
from classroom.storage.repository import Repository
from classroom.storage.store import Store

SINGULAR = {"models": "model", "datasets": "data set", "spaces": "space"}
# Large files come in parts of this size, so that a broken connection costs one part and not the whole.
PART_BYTES = 64 * 2**20

# One at a time: thirty learners who ask for what is not there yet must not start thirty processes with torch in them.
_preparing = threading.Lock()


class Hub:
    """Repositories by id: those pushed here, then the mirror's, then the catalogue's, assembled on demand.

    `pushed` is the store that may be written to; without one the Hub only reads. Several servers on one machine may
    share it. What the mirror or the catalogue answers cannot be pushed to: a lesson's model stays what it is.
    """

    def __init__(self, pushed: Store | None = None, mirror: Store | None = None) -> None:
        self.pushed, self.mirror = pushed, mirror
        self.part_bytes = PART_BYTES
        self.pages: str | None = None  # the front page's address for browsers, where it is not that for programs
        self.stores = tuple(store for store in (pushed, mirror) if store)

    @classmethod
    def of_this_machine(cls) -> Hub:
        """Return the Hub over the course's own folder, as lessons and `serve` use it."""
        return cls(pushed_store(), mirror_store())

    def repository(self, kind: str, name: str) -> Repository | None:
        """Return the repository that answers `name`, or None. Raise SourceError when a bundled one cannot be made."""
        found = self.stored(kind, name)
        if found:
            return found
        entry = catalogue.find(kind, name)
        if entry is None:
            return None
        prepare([name])
        return recipes.bundled().repository(kind, entry.id)

    def stored(self, kind: str, name: str) -> Repository | None:
        """Return the repository that was pushed or mirrored under that id, or None."""
        return next((found for store in self.stores if (found := store.repository(kind, name))), None)

    def at_hand(self, kind: str, name: str) -> Repository | None:
        """Return the repository that answers `name` when nothing must be assembled for it; None otherwise."""
        entry = catalogue.find(kind, name)
        return self.stored(kind, name) or (recipes.bundled().repository(kind, entry.id) if entry else None)

    def prepare(self, names: Iterable[str]) -> None:
        """Assemble what only the catalogue has of these ids. Raise SourceError when one cannot be made."""
        prepare(name for name in names if not any(store.repository(k, name) for store in self.stores for k in KINDS))

    def is_prepared(self, kind: str, name: str) -> bool:
        """Tell whether `repository` would find that id without making it first."""
        entry = catalogue.find(kind, name)
        return self.stored(kind, name) is not None or (entry is not None and recipes.is_assembled(entry))

    def is_foreign(self, namespace: str) -> bool:
        """Tell whether ids under that name come from elsewhere, so that nobody here may push under it."""
        mirrored = [path.name for kind in KINDS for path in (self.mirror.root / kind).glob("*")] if self.mirror else []
        taken = [part.split("/")[0] for entry in catalogue.entries() for part in (entry.id, *entry.aliases)]
        return namespace.lower() in {name.lower().removesuffix(".git") for name in mirrored + taken}

    def canonical(self, kind: str, name: str) -> str:
        """Return the id under which `name` is found today, in its own spelling.

        Ids are the same in any case; a repository that was moved is still asked for by its old id, and one from before
        namespaces by its short name.
        """
        name = catalogue.current_id(kind, name)
        for _ in range(10):
            target = self.pushed and repositories.moved_to(self.pushed, kind, name)
            if not target:
                break
            name = target
        if kind not in KINDS or not is_repository_id(name):
            return name
        stored = [found for store in self.stores if (found := store.spelled(kind, name))]
        entry = catalogue.find(kind, name)
        written = [one for one in ((entry.id, *entry.aliases) if entry else ()) if one.lower() == name.lower()]
        return [*stored, *written, name][0]

    def listing(self, kind: str) -> list[str]:
        """Return every id of that kind, each once."""
        bundled = [entry.id for entry in catalogue.entries() if entry.kind == kind]
        return sorted({*bundled, *(name for store in self.stores for name in store.ids(kind))})


def pushed_store() -> Store:
    """Return this machine's store of what was pushed, which holds the accounts too."""
    return Store(own_root() / "pushed")


def mirror_store() -> Store:
    """Return this machine's store of the snapshots that were mirrored."""
    return Store(cache_root() / "mirror")


def unknown_id(kind: str, name: str) -> str:
    """Return the sentence for an id that the classroom does not have: which Hub answered, and the ways out."""
    return (
        f"This is the classroom Hub, and it has no {SINGULAR[kind]} '{name}'. Run `python -m classroom list` to see"
        " what it has, or set COURSE_HUB=hub and restart the kernel to load it from the public Hub."
    )


def prepare(ids: Iterable[str]) -> None:
    """Assemble those of these ids that the catalogue has and that are not there yet.

    That happens in a process of its own, so that a server or a kernel keeps neither torch nor its memory; progress goes
    to standard error. Raise SourceError with the reason when one cannot be made.
    """
    entries = {entry for name in ids for kind in KINDS if (entry := catalogue.find(kind, name))}
    if all(map(recipes.is_assembled, entries)):
        return
    with _preparing:
        missing = sorted(entry.id for entry in entries if not recipes.is_assembled(entry))
        command = [sys.executable, "-m", "classroom", "prepare", *missing]
        own = os.environ | {"PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", env=own) if missing else None
        if done and done.returncode:
            raise wheels.SourceError(done.stdout.strip() or f"Could not prepare {', '.join(missing)}.")
