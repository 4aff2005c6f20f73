"""A folder of repositories: `models/…`, `datasets/…`, `spaces/…` as bare git, and `large/` with files by hash."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from dulwich.index import commit_tree
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from classroom.storage import atomic, large_files
from classroom.storage.errors import RepositoryNotFoundError
from classroom.storage.large_files import Pointer
from classroom.storage.names import KINDS, is_repository_id
from classroom.storage.repository import Repository
from classroom.storage.scratch import Scratch

AUTHOR = b"Classroom Hub <classroom@localhost>"
IMPORTED_AT = 1_767_225_600  # 2026-01-01, UTC


class Store:
    """The repositories below `root`, by kind and id."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.large = root / "large"

    @functools.cached_property
    def scratch(self) -> Path:
        """This process's own folder in the store, for what is not finished yet."""
        self._scratch = Scratch(self.root / "incoming")
        return self._scratch.folder

    def path(self, kind: str, name: str) -> Path:
        """Return where a repository lies or would lie. Raise ValueError for an id that reaches outside the store."""
        if kind not in KINDS or not is_repository_id(name):
            raise ValueError(f"{name!r} is not a repository id; write it as namespace/name.")
        exact = self.root / kind / f"{name}.git"
        return exact if exact.exists() else self.root / kind / f"{self.spelled(kind, name) or name}.git"

    def spelled(self, kind: str, name: str) -> str | None:
        """Return the id of a repository as it was made, whatever the case of `name`, a checked id; None without one."""
        folder = self.root / kind
        for part in f"{name}.git".split("/"):
            there = os.listdir(folder) if folder.is_dir() else []
            found = part if part in there else next((one for one in there if one.lower() == part.lower()), None)
            if found is None:
                return None
            folder /= found
        return folder.relative_to(self.root / kind).as_posix().removesuffix(".git")

    def repository(self, kind: str, name: str) -> Repository | None:
        """Return the repository, or None when the store has none of that id."""
        try:
            folder = self.path(kind, name)
        except ValueError:
            return None
        return Repository(folder, self.root) if (folder / "HEAD").is_file() else None

    def existing(self, kind: str, name: str) -> Repository:
        """Return the repository. Raise RepositoryNotFoundError when the store has none of that id."""
        found = self.repository(kind, name)
        if found is None:
            raise RepositoryNotFoundError(f"There is no repository {name}.")
        return found

    def ids(self, kind: str) -> list[str]:
        """Return the ids of its repositories of that kind, sorted."""
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
            blobs = [(b".gitattributes", self._blob(git, large_files.ATTRIBUTES.encode()), 0o100644)]
            for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ".gitattributes"):
                blobs.append((path.relative_to(folder).as_posix().encode(), self._add(git, path), 0o100644))
            commit = Commit()
            commit.tree = commit_tree(git.object_store, blobs)
            commit.author = commit.committer = AUTHOR
            commit.author_time = commit.commit_time = IMPORTED_AT
            commit.author_timezone = commit.commit_timezone = 0
            commit.message = message.encode()
            git.object_store.add_object(commit)
            for ref in ("heads/main", *(f"tags/{tag}" for tag in tags)):
                git.refs[Ref(f"refs/{ref}".encode())] = commit.id
            git.close()
            if target.exists():
                atomic.rename(target, Path(temporary) / "old.git")
            atomic.rename(made, target)
        return commit.id.decode()

    def _add(self, git: Repo, path: Path) -> ObjectID:
        size = path.stat().st_size
        if not path.name.endswith(large_files.SUFFIXES) and size <= large_files.LARGE_FROM_BYTES:
            return self._blob(git, path.read_bytes())
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        target = large_files.path_of(self.large, sha256)
        if not target.exists():
            self.large.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.large) as temporary:
                atomic.place(Path(shutil.copyfile(path, Path(temporary) / sha256)), target)
        return self._blob(git, bytes(Pointer(sha256, size)))

    @staticmethod
    def _blob(git: Repo, data: bytes) -> ObjectID:
        blob = Blob.from_string(data)
        git.object_store.add_object(blob)
        return blob.id
