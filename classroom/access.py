"""Who asks, and what they may read and write."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from starlette.requests import Request

from classroom import describe
from classroom.accounts import Accounts, Token
from classroom.problems import Problem

COOKIE = "classroom_session"
# The client tells a wrong token from a missing repository by this very sentence.
WRONG_TOKEN = "Invalid credentials in Authorization header"


@dataclass(frozen=True)
class Account:
    """Somebody whom the Hub knows; `role` is "read" or "write", as the token was made."""

    name: str
    role: str = "write"


def accounts(request: Request) -> Accounts | None:
    """The accounts of this Hub; None when it only reads."""
    return request.app.state.accounts


def token(request: Request) -> Token | None:
    """The token that came with the request, as Bearer or, from git, as the password; None without a valid one."""
    secret, known = _secret(request), accounts(request)
    if "classroom.token" not in request.scope:
        request.scope["classroom.token"] = known.token(secret) if known and secret else None
    return request.scope["classroom.token"]


def account(request: Request) -> Account | None:
    """The account whose token came with the request; None when none or no valid one came.

    A browser that signed in counts too, for looking only: its cookie comes with requests that others cause.
    """
    found = token(request)
    if found:
        return Account(found.account, found.role)
    cookie, known = request.cookies.get(COOKIE), accounts(request)
    if cookie and known and request.method in ("GET", "HEAD") and not _secret(request):
        name = known.session(cookie)
        return Account(name, "read") if name else None
    return None


def may_read(request: Request, kind: str, name: str) -> bool:
    """Whether the one who asks may know of that repository."""
    pushed = request.app.state.hub.pushed
    found = pushed.repository(kind, name) if pushed else None
    if found is None or not found.private:
        return True
    reader = account(request)
    return reader is not None and reader.name == name.split("/")[0]


def require_read(request: Request, kind: str, name: str) -> Account | None:
    """The account, if it may read that repository; None for somebody unknown reading a public one.

    Raises Problem 404 (RepoNotFound) for a private repository of somebody else.
    """
    if not may_read(request, kind, name):
        raise Problem(404, "RepoNotFound", describe.unknown_id(kind, name))
    return account(request)


def require_account(request: Request) -> Account:
    """The account whose token came with the request. Raises Problem 401 without a valid one."""
    found = token(request)
    if found is None:
        missing = "You are not logged in to the classroom Hub: run notebook_login(), or hf auth login in a terminal."
        message = WRONG_TOKEN if _secret(request) else missing
        raise Problem(401, "Unauthorized", message, **{"WWW-Authenticate": 'Basic realm="Classroom Hub"'})
    return Account(found.account, found.role)


def require_write(request: Request, kind: str, name: str) -> Account:
    """The account, if it may write to that id. Raises Problem 401 without a valid token, 403 for others' names."""
    writer = require_account(request)
    if name.rpartition("/")[0] != writer.name:
        raise Problem(403, "Forbidden", f"{writer.name} may write to {writer.name}/... only, not to {name}")
    if writer.role != "write":
        raise Problem(403, "Forbidden", "This token may only read; log in with one that may write")
    return writer


def _secret(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
            return password or name or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
