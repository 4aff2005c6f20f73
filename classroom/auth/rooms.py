"""A room of learners on one network: its class code, the address to give them, and what the teacher's screen shows."""

from __future__ import annotations

import io
import secrets
import socket
import sys
from dataclasses import dataclass

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


@dataclass(frozen=True)
class Room:
    """A Hub for several people. Who knows the class code may make an account."""

    class_code: str

    def is_class_code(self, written: str) -> bool:
        """Tell whether a learner wrote the class code, in whatever case and with whatever spaces."""
        return secrets.compare_digest(_plain(written), _plain(self.class_code))


def new_class_code() -> str:
    """Return six letters and digits, easy to write from a board."""
    return "".join(secrets.choice(LETTERS) for _ in range(6))


def is_alone(host: str) -> bool:
    """Tell whether a server on `host` answers this machine only, so that nobody else can come."""
    return host in ("localhost", "::1") or host.startswith("127.")


def urls(host: str, port: int) -> list[str]:
    """Return the addresses to give to learners of a server on `host`, the likeliest first."""
    hosts = _reachable() if host in ("0.0.0.0", "::", "") else [f"[{host}]" if ":" in host else host]
    return [f"http://{address}:{port}" for address in hosts]


def notice(addresses: list[str], class_code: str) -> str:
    """Return what the teacher's terminal shows: the address, also as a QR code, the class code, the line to paste."""
    import segno

    url, *others = addresses
    picture = io.StringIO()
    segno.make(url, error="l").terminal(picture, border=2, compact=True)
    lines = [
        *([picture.getvalue().rstrip("\n"), ""] if _can_print(picture.getvalue()) else []),
        f"  Address      {url}",
        f"  Class code   {class_code}",
        "",
        "  Learners paste this into a cell above the set-up:",
        f"      %env COURSE_HUB={url}",
        "  or start JupyterLab with it:",
        f"      COURSE_HUB={url} make lab",
        f"  {for_scripts(url)}",
    ]
    if others:
        lines.append(f"  This machine has other addresses too, should that one not answer: {', '.join(others)}")
    return "\n".join([*lines, "", "  Ctrl-C stops it."])


def for_scripts(url: str) -> str:
    """Return the line for programs other than the lessons, which must not look for Xet storage: there is none here."""
    return f"Scripts need HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1 and a token (python -m classroom token)."


def _can_print(text: str) -> bool:
    """Tell whether the console has these characters: one that is not UTF-8 would show a QR code of question marks."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _reachable() -> list[str]:
    """Return this machine's IPv4 addresses on networks that are up; 127.0.0.1 when there is none."""
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if name in up and address.family == socket.AF_INET and not address.address.startswith(("127.", "169.254."))
    ]
    default = _of_default_route()
    return sorted(found, key=lambda address: address != default) or ["127.0.0.1"]


def _of_default_route() -> str | None:
    """Return this machine's address towards other networks; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _plain(code: str) -> bytes:
    return "".join(code.lower().split()).replace("-", "").encode()
