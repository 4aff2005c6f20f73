"""What a long comparison has found so far, kept where the next run finds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")


class Progress:
    """What has been answered already, in a file that an interrupted run leaves and a complete one removes.

    Answers given when the files in `sources` were different are forgotten.
    """

    def __init__(self, path: Path, sources: Sequence[Path]) -> None:
        self.path = path
        self.code = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        # A line without its end was being written when the run was interrupted.
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        self.answers = {key: answer for code, key, answer in records if code == self.code}
        kept = "".join(json.dumps([self.code, key, self.answers[key]]) + "\n" for key in self.answers)
        path.write_text(kept, encoding="utf-8")
        if self.answers:
            print(f"Going on with an interrupted run: {len(self.answers)} answers are in {path}.")

    def finish(self) -> None:
        """Forget all of it, so that the next run measures anew."""
        self.path.unlink()

    def once(self, what: object, ask: Callable[[], Answer]) -> Answer:
        """Return the answer to `what`: the one in the file, or what `ask` returns."""
        key = json.dumps(what, sort_keys=True)
        if key not in self.answers:
            self.answers[key] = ask()
            with self.path.open("a") as file:
                file.write(json.dumps([self.code, key, self.answers[key]]) + "\n")
        answer: Answer = self.answers[key]
        return answer
