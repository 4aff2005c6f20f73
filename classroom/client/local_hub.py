"""Start the classroom Hub of this machine, for a kernel that has no other Hub to ask.

The server and its packages are the extra `classroom`, which a learner of the public Hub goes without. So nothing here
imports them before they are needed, and no other module of the client does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from importlib.metadata import metadata
from typing import TYPE_CHECKING

from classroom.cache import own_root
from classroom.client import pages
from classroom.client.errors import SetupError
from classroom.client.offline import Ids

if TYPE_CHECKING:
    from classroom.models.hub import Hub

THREAD = "classroom-hub"  # as classroom.http.server names it


def start() -> str:
    """Serve this machine's repositories on a free port of 127.0.0.1, in a thread, and return the address.

    Raise SetupError without the packages of the extra `classroom`, and when the server cannot start.
    """
    hub = _hub()
    from classroom.http.server import ServerError, serve_in_thread

    try:
        endpoint = serve_in_thread(hub)
    except ServerError as error:
        raise SetupError(f"The classroom Hub did not start: {error}") from None
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SetupError(
            f"The classroom Hub cannot write to {own_root()} ({reason}): free some space there, or set the environment"
            " variable COURSE_CACHE to a folder of your own with 3 GB free, and restart the kernel."
        ) from None
    hub.pages = pages.address(endpoint)
    return endpoint


def is_alive() -> bool:
    """Tell whether the server's thread still runs; its port alone would not tell."""
    return any(thread.name == THREAD for thread in threading.enumerate())


def is_prepared(ids: Ids) -> bool:
    """Tell whether the classroom can answer for all of these ids without downloading anything."""
    try:
        hub = _hub()
    except SetupError:
        return False
    return all(hub.is_prepared(f"{kind}s", name) for kind, names in ids.items() for name in names)


def prepare(ids: Iterable[str]) -> None:
    """Make the bundled repositories of these ids ahead of use. Raise SetupError when one cannot be made."""
    hub = _hub()
    from classroom.models.wheels import SourceError

    try:
        hub.prepare(ids)
    except SourceError as error:
        raise SetupError(str(error)) from None


def _hub() -> Hub:
    try:
        import classroom.http.server  # noqa: F401 (with all the packages of the server)
        from classroom.models.hub import Hub
    except ModuleNotFoundError as error:
        raise SetupError(
            f"The classroom Hub needs the package {error.name}, which is not installed: run `{_installation()}` and"
            " restart the kernel, or set COURSE_HUB=hub."
        ) from None
    return Hub.of_this_machine()


def _installation() -> str:
    """Return the command that adds the extra, from the repository that the course itself was installed from."""
    links = dict(link.split(", ", 1) for link in metadata("transformers-course").get_all("Project-URL", []))
    return f'pip install "transformers-course[classroom] @ git+{links["Repository"]}"'
