"""A process that reads lines and answers in lines."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class LineProcess:
    """A running command; `output` gives the lines that it prints."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], stderr: int | None = None
    ) -> None:
        """Start `command` with `environment` added to this process's own; `stderr` is as for subprocess.Popen."""
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout  # both are pipes
        self._input, self.output = self._process.stdin, self._process.stdout

    def tell(self, line: str) -> None:
        """Write one line to its standard input."""
        self._input.write(f"{line}\n")
        self._input.flush()

    def has_ended(self) -> bool:
        """Return whether the process is gone."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it with the processes that it started."""
        self._input.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
