"""Middleware for browsers: security headers for every response, and error pages instead of JSON."""

from __future__ import annotations

import json

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.http import errors
from classroom.web.rendering import page

# A pushed HTML or SVG file must not run as a page of this site (stored XSS, MIME sniffing) nor be framed
# (clickjacking); the Hub's own pages set a policy of their own.
DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
TITLES = {400: "That did not work", 401: "Log in first", 403: "Not allowed", 404: "Not found", 429: "Too fast"}
TITLES |= {405: "Not for a browser", 410: "Damaged", 500: "Something broke", 503: "Not ready", 507: "The disk is full"}
SENTENCES = {404: "Nothing is at this address; go back to the front page and look from there."}
MOST_BYTES = 64 * 1024


class ErrorPageMiddleware:
    """Add the headers, and turn an error into a page where the browser asks for HTML."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        wants_page = "text/html" in Headers(scope=scope).get("accept", "") and not scope["path"].startswith("/api/")
        held: list[Message] = []

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULTS.items():
                    headers.setdefault(name, value)
                if wants_page and message["status"] >= 400 and "html" not in headers.get("content-type", ""):
                    held.append(message)
                    return None
            if not held:
                return await send(message)
            held.append(message)
            if message.get("more_body") and len(held) < 100:
                return None
            response = await run_in_threadpool(_page_or_text, Request(scope), held)
            held.clear()
            return await response(scope, receive, send)

        await self.app(scope, receive, outwards)


def _page_or_text(request: Request, held: list[Message]) -> Response:
    try:
        return _page(request, held)
    except Exception as error:  # what failed may be what a page needs, such as the accounts
        problem = errors.fault(request.url.path, error)
        return PlainTextResponse(f"{problem.detail}\n", 500, DEFAULTS)


def _page(request: Request, held: list[Message]) -> Response:
    status = held[0]["status"]
    body = b"".join(message.get("body", b"") for message in held[1:])[:MOST_BYTES]
    try:
        said = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        said = None
    sentence = str(said or SENTENCES.get(status, "Go back to the front page and try it from there."))
    return page(request, "problem.html", status, title=TITLES.get(status, f"Error {status}"), sentence=sentence)
