"""Sending files: whole or in one range (RFC 9110, section 14), large ones in few steps and never whole in memory."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

import h11
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from classroom.patience import Patience

STEP = 2**20
PASSED = 16 * 2**20  # at once, in the system
SMALLEST_PASSED = 2**16
STALL_SECONDS = 600  # for a client that takes less than that in this time


def answer(request: Request, content: bytes | Path, headers: dict[str, str]) -> Response:
    """The whole of `content`, or the one range that was asked for."""
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    headers = {"Accept-Ranges": "bytes", **headers}
    first, last, status = 0, size - 1, 200
    wanted = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("range", ""))
    if wanted and wanted[0] != "bytes=-":
        first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
        if first > last:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        status = 206
    if isinstance(content, bytes):
        return Response(content[first : last + 1], status, headers, media_type="text/plain; charset=utf-8")
    return _FromDisk(content, first, last - first + 1, status, headers)


class _FromDisk(Response):
    """Bytes of a file: passed from disk to connection by the system where it can, else read in a thread."""

    def __init__(self, path: Path, first: int, length: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers, media_type="application/octet-stream")
        self.headers["content-length"] = str(length)
        self._path, self._first, self._length = path, first, length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        protocol = scope.get("state", {}).get("protocol")
        with await run_in_threadpool(self._path.open, "rb", 0) as file:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                if protocol is not None and hasattr(os, "sendfile") and self._length >= SMALLEST_PASSED:
                    await self._pass(file, protocol)
                else:
                    await self._copy(file, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _copy(self, file: IO[bytes], send: Send) -> None:
        file.seek(self._first)
        left = self._length
        while left:
            data = await run_in_threadpool(file.read, min(STEP, left))
            if not data:
                raise OSError(f"{self._path.name} became shorter while it was sent.")
            left -= len(data)
            await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _pass(self, file: IO[bytes], protocol: Patience) -> None:
        """Let the system copy the file to the connection, which takes a fraction of the processor's time.

        h11 is told of the length only (https://h11.readthedocs.io/en/latest/api.html#sendfile).
        """
        transport, loop = protocol.transport, asyncio.get_running_loop()
        protocol.conn.send_with_data_passthrough(h11.Data(data=_Length(self._length)))
        try:
            for at in range(self._first, self._first + self._length, PASSED):
                count = min(PASSED, self._first + self._length - at)
                if hasattr(os, "posix_fadvise"):  # so that the system does not wait for the disk meanwhile
                    os.posix_fadvise(file.fileno(), at, count, os.POSIX_FADV_WILLNEED)
                async with asyncio.timeout(STALL_SECONDS):
                    await loop.sendfile(transport, file, at, count)
        except (ConnectionError, TimeoutError, RuntimeError):  # the client went away, or takes nothing
            transport.abort()
            await asyncio.sleep(0)  # until uvicorn knows


class _Length(bytes):
    """Stands for that many bytes which are sent past h11."""

    def __new__(cls, length: int) -> _Length:
        made = super().__new__(cls)
        made.length = length
        return made

    def __len__(self) -> int:
        return self.length
