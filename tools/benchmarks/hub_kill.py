"""Kill the classroom Hub at random moments of a running push, start it again, and look for every acknowledged commit.

`python -m tools.benchmarks.hub_kill --kills 200`. The server is `python -m classroom serve`, the pushing is done by
the stock client in a process of its own, and what it was told to be committed is read back over HTTP after each
restart and checked by git at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom.auth.accounts import Accounts
from classroom.storage.store import Store
from tools.benchmarks.line_process import LineProcess

COMMITS_A_REPOSITORY = 6
MOST_SECONDS = 1  # from a start to its first answer
# The stock client, which pushes from the number that it reads on, until it reads the next one. Each time in a fork,
# since the client would wait for seconds between its own attempts when the server is gone. Each commit has a small file
# and a large one, of which only the hash is told.
PUSH = f"""
import hashlib, json, os, random, signal, sys
from huggingface_hub import CommitOperationAdd, HfApi

def push(number):
    api, repo = HfApi(), f"learner/killed-{{number // {COMMITS_A_REPOSITORY}}}"
    content = random.Random(number).randbytes(random.Random(number).choice([20_000, 600_000, 3_000_000]))
    api.create_repo(repo, exist_ok=True)
    files = [CommitOperationAdd("n.txt", str(number).encode()), CommitOperationAdd("w.bin", content)]
    done = api.create_commit(repo, files, commit_message=f"Commit {{number}}")
    told = dict(number=number, repo=repo, oid=done.oid, sha256=hashlib.sha256(content).hexdigest())
    print(json.dumps(told), flush=True)

child = 0
for line in sys.stdin:
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    child = os.fork()
    number = int(line)
    while child == 0:
        push(number)
        number += 1
"""


@dataclass
class Report:
    """What happened: how often the server was killed, what was acknowledged, and what of that was missing after."""

    kills: int = 0
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    slowest_start: float = 0.0


class Server:
    """The Hub as a process of its own on a fixed port, over the folder `cache`."""

    process: subprocess.Popen[bytes]  # from the first start on

    def __init__(self, cache: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.endpoint, self._cache = f"http://127.0.0.1:{self.port}", cache

    def start(self) -> float:
        """Start it and wait for the first answer; the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "classroom", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=os.environ | {"COURSE_CACHE": str(self._cache)}, stdout=subprocess.DEVNULL
        )
        while time.monotonic() - began < 60:
            try:
                urllib.request.urlopen(f"{self.endpoint}/api/models?limit=1", timeout=5).close()
                return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        raise RuntimeError("The Hub did not start again.")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def run(kills: int, seed: int, cache: Path) -> Report:
    """Push, kill and look `kills` times in the empty folder `cache`."""
    report, chance, server = Report(), random.Random(seed), Server(cache)
    accounts = Accounts(cache / "pushed")
    accounts.add("learner")
    token = accounts.new_token("learner")
    report.slowest_start = server.start()
    client = _client(server.endpoint, token, cache)
    reader = threading.Thread(target=_listen, args=[client, report], daemon=True)
    reader.start()
    checked = 0
    try:
        pace = _pace(client, report)
        _push_from(client, report)
        for _ in range(kills):
            time.sleep(chance.uniform(0, 3 * pace))
            server.kill()
            report.kills += 1
            report.slowest_start = max(report.slowest_start, server.start())
            _push_from(client, report)
            for told in report.acknowledged[checked:]:
                report.lost += _missing(server.endpoint, told)
                checked += 1
    finally:
        client.kill()
        reader.join()
        server.kill()
    report.lost += _broken(Store(cache / "pushed"), report.acknowledged)
    return report


def _client(endpoint: str, token: str, cache: Path) -> LineProcess:
    own = {"HF_ENDPOINT": endpoint, "HF_TOKEN": token, "HF_HOME": str(cache / "hf"), "HF_HUB_DISABLE_XET": "1"}
    own["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    # On standard error it reports each broken connection.
    return LineProcess([sys.executable, "-c", PUSH], own, stderr=subprocess.DEVNULL)


def _pace(client: LineProcess, report: Report) -> float:
    """The seconds from the start of a client to its first commit here now, so that kills hit all parts of a push."""
    times = []
    for _ in range(4):
        known, began = len(report.acknowledged), time.monotonic()
        _push_from(client, report)
        while len(report.acknowledged) == known:
            if client.has_ended():
                raise RuntimeError("The pushing client ended.")
            time.sleep(0.002)
        times.append(time.monotonic() - began)
    return statistics.median(times[1:])  # the first one waited for Python to start


def _push_from(client: LineProcess, report: Report) -> None:
    client.tell(str(report.acknowledged[-1]["number"] + 1 if report.acknowledged else 0))


def _listen(client: LineProcess, report: Report) -> None:
    for line in client.output:
        report.acknowledged.append(json.loads(line))


def _missing(endpoint: str, told: dict[str, Any]) -> list[str]:
    """What of an acknowledged commit cannot be read at its id."""
    try:
        base = f"{endpoint}/{told['repo']}/resolve/{told['oid']}"
        number = urllib.request.urlopen(f"{base}/n.txt").read().decode()
        digest = hashlib.sha256(urllib.request.urlopen(f"{base}/w.bin").read()).hexdigest()
    except urllib.error.HTTPError as error:
        return [f"{told}: {error}"]
    return [] if (number, digest) == (str(told["number"]), told["sha256"]) else [f"{told}: other content"]


def _broken(store: Store, acknowledged: list[dict[str, Any]]) -> list[str]:
    """What git finds wrong with the repositories, and acknowledged commits that `main` does not lead to."""
    wrong = []
    for name in store.ids("models"):
        folder = str(store.path("models", name))
        checked = subprocess.run(["git", "-C", folder, "fsck", "--full"], capture_output=True, text=True)
        wrong += [f"{name}: {checked.stderr}"] if checked.returncode else []
        log = subprocess.run(["git", "-C", folder, "log", "--format=%H", "main"], capture_output=True, text=True)
        wrong += [f"{one}: not in main" for one in acknowledged if one["repo"] == name and one["oid"] not in log.stdout]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(arguments.kills, arguments.seed, Path(folder))
    print(
        f"{report.kills} kills, {len(report.acknowledged)} commits acknowledged, {len(report.lost)} of them lost;"
        f" slowest start {report.slowest_start:.2f} s"
    )
    for line in report.lost[:20]:
        print(line)
    sys.exit(bool(report.lost) or report.slowest_start >= MOST_SECONDS)


if __name__ == "__main__":
    main()
