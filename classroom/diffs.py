"""What commits have in common, where they differ, which of them changed a file last, and the tree that merges two."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable

from dulwich.graph import find_merge_base
from dulwich.objects import Commit, Tree
from dulwich.patch import write_object_diff

from classroom import commits
from classroom.store import Repository

MOST_FILES, MOST_BYTES = 100, 2**20


def between(repository: Repository, old: str | None, new: str | None) -> str:
    """What git would print as the difference, as text; cut after a hundred files or a megabyte."""
    written = io.BytesIO()
    for path, (before, after) in itertools.islice(_changes(repository, old, new).items(), MOST_FILES):
        write_object_diff(written, repository.git.object_store, _side(path, before), _side(path, after))
        if written.tell() > MOST_BYTES:
            break
    return written.getvalue()[:MOST_BYTES].decode("utf-8", "replace")


def last_commits(repository: Repository, commit: str, paths: list[str]) -> dict[str, Commit]:
    """For each path the newest commit that changed it, among the last thousand."""
    found, pending = {}, set(paths)
    for walked in repository.git.get_walker(include=[commit.encode()], max_entries=1000):
        made = walked.commit
        now, *before = (_ids(repository, one, pending) for one in (made.id, *made.parents))
        changed = {path for path in pending if all(ids[path] != now[path] for ids in before)}
        found |= dict.fromkeys(changed, made)
        pending -= changed
        if not pending:
            break
    return found


def common(repository: Repository, one: str, other: str) -> str | None:
    """The commit that two branches come from; None when they have none in common."""
    found = find_merge_base(repository.git, [one.encode(), other.encode()])
    return found[0].decode() if found else None


def conflicts(repository: Repository, ours: str, theirs: str) -> list[str]:
    """The paths that both branches changed, each in its own way."""
    here, there = repository.resolve(ours), repository.resolve(theirs)
    if not here or not there:
        return []
    base = common(repository, here, there)
    mine, other = _changes(repository, base, here), _changes(repository, base, there)
    clashes = {path for path in mine.keys() & other.keys() if mine[path][1] != other[path][1]}
    for path, against in itertools.chain(((p, other) for p in mine), ((p, mine) for p in other)):
        above = (path[:at] for at, letter in enumerate(path) if letter == "/")
        clashes |= {path for folder in above if folder in against and against[folder][1]}
    return sorted(clashes)


def merged_tree(repository: Repository, ours: str, theirs: str) -> bytes:
    """The tree of `ours` with the changes of `theirs`, which must not be in conflict."""
    root = commits.Folder(repository, repository.git[ours.encode()].tree)
    changes = _changes(repository, common(repository, ours, theirs), theirs)
    for path, (_, after) in changes.items():
        if after is None and root.find(path):
            root.delete(path, is_folder=False)
    for path, (_, after) in changes.items():
        if after:
            root.put(path, after[1])
    return root.write() or commits.add(repository, Tree())


def _ids(repository: Repository, commit: bytes, paths: Iterable[str]) -> dict[str, bytes | None]:
    """The id that each path has at a commit; each folder is read once, and no file."""
    folders: dict[str, dict[bytes, bytes]] = {}
    ids = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            oid, is_folder = repository.find(commit.decode(), folder) or (b"", False)
            items = repository.git[oid].iteritems() if is_folder else ()
            folders[folder] = {item.path: item.sha for item in items}
        ids[path] = folders[folder].get(name.encode())
    return ids


def _changes(repository: Repository, old: str | None, new: str | None) -> dict[str, tuple]:
    """Each changed path with its (mode, id) before and after; None for a side on which it is not."""
    trees = [repository.git[commit.encode()].tree if commit else None for commit in (old, new)]
    found = {}
    for change in repository.git.object_store.tree_changes(*trees):
        (old_path, new_path), (old_mode, new_mode), (old_id, new_id) = change
        path = (new_path or old_path).decode("utf-8", "replace")
        found[path] = ((old_mode, old_id) if old_id else None, (new_mode, new_id) if new_id else None)
    return found


def _side(path: str, entry: tuple | None) -> tuple:
    return (path.encode(), *entry) if entry else (None, None, None)
