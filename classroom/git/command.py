"""The git program, run for the server: with its own settings, whatever the machine's and the user's may be."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path

from classroom.http.errors import HubError

SETTINGS = {
    "safe.directory": "*",  # the store may lie on a disk that belongs to somebody else
    "core.quotePath": "false",
    "core.bigFileThreshold": "1m",  # anything larger is never diffed or delta-compressed
    "pack.threads": "1",
    "gc.auto": "0",  # commits over the API refer to objects that no branch holds yet
}


def program() -> str:
    """Return the path of git. Raise HubError 501 when this machine has none."""
    found = shutil.which("git")
    if found is None:
        raise HubError(501, "GitMissing", "This Hub's machine has no git: install git there and start the Hub again.")
    return found


def environment(settings: dict[str, str] | None = None, **variables: str) -> dict[str, str]:
    """Return the environment for a git process; `settings` are git configuration beside the usual ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8"}
    pairs = (SETTINGS | (settings or {})).items()
    for number, (key, value) in enumerate(pairs):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept | {"GIT_CONFIG_COUNT": str(len(pairs))} | variables


def output(folder: Path | str, *arguments: str, limit: int = 4_000_000, seconds: float = 20) -> tuple[bytes, bool]:
    """Return what git prints in the bare repository `folder`, at most `limit` bytes of it, and whether that was all.

    Raise HubError 501 without a git, and 503 when it fails or takes longer than `seconds`.
    """
    command = [program(), "--git-dir", str(folder), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()) as process:
        assert process.stdout is not None
        patience = threading.Timer(seconds, process.kill)
        patience.start()
        try:
            printed = process.stdout.read(limit + 1)
            if len(printed) > limit:
                return printed[:limit], False
            if process.wait():
                raise HubError(503, "GitFailed", "git could not tell this here; clone the repository and ask it there.")
        finally:
            patience.cancel()
            process.kill()
    return printed, True
