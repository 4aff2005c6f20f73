"""How long the server waits for a client, and how much one client may take, so that none can stop the others.

uvicorn bounds a request's head in length and an idle connection in time, but waits for ever for the rest of a head, for
a body, or for a client that stops reading. This protocol looks at each connection every few seconds and ends those.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOK_SECONDS = 5.0
HEAD_SECONDS = 15.0  # for a request's head, from the connection or the answer before
BODY_BYTES_PER_SECOND = 1024  # below that for all of STALL_SECONDS, a body is given up
STALL_SECONDS = 60.0  # also for a client that takes nothing of its answer; git may compress for long before it sends
HEAD_BYTES = 64 * 1024
CONNECTIONS = 2000
FILES_BESIDE = 200  # open files that the server needs besides its connections


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, which closes slow or stalled connections."""

    connected: ClassVar[Counter[str]] = Counter()

    def connection_made(  # type: ignore[override]  # as in uvicorn itself, whose transports can write
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self.app_state = {
            **self.app_state,
            "protocol": self,
        }  # for `file_responses`, which passes files
        # asyncio does this for sockets that it made itself; without it each answer waits 40 ms for an acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = self._received_before = 0
        self._slow_looks = 0
        self._head_since: float | None = self.loop.time()
        self._paused_since: float | None = None
        self._next_look = self.loop.call_later(LOOK_SECONDS, self._look)
        self._address = self.client[0] if self.client else ""
        self.connected[self._address] += 1
        # A whole room may sit behind one address, so one may take a quarter of all.
        if self.limit_concurrency and self.connected[self._address] > self.limit_concurrency // 4:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._next_look.cancel()
        self.connected[self._address] -= 1
        if not self.connected[self._address]:
            del self.connected[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_since = None

    def pause_writing(self) -> None:
        self._paused_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._paused_since = None
        super().resume_writing()

    def _look(self) -> None:
        now = self.loop.time()
        if self._is_stuck(now):
            self.transport.abort()
            return
        self._received_before = self._received
        self._next_look = self.loop.call_later(LOOK_SECONDS, self._look)

    def _is_stuck(self, now: float) -> bool:
        if self._paused_since is not None:
            return now - self._paused_since > STALL_SECONDS
        if self.conn.their_state is h11.IDLE:
            self._head_since = self._head_since or now
            return now - self._head_since > HEAD_SECONDS
        waits_for_body = self.conn.their_state is h11.SEND_BODY and not self.flow.read_paused
        is_slow = waits_for_body and self._received - self._received_before < BODY_BYTES_PER_SECOND * LOOK_SECONDS
        self._slow_looks = self._slow_looks + 1 if is_slow else 0
        return self._slow_looks * LOOK_SECONDS > STALL_SECONDS


def allow_files() -> int:
    """Raise this process's limit of open files, if it may, and return how many connections fit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CONNECTIONS + FILES_BESIDE
        if soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(50, min(CONNECTIONS, soft - FILES_BESIDE))
    return CONNECTIONS // 4
