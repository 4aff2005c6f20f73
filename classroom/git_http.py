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
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from classroom import access, asked, commits, describe, git_command, problems
from classroom.problems import Problem
from classroom.store import Repository

READ, WRITE = "git-upload-pack", "git-receive-pack"
MAX_REQUEST = {READ: 16 * 1024**2, WRITE: 512 * 1024**2}  # bytes; large files come by git-lfs, not in here
PUSH_SETTINGS = {
    "receive.fsckObjects": "true",  # among others: no entry named .git or .., in whatever spelling
    "receive.maxInputSize": str(MAX_REQUEST[WRITE]),
    "receive.denyDeleteCurrent": "refuse",
    "receive.autogc": "false",
}
SILENCE_SECONDS = 60
PROCESS_SECONDS = 600
HOOK = '#!/bin/sh\nexec "$CLASSROOM_PYTHON" -P -m classroom.push_check\n'

Endpoint = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = []
    for prefix, kind in asked.PREFIXES:
        address = f"{prefix}/{{repo:repo}}"
        routes.append(Route(f"{address}/info/refs", _plainly(kind, _advertise)))
        for service in (READ, WRITE):
            routes.append(Route(f"{address}/{service}", _plainly(kind, _exchange), methods=["POST"]))
    return routes


def _plainly(kind: str, answer: Callable[[Request, str], Awaitable[Response]]) -> Endpoint:
    """An endpoint whose problems come as plain text, which git shows to its user."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request, kind)
        except Exception as error:
            problem = error if isinstance(error, HTTPException) else problems.fault(request.url.path, error)
            headers = dict(problem.headers or {})
            if problem.status_code == 401:
                headers["WWW-Authenticate"] = 'Basic realm="Classroom Hub: any name, and a token as the password"'
            return PlainTextResponse(f"{problem.detail}\n", problem.status_code, headers)

    return endpoint


async def _advertise(request: Request, kind: str) -> Response:
    """Which branches and tags there are: the first thing that git asks."""
    service = request.query_params.get("service", "")
    if service not in (READ, WRITE):
        raise Problem(400, "BadRequest", "Ask with git 1.6.6 or newer; this Hub has no plain file listing for git.")
    repository = await run_in_threadpool(_repository, request, kind, service)
    head = b"" if service == READ and _protocol(request) == "version=2" else _packet(f"# service={service}\n") + b"0000"
    with tempfile.TemporaryFile() as nothing:
        return await _run(request, repository, service, nothing, "advertisement", head, "--advertise-refs")


async def _exchange(request: Request, kind: str) -> Response:
    """The objects themselves, in one direction or the other."""
    service = request.url.path.rsplit("/", 1)[1]
    repository = await run_in_threadpool(_repository, request, kind, service)
    with tempfile.TemporaryFile(dir=repository.root if service == WRITE else None) as body:
        await _spool(request, body, MAX_REQUEST[service])
        if service == WRITE:
            return await run_in_threadpool(_receive, request, repository, body)
        return await _run(request, repository, service, body, "result")


def _receive(request: Request, repository: Repository, body: IO[bytes]) -> Response:
    """Let git take a push in, while nobody else writes to the repository."""
    settings, variables = _push_environment(request, repository)
    command = [git_command.program(), "receive-pack", "--stateless-rpc", repository.git.path]
    scratch = asked.pushed(request).scratch
    with commits.temporary(scratch, "fault_") as (_, name):
        variables |= {"CLASSROOM_FAULT": name, "CLASSROOM_SERVER": str(scratch)}
        environment = git_command.environment(settings, **variables)
        with commits.writing(repository):
            done = subprocess.run(
                command, stdin=body, capture_output=True, env=environment, timeout=PROCESS_SECONDS, check=False
            )
        fault = Path(name).read_text()
    if fault:
        problems.LOG.error("Fault in the check of a push to %s\n%s", repository.folder, fault)
    if done.returncode and not done.stdout:
        raise Problem(400, "BadRequest", "git could not make sense of this push.")
    return Response(done.stdout, media_type=f"application/x-{WRITE}-result", headers={"Cache-Control": "no-cache"})


def _repository(request: Request, kind: str, service: str) -> Repository:
    hub = request.app.state.hub
    name = hub.canonical(kind, request.path_params["repo"].removesuffix(".git"))
    try:
        if service == WRITE:
            access.require_write(request, kind, name)
        else:
            access.require_read(request, kind, name)
        found = hub.repository(kind, name)
        if found is None:
            raise Problem(404, "RepoNotFound", describe.unknown_id(kind, name))
    except Problem as problem:
        # Whether an id is private or not there at all is told to nobody; git asks for a token on 401.
        if problem.status_code == 404 and access.account(request) is None:
            message = f"Nothing public here is called {name}; log in with a token if it is yours."
            raise Problem(401, "RepoNotFound", message) from problem
        raise
    if service == WRITE and (hub.pushed is None or found.root != hub.pushed.root):
        raise Problem(403, "Forbidden", f"{name} comes with the course and is read only; push to one of yours.")
    return found


async def _spool(request: Request, body: IO[bytes], limit: int) -> None:
    """Copy the request's body, unpacked, to the file `body`. Raises Problem 400, 408 or 413."""
    zipped = request.headers.get("content-encoding", "") in ("gzip", "x-gzip")
    unpack = zlib.decompressobj(wbits=31) if zipped else None
    size = 0
    chunks = request.stream()
    try:
        while True:
            chunk = await asyncio.wait_for(anext(chunks), SILENCE_SECONDS)
            while chunk:
                plain = unpack.decompress(chunk, 2**20) if unpack else chunk
                size += len(plain)
                if size > limit:
                    raise Problem(413, "TooLarge", f"This is over {limit // 2**20} MB: put large files into git-lfs.")
                await run_in_threadpool(body.write, plain)
                chunk = unpack.unconsumed_tail if unpack else b""
    except StopAsyncIteration:
        body.seek(0)
    except ClientDisconnect:
        raise Problem(400, "BadRequest", "The connection was closed before the whole push had come.") from None
    except TimeoutError:
        raise Problem(408, "Timeout", f"Nothing came for {SILENCE_SECONDS} seconds; try it again.") from None
    except zlib.error:
        raise Problem(400, "BadRequest", "The request's gzip data is damaged; try it again.") from None


