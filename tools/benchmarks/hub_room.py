"""A room at once: every client pulls the same model, then pushes one of its own and three commits.

`python -m tools.benchmarks.hub_room --clients 30`. Prints what the Hub delivers beside nginx serving the same file on
the same machine to the same client, whether anything was lost, and the memory of the server with its git processes.
Fails when the Hub delivers less than half of what nginx does or takes 300 MB. Needs nginx, and for a
moment half a gigabyte of disk for each client.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from classroom.auth.accounts import Accounts
from tools.benchmarks.hub_kill import Server
from tools.benchmarks.line_process import LineProcess

MODEL = "learner/room-model"
MOST_MEGABYTES = 300
LEAST_OF_NGINX = 0.5
# Each client is a stock client in a process of its own: it is ready when it has said so, and starts when it is told to.
FETCH = """
import os, sys
from huggingface_hub.file_download import http_get
print("ready", flush=True)
for address in map(str.strip, sys.stdin):
    with open(os.devnull, "wb") as nowhere:
        http_get(address, nowhere)
    print("done", flush=True)
"""
WORK = """
import hashlib, os, shutil, sys
from huggingface_hub import HfApi, hf_hub_download
api, own = HfApi(), os.environ["OWN"]
print("ready", flush=True)
wanted = sys.stdin.readline().strip()
path = hf_hub_download("learner/room-model", "model.safetensors")
assert hashlib.sha256(open(path, "rb").read()).hexdigest() == wanted
print("pulled", flush=True)
weights, repo = os.urandom(20_000_000), f"{own}/mine"
api.create_repo(repo)
api.upload_file(path_or_fileobj=weights, path_in_repo="model.safetensors", repo_id=repo)
for number in range(3):
    api.upload_file(path_or_fileobj=f"{own} {number}".encode(), path_in_repo=f"{number}.txt", repo_id=repo)
shutil.rmtree(os.environ["HF_HOME"])
again = hf_hub_download(repo, "model.safetensors")
assert open(again, "rb").read() == weights
assert len(api.list_repo_files(repo)) == 5 and len(api.list_repo_commits(repo)) == 5
print("pushed", flush=True)
"""


class Room:
    """Some clients that do the same thing at the same time."""

    def __init__(self, code: str, environments: list[dict[str, str]]) -> None:
        quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1"}
        self.clients = [LineProcess([sys.executable, "-c", code], quiet | own) for own in environments]
        self.wait("ready")

    def tell(self, line: str) -> None:
        """Give every client its next line."""
        for client in self.clients:
            client.tell(line)

    def wait(self, word: str) -> None:
        """Wait until every client has said so. Raises RuntimeError when one says something else."""
        for client in self.clients:
            if client.output.readline().strip() != word:
                raise RuntimeError(f"A client failed where {word!r} was expected; its message is above.")

    def close(self) -> None:
        for client in self.clients:
            client.kill()


class Memory(threading.Thread):
    """The largest resident memory in megabytes of a process and its children together, looked at ten times a second."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.watched, self.peak, self.over = psutil.Process(process.pid), 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(0.1):
            total = 0
            for process in (self.watched, *self.watched.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
            self.peak = max(self.peak, total / 1e6)


def run(clients: int, megabytes: int, folder: Path) -> dict[str, float]:
    """Run the room in an empty folder; return seconds, megabytes a second and megabytes."""
    server, accounts = Server(folder / "cache"), Accounts(folder / "cache" / "pushed")
    tokens = {}
    for name in ("learner", *(f"learner-{number}" for number in range(clients))):
        accounts.add(name)
        tokens[name] = accounts.new_token(name)
    server.start()
    memory, room = Memory(server.process), None
    try:
        sha256 = _push_model(server.endpoint, tokens["learner"], megabytes, folder)
        report = _throughput(clients, megabytes, server.endpoint, folder)
        own = [
            {"HF_ENDPOINT": server.endpoint, "HF_TOKEN": tokens[name], "HF_HOME": str(folder / name), "OWN": name}
            for name in tokens
            if name != "learner"
        ]
        room = Room(WORK, own)
        began = time.monotonic()
        room.tell(sha256)
        room.wait("pulled")
        report["pulled_s"] = time.monotonic() - began
        room.wait("pushed")
        report["pushed_s"] = time.monotonic() - began - report["pulled_s"]
        report["server_mb"] = memory.peak
    finally:
        if room:
            room.close()
        memory.over.set()
        memory.join()
        server.kill()
    return report


def _push_model(endpoint: str, token: str, megabytes: int, folder: Path) -> str:
    code = f"""
import hashlib, os
from huggingface_hub import HfApi
api, content = HfApi({endpoint!r}, token={token!r}), os.urandom({megabytes} * 10**6)
api.create_repo({MODEL!r})
api.upload_file(path_or_fileobj=content, path_in_repo="model.safetensors", repo_id={MODEL!r})
print(hashlib.sha256(content).hexdigest())
"""
    own = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | own, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _throughput(clients: int, megabytes: int, endpoint: str, folder: Path) -> dict[str, float]:
    """What nginx and the Hub deliver to the same clients, in turns, the better of two each."""
    (weights,) = (folder / "cache" / "pushed" / "models" / f"{MODEL}.git").glob("lfs/objects/*/*/*")
    (folder / "www").mkdir()
    os.link(weights, folder / "www" / "model.safetensors")
    nginx, other = _nginx(folder)
    addresses = {"nginx": f"{other}/model.safetensors", "hub": f"{endpoint}/{MODEL}/resolve/main/model.safetensors"}
    seconds = dict.fromkeys(addresses, float("inf"))
    room = Room(FETCH, [{"HF_HOME": str(folder / "hf")}] * clients)
    try:
        for name in ("nginx", "hub", "nginx", "hub"):
            began = time.monotonic()
            room.tell(addresses[name])
            room.wait("done")
            seconds[name] = min(seconds[name], time.monotonic() - began)
    finally:
        room.close()
        nginx.terminate()
        nginx.wait()
    return {f"{name}_mb_per_s": clients * megabytes / taken for name, taken in seconds.items()}


def _nginx(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = Server(folder).port  # any free one
    os.chmod(folder, 0o755)
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        + ("user root; " if os.geteuid() == 0 else "")
        + "events {} http { access_log off; sendfile on; "
        + f"server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}",
        encoding="utf-8",
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed; the Hub is measured beside it.")
    process = subprocess.Popen([program, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    time.sleep(1)
    return process, f"http://127.0.0.1:{port}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--megabytes", type=int, default=270)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(arguments.clients, arguments.megabytes, Path(folder))
    print(json.dumps({name: round(value, 1) for name, value in report.items()}))
    share = report["hub_mb_per_s"] / report["nginx_mb_per_s"]
    print(f"The Hub delivers {share:.0%} of what nginx does.")
    if share < LEAST_OF_NGINX or report["server_mb"] >= MOST_MEGABYTES:
        raise SystemExit(f"Missed: at least {LEAST_OF_NGINX:.0%} of nginx, and less than {MOST_MEGABYTES} MB.")


if __name__ == "__main__":
    main()
