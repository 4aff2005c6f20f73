"""Folders for unfinished files, one for each server process, so that those of dead processes can be told apart."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from classroom.storage import atomic


class Scratch:
    """A folder of this process below `parent`; its lock is held as long as the process lives."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        while True:
            self.folder = Path(tempfile.mkdtemp(dir=parent))
            self._lock = FileLock(f"{self.folder}.lock", thread_local=False)
            self._lock.acquire()
            if self.folder.is_dir():  # else another server's `clean` came between the two lines above
                return


def is_owned(folder: Path) -> bool:
    """Tell whether the process whose folder that is still runs, as another process sees it."""
    try:
        with FileLock(f"{folder}.lock", blocking=False):
            return False
    except Timeout:
        return True


def clean(parent: Path) -> None:
    """Delete the folders of processes that ended."""
    for lock in parent.glob("*.lock"):
        with contextlib.suppress(Timeout), FileLock(lock, timeout=0):
            atomic.remove(lock.with_suffix(""))
            with contextlib.suppress(PermissionError):  # on Windows, where its release deletes it
                lock.unlink(missing_ok=True)
