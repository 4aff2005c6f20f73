"""The large files of a whole history: which there are, and rewriting it without some, so that their space is free."""

from __future__ import annotations

import stat
from typing import cast

from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree
from dulwich.refs import Ref

from classroom.storage import commits, large_files
from classroom.storage.large_files import Pointer
from classroom.storage.repository import Repository


def without(repository: Repository, hashes: list[str]) -> None:
    """Let every branch, tag and pull request lead to commits without these large files.

    The caller holds the repository's lock.
    """
    sizes = {sha256: large_files.size_of(large_files.path_of(repository.large, sha256)) for sha256 in hashes}
    pointers = {Blob.from_string(bytes(Pointer(sha256, size))).id for sha256, size in sizes.items() if size is not None}
    rewriter = _Rewriter(repository, pointers)
    for ref, tip in repository.refs().items():
        old, new = repository.git.refs[Ref(ref.encode())], rewriter.commit(tip)
        if new.decode() == tip:
            continue
        target = repository.git[old]
        if isinstance(target, Tag):  # an annotated one, which names its commit itself
            tag = cast(Tag, target.copy())
            tag.object = (Commit, new)
            new = commits.add(repository, tag)
        commits.move_ref(repository, ref, old.decode(), new.decode())


def large_files_by_hash(repository: Repository) -> dict[str, tuple[str, str | None]]:
    """Return for each large file that a commit names, by its hash, a path and a ref that lead to it, `main` first."""
    found: dict[str, tuple[str, str | None]] = {}
    seen: set[ObjectID] = set()
    for ref, tip in sorted(repository.refs().items(), key=lambda item: item[0] != "refs/heads/main"):
        for commit in repository.history(tip):
            files = repository.tree(commit.id.decode(), recursive=True) if commit.tree not in seen else None
            seen.add(commit.tree)
            for file in (file for file in files or [] if file.sha256):
                found.setdefault(str(file.sha256), (file.path, ref))
    return found


class _Rewriter:
    """Trees and commits by the ids that they had."""

    def __init__(self, repository: Repository, deleted: set[ObjectID]) -> None:
        self._repository, self._deleted = repository, deleted
        self._trees: dict[ObjectID, ObjectID | None] = {}
        self._commits: dict[ObjectID, ObjectID] = {}

    def commit(self, tip: str) -> ObjectID:
        for old in reversed(self._repository.history(tip)):  # parents come before their children
            if old.id not in self._commits:
                made = cast(Commit, old.copy())
                made.tree = self._tree(old.tree) or commits.add(self._repository, Tree())
                made.parents = [self._commits.get(parent, parent) for parent in old.parents]
                if made.id != old.id:
                    made.gpgsig = None  # what was signed is another commit
                    commits.add(self._repository, made)
                self._commits[old.id] = made.id
        return self._commits[ObjectID(tip.encode())]

    def _tree(self, oid: ObjectID) -> ObjectID | None:
        """Return the id of what is left of a folder; None when nothing is."""
        if oid not in self._trees:
            made, old = Tree(), self._repository.git[oid]
            assert isinstance(old, Tree)
            for item in old.iteritems():
                kept = self._tree(item.sha) if stat.S_ISDIR(item.mode) else item.sha
                if kept and kept not in self._deleted:
                    made.add(item.path, item.mode, kept)
            self._trees[oid] = commits.add(self._repository, made) if len(made) else None
        return self._trees[oid]
