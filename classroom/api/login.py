"""Accounts and logging in with the stock client: whose a token is, and the OAuth device login (RFC 8628).

A lone learner's Hub confirms the login of its own machine by itself; in a room a person confirms it on `/activate`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from classroom.auth import access, device_login
from classroom.auth.accounts import LEARNER, Accounts
from classroom.auth.device_login import DeviceError
from classroom.auth.errors import ForbiddenError, NotLoggedInError
from classroom.http.addresses import API
from classroom.http.bodies import Body
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError

FORM_BYTES = 16 * 1024
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
endpoints = Endpoints()


@endpoints.get("/api/whoami-v2", Needs.ACCOUNT)
def whoami(call: Call) -> Response:
    """Tell whose the token is that came with the request."""
    token = access.token(call.request)
    assert token is not None
    about = {"displayName": token.label, "role": token.role, "createdAt": _iso(token.made)}
    kind = {"type": "access_token"} if token.expires is None else {"type": "oauth", "expiresAt": _iso(token.expires)}
    auth: Body = {**kind, "accessToken": {key: value for key, value in about.items() if value}}
    user = {"type": "user", "id": token.account, "name": token.account, "fullname": token.account}
    return JSONResponse({**user, "avatarUrl": avatar(call), "isPro": False, "orgs": [], "auth": auth})


@endpoints.get("/api/users/{user}/overview", Needs.EMPTY_TREE)
def overview(call: Call) -> Response:
    """Tell whose account a name is."""
    name = require_accounts(call).find(call.request.path_params["user"])
    if name is None:
        raise HubError(404, "UserNotFound", "There is no account of that name here.")
    return JSONResponse({"user": name, "fullname": name, "type": "user", "isPro": False, "avatarUrl": avatar(call)})


@endpoints.get("/api/users/{user}/likes", Needs.EMPTY_TREE)
@endpoints.get(f"{API}/likers")
@endpoints.delete(f"{API}/like", Needs.READ)
def likes(call: Call) -> Response:
    """List likes: a classroom has none, so that none can be taken away either."""
    return JSONResponse([])


@endpoints.post("/oauth/device", Needs.EMPTY_TREE, FORM_BYTES)
def device(call: Call) -> Response:
    """Give a computer that wants to be logged in its secret, and the code that a person is to confirm.

    A lone learner's own machine is confirmed at once, and the address signs her browser in, once. It is the one that
    her browser opens, which is another one than her kernel's where Jupyter runs on a machine elsewhere.
    """
    accounts, alone = require_accounts(call), call.request.app.state.room is None
    if alone:
        if not access.is_own_machine(call.request):
            raise ForbiddenError("This Hub logs in its own machine only, by the address 127.0.0.1")
        accounts.add(LEARNER)
    try:
        secret, code = device_login.ask(accounts, sender(call), LEARNER if alone else None)
    except DeviceError:
        raise HubError(429, "TooMany", "Too many computers wait to be logged in; try again in some minutes") from None
    page = f"{(alone and call.hub.pages) or call.request.base_url}activate"
    fields = {"code": code} | ({"token": accounts.new_sign_in(LEARNER)} if alone else {})
    answer = {"device_code": secret, "user_code": code, "expires_in": device_login.CODE_SECONDS}
    answer |= {"verification_uri": page, "verification_uri_complete": f"{page}?{urlencode(fields)}"}
    return JSONResponse(answer | {"interval": device_login.INTERVAL})


@endpoints.post("/oauth/token", Needs.EMPTY_TREE, FORM_BYTES)
def token(call: Call) -> Response:
    """Give a confirmed computer its token, or a new one for one that ends; else RFC 8628's word for why not."""
    accounts, kind = require_accounts(call), call.body.get("grant_type")
    try:
        if kind == DEVICE_GRANT:
            grant = device_login.poll(accounts, str(call.body.get("device_code", "")))
        elif kind == "refresh_token":
            renewed = accounts.renew(str(call.body.get("refresh_token", "")))
            if renewed is None:
                return JSONResponse({"error": "invalid_grant", "error_description": "log in again"}, 400)
            grant = renewed
        else:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
    except DeviceError as error:
        return JSONResponse({"error": str(error)}, 400)
    answer: Body = {"access_token": grant.access_token, "refresh_token": grant.refresh_token}
    answer |= {"expires_in": grant.expires_in, "token_type": "bearer"}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def require_accounts(call: Call) -> Accounts:
    """Return the accounts of this Hub. Raise NotLoggedInError when it only serves downloads."""
    known = access.accounts(call.request)
    if known is None:
        raise NotLoggedInError("This Hub serves downloads only and knows no accounts")
    return known


def avatar(call: Call) -> str:
    """Return the address of the picture that every account has."""
    return f"{str(call.request.base_url).rstrip('/')}/-/icon.svg"


def sender(call: Call) -> str:
    """Return the network address of the sender."""
    return call.request.client.host if call.request.client else "unknown"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
