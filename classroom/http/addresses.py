"""The kinds of address: what a part of one may look like, and where repositories of each kind lie."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

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


class KeepEncodedSlashes:
    """Let a revision such as `refs%2Fpr%2F1` stay one segment of the path, which ASGI servers would decode."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope["raw_path"].decode("latin-1").split("?")[0]
            scope["path"] = unquote(re.sub("%2F", "\0", raw, flags=re.IGNORECASE))
        await self.app(scope, receive, send)


def of_repository(request: Request, kind: str, name: str) -> str:
    """Return the address of a repository's page, at the host name under which this Hub was asked."""
    prefix = next(prefix for prefix, of in PREFIXES if of == kind)
    return f"{str(request.base_url).rstrip('/')}{prefix}/{name}"
