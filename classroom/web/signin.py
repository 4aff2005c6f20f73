"""The pages where a person signs in and confirms a computer's code.

In a room a person signs in with the class code and a name; the first time makes the account and shows its PIN once,
later the PIN is asked for. Wrong guesses are counted for each address and each account, against brute force. Forms
carry a secret that the browser's cookie repeats, so that no other site can send them (CSRF). A lone learner signs in by
an address with a one-time token, as Jupyter prints one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.api.login import FORM_BYTES, require_accounts, sender
from classroom.auth import access, device_login
from classroom.auth.accounts import SESSION_SECONDS, AccountError, as_name
from classroom.auth.device_login import Device
from classroom.auth.rooms import Room
from classroom.http import errors
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError
from classroom.web import rendering

GUESSES = 20  # wrong codes or PINs in ten minutes from one address
GUESSES_AT_ACCOUNT = 30  # wrong PINs in ten minutes for one account, from everywhere
FORM_COOKIE = "classroom_form"
endpoints = Endpoints()
Found = TypeVar("Found")


@endpoints.get("/activate", Needs.EMPTY_TREE)
@endpoints.get("/signin", Needs.EMPTY_TREE)
def show(call: Call) -> Response:
    """Show the form for signing in, or for a computer's code."""
    return _or_stop(call, _show)


@endpoints.post("/activate", Needs.EMPTY_TREE, FORM_BYTES)
@endpoints.post("/signin", Needs.EMPTY_TREE, FORM_BYTES)
def submit(call: Call) -> Response:
    """Handle the submitted form."""
    return _or_stop(call, _submit)


@endpoints.post("/signout", Needs.EMPTY_TREE, FORM_BYTES)
def sign_out(call: Call) -> Response:
    """Sign the browser out."""
    response = RedirectResponse("signin", 303)
    if _is_ours(call):
        require_accounts(call).close_session(call.request.cookies.get(access.COOKIE, ""))
        _set_cookie(response, access.COOKIE, "", seconds=0)
    return response


