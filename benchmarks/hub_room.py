"""A room of learners at the classroom Hub: thirty stock clients at once pull SmolLM2, then each pushes.

    python -m benchmarks.hub_room [--clients 30] [--rounds 2] [--work WORK]

Each client is a process with the stock `huggingface_hub`. They pull the whole repository (270 MB) from the Hub and,
turn and turn about, from nginx, which serves the same files with the same headers on the same machine. Then each pushes
a model of 20 MB and three commits, and all of it is read back. WORK needs 9 GB for thirty clients. Prints a table, and
ends with status 1 if anything was lost, the Hub was less than half as fast as nginx, or its memory reached 300 MB.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import psutil
from safetensors.numpy import save_file

from benchmarks.hub_room_client import COMMITS
from classroom import assemble, catalogue
from classroom.accounts import Accounts
from classroom.describe import entry as described
from classroom.server import listen
from classroom.sources import cache_root

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
PUSHED_BYTES = 20 * 10**6
MOST_MEMORY = 300 * 10**6
NGINX = """
daemon off; {user} pid {work}/nginx.pid; error_log {work}/nginx.log; worker_processes auto;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
    client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3; uwsgi_temp_path {work}/t4;
    scgi_temp_path {work}/t5;
    server {{ listen 127.0.0.1:{port}; root {work}/www; add_header X-Repo-Commit {commit}; }}
}}
"""


class Memory(threading.Thread):
    """The most memory that a process and its children held at once, in bytes, looked at five times a second."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.most = psutil.Process(process), 0
        self.start()

    def run(self) -> None:
        while True:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [self.process, *self.process.children(recursive=True)]
                self.most = max(self.most, sum(one.memory_info().rss for one in family))
            time.sleep(0.2)