async def _run(
    request: Request, repository: Repository, service: str, body: IO[bytes], answer: str, head: bytes = b"", *flags: str
) -> Response:
    """Run one of the two programs on the spooled request and stream what it answers."""
    settings, variables = {"uploadpack.allowFilter": "true"}, {"GIT_PROTOCOL": _protocol(request)}
    process = await asyncio.create_subprocess_exec(
        git_command.program(),
        service.removeprefix("git-"),
        "--stateless-rpc",
        *flags,
        repository.git.path,
        stdin=body,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=git_command.environment(settings, **variables),
    )
    output = _output(process)
    first = await anext(output, b"")
    if not first and await process.wait():
        raise Problem(400, "BadRequest", "git could not make sense of this request.")

    async def everything() -> AsyncIterator[bytes]:
        async with contextlib.aclosing(output):
            yield head + first
            async for chunk in output:
                yield chunk

    media_type = f"application/x-{service}-{answer}"
    return StreamingResponse(everything(), media_type=media_type, headers={"Cache-Control": "no-cache"})


def _push_environment(request: Request, repository: Repository) -> tuple[dict[str, str], dict[str, str]]:
    """Git's settings and the hook's variables for a push."""
    source = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {"CLASSROOM_PYTHON": sys.executable, "CLASSROOM_LARGE": str(repository.large), "PYTHONPATH": source}
    variables["GIT_PROTOCOL"] = _protocol(request)
    return {"core.hooksPath": str(_hooks(repository.root))} | PUSH_SETTINGS, variables


async def _output(process: asyncio.subprocess.Process) -> AsyncGenerator[bytes]:
    """What the process prints; it ends with its reader, or after ten minutes."""
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
    """The folder with the hook that looks at every push before a branch moves."""
    hook = store / "hooks" / "pre-receive"
    if not hook.exists() or hook.read_text() != HOOK:
        hook.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=hook.parent, delete=False) as file:
            file.write(HOOK)
        os.chmod(file.name, 0o755)
        os.replace(file.name, hook)
    if not os.access(hook, os.X_OK):  # git would skip it with no more than a warning
        raise Problem(500, "NoHook", f"Pushes cannot be checked: programs may not run from {hook.parent}.")
    return hook.parent


def _protocol(request: Request) -> str:
    """The protocol version that git asks for, as git's own programs read it from GIT_PROTOCOL."""
    asked_for = re.search(r"version=\d", request.headers.get("git-protocol", ""))
    return asked_for[0] if asked_for else ""


def _packet(text: str) -> bytes:
    """One line in git's packet format (gitprotocol-common)."""
    return f"{len(text) + 4:04x}{text}".encode()
