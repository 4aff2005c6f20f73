"""Writing into a repository: objects that are on the disk before a branch points at them, one atomic step a commit.

Git's own rules are kept, so that stock git may read and write the same folder at the same time. Whatever is cut off
half way leaves at most objects that nothing points at.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from dulwich.file import FileLocked
from dulwich.objects import ZERO_SHA, Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.refs import Ref
from filelock import FileLock, Timeout

from classroom.storage import atomic, names
from classroom.storage.errors import (
    BusyError,
    ConflictError,
    EntryNotFoundError,
    InvalidInputError,
    OutdatedError,
    RepositoryNotFoundError,
)
from classroom.storage.repository import Repository

FILE, FOLDER = 0o100644, 0o040000
PATIENCE = 60  # seconds to wait for another writer
OUTDATED = "The branch was updated since you opened this page. Please refresh and try again."  # the Hub's words
LEFT_BEHIND = 5  # seconds after which a lock file of git must be that of a process that was killed


@contextlib.contextmanager
def writing(repository: Repository) -> Iterator[Repository]:
    """Hold the repository's lock, against every other thread and process, while its refs are changed.

    Whoever was killed may have left git's own lock files; git holds one for milliseconds, so old ones are taken away.
    Raise BusyError when the repository stays busy for a minute.
    """
    locks = repository.root / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    name = repository.folder.relative_to(repository.root).as_posix().replace("/", "--")
    try:
        with FileLock(locks / f"{name}.lock", timeout=PATIENCE, poll_interval=0.01):
            if not repository.folder.is_dir():
                raise RepositoryNotFoundError("The repository was deleted or moved a moment ago.")
            yield repository
    except Timeout:
        raise BusyError("Somebody else is writing to this repository; try again in a minute.") from None


def add(repository: Repository, made: ShaFile) -> ObjectID:
    """Put an object on the disk, whole and flushed, and return its id."""
    target = repository.folder / "objects" / made.id[:2].decode() / made.id[2:].decode()
    if not target.exists():
        atomic.write(target, made.as_legacy_object(), mode=0o444)
    return made.id


def add_file(repository: Repository, content: bytes) -> ObjectID:
    """Put a file's content on the disk and return its id."""
    return add(repository, Blob.from_string(content))


def commit(
    repository: Repository,
    tree: ObjectID,
    parents: list[str],
    author: str,
    message: str,
) -> str:
    """Put a commit on the disk, made now by that account, and return its id. No branch points at it yet."""
    made = Commit()
    made.tree, made.parents = tree, [ObjectID(parent.encode()) for parent in parents]
    made.author = made.committer = f"{author} <{author}@localhost>".encode()
    made.author_time = made.commit_time = int(time.time())
    made.author_timezone = made.commit_timezone = 0
    made.encoding = b"UTF-8"
    made.message = message.encode()
    return add(repository, made).decode()


def move_ref(repository: Repository, ref: str, old: str | None, new: str | None) -> None:
    """Let a branch or tag point at `new` if it still points at `old`; None stands for not being there.

    Raise OutdatedError when somebody else was faster, ConflictError when a name like `a/b` stands in the way of `a`.
    """
    refs, name = repository.git.refs, Ref(ref.encode())
    before, after = ObjectID(old.encode()) if old else ZERO_SHA, ObjectID(new.encode()) if new else None
    while True:
        try:
            done = refs.set_if_equals(name, before, after) if after else refs.remove_if_equals(name, before)
            break
        except FileLocked as locked:
            _wait_for(Path(os.fsdecode(locked.lockfilename)))
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            raise ConflictError(f"Another branch or tag stands in the way of {ref}.") from None
    if not done:
        raise OutdatedError(OUTDATED)
    # With the last ref below it a folder goes too, as git has it.
    atomic.flush_folder(next(path for path in (repository.folder / ref).parents if path.is_dir()))


def _wait_for(lock: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > LEFT_BEHIND:
            lock.unlink()
    time.sleep(0.02)


class Folder:
    """A folder of a tree that is being changed; what is not touched is not read."""

    def __init__(self, repository: Repository, oid: ObjectID | None = None) -> None:
        self._repository = repository
        tree = repository.git[oid] if oid else Tree()
        assert isinstance(tree, Tree)
        self._entries: dict[bytes, tuple[int, ObjectID | Folder]] = {
            item.path: (item.mode, item.sha) for item in tree.iteritems()
        }
        self._before = frozenset(name.decode("utf-8", "replace") for name in self._entries)

    def put(self, path: str, oid: ObjectID) -> None:
        """Let the file at `path` have that content. Raise InvalidInputError where another entry stands in the way."""
        folder, name = self._parent(path, make=True)
        assert folder is not None
        mode = folder._entries[name][0] if name in folder._entries else FILE
        if mode == FOLDER:
            raise InvalidInputError(f"{path!a} is a folder; delete it before a file takes its name.")
        folder._entries[name] = (mode if mode in (FILE, 0o100755) else FILE, oid)

    def delete(self, path: str, is_folder: bool) -> None:
        """Take away what is at `path`, with `is_folder` only a folder. Raise EntryNotFoundError when there is none."""
        folder, name = self._parent(path, make=False)
        if folder is None or name not in folder._entries or (is_folder and folder._entries[name][0] != FOLDER):
            what = "folder" if is_folder else "file"
            raise EntryNotFoundError(f"A {what} with this name doesn't exist: {path!a}")
        del folder._entries[name]

    def find(self, path: str) -> ObjectID | None:
        """Return the id of the file at `path`; None when there is none."""
        folder, name = self._parent(path, make=False)
        entry = folder._entries[name][1] if folder and name in folder._entries else None
        is_file = folder is not None and entry is not None and folder._entries[name][0] != FOLDER
        return entry if is_file and not isinstance(entry, Folder) else None

    def write(self) -> ObjectID | None:
        """Put the changed trees on the disk and return the id, or None when nothing is left in it.

        Raise InvalidInputError where a new name and another one are the same on macOS or Windows.
        """
        tree = Tree()
        for name, (mode, entry) in self._entries.items():
            oid = entry.write() if isinstance(entry, Folder) else entry
            if oid:
                tree.add(name, mode, oid)
        clash = names.clash((name.decode("utf-8", "replace") for name in tree), self._before)
        if clash:
            raise InvalidInputError(clash)
        return add(self._repository, tree) if len(tree) else None

    def _parent(self, path: str, make: bool) -> tuple[Folder | None, bytes]:
        *folders, name = path.encode().split(b"/")
        here = self
        for part in folders:
            mode, entry = here._entries.get(part, (FOLDER, None))
            if mode != FOLDER and make:
                raise InvalidInputError(f"{path!a} lies inside a file; delete that file first.")
            if mode != FOLDER or (entry is None and not make):
                return None, name
            if not isinstance(entry, Folder):
                entry = Folder(self._repository, entry)
                here._entries[part] = (FOLDER, entry)
            here = entry
        return here, name
