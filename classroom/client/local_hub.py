"""Start the classroom Hub of this machine, for a kernel that has no other Hub to ask.

The server and its packages are the extra `classroom`, which a learner of the public Hub goes without. So nothing here
imports them before they are needed, and no other module of the client does.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import metadata

from classroom.client import pages
from classroom.client.errors import SetupError


def start() -> str:
    """Serve this machine's repositories on a free port of 127.0.0.1, in a thread, and return the address.

    Raise SetupError without the packages of the extra `classroom`.
    """
    try:
        from classroom.http.server import serve_in_thread
        from classroom.models.hub import Hub
    except ModuleNotFoundError as error:
        raise SetupError(
            f"The classroom Hub needs the package {error.name}, which is not installed: run `{_installation()}` and"
            " restart the kernel, or set COURSE_HUB=hub."
        ) from None
    hub = Hub.of_this_machine()
    endpoint = serve_in_thread(hub)
    hub.pages = pages.address(endpoint)
    return endpoint


def prepare(ids: Iterable[str]) -> None:
    """Make the bundled repositories of these ids ahead of use, after `start`. Raise SourceError when one cannot be."""
    from classroom.models.hub import Hub

    Hub.of_this_machine().prepare(ids)


def _installation() -> str:
    """Return the command that adds the extra, from the repository that the course itself was installed from."""
    links = dict(link.split(", ", 1) for link in metadata("transformers-course").get_all("Project-URL", []))
    return f'pip install "transformers-course[classroom] @ git+{links["Repository"]}"'
