"""Committing over HTTP: which files are to go up as large ones, and the commit itself."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from classroom.api import commit_operations
from classroom.http import bodies
from classroom.http.addresses import API
from classroom.http.bodies import Body
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage import atomic, commits, discussions, large_files, names, patterns
from classroom.storage.errors import InvalidInputError, OutdatedError
from classroom.storage.repository import Repository

MOST_COMMIT_BYTES = 2**30
# Commits are made by few threads at once, since each may hold a file of ten megabytes in memory, several times.
AT_ONCE = 4
endpoints = Endpoints()


@endpoints.post(f"{API}/preupload/{{revision}}", Needs.EMPTY_TREE)
def preupload(call: Call) -> Response:
    """Advise for each file: an ordinary or a large one, to be ignored, there already."""
    repository, ref = call.committable()
    commit = repository.resolve(ref) or ""
    files = call.body.get("files")
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files) or len(files) > 1000:
        raise InvalidInputError("files must be a list of at most 1,000 objects.")
    attributes = _pattern_file(repository, commit, call.body.get("gitAttributes"), ".gitattributes")
    ignore = _pattern_file(repository, commit, call.body.get("gitIgnore"), ".gitignore")
    return JSONResponse({"files": [_advice(file, repository, commit, attributes, ignore) for file in files]})


def _advice(file: Body, repository: Repository, commit: str, attributes: str, ignore: str) -> Body:
    path, size = names.checked_path(file.get("path")), file.get("size", 0)
    if not isinstance(size, int) or size < 0:
        raise InvalidInputError(f"The size of {path!a} must be a number of bytes.")
    try:
        base64.b64decode(file.get("sample") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise InvalidInputError(f"The sample of {path!a} is not base64.") from None
    large = size > large_files.LARGE_FROM_BYTES or patterns.is_large(attributes, path)
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
        return names.checked_text(sent, path)
    file = repository.file(commit, path)
    content = repository.read(file) if file and not file.is_folder and file.size <= bodies.STEP else b""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


async def _commit(request: Request, kind: str | None) -> Response:
    call = await run_in_threadpool(Call, request)
    await run_in_threadpool(call.committable)  # nobody uploads what they may not commit
    with atomic.new_file(await run_in_threadpool(lambda: call.store.scratch)) as lines:
        await bodies.store(request, lines.file, MOST_COMMIT_BYTES)
        lines.file.flush()
        return await anyio.to_thread.run_sync(_make_commit, call, lines.path, limiter=_limiter())


endpoints.stream(f"{API}/commit/{{revision}}", _commit)


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(AT_ONCE)


def _make_commit(call: Call, body: Path) -> Response:
    repository, ref = call.committable()
    with body.open("rb") as lines:
        header, changes = commit_operations.read(lines, repository, repository.resolve(ref))
    with commits.writing(repository):
        head = repository.resolve(ref)
        is_proposal = "create_pr" in call.request.query_params
        if is_proposal and header.parent:
            head = repository.resolve(header.parent)
        if head is None or (header.parent and not head.startswith(header.parent)):
            raise OutdatedError(commits.OUTDATED)
        before = repository.tree_id(head)
        tree = commit_operations.apply(repository, before, changes)
        made = head
        if tree != before:
            made = commits.commit(repository, tree, [head], call.writer.name, header.message)
        url = call.url
        answer = {"success": True, "commitOid": made, "commitUrl": f"{url}/commit/{made}", "hookOutput": ""}
        if is_proposal:
            number = discussions.propose(repository, call.writer.name, header.message, made)
            answer["pullRequestUrl"] = f"{url}/discussions/{number}"
        elif made != head:
            commits.move_ref(repository, ref, head, made)
    return JSONResponse(answer)
