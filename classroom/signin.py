"""Logging in: whose a token is, the device login, and the pages where a person signs in and confirms a computer's code.

A lone learner's Hub confirms every code by itself. In a room a person signs in with the class code and a name; the
first time makes the account and shows its PIN once, later the PIN is asked for. Wrong guesses are counted for each
address and each account; forms carry a secret that the browser's cookie repeats, so that no other site can send them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from classroom import access, devices
from classroom.accounts import LEARNER, SESSION_SECONDS, AccountError, Accounts, as_name
from classroom.devices import Device, DeviceError
from classroom.pages import rendering
from classroom.problems import Problem

FORM_BYTES = 16 * 1024
GUESSES = 20  # wrong codes or PINs in ten minutes from one address
GUESSES_AT_ACCOUNT = 30  # wrong PINs in ten minutes for one account, from everywhere
FORM_COOKIE = "classroom_form"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def routes() -> list[Route]:
    """The addresses that this module answers."""
    return [
        Route("/api/whoami-v2", _whoami),
        Route("/oauth/device", _device, methods=["POST"]),
        Route("/oauth/token", _token, methods=["POST"]),
        Route("/activate", _page, methods=["GET", "POST"]),
        Route("/signin", _page, methods=["GET", "POST"]),
        Route("/signout", _sign_out, methods=["POST"]),
    ]


def _whoami(request: Request) -> Response:
    access.require_account(request)
    token = access.token(request)
    about = {"displayName": token.label, "role": token.role, "createdAt": _iso(token.made)}
    kind = {"type": "access_token"} if token.label else {"type": "oauth", "expiresAt": _iso(token.expires)}
    return JSONResponse(
        {
            "type": "user",
            "id": token.account,
            "name": token.account,
            "fullname": token.account,
            "isPro": False,
            "orgs": [],
            "auth": kind | {"accessToken": {key: value for key, value in about.items() if value}},
        }
    )


async def _device(request: Request) -> Response:
    await form(request)
    return await run_in_threadpool(_new_device, request, _accounts(request))


def _new_device(request: Request, accounts: Accounts) -> Response:
    alone = request.app.state.room is None
    if alone:
        if not access.is_own_machine(request):
            raise Problem(403, "Forbidden", "This Hub logs in its own machine only, by the address 127.0.0.1")
        accounts.add(LEARNER)
    try:
        secret, code = devices.ask(accounts, _address(request), LEARNER if alone else None)
    except DeviceError:
        raise Problem(429, "TooMany", "Too many computers wait to be logged in; try again in some minutes") from None
    page = f"{str(request.base_url).rstrip('/')}/activate"
    answer = {"device_code": secret, "user_code": code, "expires_in": devices.CODE_SECONDS}
    answer |= {"verification_uri": page, "verification_uri_complete": f"{page}?code={code}"}
    return JSONResponse(answer | {"interval": devices.INTERVAL})


async def _token(request: Request) -> Response:
    return await run_in_threadpool(_answer_token, await form(request), _accounts(request))


def _answer_token(asked: dict[str, str], accounts: Accounts) -> Response:
    try:
        if asked.get("grant_type") == DEVICE_GRANT:
            grant = devices.poll(accounts, asked.get("device_code", ""))
        elif asked.get("grant_type") == "refresh_token":
            grant = accounts.renew(asked.get("refresh_token", ""))
        else:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
    except DeviceError as error:
        return JSONResponse({"error": str(error)}, 400)
    if grant is None:
        return JSONResponse({"error": "invalid_grant", "error_description": "log in again"}, 400)
    return JSONResponse(
        {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_in": grant.expires_in,
            "token_type": "bearer",
        },
        headers={"Cache-Control": "no-store"},
    )


async def _page(request: Request) -> Response:
    try:
        if request.method == "GET":
            return await run_in_threadpool(_show, request, request.query_params.get("code", ""))
        return await run_in_threadpool(_submit, request, await form(request))
    except Problem as problem:
        return _render(request, "stop", problem.status_code, problem=problem.detail)


def _show(request: Request, code: str) -> Response:
    if request.app.state.room is None:
        return _render(request, "alone")
    signed_in = signed_in_as(request)
    if not signed_in or not _asks_for_code(request):
        return _render(request, "welcome" if signed_in else "sign-in", code=code, name=signed_in)
    device = _guess(request, lambda: devices.find(_accounts(request), code)) if code else None
    problem = f"No computer waits with the code {devices.as_code(code)}." if code and not device else None
    return _render(request, "confirm", code=code, name=signed_in, device=device, problem=problem)


def _submit(request: Request, asked: dict[str, str]) -> Response:
    if request.app.state.room is None:
        return _render(request, "alone")
    if not _is_ours(request, asked):
        return _render(request, "sign-in", 403, problem="This page was too old. Please try once more.")
    accounts, code = _accounts(request), asked.get("code", "")
    device = None
    if _asks_for_code(request):
        device = _guess(request, lambda: devices.find(accounts, code))
        if device is None:
            problem = f"No computer waits with the code {devices.as_code(code)}. Look at your notebook once more."
            step = "confirm" if signed_in_as(request) else "sign-in"
            return _render(request, step, 400, name=signed_in_as(request), problem=problem, written=asked)
    if asked.get("choice") == "deny" and device:
        devices.decide(accounts, device, None)
        return _render(request, "denied")
    account = signed_in_as(request)
    if account and asked.get("choice") == "confirm":
        return _welcome(request, account, device)
    return _sign_in(request, asked, device)


def _sign_in(request: Request, asked: dict[str, str], device: Device | None) -> Response:
    accounts = _accounts(request)

    def again(step: str, problem: str) -> Response:
        return _render(request, step, 400, code=asked.get("code", ""), problem=problem, written=asked)

    if not _guess(request, lambda: request.app.state.room.is_class_code(asked.get("class_code", ""))):
        return again("sign-in", "That is not the class code. It stands on the teacher's screen.")
    try:
        name = as_name(asked.get("name", ""))
        if not accounts.find(name) and request.app.state.hub.is_foreign(name):
            raise AccountError(f"The name {name!r} is taken by the Hub itself; choose another one.")
    except AccountError as error:
        return again("sign-in", str(error))
    if accounts.add(name):
        return _welcome(request, name, device, pin=accounts.new_pin(name))
    name = accounts.find(name)
    if not asked.get("pin"):
        return again("pin", f"There is a {name} here already. If that is you, type your PIN; else choose another name.")
    if accounts.mistakes(f"pin:{name}") >= GUESSES_AT_ACCOUNT:
        raise Problem(429, "TooMany", f"Too many wrong PINs for {name}. Wait ten minutes, or ask your teacher.")
    pin = "".join(asked["pin"].split())
    if not _guess(request, lambda: accounts.is_pin(name, pin)):
        accounts.mistake(f"pin:{name}")
        return again("pin", f"That is not {name}'s PIN. A teacher can give you a new one.")
    return _welcome(request, name, device)


def _welcome(request: Request, account: str, device: Device | None, pin: str | None = None) -> Response:
    accounts = _accounts(request)
    if device:
        devices.decide(accounts, device, account)
    response = _render(request, "done" if device else "welcome", name=account, pin=pin)
    if signed_in_as(request) != account:
        accounts.close_session(request.cookies.get(access.COOKIE, ""))  # of whoever used this browser before
        cookie = {"max_age": SESSION_SECONDS, "httponly": True, "samesite": "lax"}
        response.set_cookie(access.COOKIE, accounts.open_session(account), **cookie)
    return response


async def _sign_out(request: Request) -> Response:
    asked = await form(request)
    response = RedirectResponse("/signin", 303)
    if _is_ours(request, asked):
        _accounts(request).close_session(request.cookies.get(access.COOKIE, ""))
        response.delete_cookie(access.COOKIE)
    return response


def signed_in_as(request: Request) -> str | None:
    """The account that the browser signed in with; None when it did not."""
    cookie, known = request.cookies.get(access.COOKIE), access.accounts(request)
    return known.session(cookie) if cookie and known else None


async def form(request: Request) -> dict[str, str]:
    """The fields of a form, each once. Raises Problem 413 when it is longer than a form may be."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES:
            raise Problem(413, "TooLarge", f"A form may have {FORM_BYTES} bytes at most")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)
    return {name: values[0] for name, values in fields.items()}


