"""A Hub that answers as the public one would: published sizes, no stand-in, and gated repositories."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterable
from pathlib import Path

import uvicorn
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from classroom.http.app import create_app
from classroom.http.server import listen
from classroom.models import catalogue
from classroom.models.hub import Hub
from classroom.storage.repository import Repository
from classroom.storage.store import Store
from tools.rehearsal import repositories


class RehearsalHub(Hub):
    """The repositories that were built, what both Hubs answer alike, and what a lesson pushes; no stand-in."""

    def repository(self, kind: str, name: str) -> Repository | None:
        """Return the repository that answers `name`, or None where the public Hub's would be another one."""
        entry = catalogue.find(kind, name)
        if entry and not is_alike(entry):
            return self.stored(kind, name)
        return super().repository(kind, name)


def is_alike(entry: catalogue.Entry) -> bool:
    """Tell whether the public Hub's answer for that id is the same: real weights, or code with the same results."""
    return entry.real or (entry.kind != "datasets" and any(entry.folder.rglob("*.py")))


class Gate(BaseHTTPMiddleware):
    """Refuse files of the gated repositories, and say of them that they are gated, as the public Hub does."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer 401 without a token and 403 with one: nobody has accepted the terms."""
        path = request.url.path
        if _is_gated(path, r"/{}(\.git|/resolve|/raw)(/.*)?") or _is_gated(
            path, r"/api/models/{}/(tree|paths-info)/.*"
        ):
            name = path.removeprefix("/api/models").split("/")
            message = (
                f"Access to model {'/'.join(name[1:3])} is restricted. You must have access to it and be authenticated."
            )
            status = 403 if "authorization" in request.headers else 401
            headers = {"X-Error-Code": "GatedRepo", "X-Error-Message": message}
            return JSONResponse({"error": message}, status, headers)
        response = await call_next(request)
        if not _is_gated(path, r"/api/models/{}(/revision/.*)?") or response.status_code != 200:
            return response
        parts: AsyncIterable[bytes] = response.body_iterator  # type: ignore[attr-defined]  # of what call_next returns
        told = json.loads(b"".join([part async for part in parts]))
        return JSONResponse(told | {"gated": "auto"})


def serve(pushed: Path) -> str:
    """Serve the rehearsal on a free port of 127.0.0.1, in a thread, and return the address; pushes go to `pushed`."""
    app = create_app(RehearsalHub(Store(pushed), repositories.store()))
    app.add_middleware(Gate)
    bound = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, loop="asyncio", log_level="error", access_log=False, lifespan="off"))
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


def _is_gated(path: str, address: str) -> bool:
    gated = [one.id for one in repositories.published() if one.gated]
    return any(re.fullmatch(address.format(re.escape(name)), path) for name in gated)
