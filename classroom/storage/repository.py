"""One repository, read: real git, with large files by hash beside it, as git-lfs lays them out.

Git holds a pointer in place of a large file; its content lies under its SHA-256, see `large_files`. A commit becomes
visible when its branch moves, which is one atomic write: whole or not at all.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import stat
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dulwich.objects import S_ISGITLINK, Blob, Commit, ObjectID, Tag, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.walk import ORDER_TOPO

from classroom.storage import safetensors
from classroom.storage.large_files import path_of, read_pointer, size_of
from classroom.storage.names import is_ref
from classroom.storage.safetensors import Tensor

# Sizes of files, and the whole of the smallest, by git id: the same in every repository.
_sizes: dict[bytes, tuple[int, bytes]] = {}
MIRRORED = "mirrored.json"  # in a repository that came from another Hub: the endpoint, and what to call its origin
SMALL_BYTES = 200  # a file that may be a pointer


@dataclass(frozen=True)
class File:
    """One entry of a tree: `size` in bytes is the content's; `sha256` is set when the content is large."""

    path: str
    oid: str
    size: int
    sha256: str | None = None
    pointer_size: int = 0
    is_folder: bool = False

    @property
    def etag(self) -> str:
        """What the Hub's client keys its cache with."""
        return self.sha256 or self.oid


