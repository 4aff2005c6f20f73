"""Run the classroom Hub: in a thread of a kernel for one learner, or in the foreground for a room."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Callable

import uvicorn

from classroom.auth.rooms import Room
from classroom.http import timeouts
from classroom.http.app import create_app
from classroom.models.hub import Hub

START_SECONDS = 10.0


class ServerError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, IPv4 or IPv6; port 0 takes a free one.

    Raise ServerError when the port is taken, or the address is not this machine's.
    """
    family, is_any = socket.AF_INET6 if ":" in host else socket.AF_INET, host == "::"
    try:
        return socket.create_server((host, port), family=family, dualstack_ipv6=is_any and socket.has_dualstack_ipv6())
    except (OSError, OverflowError, ValueError) as error:
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or str(error)
        reason = reason.split(" (while")[0]  # asyncio's and Python 3.11's own addition
        reason = "ports go from 0 to 65535" if isinstance(error, OverflowError) else reason
        is_port = number in (errno.EADDRINUSE, errno.EACCES) or isinstance(error, OverflowError)
        remedy = "another one with --port" if is_port else "an address of this machine with --host"
        raise ServerError(f"Cannot listen on {host}:{port} ({reason}). Choose {remedy}.") from error


def serve(hub: Hub, bound: socket.socket, room: Room | None = None) -> None:
    """Answer requests on the socket until interrupted, to a room or to a lone learner."""
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended cleanly by then, and passes it on
        _run(_server(hub, room, timeouts.allow_files()), bound)


def serve_in_thread(hub: Hub, room: Room | None = None, connections: int | None = None) -> str:
    """Start the server on a free port of 127.0.0.1, in a thread that ends with the process; return its address.

    `connections` bounds how many are answered at once. Raise ServerError when the server ends before it answers.
    """
    bound, server = listen("127.0.0.1", 0), _server(hub, room, connections)
    faults: list[BaseException] = []

    def run() -> None:
        try:
            _run(server, bound)
        except BaseException as error:  # SystemExit too, with which uvicorn ends
            faults.append(error)
        finally:
            bound.close()  # or the system would take connections that nobody answers

    thread = threading.Thread(target=run, daemon=True, name="classroom-hub")
    thread.start()
    until = time.monotonic() + START_SECONDS
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.005)
    if not server.started:
        reason = " ".join(str(faults[0]).split()) or type(faults[0]).__name__ if faults else "it does not answer"
        raise ServerError(f"Its thread ended ({reason}). Restart the kernel and run the set-up cell first.")
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


def _run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Run the server on asyncio's own event loop.

    Not through `uvicorn.Server.run` or `asyncio.run`: those take what a notebook's kernel may have put in their place
    (`uvloop.install()`, `nest_asyncio.apply()`), and uvloop cannot send files.
    """
    loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.SelectorEventLoop
    if sys.platform == "win32":
        loop = asyncio.ProactorEventLoop
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(server.serve(sockets=[bound]))


def _server(hub: Hub, room: Room | None, connections: int | None) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(hub, room),
        http=timeouts.BoundedProtocol,
        h11_max_incomplete_event_size=timeouts.HEAD_BYTES,
        limit_concurrency=connections,
        timeout_graceful_shutdown=3,
        log_level="error",
        access_log=False,
        lifespan="off",
    )
    return uvicorn.Server(config)
