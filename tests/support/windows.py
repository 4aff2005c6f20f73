"""Windows's rules for files, on Linux: an open one cannot be renamed, replaced or deleted, a read-only one not deleted.

`python -m tests.support.windows FOLDER` serves a Hub under these rules, with large files in parts of one megabyte, and
prints its address. `FOLDER/refused` then names what was refused for being open.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import traceback
from pathlib import Path


def apply(refused: Path) -> None:
    """Let the functions of `os` refuse from now on; what lies in git's own processes is not looked at."""
    for name in ("rename", "replace"):
        setattr(os, name, _checked(getattr(os, name), refused, ends=2))
    for name in ("unlink", "remove", "rmdir"):
        setattr(os, name, _checked(getattr(os, name), refused, ends=1))


def _checked(function, refused: Path, ends: int):
    def call(*paths, **options):
        folders = options.get("dir_fd"), options.get("dir_fd")
        if ends == 2:
            folders = options.get("src_dir_fd"), options.get("dst_dir_fd")
        for path, folder in zip(paths[:ends], folders, strict=False):
            full = os.path.abspath(
                os.path.join(os.readlink(f"/proc/self/fd/{folder}") if folder else "", os.fsdecode(path))
            )
            held = [name for name in _open_files() if name == full or name.startswith(f"{full}/")]
            if held:
                with refused.open("a") as log:
                    log.write(f"{function.__name__} {full}, open: {held}\n{''.join(traceback.format_stack(limit=8))}\n")
                raise PermissionError(errno.EACCES, "The process cannot access the file: it is being used", path)
            if (ends == 1 or path is paths[1]) and _is_read_only(full):
                raise PermissionError(errno.EACCES, "Access is denied", path)
        return function(*paths, **options)

    return call


def _open_files() -> set[str]:
    found = {
        line.split(maxsplit=5)[5].strip() for line in Path("/proc/self/maps").read_text().splitlines() if "/" in line
    }
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue  # that of the listing itself
    return {name for name in found if os.path.isfile(name)}


def _is_read_only(path: str) -> bool:
    try:
        told = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(told.st_mode) and not told.st_mode & stat.S_IWUSR


def main(folder: Path) -> None:
    apply(folder / "refused")
    from classroom.http.server import serve_in_thread
    from classroom.models.hub import Hub
    from classroom.storage.store import Store

    hub = Hub(Store(folder / "pushed"))
    hub.part_bytes = 2**20
    print(serve_in_thread(hub), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
