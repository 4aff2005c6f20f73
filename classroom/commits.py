"""Writing into a repository: objects that are on the disk before a branch points at them, one atomic step a commit.

Git's own rules are kept, so that stock git may read and write the same folder at the same time. Whatever is cut off
half way leaves at most objects that nothing points at.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dulwich.file import FileLocked
from dulwich.objects import ZERO_SHA, Blob, Commit, ShaFile, Tree
from filelock import FileLock, Timeout

from classroom.problems import Problem
from classroom.store import POINTER, Repository

FILE, FOLDER = 0o100644, 0o040000
PATIENCE = 60  # seconds to wait for another writer
LEFT_BEHIND = 5  # seconds after which a lock file of git must be that of a process that was killed


@contextlib.contextmanager
def writing(repository: Repository) -> Iterator[Repository]:
    """Holds the repository's lock, against every other thread and process, while its refs are changed.

    Whoever was killed may have left git's own lock files; git holds one for milliseconds, so old ones are taken away.
    Raises Problem 503 when the repository stays busy for a minute.
    """
    locks = repository.root / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    name = repository.folder.relative_to(repository.root).as_posix().replace("/", "--")
    try:
        with FileLock(locks / f"{name}.lock", timeout=PATIENCE, poll_interval=0.01):
            if not repository.folder.is_dir():
                raise Problem(404, "RepoNotFound", "The repository was deleted or moved a moment ago.")
            yield repository
    except Timeout:
        raise Problem(503, "Busy", "Somebody else is writing to this repository; try again in a minute.") from None


def add(repository: Repository, made: ShaFile) -> bytes:
    """Put an object on the disk, whole and flushed, and return its id."""
    folder = repository.folder / "objects" / made.id[:2].decode()
    target = folder / made.id[2:].decode()
    if not target.exists():
        folder.mkdir(exist_ok=True)
        with temporary(folder, "tmp_obj_") as (file, name):
            file.write(made.as_legacy_object())
            flush(file)
            os.chmod(name, 0o444)
            os.replace(name, target)
        flush_folder(folder)
    return made.id


def add_file(repository: Repository, content: bytes) -> bytes:
    """Put a file's content on the disk and return its id."""
    return add(repository, Blob.from_string(content))


def pointer(sha256: str, size: int) -> bytes:
    """What git holds in place of a large file."""
    content = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
    assert POINTER.match(content)
    return content


def commit(
    repository: Repository,
    tree: bytes,
    parents: list[str],
    author: str,
    message: str,
) -> str:
    """Put a commit on the disk, made now by that account, and return its id. No branch points at it yet."""
    made = Commit()
    made.tree, made.parents = tree, [parent.encode() for parent in parents]
    made.author = made.committer = f"{author} <{author}@localhost>".encode()
    made.author_time = made.commit_time = int(time.time())
    made.author_timezone = made.commit_timezone = 0
    made.encoding = b"UTF-8"
    made.message = message.encode()
    return add(repository, made).decode()


def move_ref(repository: Repository, ref: str, old: str | None, new: str | None) -> None:
    """Let a branch or tag point at `new` if it still points at `old`; None stands for not being there.

    Raises Problem 412 when somebody else was faster, 409 when a name like `a/b` stands in the way of `a`.
    """
    refs, name = repository.git.refs, ref.encode()
    before = old.encode() if old else ZERO_SHA
    while True:
        try:
            done = refs.set_if_equals(name, before, new.encode()) if new else refs.remove_if_equals(name, before)
            break
        except FileLocked as locked:
            _wait_for(Path(os.fsdecode(locked.lockfilename)))
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            raise Problem(409, "Conflict", f"Another branch or tag stands in the way of {ref}.") from None
    if not done:
        raise Problem(412, "PreconditionFailed", "A commit has happened since. Please refresh and try again.")
    flush_folder((repository.folder / ref).parent)


def _wait_for(lock: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > LEFT_BEHIND:
            lock.unlink()
    time.sleep(0.02)


class Folder:
    """A folder of a tree that is being changed; what is not touched is not read."""

    def __init__(self, repository: Repository, oid: bytes | None = None) -> None:
        self._repository = repository
        tree = repository.git[oid] if oid else Tree()
        self._entries: dict[bytes, tuple[int, bytes | Folder]] = {
            item.path: (item.mode, item.sha) for item in tree.iteritems()
        }

    def put(self, path: str, oid: bytes) -> None:
        """Let the file at `path` have that content. Raises Problem 400 where a file or folder stands in the way."""
        folder, name = self._parent(path, make=True)
        mode = folder._entries.get(name, (FILE, b""))[0]
        if mode == FOLDER:
            raise Problem(400, "BadRequest", f"{path!a} is a folder; delete it before a file takes its name.")
        folder._entries[name] = (mode if mode in (FILE, 0o100755) else FILE, oid)

    def delete(self, path: str, is_folder: bool) -> None:
        """Take a file or folder away. Raises Problem 404 (EntryNotFound) when there is none."""
        folder, name = self._parent(path, make=False)
        mode = folder._entries.get(name, (0, b""))[0] if folder else 0
        if not mode or (mode == FOLDER) != is_folder:
            what = "folder" if is_folder else "file"
            raise Problem(404, "EntryNotFound", f"A {what} with this name doesn't exist: {path!a}")
        del folder._entries[name]

    def find(self, path: str) -> bytes | None:
        """The id of the file at `path`; None when there is none."""
        folder, name = self._parent(path, make=False)
        mode, oid = folder._entries.get(name, (FOLDER, b"")) if folder else (FOLDER, b"")
        return oid if mode != FOLDER else None

    def write(self) -> bytes | None:
        """Put the changed trees on the disk; the id, or None when nothing is left in it."""
        tree = Tree()
        for name, (mode, entry) in self._entries.items():
            oid = entry.write() if isinstance(entry, Folder) else entry
            if oid:
                tree.add(name, mode, oid)
        return add(self._repository, tree) if len(tree) else None

    def _parent(self, path: str, make: bool) -> tuple[Folder | None, bytes]:
        *folders, name = path.encode().split(b"/")
        here = self
        for part in folders:
            mode, entry = here._entries.get(part, (FOLDER, None))
            if mode != FOLDER and make:
                raise Problem(400, "BadRequest", f"{path!a} lies inside a file; delete that file first.")
            if mode != FOLDER or (entry is None and not make):
                return None, name
            if not isinstance(entry, Folder):
                entry = Folder(self._repository, entry)
                here._entries[part] = (FOLDER, entry)
            here = entry
        return here, name


@contextlib.contextmanager
def temporary(folder: Path, prefix: str) -> Iterator[tuple]:
    """An open file in `folder` under a name of its own, and that name; gone after the block unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=prefix, dir=folder)
    try:
        with open(descriptor, "wb") as file:
            yield file, name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def flush(file) -> None:
    """Wait until a file's content is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
