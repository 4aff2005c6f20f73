"""Run the classroom Hub: in a thread of a kernel for one learner, or in the foreground for a room."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

import uvicorn

from classroom.auth.rooms import Room
from classroom.http import timeouts
from classroom.http.app import create_app
from classroom.models.hub import Hub


class ServerError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 takes a free one. Raise ServerError when the address is taken."""
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else getattr(error, "strerror", "ports go from 0 to 65535")
        reason = reason.split(" (while")[0]  # asyncio's and Python 3.11's own addition
        raise ServerError(f"Cannot listen on {host}:{port} ({reason}). Choose another one with --port.") from error


def serve(hub: Hub, bound: socket.socket, room: Room | None = None) -> None:
    """Answer requests on the socket until interrupted, to a room or to a lone learner."""
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended cleanly by then, and passes it on
        _server(hub, room, timeouts.allow_files()).run(sockets=[bound])


def serve_in_thread(hub: Hub, room: Room | None = None, connections: int | None = None) -> str:
    """Start the server on a free port of 127.0.0.1, in a thread that ends with the process; return its address.

    `connections` bounds how many are answered at once.
    """
    bound, server = listen("127.0.0.1", 0), _server(hub, room, connections)
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True, name="classroom-hub").start()
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


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
