"""Creating, changing and deleting repositories, and committing to them."""

from __future__ import annotations

import base64
import binascii

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import access, asked, bodies, card, commits, describe, discussions, names, operations, patterns
from classroom import repositories as kept
from classroom.access import Account
from classroom.names import KINDS
from classroom.problems import Problem
from classroom.store import LARGE_BYTES, Repository

MOST_COMMIT_BYTES = 2**30
# Commits are made by few threads at once, since each may hold a file of ten megabytes in memory, several times.
AT_ONCE = 4


def routes() -> list[Route]:
    """The addresses that this module answers."""
    one = "/api/{kind:kind}/{repo:repo}"
    return [
        Route("/api/repos/create", bodies.takes_json(_create), methods=["POST"]),
        Route("/api/repos/delete", bodies.takes_json(_delete), methods=["DELETE"]),
        Route("/api/repos/move", bodies.takes_json(_move), methods=["POST"]),
        Route("/api/validate-yaml", bodies.takes_json(_validate), methods=["POST"]),
        Route(f"{one}/settings", bodies.takes_json(_settings), methods=["PUT"]),
        Route(f"{one}/preupload/{{revision}}", bodies.takes_json(_preupload), methods=["POST"]),
        Route(f"{one}/commit/{{revision}}", _commit, methods=["POST"]),
        Route(f"{one}/auth-check", _may_read),
        Route(f"{one}/auth-check/write", _may_write),
    ]


def _create(request: Request, body: dict) -> Response:
    account, kind = access.require_account(request), _kind(body)
    name = names.repository_id(body.get("organization") or account.name, body.get("name"))
    access.require_write(request, kind, name)
    store, refused = asked.pushed(request), already_there(request, kind, name)
    if refused:
        return refused
    files = {}
    if kind == "spaces":
        sdk = names.text(body.get("sdk") or "static", "sdk", 32)
        files["README.md"] = f"---\ntitle: {name.split('/')[1]}\nsdk: {sdk}\n---\n".encode()
    private = is_private(body)
    kept.create(store, kind, name, account.name, private, files)
    return JSONResponse({"url": asked.address(request, kind, name), "name": name, "id": name, "private": private})


def already_there(request: Request, kind: str, name: str) -> Response | None:
    """The answer when a repository of that id was made before; None when it was not.

    Raises Problem 403 for an id that comes with the classroom.
    """
    hub = request.app.state.hub
    if asked.pushed(request).repository(kind, name):
        problem = Problem(409, "Conflict", f"You already created this {kind[:-1]} repo: {name}")
        said = {"error": problem.detail, "url": asked.address(request, kind, name)}
        return JSONResponse(said, 409, problem.headers)
    if hub.canonical(kind, name) == name and hub.repository(kind, name):
        raise Problem(403, "Forbidden", describe.not_yours(name))
    return None


def _delete(request: Request, body: dict) -> Response:
    kind, name = _kind(body), _full_name(request, body)
    _, repository = asked.writable(request, kind, name)
    kept.delete(asked.pushed(request), repository)
    return JSONResponse({})


def _move(request: Request, body: dict) -> Response:
    kind, old = _kind(body), names.text(body.get("fromRepo"), "fromRepo", 200)
    new = names.repository_id(*names.text(body.get("toRepo"), "toRepo", 200).partition("/")[::2])
    asked.writable(request, kind, old)
    access.require_write(request, kind, new)
    store = asked.pushed(request)
    if store.repository(kind, new) or request.app.state.hub.repository(kind, new):
        raise Problem(409, "Conflict", f"There is already a {kind[:-1]} repo of that name: {new}")
    kept.move(store, kind, old, new)
    return JSONResponse({"url": asked.address(request, kind, new)})


def _settings(request: Request, body: dict) -> Response:
    kind = request.path_params["kind"]
    _, repository = asked.writable(request, kind, asked.name(request, kind))
    if body.get("gated"):
        raise Problem(400, "BadRequest", "The classroom has no gated repositories; make it private instead.")
    with commits.writing(repository):
        kept.set_private(repository, is_private(body, repository.private))
    return JSONResponse({"private": repository.private})


def _validate(request: Request, body: dict) -> Response:
    _, errors, warnings = card.read(names.text(body.get("content"), "content", bodies.JSON_BYTES))
    told = {"errors": [{"message": e} for e in errors], "warnings": [{"message": w} for w in warnings]}
    return JSONResponse(told, 400 if errors else 200)


def _preupload(request: Request, body: dict) -> Response:
    _, repository, ref = _target(request)
    commit = repository.resolve(ref)
    files = body.get("files")
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files) or len(files) > 1000:
        raise Problem(400, "BadRequest", "files must be a list of at most 1,000 objects.")
    attributes = _pattern_file(repository, commit, body.get("gitAttributes"), ".gitattributes")
    ignore = _pattern_file(repository, commit, body.get("gitIgnore"), ".gitignore")
    return JSONResponse({"files": [_advice(file, repository, commit, attributes, ignore) for file in files]})


