"""Reading: files, trees, histories, listings, and what a repository is."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import access, asked, bodies, describe, files, names, problems
from classroom.hub import Hub
from classroom.names import KINDS
from classroom.problems import Problem

MOST_PATHS, PAGE = 10_000, 1000


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = [
        Route("/api/settings/repositories", _own),
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
        if not repository.is_there(file):
            raise problems.damaged(file.path)
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
    entries = repository.tree(commit, asked.path(request), _is_on(request, "recursive"))
    if entries is None:
        raise Problem(404, "EntryNotFound", f"{asked.path(request)} does not exist", **{"X-Repo-Commit": commit})
    told = describe.entries(repository, commit, entries, with_commits=_is_on(request, "expand"))
    return JSONResponse(told, headers={"X-Repo-Commit": commit})


async def _paths_info(request: Request) -> Response:
    body = b"".join([chunk async for chunk in bodies.chunks(request, bodies.JSON_BYTES)])
    return await run_in_threadpool(_entries, request, body)


def _entries(request: Request, body: bytes) -> Response:
    if "json" in request.headers.get("content-type", ""):
        form = bodies.json_object(body)
    else:
        form = {key: values for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        form["expand"] = form.get("expand", [""])[0].lower() in ("true", "1")
    paths = form.get("paths", [])
    paths = [paths] if isinstance(paths, str) else paths
    if not isinstance(paths, list) or len(paths) > MOST_PATHS:
        raise Problem(400, "BadRequest", f"paths must be a list of at most {MOST_PATHS:,} paths.")
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    found = list(filter(None, (repository.file(commit, names.text(path, "path").strip("/")) for path in paths)))
    if form.get("expand") is True:
        return JSONResponse(describe.entries(repository, commit, found, with_commits=True))
    return JSONResponse([describe.copyable(file) for file in found])


def _refs(request: Request) -> Response:
    repository = asked.repository(request, request.path_params["kind"])
    return JSONResponse(describe.refs(repository, "include_prs" in request.query_params))


def _commits(request: Request) -> Response:
    repository, commit = asked.at_revision(request, request.path_params["kind"])
    return JSONResponse([describe.commit(entry) for entry in repository.history(commit)])


def _listing(request: Request) -> Response:
    """The ids that the query asks for, in pages; private ones only to their owner."""
    kind, query, hub = request.path_params["kind"], request.query_params, request.app.state.hub
    author, search = query.get("author"), query.get("search", "").lower()
    wanted = [
        name
        for name in hub.listing(kind)
        if (author is None or name.startswith(f"{author}/"))
        and search in name.lower()
        and problems.unless_damaged(False, access.may_read, request, kind, name)
    ]
    start, limit = _number(query.get("cursor"), 0), min(_number(query.get("limit"), PAGE) or PAGE, PAGE)
    tags = set(query.getlist("filter"))
    told = [_brief(hub, kind, name) for name in wanted[start : start + limit]]
    headers = {}
    if start + limit < len(wanted):
        following = request.url.include_query_params(cursor=start + limit)
        headers["Link"] = f'<{following}>; rel="next"'
    return JSONResponse([one for one in told if tags <= set(one["tags"])], headers=headers)


def _brief(hub: Hub, kind: str, name: str) -> dict:
    found = problems.unless_damaged(None, describe.brief, kind, name, hub.stored(kind, name))
    return found or describe.brief(kind, name, None)


def _own(request: Request) -> Response:
    """The account's own repositories with what they take up, as `hf repos ls` shows them."""
    account, store = access.require_account(request), asked.pushed(request)
    mine = [(kind, name) for kind in KINDS for name in store.ids(kind) if name.startswith(f"{account.name}/")]
    told = [problems.unless_damaged(None, describe.storage, store, kind, name) for kind, name in mine]
    return JSONResponse([one for one in told if one])


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else default


def _is_on(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() in ("true", "1")
