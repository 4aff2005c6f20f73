"""Files that appear whole or not at all, and stay after a power cut: written beside, flushed, closed, then renamed.

A file is closed before it gets its name, because Windows renames and deletes nothing that is open, and where somebody
else has it open for a moment, such as a reader or a virus scanner, that moment is waited for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

PATIENCE = 2.0  # seconds


class NewFile:
    """A file that is being written under a name of its own: `file` is open for bytes, `path` is where it lies."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix="tmp_", dir=folder)
        self.path = Path(name)
        self.file: IO[bytes] = open(descriptor, "wb")  # noqa: SIM115 (closed by `keep_as` or by `new_file`)

    def keep_as(self, target: Path, mode: int | None = None, is_durable: bool = True) -> None:
        """Give the file its name, in place of an older file; `mode` sets its permissions.

        Wait until content and name are on the disk, unless `is_durable` is False. Raise OSError as the system does.
        """
        self.file.flush()
        if is_durable:
            os.fsync(self.file.fileno())
        self.file.close()
        if mode is not None:
            self.path.chmod(mode)
        _patiently(os.replace, self.path, target)
        if is_durable:
            flush_folder(target.parent)


@contextlib.contextmanager
def new_file(folder: Path) -> Iterator[NewFile]:
    """Open a new file in `folder`; after the block it is gone unless it was kept."""
    made = NewFile(folder)
    try:
        yield made
    finally:
        made.file.close()
        made.path.unlink(missing_ok=True)


def write(target: Path, content: bytes, mode: int | None = None) -> None:
    """Let `target` hold `content`, whole and on the disk. Raise OSError as the system does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_file(target.parent) as made:
        made.file.write(content)
        made.keep_as(target, mode)


def place(written: Path, target: Path) -> None:
    """Give a file that was written and closed elsewhere on this disk its name, in place of an older file.

    Wait until content and name are on the disk. Raise OSError as the system does.
    """
    with written.open("rb+") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    _patiently(os.replace, written, target)
    flush_folder(target.parent)


def rename(source: Path, target: Path) -> None:
    """Give a folder another name, which must be free. Raise OSError as the system does."""
    _patiently(os.rename, source, target)


def remove(folder: Path) -> None:
    """Delete a folder and its contents, as far as the system permits."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in folder.rglob("*"):  # git's files are read-only, which Windows does not delete
        with contextlib.suppress(OSError):
            path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _patiently(move: Callable[[Path, Path], None], source: Path, target: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return move(source, target)
        except PermissionError:
            if time.monotonic() > until:
                raise
        time.sleep(0.02)


def flush_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
