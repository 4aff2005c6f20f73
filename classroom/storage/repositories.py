"""Making, moving and deleting repositories in the store that is written to: each whole or not at all."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dulwich.objects import Blob
from dulwich.repo import Repo
from filelock import FileLock

from classroom.storage import atomic, commits, large_files, scratch
from classroom.storage.damage import unless_damaged
from classroom.storage.errors import BusyError, ConflictError
from classroom.storage.large_files import Pointer
from classroom.storage.names import KINDS, is_repository_id
from classroom.storage.repository import Repository
from classroom.storage.store import Store

# Parts of large files whose upload was never completed are kept for a day.
FORGOTTEN = 24 * 3600


def clean(store: Store) -> None:
    """Take away what servers that ended left unfinished, and uploads that nobody completed or committed in a day."""
    scratch.clean(store.root / "incoming")
    for kind in KINDS:
        for name in store.ids(kind):
            unless_damaged(None, _clean_one, store, kind, name)


def _clean_one(store: Store, kind: str, name: str) -> None:
    repository, too_old = store.repository(kind, name), time.time() - FORGOTTEN
    if repository is None:
        return
    unfinished = ("lfs/incoming/*", "objects/*/tmp_*", "objects/tmp_objdir-*")
    for left in (path for pattern in unfinished for path in repository.folder.glob(pattern)):
        with contextlib.suppress(FileNotFoundError, PermissionError):  # the latter on Windows, for what is in use
            if left.stat().st_mtime < too_old:
                atomic.remove(left) if left.is_dir() else left.unlink()
    for large in repository.folder.glob("lfs/objects/*/*/*"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            if large.stat().st_mtime < too_old and not _is_committed(repository, large):
                large.unlink()


def create(store: Store, kind: str, name: str, author: str, private: bool, files: dict[str, bytes]) -> Repository:
    """Make a repository whose first commit holds `files` and the usual `.gitattributes`.

    Raise ConflictError when there is one of that id.
    """
    with making(store, kind, name) as repository:
        set_private(repository, private)
        root = commits.Folder(repository)
        for path, content in {".gitattributes": large_files.ATTRIBUTES.encode(), **files}.items():
            root.put(path, commits.add_file(repository, content))
        tree = root.write()
        assert tree is not None
        first = commits.commit(repository, tree, [], author, "initial commit")
        commits.move_ref(repository, "refs/heads/main", None, first)
    return store.existing(kind, name)


@contextlib.contextmanager
def making(store: Store, kind: str, name: str) -> Iterator[Repository]:
    """An empty repository to be filled, which is there under its id from the end of the block on.

    Raise ConflictError when there is one of that id.
    """
    target = store.path(kind, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(store) as temporary:
        made = Path(temporary) / "made.git"
        Repo.init_bare(str(made), mkdir=True, default_branch=b"main").close()
        (made / "lfs" / "objects").mkdir(parents=True)
        (made / "lfs" / "incoming").mkdir()
        (made / "hub").mkdir()
        repository = Repository(made, store.root)
        yield repository
        repository.git.close()
        with _free(store, kind, name):
            atomic.rename(made, target)
    _note(store, kind, name).unlink(missing_ok=True)
    atomic.flush_folder(target.parent)


def set_private(repository: Repository, private: bool, is_whole: bool = True) -> None:
    """Let only its owner see the repository, or everybody; also the settings that stock git needs here."""
    config = repository.git.get_config()
    config.set((b"hub",), b"private", b"true" if private else b"false")
    if not is_whole:
        config.set((b"hub",), b"incomplete", b"true")
    config.set((b"receive",), b"fsckObjects", b"true")
    config.set((b"core",), b"fsync", b"all")
    written = io.BytesIO()
    config.write_to_file(written)
    atomic.write(repository.folder / "config", written.getvalue())


def duplicate(store: Store, source: Repository, kind: str, name: str, private: bool) -> None:
    """Make a repository with the branches, tags, history and large files of `source`, whole or not at all.

    Pull requests stay where they are. Raise ConflictError when there is a repository of that id.
    """
    # The refs first: whatever is written meanwhile, the objects that these lead to are on the disk already.
    wanted = [ref for ref in source.git.refs.allkeys() if ref.startswith((b"refs/heads/", b"refs/tags/"))]
    refs = {ref.decode(): source.git.refs[ref].decode() for ref in wanted}
    with making(store, kind, name) as made:
        set_private(made, private, source.is_whole)
        unfinished = shutil.ignore_patterns("tmp_*", "incoming-*", "info")
        objects = source.folder / "objects", made.folder / "objects"
        shutil.copytree(*objects, ignore=unfinished, copy_function=large_files.link_or_copy, dirs_exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # it says where the history of a mirrored snapshot ends
            shutil.copyfile(source.folder / "shallow", made.folder / "shallow")
        for sha256 in _large_files(source):
            large_files.copy_between(source, made, sha256)
        for folder in (path for path in made.folder.rglob("*") if path.is_dir()):
            atomic.flush_folder(folder)
        for ref, oid in refs.items():
            commits.move_ref(made, ref, None, oid)


def delete(store: Store, repository: Repository) -> None:
    """Take a repository away, from one moment to the next. Raise BusyError where Windows keeps it for a reader."""
    with commits.writing(repository), _temporary(store) as temporary:
        repository.git.close()
        _rename(repository.folder, Path(temporary) / "deleted.git")
        atomic.flush_folder(repository.folder.parent)


def move(store: Store, kind: str, old: str, new: str) -> None:
    """Give a repository another id; the old one leads to it from then on.

    Raise ConflictError when `new` is taken, BusyError where Windows keeps the old one for a reader.
    """
    target, repository = store.root / kind / f"{new}.git", store.existing(kind, old)
    target.parent.mkdir(parents=True, exist_ok=True)
    with commits.writing(repository):
        note = _note(store, kind, old)
        atomic.write(note, new.encode())  # harmless as long as the repository is still there: it answers first
        with _free(store, kind, new, besides=repository.folder):
            _rename(repository.folder, target)
    atomic.flush_folder(target.parent)


def _rename(folder: Path, target: Path) -> None:
    """Give a repository's folder another name. Raise BusyError where Windows keeps it for a reader."""
    try:
        atomic.rename(folder, target)
    except PermissionError:
        raise BusyError("Somebody is reading this repository; try again in a minute.") from None


