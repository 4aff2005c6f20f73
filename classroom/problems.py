"""What goes wrong, as the Hub says it to its client."""

from __future__ import annotations

import errno
import logging
import re
import secrets
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.sources import SourceError

LOG = logging.getLogger("uvicorn.error")  # which the server shows in its terminal
_logged: set[str] = set()


class Problem(HTTPException):
    """An error as the Hub reports it: a status, a code that the client turns into its exception, one sentence."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        # The message goes into a header too: whatever an address may have brought in there must be plain ASCII.
        plain = re.sub(r"[^ -~]", "?", message)[:1000]
        super().__init__(status, message, {"X-Error-Code": code, "X-Error-Message": plain, **headers})


def answer(request: Request, error: Problem) -> Response:
    """The problem as JSON, with the headers that the client reads."""
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def unavailable(request: Request, error: SourceError) -> Response:
    """A bundled repository that could not be made."""
    return answer(request, Problem(503, "Unavailable", " ".join(str(error).split())))


def disk(request: Request, error: OSError) -> Response:
    """What the disk refuses: no room, or a repository that was deleted while it was read."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return answer(request, Problem(507, "InsufficientStorage", "The Hub's disk is full; nothing was changed."))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return answer(request, Problem(404, "EntryNotFound", "This was deleted or moved a moment ago."))
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        return answer(request, Problem(400, "BadRequest", "A name in this request is too long or not allowed."))
    raise error


def fault(where: str, error: BaseException) -> Problem:
    """What a client is told of an error that nobody expected; the traceback goes into the server's log only."""
    number = secrets.token_hex(4)
    LOG.error("Fault %s at %s", number, ascii(where)[1:-1], exc_info=error)
    sentence = (
        "The Hub could not do this; try it once more, and if that does not help, tell whoever runs the Hub that its log"
        f" explains fault {number}."
    )
    return Problem(500, "ServerError", sentence, **{"X-Request-Id": number})


def unless_damaged(otherwise: object, look: Callable, *about: object) -> object:
    """What `look` tells of one repository among many; `otherwise` of one that cannot be read, and once the log why."""
    try:
        return look(*about)
    except Problem:
        raise
    except Exception as error:
        where = " ".join(str(one) for one in about if isinstance(one, str))
        if where not in _logged:
            _logged.add(where)
            fault(where, error)
        return otherwise


def damaged(what: str) -> Problem:
    """A large file that is not on the disk any more as it came."""
    sentence = f"{what} is damaged on the Hub's disk; upload it again, which replaces it, or ask its owner to."
    return Problem(410, "Damaged", sentence)  # the client would try five times after a 500


class TellFaults:
    """Answers with a problem where the application fails, as long as no other answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def outwards(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, outwards)
        except ClientDisconnect:  # nobody is left to be told
            await answer(Request(scope), Problem(400, "BadRequest", "The connection was closed."))(scope, receive, send)
        except Exception as error:
            if has_begun or scope["type"] != "http":
                raise  # the server logs it and closes the connection, so that a part is not taken for the whole
            problem = fault(f"{scope['method']} {scope['path']}", error)
            await answer(Request(scope), problem)(scope, receive, send)
