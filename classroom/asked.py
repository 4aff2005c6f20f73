"""What a request asks for: the kinds of address, and the repository, revision and path that one names."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom import access, describe
from classroom.access import Account
from classroom.names import KINDS
from classroom.problems import Problem
from classroom.store import Repository, Store

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


class Number(RepositoryId):
    """The number of a discussion in an address."""

    regex = "[1-9][0-9]{0,8}"


register_url_convertor("kind", Kind())
register_url_convertor("number", Number())


class KeepEncodedSlashes:
    """Lets a revision such as `refs%2Fpr%2F1` stay one segment of the path, which ASGI servers would decode."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = scope["raw_path"].decode("latin-1").split("?")[0]
            scope["path"] = unquote(re.sub("%2F", "\0", raw, flags=re.IGNORECASE))
        await self.app(scope, receive, send)


def name(request: Request, kind: str) -> str:
    """The id that the address names, as it is today: a moved repository's old id leads to the new one."""
    return request.app.state.hub.canonical(kind, request.path_params["repo"])


def repository(request: Request, kind: str) -> Repository:
    """The repository that the address names, if the account may read it. Raises Problem 404, 401 or 403."""
    asked_for = name(request, kind)
    access.require_read(request, kind, asked_for)
    found = request.app.state.hub.repository(kind, asked_for)
    if found is None:
        raise Problem(404, "RepoNotFound", describe.unknown_id(kind, asked_for))
    return found


def pushed(request: Request) -> Store:
    """The store that is written to. Raises Problem 403 when this Hub only serves downloads."""
    store = request.app.state.hub.pushed
    if store is None:
        raise Problem(403, "Forbidden", "This Hub only serves downloads; nothing can be pushed to it.")
    return store


def writable(request: Request, kind: str, asked_for: str) -> tuple[Account, Repository]:
    """The account and the repository of that id, if it may be written to. Raises Problem 401, 403 or 404."""
    account = access.require_write(request, kind, asked_for)
    return account, _changeable(request, kind, asked_for)


def open_to_proposals(request: Request, kind: str, asked_for: str) -> tuple[Account, Repository]:
    """The account and a repository that it may read, so that it may propose a change. Raises Problem 401, 403, 404."""
    account = access.require_account(request)
    access.require_read(request, kind, asked_for)
    if account.role != "write":
        raise Problem(403, "Forbidden", "This token may only read; make one that may write.")
    return account, _changeable(request, kind, asked_for)


def _changeable(request: Request, kind: str, asked_for: str) -> Repository:
    found = pushed(request).repository(kind, asked_for)
    if found is None and request.app.state.hub.repository(kind, asked_for):
        raise Problem(403, "Forbidden", describe.not_yours(asked_for))
    if found is None:
        raise Problem(404, "RepoNotFound", describe.unknown_id(kind, asked_for))
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


def address(request: Request, kind: str, repo: str) -> str:
    """A repository's page, at the address under which this Hub was asked."""
    prefix = next(prefix for prefix, of in PREFIXES if of == kind)
    return f"{str(request.base_url).rstrip('/')}{prefix}/{repo}"
