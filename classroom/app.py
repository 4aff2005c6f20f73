"""The Hub's HTTP protocol, reading side, as an ASGI application.

Addresses and headers are those that the stock `huggingface_hub` client asks for
(https://huggingface.co/docs/hub/api; download headers as in `huggingface_hub.file_download`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom import describe
from classroom.hub import Hub
from classroom.sources import SourceError
from classroom.store import KINDS, Repository


class Problem(HTTPException):
    """An error as the Hub reports it: a status, a code that the client turns into its exception, one sentence."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        # The message goes into a header too: whatever an address may have brought in there must be plain ASCII.
        plain = re.sub(r"[^ -~]", "?", message)
        super().__init__(status, message, {"X-Error-Code": code, "X-Error-Message": plain, **headers})


class RepositoryId(Convertor[str]):
    """`name` or `namespace/name` in an address."""

    regex = "[^/]+(?:/[^/]+)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Kind(RepositoryId):
    """`models`, `datasets` or `spaces` in an address."""

    regex = "|".join(KINDS)


register_url_convertor("repo", RepositoryId())
register_url_convertor("kind", Kind())


class KeepEncodedSlashes:
    """Lets a revision such as `refs%2Fpr%2F1` stay one segment of the path, which ASGI servers would decode."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope["raw_path"].decode("latin-1").split("?")[0]
            scope["path"] = unquote(re.sub("%2F", "\0", raw, flags=re.IGNORECASE))
        await self.app(scope, receive, send)


def create_app(hub: Hub) -> Starlette:
    """The application that serves `hub`."""
    app = Starlette(routes=_routes(), exception_handlers={Problem: _problem, SourceError: _unavailable})
    app.state.hub = hub
    app.add_middleware(KeepEncodedSlashes)
    return app


def _routes() -> list[Route]:
    routes = [
        Route("/api/whoami-v2", _whoami),
        Route("/api/{kind:kind}", _listing),
        Route("/api/{kind:kind}/{repo:repo}/revision/{revision}", _info),
        Route("/api/{kind:kind}/{repo:repo}/tree/{revision}", _tree),
        Route("/api/{kind:kind}/{repo:repo}/tree/{revision}/{path:path}", _tree),
        Route("/api/{kind:kind}/{repo:repo}/paths-info/{revision}", _paths_info, methods=["POST"]),
        Route("/api/{kind:kind}/{repo:repo}/refs", _refs),
        Route("/api/{kind:kind}/{repo:repo}/commits/{revision}", _commits),
        Route("/api/{kind:kind}/{repo:repo}", _info),
    ]
    for prefix, kind in (("/datasets", "datasets"), ("/spaces", "spaces"), ("", "models")):
        for verb in ("resolve", "raw"):
            address = f"{prefix}/{{repo:repo}}/{verb}/{{revision}}/{{path:path}}"
            routes.append(Route(address, _resolve_for(kind)))
    return routes


def _problem(request: Request, error: Problem) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _unavailable(request: Request, error: SourceError) -> Response:
    return _problem(request, Problem(503, "Unavailable", " ".join(str(error).split())))


def _repository(request: Request, kind: str) -> Repository:
    name = request.path_params["repo"]
    found = request.app.state.hub.repository(kind, name)
    if found is None:
        raise Problem(404, "RepoNotFound", describe.unknown_id(kind, name))
    return found


def _at_revision(request: Request, kind: str) -> tuple[Repository, str]:
    repository = _repository(request, kind)
    revision = request.path_params.get("revision", "main").replace("\0", "/")
    commit = repository.resolve(revision)
    if commit is None:
        raise Problem(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return repository, commit


def _path(request: Request) -> str:
    return request.path_params.get("path", "").replace("\0", "/").strip("/")


def _resolve_for(kind: str) -> Callable[[Request], Response]:
    def resolve(request: Request) -> Response:
        repository, commit = _at_revision(request, kind)
        file = repository.file(commit, _path(request))
        if file is None or file.is_folder:
            raise Problem(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": commit})
        headers = {"X-Repo-Commit": commit, "ETag": f'"{file.etag}"', "Accept-Ranges": "bytes"}
        if file.sha256:
            headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(file.size)}
        content = repository.read(file)
        if isinstance(content, bytes):
            return _bytes_response(request, content, headers)
        return FileResponse(content, headers=headers, media_type="application/octet-stream")

    return resolve


def _bytes_response(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """The whole of `content`, or the one range that was asked for (RFC 9110, section 14)."""
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if not wanted or wanted[0] == "bytes=-":
        return Response(content, headers=headers, media_type="text/plain; charset=utf-8")
    size = len(content)
    first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
    last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{size}"}
    return Response(content[first : last + 1], 206, headers, media_type="text/plain; charset=utf-8")


def _info(request: Request) -> Response:
    kind = request.path_params["kind"]
    repository, commit = _at_revision(request, kind)
    with_sizes = "blobs" in request.query_params
    return JSONResponse(describe.repository(kind, request.path_params["repo"], repository, commit, with_sizes))


def _tree(request: Request) -> Response:
    repository, commit = _at_revision(request, request.path_params["kind"])
    recursive = request.query_params.get("recursive", "").lower() in ("true", "1")
    files = repository.tree(commit, _path(request), recursive)
    if files is None:
        raise Problem(404, "EntryNotFound", f"{_path(request)} does not exist", **{"X-Repo-Commit": commit})
    return JSONResponse([describe.entry(file) for file in files], headers={"X-Repo-Commit": commit})


async def _paths_info(request: Request) -> Response:
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        paths = json.loads(body).get("paths", [])
    else:
        paths = parse_qs(body.decode()).get("paths", [])
    return await run_in_threadpool(_entries, request, paths)


def _entries(request: Request, paths: list[str]) -> Response:
    repository, commit = _at_revision(request, request.path_params["kind"])
    found = [repository.file(commit, path.strip("/")) for path in paths]
    return JSONResponse([describe.entry(file) for file in found if file])


def _refs(request: Request) -> Response:
    return JSONResponse(describe.refs(_repository(request, request.path_params["kind"])))


def _commits(request: Request) -> Response:
    repository, commit = _at_revision(request, request.path_params["kind"])
    return JSONResponse([describe.commit(entry) for entry in repository.history(commit)])


def _listing(request: Request) -> Response:
    kind, author = request.path_params["kind"], request.query_params.get("author")
    hub = request.app.state.hub
    names = [name for name in hub.listing(kind) if author is None or name.startswith(f"{author}/")]
    return JSONResponse([{"id": name, "modelId": name, "tags": [], "private": False} for name in names])


def _whoami(request: Request) -> Response:
    raise Problem(401, "Unauthorized", "Invalid credentials: this Hub serves downloads and knows no accounts.")
