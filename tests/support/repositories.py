"""Looking at a repository of the Hub with git itself."""

from __future__ import annotations

import subprocess

from classroom.models.hub import Hub


def git(hub: Hub, name: str, *arguments: str, kind: str = "models") -> str:
    command = ["git", "-C", str(hub.pushed.path(kind, name)), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
