"""Which commit changed a file last."""

from __future__ import annotations

from collections.abc import Iterable

from dulwich.objects import Commit, ObjectID, Tree

from classroom.storage.repository import Repository


def last_commits(repository: Repository, commit: str, paths: list[str]) -> dict[str, Commit]:
    """Return for each path the newest commit that changed it, among the last thousand."""
    found: dict[str, Commit] = {}
    pending = set(paths)
    for walked in repository.git.get_walker(include=[ObjectID(commit.encode())], max_entries=1000):
        made = walked.commit
        now, *before = (_ids(repository, one, pending) for one in (made.id, *made.parents))
        changed = {path for path in pending if all(ids[path] != now[path] for ids in before)}
        found |= dict.fromkeys(changed, made)
        pending -= changed
        if not pending:
            break
    return found


def _ids(repository: Repository, commit: bytes, paths: Iterable[str]) -> dict[str, bytes | None]:
    """Return the id that each path has at a commit; each folder is read once, and no file."""
    folders: dict[str, dict[bytes, bytes]] = {}
    ids = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            oid, is_folder = repository.find(commit.decode(), folder) or (b"", False)
            tree = repository.git[oid] if is_folder else None
            items = tree.iteritems() if isinstance(tree, Tree) else ()
            folders[folder] = {item.path: item.sha for item in items}
        ids[path] = folders[folder].get(name.encode())
    return ids
