"""Reading: files, trees, histories, listings, and what a repository is."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import asked, describe, files
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
        headers = {"X-Repo-Commit": commit, "ETag": f'"{file.etag}"'}
        if file.sha256:
            headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(file.size)}
        return files.answer(request, repository.read(file), headers)

    return resolve


def _info(request: Request) -> Response:
    kind = request.path_params["kind"]
    repository, commit = asked.at_revision(request, kind)
    with_sizes = "blobs" in request.query_params
    return JSONResponse(describe.repository(kind, asked.name(request, kind), repository, commit, with_sizes))


def _tree(request: Request) -> Response:
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    recursive = request.query_params.get("recursive", "").lower() in ("true", "1")
    entries = repository.tree(commit, asked.path(request), recursive)
    if entries is None:
        raise Problem(404, "EntryNotFound", f"{asked.path(request)} does not exist", **{"X-Repo-Commit": commit})
    return JSONResponse([describe.entry(entry) for entry in entries], headers={"X-Repo-Commit": commit})


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