@contextlib.contextmanager
def hub(work: Path) -> Iterator[tuple[str, Memory]]:
    """The classroom Hub as a teacher starts it, with an empty store of pushed repositories."""
    cache = work / "cache"
    cache.mkdir()
    for shared in ("bundled", "sources"):
        (cache / shared).symlink_to(cache_root() / shared)
    command = [sys.executable, "-m", "classroom", "serve", "--port", "0", "--class-code", "bench"]
    environment = os.environ | {"COURSE_CACHE": str(cache), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        address = next(found[1] for line in server.stdout if (found := re.search(r"Address +(http://\S+)", line)))
        threading.Thread(target=server.stdout.read, daemon=True).start()
        try:
            yield address, Memory(server.pid)
        finally:
            server.send_signal(signal.SIGINT)


@contextlib.contextmanager
def nginx(work: Path) -> Iterator[str]:
    """nginx with the same repository: files by symbolic links, the client's questions as files of JSON."""
    repository = assemble.bundled().repository("models", MODEL)
    commit, www = repository.resolve("main"), work / "www"
    files = [file for file in repository.tree(commit, recursive=True) if not file.is_folder]
    api = www / "api" / "models" / MODEL
    info = {"id": MODEL, "sha": commit, "siblings": [{"rfilename": file.path} for file in files]}
    for path, answer in (("revision/main", info), (f"tree/{commit}", [described(file) for file in files])):
        (api / path).parent.mkdir(parents=True, exist_ok=True)
        (api / path).write_text(json.dumps(answer))
    for file in files:
        target = www / MODEL / "resolve" / commit / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = repository.read(file)
        target.write_bytes(content) if isinstance(content, bytes) else target.symlink_to(content)
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    user = "" if os.getuid() else "user root;"  # else the workers could not read the temporary folder
    (work / "nginx.conf").write_text(NGINX.format(work=work, port=port, commit=commit, user=user))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([program, "-e", str(work / "nginx.log"), "-c", str(work / "nginx.conf")])
    try:
        for _ in range(50):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/api/models/{MODEL}/revision/main").raise_for_status()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def at_once(task: str, names: list[str], endpoint: str, work: Path, tokens: list[str]) -> tuple[list[dict], float]:
    """What each client reports, and the seconds from the first start to the last end."""
    clients = []
    for number, (name, token) in enumerate(zip(names, tokens, strict=True)):
        home = work / "clients" / str(number)
        home.mkdir(parents=True, exist_ok=True)
        own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home / "hf"), "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": token}
        own |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        command = [sys.executable, "-m", "benchmarks.hub_room_client", task, name, str(home)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        clients.append(subprocess.Popen(command, env=os.environ | own, **pipes))
    for client in clients:
        assert client.stdout.readline() == "ready\n"
    for client in clients:
        client.stdin.write("go\n")
        client.stdin.flush()
    reports = [json.loads(client.communicate()[0] or '{"error": "it ended without a word"}') for client in clients]
    timed = [report for report in reports if "error" not in report] or [{"started": 0, "ended": 0}]
    return reports, max(report["ended"] for report in timed) - min(report["started"] for report in timed)


def pull(endpoint: str, work: Path, clients: int, sha256: str) -> tuple[list[str], float]:
    """Problems, and the seconds that it took all clients."""
    reports, seconds = at_once("pull", [MODEL] * clients, endpoint, work, [""] * clients)
    shutil.rmtree(work / "clients")
    wrong = ["a file arrived damaged" for report in reports if report.get("sha256", sha256) != sha256]
    return [report["error"] for report in reports if "error" in report] + wrong, seconds


def push(endpoint: str, work: Path, clients: int) -> tuple[list[str], float]:
    """Problems, what was lost among them, and the seconds that it took all clients."""
    accounts, names = Accounts(work / "cache" / "pushed"), [f"learner-{number}/model" for number in range(clients)]
    tokens = []
    for number, name in enumerate(names):
        accounts.add(name.split("/")[0])
        tokens.append(accounts.new_token(name.split("/")[0]))
        model = work / "clients" / str(number) / "model"
        model.mkdir(parents=True)
        weights = np.random.default_rng(number).standard_normal(PUSHED_BYTES // 8)
        save_file({"weight": weights}, model / "model.safetensors")
        (model / "config.json").write_text('{"model_type": "gpt2"}')
    reports, seconds = at_once("push", names, endpoint, work, tokens)
    problems = [report["error"] for report in reports if "error" in report]
    for number, (name, report) in enumerate(zip(names, reports, strict=True)):
        original = work / "clients" / str(number) / "model" / "model.safetensors"
        problems += lost(endpoint, name, original, report.get("commits", []))
    return problems, seconds


def lost(endpoint: str, name: str, original: Path, commits: list[str]) -> list[str]:
    """What the Hub does not give back of what a client pushed and had acknowledged."""
    with httpx.Client(base_url=endpoint, timeout=120) as http:
        kept = [commit["id"] for commit in http.get(f"/api/models/{name}/commits/main").json()]
        missing = [f"{name}: commit {commit} is lost" for commit in commits if commit not in kept]
        for number in range(len(commits) - 1):
            text = http.get(f"/{name}/resolve/main/note-{number}.txt").text
            missing += [] if text == f"note {number} of {name}" else [f"{name}: note {number} is lost"]
        weights = hashlib.sha256(http.get(f"/{name}/resolve/main/model.safetensors").content).digest()
    return missing + ([] if weights == hashlib.sha256(original.read_bytes()).digest() else [f"{name}: weights differ"])


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2, help="how often each server is pulled from")
    parser.add_argument("--work", type=Path, help="an empty folder on the disk to use; a temporary one when left out")
    arguments = parser.parse_args()
    assemble.assemble(catalogue.find("models", MODEL))
    repository = assemble.bundled().repository("models", MODEL)
    files = [file for file in repository.tree(repository.resolve("main"), recursive=True) if not file.is_folder]
    total = arguments.clients * sum(file.size for file in files) / 1e6
    sha256 = next(file.sha256 for file in files if file.path == "model.safetensors")
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder, contextlib.ExitStack() as stack:
        work = Path(folder)
        ours, memory = stack.enter_context(hub(work))
        servers = {"classroom Hub": ours, "nginx": stack.enter_context(nginx(work))}
        print(
            f"{arguments.clients} clients at once; {psutil.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before.",
            flush=True,
        )
        problems, speeds = [], {name: [] for name in servers}
        for round_number in range(1, arguments.rounds + 1):
            for name, endpoint in servers.items():
                found, seconds = pull(endpoint, work, arguments.clients, sha256)
                problems += found
                speeds[name].append(total / seconds if seconds else 0.0)
                print(f"pull {round_number}  {name:13}  {seconds:7.1f} s  {speeds[name][-1]:7.0f} MB/s", flush=True)
        after_pull = memory.most
        found, seconds = push(ours, work, arguments.clients)
        problems += found
    speed = arguments.clients * PUSHED_BYTES / 1e6 / seconds if seconds else 0.0
    print(f"push    classroom Hub  {seconds:7.1f} s  {speed:7.0f} MB/s, {arguments.clients * (COMMITS + 1)} commits")
    ratio = max(speeds["classroom Hub"]) / max(speeds["nginx"])
    print(f"The Hub pulls at {ratio:.2f} of nginx's speed (best round of each).")
    print(f"Memory of the Hub and its children: {after_pull / 1e6:.0f} MB pulling, {memory.most / 1e6:.0f} MB at most.")
    print(f"Errors and losses: {len(problems)}", *problems[:10], sep="\n  ")
    sys.exit(bool(problems) or ratio < 0.5 or memory.most > MOST_MEMORY)


if __name__ == "__main__":
    main()
