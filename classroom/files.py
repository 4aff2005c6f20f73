"""Sending files: whole or in one range (RFC 9110, section 14), large ones in few steps and never whole in memory."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

STEP = 2**20


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
    """Bytes of a file, read in a thread, one step ahead of what the connection has taken."""

    def __init__(self, path: Path, first: int, length: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers, media_type="application/octet-stream")
        self.headers["content-length"] = str(length)
        self._path, self._first, self._length = path, first, length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with await run_in_threadpool(self._path.open, "rb", 0) as file:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = self._length if scope["method"] != "HEAD" else 0
            file.seek(self._first)
            while left:
                data = await run_in_threadpool(file.read, min(STEP, left))
                if not data:
                    raise OSError(f"{self._path.name} became shorter while it was sent.")
                left -= len(data)
                await send({"type": "http.response.body", "body": data, "more_body": left > 0})
            if not self._length or scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b"", "more_body": False})