class Repository:
    """One bare git repository, read at a revision; every `commit` argument is a full commit id (40 hex digits)."""

    def __init__(self, folder: Path, root: Path) -> None:
        """`folder` is the bare repository, `root` the store that it belongs to."""
        self.folder, self.root = folder, root
        self.git = Repo(str(folder))
        # A Repo is part of a cycle, so its packs would stay open until Python collects garbage, and Windows neither
        # renames nor deletes what is open.
        weakref.finalize(self, self.git.close).atexit = False
        # What was pushed lies in the repository itself, so that nobody gets at a private file by its hash alone.
        own = folder / "lfs" / "objects"
        self.is_pushed = own.is_dir()
        self.large = own if self.is_pushed else root / "large"

    @property
    def private(self) -> bool:
        """Whether only its owner may see it; kept in the repository's own git configuration."""
        return self.git.get_config().get_boolean((b"hub",), b"private", False)

    @functools.cached_property
    def is_whole(self) -> bool:
        """Whether every large file that a commit names should be here: not in a mirror, nor in a copy of one."""
        return self.is_pushed and not self.git.get_config().get_boolean((b"hub",), b"incomplete", False)

    @property
    def mirrored(self) -> dict[str, str] | None:
        """For a repository of the mirror, its `endpoint` and what people are told of its `origin`; else None."""
        try:
            found: dict[str, str] = json.loads((self.folder / MIRRORED).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def refs(self) -> dict[str, str]:
        """Return full ref names with the commits they point at, annotated tags peeled."""
        found = {}
        for name in sorted(self.git.refs.keys()):
            commit = self._peeled(name) if name != b"HEAD" else None
            if commit:
                found[name.decode("utf-8", "replace")] = commit
        return found

    def ref(self, revision: str) -> str | None:
        """Return the full name of the branch, tag or ref that `revision` names; None when it names none."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if is_ref(name) and self._peeled(Ref(name.encode())):
                return name
        return None

    def resolve(self, revision: str) -> str | None:
        """Return the commit of a branch, tag, full ref name or commit id (from seven digits on); None without one."""
        name = self.ref(revision)
        if name:
            return self._peeled(Ref(name.encode()))
        if not re.fullmatch("[0-9a-f]{7,40}", revision):
            return None
        ids = list(itertools.islice(self.git.object_store.iter_prefix(revision.encode()), 2))
        return ids[0].decode() if len(ids) == 1 and isinstance(self.git[ids[0]], Commit) else None

    def _peeled(self, name: Ref) -> str | None:
        try:
            target = self.git[self.git.refs[name]]
        except (KeyError, ValueError, OSError):  # a folder of refs is no ref
            return None
        while isinstance(target, Tag):
            target = self.git[target.object[1]]
        return target.id.decode() if isinstance(target, Commit) else None

    def tree(self, commit: str, folder: str = "", recursive: bool = False) -> list[File] | None:
        """Return the entries under `folder`, sorted by path, folders included; None when there is no such folder."""
        root = self.find(commit, folder)
        if root is None or not root[1]:
            return None
        return sorted(self._walk(root[0], folder, recursive), key=lambda file: file.path)

    def file(self, commit: str, path: str) -> File | None:
        """Return the file or folder at `path`; None when there is none."""
        found = self.find(commit, path)
        return self._entry(path, *found) if found and path else None

    def read(self, file: File) -> bytes | Path:
        """Return a file's content: bytes, or the path of a large file."""
        if file.sha256:
            return path_of(self.large, file.sha256)
        return self._blob(ObjectID(file.oid.encode())).data

    def tensors(self, file: File) -> tuple[Tensor, ...] | None:
        """Return the tensors of a safetensors file, from its header; None for any other file."""
        if not file.path.endswith(".safetensors") or not file.sha256 or not self.is_there(file):
            return None
        return safetensors.tensors(path_of(self.large, file.sha256), file.sha256)

    def history(self, commit: str) -> list[Commit]:
        """Return the commits that lead to `commit`, newest first."""
        return [entry.commit for entry in self.git.get_walker(include=[ObjectID(commit.encode())], order=ORDER_TOPO)]

    def commit(self, oid: str) -> Commit:
        """Return the commit of that id. Raise KeyError when it is none."""
        found = self.git[ObjectID(oid.encode())]
        if not isinstance(found, Commit):
            raise KeyError(oid)
        return found

    def tree_id(self, commit: str) -> ObjectID:
        """Return the git id of a commit's root folder."""
        found: ObjectID = self.commit(commit).tree
        return found

    def find(self, commit: str, path: str) -> tuple[ObjectID, bool] | None:
        """Return the git id of what is at `path`, and whether it is a folder; None when there is nothing."""
        oid, is_folder = self.tree_id(commit), True
        for part in PurePosixPath(path).parts:
            tree = self.git[oid] if is_folder else None
            if not isinstance(tree, Tree) or part.encode() not in tree:
                return None
            mode, oid = tree[part.encode()]
            is_folder = stat.S_ISDIR(mode)
            if S_ISGITLINK(mode):
                return None
        return oid, is_folder

    def _walk(self, oid: ObjectID, folder: str, recursive: bool) -> Iterator[File]:
        tree = self.git[oid]
        assert isinstance(tree, Tree)
        for item in tree.iteritems():
            if S_ISGITLINK(item.mode):
                continue  # another repository, which git knows by a commit only
            path = f"{folder}/{item.path.decode('utf-8', 'replace')}".lstrip("/")
            is_folder = stat.S_ISDIR(item.mode)
            entry = self._entry(path, item.sha, is_folder)
            if entry:
                yield entry
            if is_folder and recursive:
                yield from self._walk(item.sha, path, recursive)

    def _entry(self, path: str, oid: ObjectID, is_folder: bool) -> File | None:
        if is_folder:
            return File(path, oid.decode(), 0, is_folder=True)
        size, data = self._size_and_start(oid)
        pointer = read_pointer(data) if size < SMALL_BYTES else None
        if not pointer:
            return File(path, oid.decode(), size)
        file = File(path, oid.decode(), pointer.size, pointer.sha256, size)
        # A mirror leaves out large files that the course never loads; no commit that is made here does.
        return file if self.is_whole or self.is_there(file) else None

    def _blob(self, oid: ObjectID) -> Blob:
        found = self.git[oid]
        assert isinstance(found, Blob)
        return found

    def is_there(self, file: File) -> bool:
        """Tell whether the content of a file is on the disk, as far as one sees without reading it."""
        return file.sha256 is None or size_of(path_of(self.large, file.sha256)) == file.size

    def _size_and_start(self, oid: ObjectID) -> tuple[int, bytes]:
        if oid not in _sizes:
            data = self._blob(oid).data
            if len(_sizes) > 100_000:  # a few megabytes
                _sizes.clear()
            _sizes[oid] = len(data), data if len(data) < SMALL_BYTES else b""
        return _sizes[oid]
