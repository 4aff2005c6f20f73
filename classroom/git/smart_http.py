"""Stock git over HTTP: clone, pull and push, by git's own two server programs.

`git upload-pack` and `git receive-pack` are what `git http-backend` starts too; started directly they need no CGI, and
every git has them. They, and not dulwich's server, because git itself checks what comes in (a quarantine until the
hook agrees, fsck, a lock for each ref, a bound on the pack) and leaves nothing half-done when it is killed.
A request is spooled to disk first, so that a slow client holds a file and not a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from classroom.auth import access
from classroom.auth.errors import ForbiddenError
from classroom.git import command
from classroom.http import bodies, errors
from classroom.http.endpoints import Call, Endpoints
from classroom.http.errors import HubError
from classroom.storage import atomic, commits, discussions
from classroom.storage.errors import InvalidInputError, RepositoryNotFoundError, TooLargeError
from classroom.storage.repository import Repository

READ, WRITE = "git-upload-pack", "git-receive-pack"
MOST_BYTES = {READ: 16 * 1024**2, WRITE: 512 * 1024**2}  # bytes; large files come by git-lfs, not in here
PUSH_SETTINGS = {
    "receive.fsckObjects": "true",  # among others: no entry named .git or .., in whatever spelling
    "receive.maxInputSize": str(MOST_BYTES[WRITE]),
    "receive.denyDeleteCurrent": "refuse",
    "receive.autogc": "false",
}
PROCESS_SECONDS = 600
HOOK = '#!/bin/sh\nexec "$CLASSROOM_PYTHON" -P -m classroom.git.hook\n'

endpoints = Endpoints()


def _plainly(answer: Callable[[Call], Awaitable[Response]]) -> Callable[[Request, str | None], Awaitable[Response]]:
    """Return an endpoint whose errors come as plain text, which git shows to its user."""

    async def endpoint(request: Request, kind: str | None) -> Response:
        try:
            return await answer(await run_in_threadpool(Call, request, kind))
        except Exception as error:
            known = errors.as_hub_error(error) or errors.fault(request.url.path, error)
            headers = dict(known.headers or {})
            if known.status_code == 401:
                headers["WWW-Authenticate"] = 'Basic realm="Classroom Hub: any name, and a token as the password"'
            return PlainTextResponse(f"{known.detail}\n", known.status_code, headers)

    return endpoint


async def _advertise(call: Call) -> Response:
    """Tell which branches and tags there are: the first thing that git asks."""
    service = call.query("service")
    if service not in (READ, WRITE):
        raise InvalidInputError("Ask with git 1.6.6 or newer; this Hub has no plain file listing for git.")
    repository = await run_in_threadpool(_repository, call, service)
    version_2 = service == READ and _protocol(call.request) == "version=2"
    head = b"" if version_2 else _packet(f"# service={service}\n") + b"0000"
    with tempfile.TemporaryFile() as nothing:
        return await _run(call.request, repository, service, nothing, "advertisement", head, "--advertise-refs")


async def _exchange(call: Call) -> Response:
    """Send or take in the objects themselves."""
    service = call.request.url.path.rsplit("/", 1)[1]
    repository = await run_in_threadpool(_repository, call, service)
    with tempfile.TemporaryFile(dir=repository.root if service == WRITE else None) as body:
        try:
            await bodies.store(call.request, body, MOST_BYTES[service])
        except TooLargeError:
            megabytes = MOST_BYTES[service] // 2**20
            raise TooLargeError(f"This is over {megabytes} MB: put large files into git-lfs.") from None
        body.seek(0)
        if service == WRITE:
            return await run_in_threadpool(_receive, call, repository, body)
        return await _run(call.request, repository, service, body, "result")


endpoints.stream("{page}/info/refs", _plainly(_advertise), "GET")
endpoints.stream(f"{{page}}/{READ}", _plainly(_exchange))
endpoints.stream(f"{{page}}/{WRITE}", _plainly(_exchange))


def _receive(call: Call, repository: Repository, body: IO[bytes]) -> Response:
    """Let git take a push in, while nobody else writes to the repository."""
    settings, variables = _push_environment(call.request, repository)
    arguments = [command.program(), "receive-pack", "--stateless-rpc", repository.git.path]
    scratch = call.store.scratch
    with atomic.new_file(scratch) as fault:
        variables |= {"CLASSROOM_FAULT": str(fault.path), "CLASSROOM_SERVER": str(scratch)}
        with commits.writing(repository):
            allowed = {"CLASSROOM_REFS": " ".join(_pushable(call, repository))}
            environment = command.environment(settings, **variables, **allowed)
            done = subprocess.run(
                arguments, stdin=body, capture_output=True, env=environment, timeout=PROCESS_SECONDS, check=False
            )
        told = fault.path.read_text(encoding="utf-8")
    if told:
        errors.LOG.error("Fault in the check of a push to %s\n%s", repository.folder, told)
    if done.returncode and not done.stdout:
        raise InvalidInputError("git could not make sense of this push.")
    return Response(done.stdout, media_type=f"application/x-{WRITE}-result", headers={"Cache-Control": "no-cache"})


def _repository(call: Call, service: str) -> Repository:
    try:
        found = call.repository
        if service == WRITE and not _pushable(call, found):
            access.require_write(call.request, call.kind, call.name)
    except RepositoryNotFoundError as error:
        # Whether an id is private or not there at all is told to no stranger; git asks for a token on 401.
        if call.account is None:
            message = f"Nothing public here is called {call.name}; log in with a token if it is yours."
            raise HubError(401, "RepoNotFound", message) from error
        raise
    if service == WRITE and (call.hub.pushed is None or found.root != call.hub.pushed.root):
        raise ForbiddenError(f"{call.name} comes with the course and is read only; push to one of yours.")
    return found


def _pushable(call: Call, repository: Repository) -> list[str]:
    """Return what the sender may push: refs, and prefixes of refs that end in a slash.

    An owner may push all, others may push to the pull requests that they opened. Raise NotLoggedInError.
    """
    if call.writer.role != "write":
        return []
    is_owner = access.is_own(call.writer.name, call.name)
    mine = [
        f"refs/pr/{one['num']}"
        for one in discussions.every(repository)
        if one["isPullRequest"] and (is_owner or one["author"]["name"] == call.writer.name)
    ]
    return ["refs/heads/", "refs/tags/", *mine] if is_owner else mine


async def _run(
    request: Request, repository: Repository, service: str, body: IO[bytes], answer: str, head: bytes = b"", *flags: str
) -> Response:
    """Run one of the two programs on the spooled request and stream what it answers."""
    settings, variables = {"uploadpack.allowFilter": "true"}, {"GIT_PROTOCOL": _protocol(request)}
    process = await asyncio.create_subprocess_exec(
        command.program(),
        service.removeprefix("git-"),
        "--stateless-rpc",
        *flags,
        repository.git.path,
        stdin=body,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=command.environment(settings, **variables),
    )
    output = _output(process)
    first = await anext(output, b"")
    if not first and await process.wait():
        raise InvalidInputError("git could not make sense of this request.")

    async def everything() -> AsyncIterator[bytes]:
        async with contextlib.aclosing(output):
            yield head + first
            async for chunk in output:
                yield chunk

    media_type = f"application/x-{service}-{answer}"
    return StreamingResponse(everything(), media_type=media_type, headers={"Cache-Control": "no-cache"})


def _push_environment(request: Request, repository: Repository) -> tuple[dict[str, str], dict[str, str]]:
    """Git's settings and the hook's variables for a push."""
    source = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {"CLASSROOM_PYTHON": sys.executable, "CLASSROOM_LARGE": str(repository.large), "PYTHONPATH": source}
    variables |= {"GIT_PROTOCOL": _protocol(request), "PYTHONIOENCODING": "utf-8"}  # git takes what it says as UTF-8
    return {"core.hooksPath": str(_hooks(repository.root))} | PUSH_SETTINGS, variables


async def _output(process: asyncio.subprocess.Process) -> AsyncGenerator[bytes]:
    """Return what the process prints; it ends with its reader, or after ten minutes."""
    assert process.stdout is not None
    deadline = asyncio.get_running_loop().time() + PROCESS_SECONDS
    try:
        while chunk := await process.stdout.read(2**16):
            yield chunk
            if asyncio.get_running_loop().time() > deadline:
                break
        else:
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


def _hooks(store: Path) -> Path:
    """Return the folder with the hook that looks at every push before a branch moves."""
    hook = store / "hooks" / "pre-receive"
    if not hook.exists() or hook.read_text(encoding="utf-8") != HOOK:
        atomic.write(hook, HOOK.encode(), mode=0o755)
    if not os.access(hook, os.X_OK):  # git would skip it with no more than a warning
        raise HubError(500, "NoHook", f"Pushes cannot be checked: programs may not run from {hook.parent}.")
    return hook.parent


def _protocol(request: Request) -> str:
    """Return the protocol version that git asks for, as git's own programs read it from GIT_PROTOCOL."""
    asked_for = re.search(r"version=\d", request.headers.get("git-protocol", ""))
    return asked_for[0] if asked_for else ""


def _packet(text: str) -> bytes:
    """Return one line in git's packet format (gitprotocol-common)."""
    return f"{len(text) + 4:04x}{text}".encode()