def _is_ours(request: Request, asked: dict[str, str]) -> bool:
    """Whether the form came from one of these pages: it must repeat what only this browser's cookie holds."""
    return secrets.compare_digest(asked.get("form", "").encode(), request.cookies.get(FORM_COOKIE, "-").encode())


def _guess(request: Request, look: Callable[[], object]) -> object:
    """What `look` finds; a miss is counted, and after too many of them Problem 429 comes instead."""
    accounts, who = _accounts(request), f"from:{_address(request)}"
    if accounts.mistakes(who) >= GUESSES:
        raise Problem(429, "TooMany", "Too many wrong codes from this computer. Wait ten minutes, then try again.")
    found = look()
    if not found:
        accounts.mistake(who)
    return found


def _accounts(request: Request) -> Accounts:
    known = access.accounts(request)
    if known is None:
        raise Problem(401, "Unauthorized", "This Hub serves downloads only and knows no accounts")
    return known


def _asks_for_code(request: Request) -> bool:
    return request.url.path == "/activate"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _render(request: Request, step: str, status: int = 200, **values: object) -> Response:
    """The page at one of its steps: sign-in, pin, confirm; done, welcome, denied, alone, stop."""
    secret = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    known = dict.fromkeys(("name", "code", "device", "pin", "problem")) | {"written": {}, "step": step, "form": secret}
    known |= {"asks_for_code": _asks_for_code(request), "action": request.url.path}
    response = rendering.page(request, "signin.html", status, **known | values)
    response.set_cookie(FORM_COOKIE, secret, httponly=True, samesite="lax")
    return response
