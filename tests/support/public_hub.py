"""A public Hub for the tests: a small HTTP server that says of some ids what the real one says, and fails on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PORTAL = b"<html><body>Welcome to the hotel. Log in to use the network.</body></html>"
COMMIT = "1" * 40
CONFIG = b'{"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 8, "vocab_size": 16}'


class PublicHub(ThreadingHTTPServer):
    """`fault` is what happens to every request after `healthy` ones: a status, "portal", "hang", "drop", "drip"."""

    daemon_threads = True

    def __init__(self, fault: int | str | None = None, healthy: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Answer)
        self.fault, self.healthy = fault, healthy
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    server: PublicHub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/mend":
            self.server.fault = None
        if self.server.fault and len(self.server.asked) > self.server.healthy:
            return self._fail(self.server.fault)
        path = urlsplit(self.path).path
        signed_in = self.headers.get("Authorization") == "Bearer hf_accepted"
        if path == "/api/models":
            return self._json([])
        if path.startswith("/api/models/old/name"):
            return self._redirect(path.replace("old/name", "new/name"))
        if "wrong-token" in path:
            return self._json({"error": "Invalid credentials"}, 401, "Invalid credentials in Authorization header")
        is_gated = "closed" in path or ("gated" in path and path.endswith("/auth-check"))
        if is_gated and not signed_in:
            return self._gated()
        if path.endswith("/config.json"):
            return self._file(CONFIG)
        if "nothing" in path or "/resolve/" in path:
            return self._json({"error": "Repository not found"}, 404, code="RepoNotFound")
        name = path.removeprefix("/api/models/").removesuffix("/auth-check")
        gated = name.partition("gated-")[2] if "gated-" in name else False
        files = [{"rfilename": "config.json", "size": 10**15 if "huge" in name else len(CONFIG)}]
        self._json({"_id": "1", "id": name, "sha": COMMIT, "gated": gated, "siblings": files, "tags": []})

    do_HEAD = do_GET

    def _json(self, content: object, status: int = 200, message: str = "", code: str = "") -> None:
        self._send(json.dumps(content).encode(), status, {"X-Error-Message": message, "X-Error-Code": code})

    def _gated(self) -> None:
        self._json({"error": "Access to model is restricted"}, 403, "Access to model is restricted", "GatedRepo")

    def _redirect(self, where: str) -> None:
        self._send(b"", 307, {"Location": where})

    def _file(self, content: bytes) -> None:
        self._send(content, 200, {"ETag": '"abc"', "X-Repo-Commit": COMMIT})

    def _send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _fail(self, fault: int | str) -> None:
        if isinstance(fault, int):
            return self._json({"error": "fault"}, fault)
        if fault == "portal":
            return self._send(PORTAL, 200, {"Content-Type": "text/html"})
        if fault == "hang":
            time.sleep(60)
        if fault == "drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(60):
                self.wfile.write(b" ")
                time.sleep(1)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def public_hub(fault: int | str | None = None, healthy: int = 0, host: str = "127.0.0.1") -> Iterator[PublicHub]:
    """A running public Hub."""
    with PublicHub(fault, healthy, host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
