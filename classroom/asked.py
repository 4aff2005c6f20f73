"""What a request asks for: the kinds of address, and the repository, revision and path that one names."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom import access, describe
from classroom.problems import Problem
from classroom.store import KINDS, Repository

# Files of data sets and spaces have a prefix in their addresses, those of models have none.
PREFIXES = (("/datasets", "datasets"), ("/spaces", "spaces"), ("", "models"))


class RepositoryId(Convertor[str]):
    """`name` or `namespace/name` in an address."""

    regex = "[^/]+(?:/[^/]+)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Kind(RepositoryId):
    """`models`, `datasets` or `spaces` in an address."""

    regex = "|".join(KINDS)


register_url_convertor("repo", RepositoryId())
register_url_convertor("kind", Kind())


class KeepEncodedSlashes:
    """Lets a revision such as `refs%2Fpr%2F1` stay one segment of the path, which ASGI servers would decode."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope["raw_path"].decode("latin-1").split("?")[0]
            scope["path"] = unquote(re.sub("%2F", "\0", raw, flags=re.IGNORECASE))
        await self.app(scope, receive, send)


def repository(request: Request, kind: str) -> Repository:
    """The repository that the address names, if the account may read it. Raises Problem 404, 401 or 403."""
    name = request.path_params["repo"]
    access.require_read(request, kind, name)
    found = request.app.state.hub.repository(kind, name)
    if found is None:
        raise Problem(404, "RepoNotFound", describe.unknown_id(kind, name))
    return found


def revision(request: Request) -> str:
    """The revision that the address names; `main` when it names none."""
    return request.path_params.get("revision", "main").replace("\0", "/")


def at_revision(request: Request, kind: str) -> tuple[Repository, str]:
    """The repository and the commit that the address names. Raises Problem 404, 401 or 403."""
    found = repository(request, kind)
    commit = found.resolve(revision(request))
    if commit is None:
        raise Problem(404, "RevisionNotFound", f"Invalid rev id: {revision(request)}")
    return found, commit


def path(request: Request) -> str:
    """The path inside the repository that the address names; empty for its root."""
    return request.path_params.get("path", "").replace("\0", "/").strip("/")
