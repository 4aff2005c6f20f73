"""Sending files: whole or a range of them, as Starlette reads Range and If-Range (RFC 9110, section 14).

A whole file is passed from disk to connection by the system, which takes a fraction of the processor's time; a range is
read in steps. A large file is never whole in memory.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import h11
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

if TYPE_CHECKING:
    from classroom.http.timeouts import BoundedProtocol

PASS_BYTES = 16 * 2**20  # at once, in the system
LEAST_PASS_BYTES = 2**16
FILE_STALL_SECONDS = 600  # for PASS_BYTES; other answers have `timeouts.STALL_SECONDS`
PATHSEND = "http.response.pathsend"  # https://asgi.readthedocs.io/en/latest/extensions.html#path-send


def answer(request: Request, content: bytes | Path, headers: dict[str, str]) -> Response:
    """Answer with `content`, bytes or the path of a file, or with the range of it that was asked for."""
    if isinstance(content, Path):
        return DiskFileResponse(content, headers=headers, media_type="application/octet-stream")
    headers = {"Accept-Ranges": "bytes", **headers}
    wanted = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("range", ""))
    if not wanted or wanted[0] == "bytes=-" or request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        return Response(content, 200, headers, media_type="text/plain; charset=utf-8")
    size = len(content)
    first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
    last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(content[first : last + 1], 206, headers, media_type="text/plain; charset=utf-8")


class DiskFileResponse(FileResponse):
    """Starlette's file response, whose whole files the system sends where it can."""

    chunk_size = 2**20
    max_ranges = 8

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request; Starlette offers the whole file as one message where a server can pass files."""
        protocol = scope.get("state", {}).get("protocol")
        self.stat_result = await run_in_threadpool(os.stat, self.path)
        self.set_stat_headers(self.stat_result)
        if protocol is None or not _can_pass_files() or self.stat_result.st_size < LEAST_PASS_BYTES:
            return await super().__call__(scope, receive, send)

        async def pass_file(message: Message) -> None:
            if message["type"] == PATHSEND:
                await self._pass(protocol)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        extensions = {**scope.get("extensions", {}), PATHSEND: {}}
        return await super().__call__({**scope, "extensions": extensions}, receive, pass_file)

    async def _pass(self, protocol: BoundedProtocol) -> None:
        """Let the system copy the file to the connection.

        h11 is told of the length only (https://h11.readthedocs.io/en/latest/api.html#sendfile).
        """
        assert self.stat_result is not None
        transport, loop, size = protocol.transport, asyncio.get_running_loop(), self.stat_result.st_size
        with await run_in_threadpool(open, self.path, "rb", 0) as file:
            protocol.conn.send_with_data_passthrough(h11.Data(data=_Length(size)))
            try:
                for at in range(0, size, PASS_BYTES):
                    count = min(PASS_BYTES, size - at)
                    if hasattr(os, "posix_fadvise"):  # so that the system does not wait for the disk meanwhile
                        os.posix_fadvise(file.fileno(), at, count, os.POSIX_FADV_WILLNEED)
                    async with asyncio.timeout(FILE_STALL_SECONDS):
                        await loop.sendfile(transport, file, at, count)
            except NotImplementedError:  # a RuntimeError that no client causes: say so, rather than end in 0 bytes
                transport.abort()
                raise
            except (ConnectionError, TimeoutError, RuntimeError):  # the client went away, or takes nothing
                transport.abort()
                await asyncio.sleep(0)  # until uvicorn knows


def _can_pass_files() -> bool:
    """Tell whether the system and the event loop copy files to a connection; uvloop, no BaseEventLoop, cannot."""
    return hasattr(os, "sendfile") and isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)


class _Length(bytes):
    """Give a length to h11, for bytes that are sent without going through it."""

    length: int

    def __new__(cls, length: int) -> _Length:
        made = super().__new__(cls)
        made.length = length
        return made

    def __len__(self) -> int:
        return self.length
