"""Merging: the commit that two branches have in common, what both changed, and the tree that holds both changes."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from dulwich.graph import find_merge_base
from dulwich.objects import ObjectID, Tree

from classroom.storage import commits
from classroom.storage.repository import Repository


class BeforeAfter(NamedTuple):
    """A changed path's git id before and after; None for a side on which it is not."""

    before: ObjectID | None
    after: ObjectID | None


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the commit that two branches come from; None when they have none in common."""
    found = find_merge_base(repository.git, [ObjectID(one.encode()), ObjectID(other.encode())])
    return found[0].decode() if found else None


def conflicts(repository: Repository, ours: str, theirs: str) -> list[str]:
    """Return the merge conflicts: paths that both branches changed, to other content or to a file and a folder."""
    here, there = repository.resolve(ours), repository.resolve(theirs)
    if not here or not there:
        return []
    base = merge_base(repository, here, there)
    mine, other = _changes(repository, base, here), _changes(repository, base, there)
    clashes = {path for path in mine.keys() & other.keys() if mine[path].after != other[path].after}
    for path, against in itertools.chain(((p, other) for p in mine), ((p, mine) for p in other)):
        above = (path[:at] for at, letter in enumerate(path) if letter == "/")
        clashes |= {path for folder in above if folder in against and against[folder].after}
    return sorted(clashes)


def merged_tree(repository: Repository, ours: str, theirs: str) -> ObjectID:
    """Return the id of the tree of `ours` with the changes of `theirs`, which must not be in conflict."""
    root = commits.Folder(repository, repository.tree_id(ours))
    changes = _changes(repository, merge_base(repository, ours, theirs), theirs)
    for path, (_, after) in changes.items():
        if after is None and root.find(path):
            root.delete(path, is_folder=False)
    for path, (_, after) in changes.items():
        if after:
            root.put(path, after)
    return root.write() or commits.add(repository, Tree())


def _changes(repository: Repository, old: str | None, new: str | None) -> dict[str, BeforeAfter]:
    """Return each changed path with its two sides."""
    before, after = (repository.tree_id(commit) if commit else None for commit in (old, new))
    found = {}
    for change in repository.git.object_store.tree_changes(before, after):
        (old_path, new_path), _, (old_id, new_id) = change
        path = (new_path or old_path or b"").decode("utf-8", "replace")
        found[path] = BeforeAfter(old_id, new_id)
    return found
