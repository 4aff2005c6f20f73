"""Reading: files, trees, histories, listings, and what a repository is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from classroom import asked, describe
from classroom.problems import Problem


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = [
        Route("/api/{kind:kind}", _listing),
        Route("/api/{kind:kind}/{repo:repo}/revision/{revision}", _info),
        Route("/api/{kind:kind}/{repo:repo}/tree/{revision}", _tree),
        Route("/api/{kind:kind}/{repo:repo}/tree/{revision}/{path:path}", _tree),
        Route("/api/{kind:kind}/{repo:repo}/paths-info/{revision}", _paths_info, methods=["POST"]),
        Route("/api/{kind:kind}/{repo:repo}/refs", _refs),
        Route("/api/{kind:kind}/{repo:repo}/commits/{revision}", _commits),
        Route("/api/{kind:kind}/{repo:repo}", _info),
    ]
    for prefix, kind in asked.PREFIXES:
        for verb in ("resolve", "raw"):
            address = f"{prefix}/{{repo:repo}}/{verb}/{{revision}}/{{path:path}}"
            routes.append(Route(address, _resolve_for(kind)))
    return routes


def _resolve_for(kind: str) -> Callable[[Request], Response]:
    def resolve(request: Request) -> Response:
        repository, commit = asked.at_revision(request, kind)
        file = repository.file(commit, asked.path(request))
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
    repository, commit = asked.at_revision(request, kind)
    with_sizes = "blobs" in request.query_params
    return JSONResponse(describe.repository(kind, request.path_params["repo"], repository, commit, with_sizes))


def _tree(request: Request) -> Response:
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    recursive = request.query_params.get("recursive", "").lower() in ("true", "1")
    files = repository.tree(commit, asked.path(request), recursive)
    if files is None:
        raise Problem(404, "EntryNotFound", f"{asked.path(request)} does not exist", **{"X-Repo-Commit": commit})
    return JSONResponse([describe.entry(file) for file in files], headers={"X-Repo-Commit": commit})


async def _paths_info(request: Request) -> Response:
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        paths = json.loads(body).get("paths", [])
    else:
        paths = parse_qs(body.decode()).get("paths", [])
    return await run_in_threadpool(_entries, request, paths)


def _entries(request: Request, paths: list[str]) -> Response:
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    found = [repository.file(commit, path.strip("/")) for path in paths]
    return JSONResponse([describe.entry(file) for file in found if file])


def _refs(request: Request) -> Response:
    return JSONResponse(describe.refs(asked.repository(request, request.path_params["kind"])))


def _commits(request: Request) -> Response:
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    return JSONResponse([describe.commit(entry) for entry in repository.history(commit)])


def _listing(request: Request) -> Response:
    kind, author = request.path_params["kind"], request.query_params.get("author")
    hub = request.app.state.hub
    names = [name for name in hub.listing(kind) if author is None or name.startswith(f"{author}/")]
    return JSONResponse([{"id": name, "modelId": name, "tags": [], "private": False} for name in names])
