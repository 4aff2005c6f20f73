"""What goes wrong, as the Hub says it to its client."""

from __future__ import annotations

import errno
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from classroom.sources import SourceError


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
