"""Run the classroom Hub: in a thread of a kernel for one learner, or in the foreground for a room."""

from __future__ import annotations

import socket
import threading

import uvicorn

from classroom.app import create_app
from classroom.hub import Hub


class ServerError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes a free one. Raises ServerError when the address is taken."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise ServerError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another one with --port."
        ) from error


def serve(hub: Hub, bound: socket.socket) -> None:
    """Answer requests on the socket until interrupted."""
    _server(hub).run(sockets=[bound])


def serve_in_thread(hub: Hub) -> str:
    """Start the server on a free port of 127.0.0.1, in a thread that ends with the process; return its address."""
    bound = listen("127.0.0.1", 0)
    threading.Thread(target=_server(hub).run, kwargs={"sockets": [bound]}, daemon=True, name="classroom-hub").start()
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


def _server(hub: Hub) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(create_app(hub), log_level="error", access_log=False, lifespan="off"))
