"""The kinds of address: what a part of one may look like, where repositories of each kind lie, how pages link.

Pages, their redirects and their cookies name one another by relative addresses only, so that they work below whatever
prefix a proxy puts before them (`/user/ana/proxy/8765/`), and no header that a request brings decides where they lead.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.auth import access
from classroom.storage.names import KINDS

# Files of data sets and spaces have a prefix in their addresses, those of models have none.
PREFIXES = (("/datasets", "datasets"), ("/spaces", "spaces"), ("", "models"))
API = "/api/{kind:kind}/{repo:repo}"


class RepositoryId(Convertor[str]):
    """`name` or `namespace/name` in an address."""

    regex = "[^/]+(?:/[^/]+)?"

    def convert(self, value: str) -> str:
        """Return the part as it is."""
        return value

    def to_string(self, value: str) -> str:
        """Return the part as it is."""
        return value


class Kind(RepositoryId):
    """`models`, `datasets` or `spaces` in an address."""

    regex = "|".join(KINDS)


class Number(RepositoryId):
    """The number of a discussion in an address."""

    regex = "[1-9][0-9]{0,8}"


register_url_convertor("repo", RepositoryId())
register_url_convertor("kind", Kind())
register_url_convertor("number", Number())


class PlainPath:
    """Let the path be what the routes expect, whatever an ASGI server or a proxy made of it.

    A revision such as `refs%2Fpr%2F1` stays one segment, which ASGI servers would decode. The prefix that
    jupyter-server-proxy leaves in the path for `/proxy/absolute/{port}/` is taken off: with this server's own port and
    at most four segments before it (`/jupyter/user/ana/server`), so that no file of a repository is mistaken for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope["raw_path"].decode("latin-1").split("?")[0]
            port = (scope.get("server") or (None, None))[1]
            prefix = re.match(rf"(?:/[^/]+){{0,4}}?/proxy/absolute/(?:[^/]+:)?{port}(?=/)", raw)
            if prefix:
                raw, scope[access.FORWARDED] = raw[prefix.end() :], True
            scope["raw_path"] = raw.encode("latin-1")
            scope["path"] = unquote(re.sub("%2F", "\0", raw, flags=re.IGNORECASE))
        await self.app(scope, receive, send)


def to_front(request: Request) -> str:
    """Return the relative address of the front page as the page that was asked for links to it: `./`, `../`, …"""
    return "../" * (request.scope["raw_path"].count(b"/") - 1) or "./"


def of_repository(request: Request, kind: str, name: str) -> str:
    """Return the address of a repository's page, at the host name under which this Hub was asked."""
    prefix = next(prefix for prefix, of in PREFIXES if of == kind)
    return f"{str(request.base_url).rstrip('/')}{prefix}/{name}"
