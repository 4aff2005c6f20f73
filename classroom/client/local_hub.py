"""Start the classroom Hub of this machine, for a kernel that has no other Hub to ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from classroom.client.errors import SetupError

if TYPE_CHECKING:
    from classroom.models.hub import Hub


def start() -> str:
    """Serve this machine's repositories on a free port of 127.0.0.1, in a thread, and return the address.

    Raise SetupError without the packages of the extra `classroom`.
    """
    hub = _hub()
    from classroom.http.server import serve_in_thread

    return serve_in_thread(hub)


def prepare(ids: Iterable[str]) -> None:
    """Make the bundled repositories of these ids ahead of use. Raise SourceError when one cannot be made."""
    _hub().prepare(ids)


def _hub() -> Hub:
    # The server is an optional part of the course, and the only one that the client loads; nothing else does.
    try:
        import uvicorn  # noqa: F401

        from classroom.models.hub import Hub
    except ModuleNotFoundError as error:
        raise SetupError(
            f"The classroom Hub needs the package {error.name}, which is not installed: run"
            ' `pip install "transformers-course[classroom]"` and restart the kernel, or set COURSE_HUB=hub.'
        ) from error
    return Hub.of_this_machine()
