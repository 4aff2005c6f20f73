"""What goes wrong, as the Hub tells its client: a status, a code that becomes an exception there, one sentence."""

from __future__ import annotations

import errno
import logging
import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.auth.errors import AccessError, ForbiddenError, NotLoggedInError
from classroom.models.wheels import SourceError
from classroom.storage import errors as storage

LOG = logging.getLogger("uvicorn.error")  # which the server shows in its terminal
STATUS: dict[type[Exception], tuple[int, str]] = {
    storage.InvalidInputError: (400, "BadRequest"),
    storage.InvalidPathError: (422, "UnprocessableEntity"),
    NotLoggedInError: (401, "Unauthorized"),
    ForbiddenError: (403, "Forbidden"),
    storage.RepositoryNotFoundError: (404, "RepoNotFound"),
    storage.RevisionNotFoundError: (404, "RevisionNotFound"),
    storage.EntryNotFoundError: (404, "EntryNotFound"),
    storage.ConflictError: (409, "Conflict"),
    storage.DamagedError: (410, "Damaged"),  # the client would try five times after a 500
    storage.OutdatedError: (412, "PreconditionFailed"),
    storage.TooLargeError: (413, "PayloadTooLarge"),
    storage.BusyError: (503, "Busy"),
    SourceError: (503, "Unavailable"),
}
# The exception classes, with their subclasses, that Starlette passes to `answer`.
HANDLED_BY_ANSWER = (HTTPException, storage.StorageError, AccessError, SourceError, OSError)


class HubError(HTTPException):
    """An error as the Hub reports it; `status` is HTTP's, `code` the client's word for it, `message` one sentence."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        # The message goes into a header too: whatever an address may have brought in there must be plain ASCII.
        plain = re.sub(r"[^ -~]", "?", message)[:1000]
        super().__init__(status, message, {"X-Error-Code": code, "X-Error-Message": plain, **headers})


def as_hub_error(error: Exception) -> HTTPException | None:
    """Return the error as the client is told of it; None for one that nobody expected."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, OSError):
        return _from_disk(error)
    known = next((STATUS[of] for of in type(error).__mro__ if of in STATUS), None)
    if known is None:
        return None
    status, code = known
    headers = {"WWW-Authenticate": 'Basic realm="Classroom Hub"'} if status == 401 else {}
    return HubError(status, code, " ".join(str(error).split()), **headers)


def answer(request: Request, error: Exception) -> Response:
    """Answer with the error as JSON, which `web.error_pages` turns into a page for a browser.

    Re-raise an error that nobody expected.
    """
    known = as_hub_error(error)
    if known is None:
        raise error
    return JSONResponse({"error": known.detail}, known.status_code, known.headers)


def fault(where: str, error: BaseException) -> HubError:
    """Return what a client is told of an error that nobody expected; the traceback goes into the server's log only."""
    number = secrets.token_hex(4)
    LOG.error("Fault %s at %s", number, ascii(where)[1:-1], exc_info=error)
    sentence = (
        "The Hub could not do this; try it once more, and if that does not help, tell whoever runs the Hub that its log"
        f" explains fault {number}."
    )
    return HubError(500, "ServerError", sentence, **{"X-Request-Id": number})


class RequestIdMiddleware:
    """Give every answer a number, which the client names in its errors."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("X-Request-Id", secrets.token_hex(8))
            await send(message)

        await self.app(scope, receive, send_numbered)


class FaultMiddleware:
    """Send a one-sentence error when the application fails before its response has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_and_remember(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_remember)
        except ClientDisconnect:  # nobody is left to be told
            response = answer(Request(scope), HubError(400, "BadRequest", "The connection was closed."))
            await response(scope, receive, send)
        except Exception as error:
            if has_begun or scope["type"] != "http":
                raise  # the server logs it and closes the connection, so that a part is not taken for the whole
            response = answer(Request(scope), fault(f"{scope['method']} {scope['path']}", error))
            await response(scope, receive, send)


def _from_disk(error: OSError) -> HubError | None:
    """Return what the disk refuses: no room, or a repository that was deleted while it was read."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return HubError(507, "InsufficientStorage", "The Hub's disk is full; nothing was changed.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return HubError(404, "EntryNotFound", "This was deleted or moved a moment ago.")
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        return HubError(400, "BadRequest", "A name in this request is too long or not allowed.")
    return None
