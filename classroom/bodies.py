"""Reading what a client sends: never more than is expected, never a large thing into memory or on the event loop."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from classroom.problems import Problem

JSON_BYTES = 8 * 2**20
STEP = 2**20
DRAINED = 64 * 2**20


def takes_json(
    answer: Callable[[Request, dict], Response], most: int = JSON_BYTES
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads a JSON object and has it answered in a thread. An empty body counts as an empty object."""

    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in chunks(request, most):
            body += chunk
        return await run_in_threadpool(lambda: answer(request, json_object(bytes(body))))

    return endpoint


def json_object(data: bytes) -> dict:
    """The object that `data` holds; empty for nothing. Raises Problem 400 when it holds something else."""
    try:
        value = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError):
        raise Problem(400, "BadRequest", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Problem(400, "BadRequest", "The body must be a JSON object.")
    return value


async def store(request: Request, file: IO[bytes], most: int, seen: Callable[[bytes], object] | None = None) -> int:
    """Write the body to a file, `seen` being told each piece, and return its length in bytes."""
    size, waiting = 0, bytearray()

    def write() -> None:
        file.write(waiting)
        if seen:
            seen(bytes(waiting))

    pieces = chunks(request, most)
    try:
        async for chunk in pieces:
            waiting += chunk
            if len(waiting) >= STEP:
                await run_in_threadpool(write)
                size += len(waiting)
                waiting.clear()
        await run_in_threadpool(write)
    except OSError:  # the disk is full: the client reads why when it has sent all that it has
        await _drain(pieces)
        raise
    return size + len(waiting)


async def chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body in pieces. Raises Problem 413 when it is longer than `most` bytes, 400 when the client hangs up."""
    size, stream = 0, request.stream()
    try:
        async for chunk in stream:
            size += len(chunk)
            if size > most:
                await _drain(stream)
                raise _too_long(most)
            yield chunk
    except ClientDisconnect:
        raise Problem(400, "BadRequest", "The connection was closed before the whole body had come.") from None


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Let the rest of a body pass: a client whose connection is closed meanwhile would not see the answer."""
    left = DRAINED
    async for chunk in pieces:
        left -= len(chunk)
        if left < 0:
            break


def _too_long(most: int) -> Problem:
    return Problem(413, "PayloadTooLarge", f"This body is longer than the {most:,} bytes that are accepted here.")