class SignInByToken:
    """Sign a browser in that opens an address with a one-time `token`, and redirect it to the address without it.

    The token is used up at once, against reuse from a browser's history or a log. It counts on the front page and the
    pages beside it only, from which the session's cookie is sent to all of the Hub (see `_set_cookie`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _has_token(scope):
            response = await run_in_threadpool(_use_token, Request(scope))
            if response:
                return await response(scope, receive, send)
        return await self.app(scope, receive, send)


def _has_token(scope: Scope) -> bool:
    is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].count("/") == 1
    return is_page and b"token=" in scope["query_string"]


def _use_token(request: Request) -> Response | None:
    known, secret = access.accounts(request), request.query_params.get("token", "")
    account = known.use_sign_in(secret) if known and secret else None
    if known is None or account is None:
        return None
    plain = request.url.remove_query_params("token")
    response = RedirectResponse(f".{plain.path}?{plain.query}" if plain.query else f".{plain.path}", 303)
    _set_session(response, known.open_session(account))
    return response


def _or_stop(call: Call, step: Callable[[Call], Response]) -> Response:
    try:
        return step(call)
    except Exception as error:
        known = errors.as_hub_error(error)
        if known is None:
            raise
        return _render(call, "stop", known.status_code, problem=known.detail)


def _show(call: Call) -> Response:
    if call.request.app.state.room is None:
        return _render(call, "alone")
    signed_in, code = access.signed_in_as(call.request), call.query("code")
    if not signed_in or not _asks_for_code(call):
        return _render(call, "welcome" if signed_in else "sign-in", code=code, name=signed_in)
    device = _guess(call, lambda: device_login.find(require_accounts(call), code)) if code else None
    problem = f"No computer waits with the code {device_login.as_code(code)}." if code and not device else None
    return _render(call, "confirm", code=code, name=signed_in, device=device, problem=problem)


def _submit(call: Call) -> Response:
    room, accounts = call.request.app.state.room, require_accounts(call)
    if room is None:
        return _render(call, "alone")
    if not _is_ours(call):
        return _render(call, "sign-in", 403, problem="This page was too old. Please try once more.")
    device, account = None, access.signed_in_as(call.request)
    if _asks_for_code(call):
        code = _field(call, "code")
        device = _guess(call, lambda: device_login.find(accounts, code))
        if device is None:
            problem = f"No computer waits with the code {device_login.as_code(code)}. Look at your notebook once more."
            step = "confirm" if account else "sign-in"
            return _render(call, step, 400, name=account, problem=problem, written=call.body)
    if _field(call, "choice") == "deny" and device:
        device_login.decide(accounts, device, None)
        return _render(call, "denied")
    if account and _field(call, "choice") == "confirm":
        return _welcome(call, account, device)
    return _sign_in(call, room, device)


def _sign_in(call: Call, room: Room, device: Device | None) -> Response:
    accounts, pin = require_accounts(call), "".join(_field(call, "pin").split())

    def again(step: str, problem: str) -> Response:
        return _render(call, step, 400, code=_field(call, "code"), problem=problem, written=call.body)

    if not _guess(call, lambda: room.is_class_code(_field(call, "class_code"))):
        return again("sign-in", "That is not the class code. It stands on the teacher's screen.")
    try:
        name = as_name(_field(call, "name"))
        if not accounts.find(name) and call.hub.is_foreign(name):
            raise AccountError(f"The name {name!r} is taken by the Hub itself; choose another one.")
    except AccountError as error:
        return again("sign-in", str(error))
    if accounts.add(name):
        return _welcome(call, name, device, pin=accounts.new_pin(name))
    name = accounts.find(name) or name
    if not pin:
        return again("pin", f"There is a {name} here already. If that is you, type your PIN; else choose another name.")
    if accounts.mistakes(f"pin:{name}") >= GUESSES_AT_ACCOUNT:
        raise HubError(429, "TooMany", f"Too many wrong PINs for {name}. Wait ten minutes, or ask your teacher.")
    if not _guess(call, lambda: accounts.is_pin(name, pin)):
        accounts.mistake(f"pin:{name}")
        return again("pin", f"That is not {name}'s PIN. A teacher can give you a new one.")
    return _welcome(call, name, device)


def _welcome(call: Call, account: str, device: Device | None, pin: str | None = None) -> Response:
    accounts = require_accounts(call)
    if device:
        device_login.decide(accounts, device, account)
    response = _render(call, "done" if device else "welcome", name=account, pin=pin)
    if access.signed_in_as(call.request) != account:
        accounts.close_session(call.request.cookies.get(access.COOKIE, ""))  # of whoever used this browser before
        _set_session(response, accounts.open_session(account))
    return response


def _set_session(response: Response, secret: str) -> None:
    _set_cookie(response, access.COOKIE, secret, SESSION_SECONDS)


def _set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set a cookie for that many seconds, or until the browser is closed; no script can read it (XSS).

    It names no path, so that the browser sends it to the folder of the page's address only (RFC 6265, section 5.1.4):
    below `/user/ana/proxy/8765/`, no other program of that JupyterHub gets it. All pages that set one are in that
    folder.
    """
    response.set_cookie(name, value, max_age=seconds, path=None, httponly=True, samesite="lax")


def _is_ours(call: Call) -> bool:
    """Tell whether the form came from one of these pages: it repeats what only this browser's cookie holds (CSRF)."""
    return secrets.compare_digest(_field(call, "form").encode(), call.request.cookies.get(FORM_COOKIE, "-").encode())


def _guess(call: Call, look: Callable[[], Found]) -> Found:
    """Return what `look` finds, and count a miss. Raise HubError 429 after too many from that address (brute force)."""
    accounts, who = require_accounts(call), f"from:{sender(call)}"
    if accounts.mistakes(who) >= GUESSES:
        raise HubError(429, "TooMany", "Too many wrong codes from this computer. Wait ten minutes, then try again.")
    found = look()
    if not found:
        accounts.mistake(who)
    return found


def _field(call: Call, name: str) -> str:
    value = call.body.get(name, "")
    return value if isinstance(value, str) else str(value[0])


def _asks_for_code(call: Call) -> bool:
    return call.request.url.path == "/activate"


def _render(call: Call, step: str, status: int = 200, **values: object) -> Response:
    """Return the page at one of its steps: sign-in, pin, confirm; done, welcome, denied, alone, stop."""
    secret = call.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    known: dict[str, object] = dict.fromkeys(("name", "code", "device", "pin", "problem"))
    known |= {"written": {}, "step": step, "form": secret}
    known |= {"asks_for_code": _asks_for_code(call), "action": call.request.url.path.lstrip("/")}
    response = rendering.page(call.request, "signin.html", status, **known | values)
    _set_cookie(response, FORM_COOKIE, secret)
    return response
