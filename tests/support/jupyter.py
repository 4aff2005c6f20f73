"""A real Jupyter server with jupyter-server-proxy, as JupyterHub starts one for each person."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

BASE = "/user/ana"
TOKEN = "jupyters-own-token"


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


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/status", headers={"Authorization": f"token {TOKEN}"}).status_code == 200
    except httpx.TransportError:
        return False
