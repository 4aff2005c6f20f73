"""The stock client in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

Client = Callable[..., subprocess.CompletedProcess[str]]


def run_python(
    code: str, timeout: float, variables: dict[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh Python in that folder, with these environment variables beside the usual ones."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, timeout=timeout
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the process printed. Fails with what it said when it failed."""
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
