"""Which repositories there are, for the one who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dulwich.objects import Commit
from starlette.requests import Request

from classroom import access, catalogue, describe
from classroom.names import KINDS
from classroom.problems import Problem
from classroom.store import Repository, Store


@dataclass(frozen=True)
class Listed:
    """A repository in a list; `updated` in Unix seconds, 0 for what comes with the course."""

    kind: str
    name: str
    updated: int = 0
    task: str = ""
    private: bool = False
    entry: catalogue.Entry | None = None
    files: int = 0


def is_known(request: Request, kind: str, name: str) -> bool:
    """Whether there is a repository of that id that the one who asks may see; nothing is assembled for it."""
    hub = request.app.state.hub
    if not any(store.repository(kind, name) for store in hub.stores):
        return catalogue.find(kind, name) is not None
    return may_read(request, kind, name)


def everything(request: Request) -> list[Listed]:
    """All that the one who asks may see: what was pushed, newest first; then the mirror; then the catalogue."""
    hub = request.app.state.hub
    found: dict[tuple[str, str], Listed] = {}
    for store in hub.stores:
        listed = sorted(_listed(request, store), key=lambda item: -item.updated)
        found |= {(item.kind, item.name): item for item in listed if (item.kind, item.name) not in found}
    for entry in catalogue.entries():
        found.setdefault((entry.kind, entry.id), Listed(entry.kind, entry.id, entry=entry))
    return list(found.values())


def _listed(request: Request, store: Store) -> Iterator[Listed]:
    for kind in KINDS:
        for name in store.ids(kind):
            found = store.repository(kind, name)
            if found and may_read(request, kind, name):
                yield _one(kind, name, found)


def _one(kind: str, name: str, found: Repository) -> Listed:
    commit = found.resolve("main")
    if commit is None:
        return Listed(kind, name, private=found.private)
    made = found.git[commit.encode()]
    assert isinstance(made, Commit)
    task = describe.card_data(found, commit).get("pipeline_tag")
    return Listed(kind, name, made.commit_time, task if isinstance(task, str) else "", found.private)


def may_read(request: Request, kind: str, name: str) -> bool:
    """Whether the one who asks may see that repository."""
    try:
        access.require_read(request, kind, name)
    except Problem:
        return False
    return True
