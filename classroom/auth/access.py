"""Who sends a request, and what they may read and write."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass

from starlette.requests import Request

from classroom.auth.accounts import Accounts, Token
from classroom.auth.errors import ForbiddenError, NotLoggedInError
from classroom.models.hub import Hub, unknown_id
from classroom.storage.errors import RepositoryNotFoundError

COOKIE = "classroom_session"
LOOPBACK_HOST = re.compile(r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::(\d{1,5}))?")
# What proxies say of themselves; jupyter-server-proxy says X-Forwarded-Context and X-ProxyContextPath.
FORWARDING_HEADERS = re.compile("forwarded|via|x-forwarded-.*|x-real-ip|x-proxycontextpath")
FORWARDED = "classroom.forwarded"  # in a request's scope: its address shows that a proxy passed it on
# The client tells a wrong token from a missing repository by this very sentence.
WRONG_TOKEN = "Invalid credentials in Authorization header"


@dataclass(frozen=True)
class Account:
    """Somebody whom the Hub knows; `role` is "read" or "write", as the token was made."""

    name: str
    role: str = "write"


def hub(request: Request) -> Hub:
    """Return the Hub that the application serves."""
    served = request.app.state.hub
    assert isinstance(served, Hub)
    return served


def accounts(request: Request) -> Accounts | None:
    """Return the accounts of this Hub; None when it only serves downloads."""
    known = request.app.state.accounts
    assert known is None or isinstance(known, Accounts)
    return known


def token(request: Request) -> Token | None:
    """Return the token that came with the request, as Bearer or, from git, as the password; None without a valid one.

    It is looked up once for a request, by its SHA-256 (`Accounts.token`).
    """
    if "classroom.token" not in request.scope:
        secret, known = _secret(request), accounts(request)
        request.scope["classroom.token"] = known.token(secret) if known and secret else None
    found = request.scope["classroom.token"]
    assert found is None or isinstance(found, Token)
    return found


def account(request: Request) -> Account | None:
    """Return the account whose token came with the request; None when none or no valid one came.

    A browser's session cookie grants GET and HEAD only: another site can trigger requests that carry it (CSRF).
    """
    found = token(request)
    if found:
        return Account(found.account, found.role)
    if request.method not in ("GET", "HEAD") or _secret(request):
        return None
    name = signed_in_as(request)
    return Account(name, "read") if name else None


def signed_in_as(request: Request) -> str | None:
    """Return the account that the browser signed in with; None when it did not."""
    cookie, known = request.cookies.get(COOKIE), accounts(request)
    return known.session(cookie) if cookie and known else None


def is_own_machine(request: Request) -> bool:
    """Tell whether a lone learner's Hub is asked by a program on its own machine, with no server in between.

    Only then a login confirms itself. The Host header counts because a web page can let a name of its own resolve to
    127.0.0.1 (DNS rebinding) and the browser then sends that name; its port counts because a Jupyter that passes
    requests on, for whoever opens it from elsewhere, may be asked by the name 127.0.0.1 too, at a port of its own.
    """
    client, server = request.scope.get("client"), request.scope.get("server")
    if client is None or server is None or not (_is_loopback(client[0]) and _is_loopback(server[0])):
        return False
    host = LOOPBACK_HOST.fullmatch(request.headers.get("host", ""))
    is_asked_directly = host is not None and (host[1] or "80") == str(server[1]) and not is_forwarded(request)
    return request.app.state.room is None and is_asked_directly


def is_forwarded(request: Request) -> bool:
    """Tell whether a proxy passed the request on.

    Proxies give themselves away by the headers that they add or by the address that they ask for, and a plain nginx,
    which adds none, by speaking HTTP/1.0.
    """
    has_header = any(FORWARDING_HEADERS.fullmatch(name) for name in request.headers)
    return has_header or FORWARDED in request.scope or request.scope["http_version"] == "1.0"


def may_read(request: Request, kind: str, name: str) -> bool:
    """Tell whether the sender may know of that repository: a private one is known to its owner only."""
    pushed = hub(request).pushed
    found = pushed.repository(kind, name) if pushed else None
    if found is None or not found.private:
        return True
    reader = account(request)
    return reader is not None and is_own(reader.name, name)


def is_own(account_name: str, name: str) -> bool:
    """Tell whether a repository's id lies under the account's name, in any case."""
    return name.rpartition("/")[0].lower() == account_name.lower()


def require_read(request: Request, kind: str, name: str) -> Account | None:
    """Return the account, if it may read that repository; None for a stranger who reads a public one.

    Raise RepositoryNotFoundError for somebody else's private one, as for one that is not there.
    """
    if not may_read(request, kind, name):
        raise RepositoryNotFoundError(unknown_id(kind, name))
    return account(request)


def require_account(request: Request) -> Account:
    """Return the account whose token came with the request. Raise NotLoggedInError without a valid one."""
    found = token(request)
    if found is None:
        refuse_wrong_token(request)
        raise NotLoggedInError(
            "You are not logged in to the classroom Hub: run notebook_login(), or hf auth login in a terminal."
        )
    return Account(found.account, found.role)


def refuse_wrong_token(request: Request) -> None:
    """Raise NotLoggedInError for a token that is wrong or was withdrawn, whatever is asked for.

    Who sends one must learn of it, or she goes on as a stranger without knowing. A Hub without accounts knows no token.
    """
    if _secret(request) and accounts(request) and token(request) is None:
        raise NotLoggedInError(WRONG_TOKEN)


def require_write(request: Request, kind: str, name: str) -> Account:
    """Return the account, if it may write to that id.

    Raise NotLoggedInError without a valid token, ForbiddenError for other people's names and for a token that reads.
    """
    writer = require_account(request)
    if not is_own(writer.name, name):
        raise ForbiddenError(f"{writer.name} may write to {writer.name}/... only, not to {name}")
    if writer.role != "write":
        raise ForbiddenError("This token may only read; log in with one that may write")
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


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
