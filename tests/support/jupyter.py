"""A real Jupyter server with jupyter-server-proxy, as JupyterHub starts one for each person."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import websocket

BASE = "/user/ana"
TOKEN = "jupyters-own-token"
OWN = {"Authorization": f"token {TOKEN}"}


@contextmanager
def jupyter_server(folder: Path) -> Iterator[str]:
    """Run a server with settings of its own in `folder`; gives its address, which ends in `/user/ana`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.base_url": f"{BASE}/",
        "ServerApp.root_dir": folder,
        "ServerApp.jpserver_extensions": "{'jupyter_server_proxy': True}",
        "IdentityProvider.token": TOKEN,
    }
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        address, until = f"http://127.0.0.1:{port}{BASE}", time.monotonic() + 120
        while not _answers(address):
            assert server.poll() is None and time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


def run_in_kernel(address: str, code: str) -> str:
    """Run code in a new kernel of that server, as a notebook does; return what it printed and displayed as HTML."""
    kernel = httpx.post(f"{address}/api/kernels", headers=OWN, json={"name": "python3"}, timeout=60).json()["id"]
    channels = f"{address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?token={TOKEN}"
    socket = websocket.create_connection(channels, timeout=180)
    head = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": "test",
        "username": "",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": head, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    socket.send(json.dumps(message))
    printed = ""
    while True:
        told = json.loads(socket.recv())
        if told["parent_header"].get("msg_id") != head["msg_id"]:
            continue
        if told["msg_type"] == "error":
            raise AssertionError("\n".join(told["content"]["traceback"]))
        if told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
            socket.close()
            return printed
        printed += told["content"].get("text", "") + told["content"].get("data", {}).get("text/html", "")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/status", headers=OWN).status_code == 200
    except httpx.TransportError:
        return False
