"""Rendering: the templates with their filters and values, the headers of a page, the static files."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from classroom import units
from classroom.auth import access
from classroom.http import addresses
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.models import catalogue

STATIC = Path(__file__).parent / "static"
CHANGES = {"A": "added", "D": "deleted", "M": "changed", "R": "renamed", "C": "copied", "T": "changed"}
KIND_NAMES = {"models": "model", "datasets": "data set", "spaces": "space"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",  # what one learner may see must not stay in a shared browser
    "Vary": "Accept, Cookie",
}


endpoints = Endpoints()


def page(request: Request, template: str, status: int = 200, /, **values: object) -> Response:
    """Return a page made from a template, which may use these values and the filters below.

    `account` is who asks, `front` the front page's address, `address` that of another page, `here` the Hub's for git.
    """
    known: dict[str, object] = {
        "account": access.account(request),
        "address": functools.partial(address, addresses.to_front(request)),
        "front": addresses.to_front(request),
        "here": _for_git(request),
        "section": None,
    }
    known["has_sign_in"] = request.app.state.room is not None
    return HTMLResponse(_templates().get_template(template).render(known | values), status, HEADERS)


def address(front: str, kind: str, name: str, verb: str = "", revision: str = "", path: str = "") -> str:
    """Return the address of a page: `{name}`, `datasets/{name}/tree/{revision}/{path}` and so on, as on the Hub.

    It begins with `front`, the address of the front page. A slash in a revision is encoded twice, because
    jupyter-server-proxy decodes what it passes on, once, and encodes all but slashes again.
    """
    parts = ["" if kind == "models" else kind, quote(name), verb, quote(revision.replace("/", "%2F"), safe="")]
    return front + "/".join(part for part in (*parts, quote(path)) if part)


def _for_git(request: Request) -> str:
    """Return the Hub's address for `git clone`: behind a lone learner's Jupyter, that on the Hub's own machine."""
    if request.app.state.room is None and access.is_forwarded(request):
        host, port = request.scope["server"]
        return f"http://{host}:{port}"
    return str(request.base_url).rstrip("/")


def day(seconds: int) -> str:
    """Return Unix seconds as a date and time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %B %Y, %H:%M UTC").lstrip("0")


def iso(seconds: int) -> str:
    """Return Unix seconds in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(seconds: int) -> str:
    """Return how long ago that was, from Unix seconds; after a month, the date."""
    passed = datetime.now(UTC).timestamp() - seconds
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(passed // length)
        if count >= 1:
            if unit == "day" and count > 30:
                return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y").lstrip("0")
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def sentence(text: str) -> str:
    """Return a text with a capital letter first, unless it begins with a name such as `all-MiniLM-L6-v2`."""
    first = text.split(" ")[0]
    return text if re.search(r"[._-]", first) else text[:1].upper() + text[1:]


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def breakable(name: str) -> Markup:
    """Return an id with line break opportunities after `/` and `_`."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(name))))


@functools.cache
def _templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("classroom.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    templates.filters |= {
        "size": units.size,
        "number": units.number,
        "day": day,
        "iso": iso,
        "ago": ago,
        "sentence": sentence,
    }
    templates.filters |= {"counted": counted, "breakable": breakable}
    templates.globals |= {"kind_names": KIND_NAMES, "words": CHANGES, "bundled": catalogue.find}
    return templates


def _static(name: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        return FileResponse(STATIC / name, headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"})

    return answer


for each in ("style.css", "icon.svg"):  # no repository's id begins with a dash
    endpoints.get(f"/-/{each}", Needs.EMPTY_TREE)(_static(each))
