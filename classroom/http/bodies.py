"""Reading what a client sends: never more than is expected, never a large thing into memory or on the event loop."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import IO, Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from classroom.storage.errors import InvalidInputError, TooLargeError

JSON_BYTES = 8 * 2**20
STEP = 2**20
DRAINED = 64 * 2**20

Body = dict[str, Any]


async def fields(request: Request, most: int = JSON_BYTES) -> Body:
    """Return the fields of a JSON object or of a form; an empty body has none.

    A form's field is text, or a list of texts where it came several times. Raise InvalidInputError for anything else,
    TooLargeError for more than `most` bytes.
    """
    data = b"".join([chunk async for chunk in chunks(request, most)])
    # Python's own clients call everything a form unless they are told otherwise.
    is_form = "x-www-form-urlencoded" in request.headers.get("content-type", "") and not data.startswith(b"{")
    if not is_form:
        return json_object(data)
    found = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def json_object(data: bytes) -> Body:
    """Return the object that `data` holds; empty for nothing. Raise InvalidInputError when it holds something else."""
    try:
        value = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError):
        raise InvalidInputError("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise InvalidInputError("The body must be a JSON object.")
    return value


async def store(request: Request, file: IO[bytes], most: int, seen: Callable[[bytes], object] | None = None) -> int:
    """Write the body to a file, `seen` being told each piece, and return its length in bytes.

    Raise TooLargeError for more than `most` bytes, InvalidInputError when the client hangs up.
    """
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
    """Yield the body in pieces, unpacked where it is gzip.

    Raise TooLargeError for more than `most` bytes, InvalidInputError when the client hangs up or the gzip is damaged.
    """
    size, stream = 0, request.stream()
    zipped = request.headers.get("content-encoding", "") in ("gzip", "x-gzip")
    unpack = zlib.decompressobj(wbits=31) if zipped else None
    try:
        async for chunk in stream:
            while chunk:
                plain = unpack.decompress(chunk, STEP) if unpack else chunk
                size += len(plain)
                if size > most:
                    await _drain(stream)
                    raise TooLargeError(f"This body is longer than the {most:,} bytes that are accepted here.")
                yield plain
                chunk = unpack.unconsumed_tail if unpack else b""
    except ClientDisconnect:
        raise InvalidInputError("The connection was closed before the whole body had come.") from None
    except zlib.error:
        raise InvalidInputError("The request's gzip data is damaged; try it again.") from None


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Let the rest of a body pass: a client whose connection is closed meanwhile would not see the answer."""
    left = DRAINED
    async for chunk in pieces:
        left -= len(chunk)
        if left < 0:
            break
