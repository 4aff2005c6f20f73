"""Who asks, and what they may read and write."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass

from starlette.requests import Request

from classroom import describe
from classroom.accounts import LEARNER, Accounts, Token
from classroom.problems import Problem

COOKIE = "classroom_session"
OWN_NAME = re.compile(r"(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?")
PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")  # by a server in between
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

    A browser counts too, for looking only: one that signed in, and a lone learner's own. What it asks for, others may
    have caused.
    """
    found = token(request)
    if found:
        return Account(found.account, found.role)
    if request.method not in ("GET", "HEAD") or _secret(request) or not accounts(request):
        return None
    cookie = request.cookies.get(COOKIE)
    name = accounts(request).session(cookie) if cookie else None
    if name is None and is_own_machine(request) and _is_own_browser(request):
        name = LEARNER
    return Account(name, "read") if name else None


def is_own_machine(request: Request) -> bool:
    """Whether this is a lone learner's Hub, asked from its own machine, by its own name, with nobody in between.

    The name counts because a web page can make one of its own point at 127.0.0.1; the browser then sends that name.
    HTTP/1.0 is what nginx speaks with a server behind it, by that server's own name, unless it is told otherwise; no
    browser and no Python client does.
    """
    ends = (request.scope.get("client"), request.scope.get("server"))
    return (
        request.app.state.room is None
        and request.scope["http_version"] != "1.0"
        and all(end is not None and _is_loopback(end[0]) for end in ends)
        and OWN_NAME.fullmatch(request.headers.get("host", "")) is not None
        and not any(name in request.headers for name in PASSED_ON)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_own_browser(request: Request) -> bool:
    """Whether a browser asks for a page that its person opened, or for what one of these pages shows.

    Browsers say so themselves, and no web page can change it (https://www.w3.org/TR/fetch-metadata/): what another
    site puts into a page of its own comes as a stranger's request, as it would without a cookie that is SameSite=Lax.
    """
    site, mode, shown_as = (request.headers.get(f"sec-fetch-{name}") for name in ("site", "mode", "dest"))
    return site in ("same-origin", "none") or (site is not None and mode == "navigate" and shown_as == "document")


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
