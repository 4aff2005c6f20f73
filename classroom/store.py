"""Repositories as the Hub keeps them: real git, with large files by hash beside it, as git-lfs lays them out.

A file is large when it is binary weight or data by its name, or over ten megabytes; git then holds the pointer that
git-lfs defines (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) and `large/` holds the content under its
SHA-256. A commit becomes visible when its branch moves, which is one atomic write: whole or not at all.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dulwich.index import commit_tree
from dulwich.objects import S_ISGITLINK, Blob, Commit, Tag, Tree
from dulwich.repo import Repo
from dulwich.walk import ORDER_TOPO

from classroom.names import KINDS, is_ref, is_repository_id
from classroom.scratch import Scratch

LARGE_SUFFIXES = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".parquet", ".arrow", ".npz", ".zip", ".gz")
LARGE_BYTES = 10 * 1024 * 1024
ATTRIBUTES = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LARGE_SUFFIXES)
POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n\Z")
# Sizes of files, and the whole of the smallest, by git id: the same in every repository.
_sizes: dict[bytes, tuple[int, bytes]] = {}
MIRRORED = "mirrored.json"  # in a repository that came from another Hub: the endpoint, and what to call its origin
AUTHOR = b"Classroom Hub <classroom@localhost>"


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
        # What was pushed lies in the repository itself, so that nobody gets at a private file by its hash alone.
        own = folder / "lfs" / "objects"
        self._is_pushed = own.is_dir()
        self.large = own if self._is_pushed else root / "large"

    @property
    def private(self) -> bool:
        """Whether only its owner may see it; kept in the repository's own git configuration."""
        return self.git.get_config().get_boolean((b"hub",), b"private", False)

    @functools.cached_property
    def is_whole(self) -> bool:
        """Whether every large file that a commit names should be here: not in a mirror, nor in a copy of one."""
        return self._is_pushed and not self.git.get_config().get_boolean((b"hub",), b"incomplete", False)

    @property
    def mirrored(self) -> dict[str, str] | None:
        """For a repository of the mirror, its `endpoint` and what people are told of its `origin`; else None."""
        try:
            return json.loads((self.folder / MIRRORED).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def refs(self) -> dict[str, str]:
        """Full ref names with the commits they point at, annotated tags peeled."""
        found = {}
        for name in sorted(self.git.refs.keys()):
            commit = self._peeled(name) if name != b"HEAD" else None
            if commit:
                found[name.decode("utf-8", "replace")] = commit
        return found

    def ref(self, revision: str) -> str | None:
        """The full name of the branch, tag or ref that `revision` names; None when it names none."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if is_ref(name) and self._peeled(name.encode()):
                return name
        return None

    def resolve(self, revision: str) -> str | None:
        """The commit named by a branch, tag, full ref name or commit id (seven digits will do); None without one."""
        name = self.ref(revision)
        if name:
            return self._peeled(name.encode())
        if not re.fullmatch("[0-9a-f]{7,40}", revision):
            return None
        ids = list(itertools.islice(self.git.object_store.iter_prefix(revision.encode()), 2))
        return revision_id.decode() if len(ids) == 1 and isinstance(self.git[revision_id := ids[0]], Commit) else None

    def _peeled(self, name: bytes) -> str | None:
        try:
            target = self.git[self.git.refs[name]]
        except (KeyError, ValueError, OSError):  # a folder of refs is no ref
            return None
        while isinstance(target, Tag):
            target = self.git[target.object[1]]
        return target.id.decode() if isinstance(target, Commit) else None

    def tree(self, commit: str, folder: str = "", recursive: bool = False) -> list[File] | None:
        """The entries under `folder`, sorted by path, folders included; None when there is no such folder."""
        root = self.find(commit, folder)
        if root is None or not root[1]:
            return None
        return sorted(self._walk(root[0], folder, recursive), key=lambda file: file.path)

    def file(self, commit: str, path: str) -> File | None:
        """The file or folder at `path`; None when there is none."""
        found = self.find(commit, path)
        return self._entry(path, *found) if found and path else None

    def read(self, file: File) -> bytes | Path:
        """A file's content: bytes, or the path of a large file."""
        if file.sha256:
            return large_path(self.large, file.sha256)
        return self.git[file.oid.encode()].data

    def history(self, commit: str) -> list[Commit]:
        """The commits that lead to `commit`, newest first."""
        return [entry.commit for entry in self.git.get_walker(include=[commit.encode()], order=ORDER_TOPO)]

    def find(self, commit: str, path: str) -> tuple[bytes, bool] | None:
        """The git id of what is at `path`, and whether it is a folder; None when there is nothing."""
        oid, is_folder = self.git[commit.encode()].tree, True
        for part in PurePosixPath(path).parts:
            try:
                mode, oid = self.git[oid][part.encode()] if is_folder else (0, b"")
            except KeyError:
                return None
            if not oid:
                return None
            is_folder = stat.S_ISDIR(mode)
            if S_ISGITLINK(mode):
                return None
        return oid, is_folder

    def _walk(self, oid: bytes, folder: str, recursive: bool) -> Iterator[File]:
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

    def _entry(self, path: str, oid: bytes, is_folder: bool) -> File | None:
        if is_folder:
            return File(path, oid.decode(), 0, is_folder=True)
        size, data = self._size_and_start(oid)
        pointer = POINTER.match(data) if size < 200 else None
        if not pointer:
            return File(path, oid.decode(), size)
        file = File(path, oid.decode(), int(pointer[2]), pointer[1].decode(), size)
        # A mirror leaves out large files that the course never loads; no commit that is made here does.
        return file if self.is_whole or self.is_there(file) else None

    def is_there(self, file: File) -> bool:
        """Whether the content of a file is on the disk, as far as one sees without reading it."""
        return file.sha256 is None or size_of(large_path(self.large, file.sha256)) == file.size

    def _size_and_start(self, oid: bytes) -> tuple[int, bytes]:
        if oid not in _sizes:
            data = self.git[oid].data
            if len(_sizes) > 100_000:  # a few megabytes
                _sizes.clear()
            _sizes[oid] = len(data), data if len(data) < 200 else b""
        return _sizes[oid]


class Store:
    """A folder of repositories: `models/…`, `datasets/…`, `spaces/…` as bare git, and `large/` with files by hash."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.large = root / "large"

    @functools.cached_property
    def scratch(self) -> Path:
        """This process's own folder in the store, for what is not finished yet."""
        self._scratch = Scratch(self.root / "incoming")
        return self._scratch.folder

    def path(self, kind: str, name: str) -> Path:
        """Where a repository lies. Raises ValueError for an id that could reach outside the store."""
        if kind not in KINDS or not is_repository_id(name):
            raise ValueError(f"{name!r} is not a repository id; write it as namespace/name.")
        return self.root / kind / f"{name}.git"

    def repository(self, kind: str, name: str) -> Repository | None:
        """The repository, or None when the store has none of that id."""
        try:
            folder = self.path(kind, name)
        except ValueError:
            return None
        return Repository(folder, self.root) if (folder / "HEAD").is_file() else None

    def ids(self, kind: str) -> list[str]:
        """The ids of its repositories of that kind, sorted."""
        top = self.root / kind
        found = [*top.glob("*.git"), *top.glob("*/*.git")]
        return sorted(folder.relative_to(top).as_posix().removesuffix(".git") for folder in found)

    def import_folder(self, kind: str, name: str, folder: Path, message: str, tags: tuple[str, ...] = ()) -> str:
        """Make the repository from a folder of files, in one commit on `main`, and return the commit's id.

        The author and the time are fixed, so that the same files give the same commit id on every machine.
        A repository of that id is replaced.
        """
        target = self.path(kind, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root) as temporary:
            made = Path(temporary) / "made.git"
            git = Repo.init_bare(str(made), mkdir=True, default_branch=b"main")
            blobs = [(b".gitattributes", self._blob(git, ATTRIBUTES.encode()), 0o100644)]
            for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ".gitattributes"):
                blobs.append((path.relative_to(folder).as_posix().encode(), self._add(git, path), 0o100644))
            commit = Commit()
            commit.tree = commit_tree(git.object_store, blobs)
            commit.author = commit.committer = AUTHOR
            commit.author_time = commit.commit_time = 1_767_225_600  # 2026-01-01, UTC
            commit.author_timezone = commit.commit_timezone = 0
            commit.message = message.encode()
            git.object_store.add_object(commit)
            for ref in ("heads/main", *(f"tags/{tag}" for tag in tags)):
                git.refs[f"refs/{ref}".encode()] = commit.id
            git.close()
            if target.exists():
                target.rename(Path(temporary) / "old.git")
            made.rename(target)
        return commit.id.decode()

    def _add(self, git: Repo, path: Path) -> bytes:
        size = path.stat().st_size
        if not path.name.endswith(LARGE_SUFFIXES) and size <= LARGE_BYTES:
            return self._blob(git, path.read_bytes())
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        target = large_path(self.large, sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.large) as temporary:
                shutil.copyfile(path, Path(temporary) / sha256)
                os.replace(Path(temporary) / sha256, target)
        return self._blob(
            git, f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
        )

    @staticmethod
    def _blob(git: Repo, data: bytes) -> bytes:
        blob = Blob.from_string(data)
        git.object_store.add_object(blob)
        return blob.id


def large_path(large: Path, sha256: str) -> Path:
    """Where a large file of that hash lies, in the layout of git-lfs."""
    return large / sha256[:2] / sha256[2:4] / sha256


def size_of(path: Path) -> int | None:
    """The size of a file in bytes; None when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