@contextlib.contextmanager
def _free(store: Store, kind: str, name: str, besides: Path | None = None) -> Iterator[None]:
    """Hold the store's lock on new ids. Raise ConflictError when there is a repository of that id in any case.

    The one at `besides` does not count, so that a repository can be moved to another spelling of its id.
    """
    with FileLock(store.root / "ids.lock"):
        there = store.path(kind, name)
        if there.exists() and there != besides:
            raise ConflictError(already_there(kind, name))
        yield


def already_there(kind: str, name: str) -> str:
    """Return the Hub's sentence for an id that is taken."""
    return f"A {kind[:-1]} repository called {name} already exists"


def moved_to(store: Store, kind: str, name: str) -> str | None:
    """Return the id that a repository was moved to; None when it was not."""
    if not is_repository_id(name) or store.path(kind, name).exists():
        return None
    try:
        return _note(store, kind, name).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _large_files(repository: Repository) -> list[str]:
    """Return the hashes of all large files that the repository's objects name and that are there."""
    found = set()
    for oid in repository.git.object_store:
        kind, content = repository.git.object_store.get_raw(oid)
        pointer = large_files.read_pointer(content) if kind == Blob.type_num else None
        if pointer and large_files.path_of(repository.large, pointer.sha256).exists():
            found.add(pointer.sha256)
    return sorted(found)


def _is_committed(repository: Repository, large: Path) -> bool:
    """Tell whether git knows the pointer of a large file, as it does from the first commit with it on."""
    pointer = Blob.from_string(bytes(Pointer(large.name, large.stat().st_size)))
    return pointer.id in repository.git.object_store


def _note(store: Store, kind: str, name: str) -> Path:
    return store.root / "moved" / kind / f"{name.lower()}.to"


def _temporary(store: Store) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=store.scratch, ignore_cleanup_errors=True)
