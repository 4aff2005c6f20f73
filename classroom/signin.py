"""Logging in: whose a token is, the device login, the page that confirms it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import access
from classroom.problems import Problem


def routes() -> list[Route]:
    """The addresses that this module answers."""
    return [Route("/api/whoami-v2", _whoami)]


def _whoami(request: Request) -> Response:
    account = access.account(request)
    if account is None:
        raise Problem(401, "Unauthorized", "Invalid credentials.")
    token = {"displayName": "token", "role": account.role}
    return JSONResponse({"type": "user", "name": account.name, "orgs": [], "auth": {"accessToken": token}})
