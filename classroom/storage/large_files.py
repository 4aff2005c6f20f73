"""Large files, as git-lfs stores them: which ones count, the pointers in git, their content by SHA-256.

The pointer's form is that of https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classroom.storage import atomic
from classroom.storage.errors import DamagedError, EntryNotFoundError, InvalidInputError

if TYPE_CHECKING:
    from classroom.storage.repository import Repository

SUFFIXES = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".parquet", ".arrow", ".npz", ".zip", ".gz")
ATTRIBUTES = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in SUFFIXES)
LARGE_FROM_BYTES = 10 * 1024 * 1024  # a file of any name is large from here on
CHUNK_BYTES = 2**20
_LONGEST_POINTER = 200
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n\Z")


@dataclass(frozen=True)
class Pointer:
    """What git holds in place of a large file: the content's SHA-256 (64 hex digits) and its `size` in bytes."""

    sha256: str
    size: int

    def __bytes__(self) -> bytes:
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n"
        return text.encode()


def read_pointer(content: bytes) -> Pointer | None:
    """Parse a file of git as a pointer; return None for an ordinary file."""
    found = _POINTER.match(content) if len(content) < _LONGEST_POINTER else None
    return Pointer(found[1].decode(), int(found[2])) if found else None


def is_sha256(value: object) -> bool:
    """Tell whether this is a SHA-256, as 64 lower-case hex digits."""
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the content of that hash lies below `folder`, in git-lfs's layout."""
    return folder / sha256[:2] / sha256[2:4] / sha256


def size_of(path: Path) -> int | None:
    """Return the size of a file in bytes; None when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def check(pointer: Pointer, sha256: str, size: int) -> None:
    """Raise InvalidInputError unless content of that hash and size is what the pointer announced."""
    if size != pointer.size:
        raise InvalidInputError(f"The file was announced with {pointer.size} bytes; {size} came.")
    if sha256 != pointer.sha256:
        raise InvalidInputError(f"The content's sha256 is {sha256}, not the {pointer.sha256} that was announced.")


def keep(repository: Repository, written: atomic.NewFile, sha256: str) -> None:
    """Move a checked file to its place in the repository, under its hash."""
    target = path_of(repository.large, sha256)
    _make_folders(repository.large, target)
    written.keep_as(target)
    _flush_folders(repository.large, target)


def join_parts(repository: Repository, parts: list[Path], scratch: Path, pointer: Pointer) -> None:
    """Make one large file of its parts. Raise InvalidInputError when it is not the announced content."""
    digest, size = hashlib.sha256(), 0
    with atomic.new_file(scratch) as made:
        for part in parts:
            with part.open("rb") as opened:
                while step := opened.read(CHUNK_BYTES):
                    digest.update(step)
                    size += made.file.write(step)
        check(pointer, digest.hexdigest(), size)
        keep(repository, made, pointer.sha256)


def copy_between(source: Repository, target: Repository, sha256: str) -> None:
    """Let `target` have the large file of that hash too.

    Raise EntryNotFoundError when `source` lacks it, DamagedError when its content has another hash.
    """
    there, place = path_of(source.large, sha256), path_of(target.large, sha256)
    try:
        with there.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        raise EntryNotFoundError("This repository has no such large file.") from None
    if found != sha256:
        raise DamagedError("This large file")
    if size_of(place) != size_of(there):
        place.unlink(missing_ok=True)
        _make_folders(target.large, place)
        link_or_copy(there, place)
        _flush_folders(target.large, place)
    os.utime(place)  # what is not committed is kept for a day from now on


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Hard-link a file that never changes, as `git clone` does; copy it on a disk without hard links."""
    try:
        os.link(source, target)
    except FileExistsError:
        pass
    except OSError:
        with open(source, "rb") as there, atomic.new_file(Path(target).parent) as made:
            shutil.copyfileobj(there, made.file, CHUNK_BYTES)
            made.keep_as(Path(target))


def _make_folders(large: Path, target: Path) -> None:
    for folder in (large, target.parent.parent, target.parent):
        folder.mkdir(exist_ok=True)


def _flush_folders(large: Path, target: Path) -> None:
    for folder in (target.parent, target.parent.parent, large):
        atomic.flush_folder(folder)
