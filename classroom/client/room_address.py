"""A room's address as people paste it: with or without scheme, quotes, the page that they looked at, the whole line."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from urllib.parse import urlsplit

PORT = 8765  # what `python -m classroom serve` listens on unless told otherwise
QUOTES = "\"'`<>“”‘’"


def candidates(pasted: str) -> list[str]:
    """Return the addresses that `pasted` may mean, likeliest first; none when it is no address.

    A path may be a page of the Hub or the prefix of a proxy in front of it, so each part of it is left off in turn.
    """
    text = re.sub(r"^(%env|export|set|\$env:)?\s*COURSE_HUB\s*=", "", pasted.strip())
    text = "".join(text.split()).strip(QUOTES)
    scheme, _, rest = text.rpartition("://")
    with contextlib.suppress(ValueError):
        rest = f"[{ipaddress.IPv6Address(rest)}]"
    try:
        parts = urlsplit(f"{scheme.lower() or 'http'}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return []
    is_host = re.fullmatch(r"[\w.-]+|[0-9a-f:.]+(%25[\w.-]+)?", host)
    if not is_host or parts.scheme not in ("http", "https"):
        return []
    if not scheme and not port and "." not in host and ":" not in host and host != "localhost":
        return []  # a word, such as a mode that was misspelt
    name = f"[{host}]" if ":" in host else host
    if scheme or port:
        origins = [f"{parts.scheme}://{name}{f':{port}' if port else ''}"]
    else:
        origins = [f"http://{name}:{PORT}", f"https://{name}", f"http://{name}"]
    steps = [step for step in parts.path.split("/") if step]
    return [
        origin + "".join(f"/{step}" for step in steps[:depth])
        for origin in origins
        for depth in range(len(steps), -1, -1)
    ]


def host_of(address: str) -> str:
    """Return the host of an address, without brackets; empty when it has none."""
    return urlsplit(address).hostname or ""
