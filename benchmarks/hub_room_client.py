"""One learner of `benchmarks.hub_room`: the stock client in a process of its own, which waits for the starting line."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download

COMMITS = 3


def pull(model: str, home: Path) -> dict:
    """Download the whole repository; the file's hash is computed after the clock has stopped."""
    started = time.time()
    folder = Path(snapshot_download(model))
    ended = time.time()
    with (folder / "model.safetensors").open("rb") as file:
        return {"started": started, "ended": ended, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def push(name: str, home: Path) -> dict:
    """Push a model that only this learner has, then three commits to it."""
    api, model = HfApi(), home / "model"
    started = time.time()
    api.create_repo(name)
    commits = [api.upload_folder(repo_id=name, folder_path=model, commit_message="the model").oid]
    for number in range(COMMITS):
        text = f"note {number} of {name}".encode()
        path = f"note-{number}.txt"
        done = api.upload_file(path_or_fileobj=text, path_in_repo=path, repo_id=name, commit_message=path)
        commits.append(done.oid)
    return {"started": started, "ended": time.time(), "commits": commits}


def main() -> None:
    """Say "ready", wait for a line, do the task, and print what came of it as JSON."""
    task, name, home = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print(json.dumps({"pull": pull, "push": push}[task](name, Path(home))))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))


if __name__ == "__main__":
    main()