def _advice(file: dict, repository: Repository, commit: str, attributes: str, ignore: str) -> dict:
    path, size = names.file_path(file.get("path")), file.get("size", 0)
    if not isinstance(size, int) or size < 0:
        raise Problem(400, "BadRequest", f"The size of {path!a} must be a number of bytes.")
    try:
        base64.b64decode(file.get("sample") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Problem(400, "BadRequest", f"The sample of {path!a} is not base64.") from None
    large = size > LARGE_BYTES or patterns.is_large(attributes, path)
    there = repository.file(commit, path)
    return {
        "path": path,
        "uploadMode": "lfs" if large else "regular",
        "shouldIgnore": patterns.is_ignored(ignore, path),
        # The client leaves out what is there already; it compares a large file's sha256, another one's git id.
        "oid": there.etag if there and not there.is_folder and repository.is_there(there) else None,
    }


def _pattern_file(repository: Repository, commit: str, sent: object, path: str) -> str:
    if sent is not None:
        return names.text(sent, path)
    file = repository.file(commit, path)
    content = repository.read(file) if file and not file.is_folder and file.size <= bodies.STEP else b""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


async def _commit(request: Request) -> Response:
    await run_in_threadpool(_target, request)  # nobody uploads what they may not commit
    scratch = (await run_in_threadpool(asked.pushed, request)).scratch
    with commits.temporary(scratch, "commit_") as (file, name):
        await bodies.store(request, file, MOST_COMMIT_BYTES)
        file.flush()
        return await anyio.to_thread.run_sync(_make_commit, request, name, limiter=_limiter(request))


def _limiter(request: Request) -> anyio.CapacityLimiter:
    state = request.app.state
    if not hasattr(state, "commits_at_once"):
        state.commits_at_once = anyio.CapacityLimiter(AT_ONCE)
    return state.commits_at_once


def _make_commit(request: Request, body: str) -> Response:
    account, repository, ref = _target(request)
    kind, base = request.path_params["kind"], repository.resolve(ref)
    with open(body, "rb") as lines:
        header, changes = operations.read(lines, repository, base)
    with commits.writing(repository):
        head = repository.resolve(ref)
        is_proposal = "create_pr" in request.query_params
        if is_proposal and header.parent:
            head = repository.resolve(header.parent)
        if head is None or (header.parent and not head.startswith(header.parent)):
            raise Problem(412, "PreconditionFailed", "A commit has happened since. Please refresh and try again.")
        before = repository.git[head.encode()].tree
        tree = operations.apply(repository, before, changes)
        made = head
        if tree != before:
            made = commits.commit(repository, tree, [head], account.name, header.message)
        url = asked.address(request, kind, asked.name(request, kind))
        answer = {"success": True, "commitOid": made, "commitUrl": f"{url}/commit/{made}", "hookOutput": ""}
        if is_proposal:
            number = discussions.propose(repository, account.name, header.message, made)
            answer["pullRequestUrl"] = f"{url}/discussions/{number}"
        elif made != head:
            commits.move_ref(repository, ref, head, made)
    return JSONResponse(answer)


def _target(request: Request) -> tuple[Account, Repository, str]:
    """Who commits, where to, and the full name of the branch or pull request. Raises Problem 401, 403 or 404."""
    kind = request.path_params["kind"]
    name, revision = asked.name(request, kind), asked.revision(request)
    if "create_pr" in request.query_params or revision.startswith("refs/pr/"):
        account, repository = asked.open_to_proposals(request, kind, name)
    else:
        account, repository = asked.writable(request, kind, name)
    ref = repository.ref(revision)
    if ref is None:
        raise Problem(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    if not ref.startswith(("refs/heads/", "refs/pr/")):
        raise Problem(400, "BadRequest", f"{revision!a} is not a branch; commits go to a branch.")
    if ref.startswith("refs/pr/") and discussions.author(repository, ref) != account.name:
        asked.writable(request, kind, name)
    return account, repository, ref


def _may_read(request: Request) -> Response:
    asked.repository(request, request.path_params["kind"])
    return JSONResponse({})


def _may_write(request: Request) -> Response:
    kind = request.path_params["kind"]
    asked.writable(request, kind, asked.name(request, kind))
    return JSONResponse({})


def _kind(body: dict) -> str:
    kind = f"{body.get('type') or 'model'}s"
    if kind not in KINDS:
        raise Problem(400, "BadRequest", "The type of a repository is model, dataset or space.")
    return kind


def _full_name(request: Request, body: dict) -> str:
    namespace = body.get("organization") or access.require_account(request).name
    return f"{names.text(namespace, 'organization', 100)}/{names.text(body.get('name'), 'name', 200)}"


def is_private(body: dict, before: bool = False) -> bool:
    """Whether a repository is to be private; `before` holds where the body says nothing. Raises Problem 400."""
    visibility = body.get("visibility")
    if visibility not in (None, "public", "private", "protected"):
        raise Problem(400, "BadRequest", "The visibility of a repository is public or private.")
    private = body.get("private", before)
    if not isinstance(private, bool):
        raise Problem(400, "BadRequest", "private must be true or false.")
    return visibility != "public" if visibility else private
