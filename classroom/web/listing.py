"""The repositories that the sender of a request may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classroom.api import serializers
from classroom.auth import access
from classroom.http.endpoints import Call
from classroom.models import catalogue
from classroom.storage.damage import unless_damaged
from classroom.storage.names import KINDS
from classroom.storage.store import Store

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Listed:
    """A repository in a list; `updated` in Unix seconds, 0 for what comes with the course."""

    kind: str
    name: str
    updated: int = 0
    task: str = ""
    private: bool = False
    is_pushed: bool = False
    entry: catalogue.Entry | None = None


def is_known(call: Call, kind: str, name: str) -> bool:
    """Tell whether there is a repository of that id that the sender may see; nothing is assembled for it."""
    hub = call.hub
    if not any(store.repository(kind, name) for store in hub.stores):
        return catalogue.find(kind, name) is not None
    return access.may_read(call.request, kind, name)


def everything(call: Call, owner: str = "") -> list[Listed]:
    """Return all repositories that the sender may see: those pushed, newest first; the mirror's; the catalogue's.

    With an `owner`, return those in that namespace only.
    """
    hub = call.hub
    found: dict[tuple[str, str], Listed] = {}
    for store in hub.stores:
        for item in sorted(_listed(call, store, owner), key=lambda item: -item.updated):
            found.setdefault((item.kind, item.name), item)
    for entry in catalogue.entries():
        if not owner or access.is_own(owner, entry.id):
            found.setdefault((entry.kind, entry.id), Listed(entry.kind, entry.id, entry=entry))
    return list(found.values())


def _listed(call: Call, store: Store, owner: str) -> Iterator[Listed]:
    is_pushed = store is call.hub.pushed
    for kind in KINDS:
        for name in store.ids(kind):
            if not owner or access.is_own(owner, name):
                item = _one(store, kind, name, is_pushed, _stamp(store.path(kind, name)))
                if item and (not item.private or access.may_read(call.request, kind, name)):
                    yield item


def _stamp(folder: Path) -> Stamp:
    """Return a cache key that changes with a repository's main branch and with its settings."""
    stamps: list[tuple[int, int, int] | None] = []
    for name in ("refs/heads/main", "packed-refs", "config"):
        try:
            told = (folder / name).stat()
            stamps.append((told.st_ino, told.st_mtime_ns, told.st_size))
        except OSError:
            stamps.append(None)
    return tuple(stamps)


@lru_cache(5000)
def _one(store: Store, kind: str, name: str, is_pushed: bool, stamp: Stamp) -> Listed | None:
    """Return a repository's entry in a list; cached, since opening all of them takes long. None for a damaged one."""
    return unless_damaged(None, _read_one, store, kind, name, is_pushed)


def _read_one(store: Store, kind: str, name: str, is_pushed: bool) -> Listed | None:
    found = store.repository(kind, name)
    if found is None:
        return None
    commit = found.resolve("main")
    if commit is None:
        return Listed(kind, name, private=found.private, is_pushed=is_pushed)
    made = found.commit(commit)
    task = unless_damaged({}, serializers.card_data, found, commit).get("pipeline_tag")
    return Listed(kind, name, made.commit_time, task if isinstance(task, str) else "", found.private, is_pushed)
