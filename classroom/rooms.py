"""A room of learners on one network: its class code, the address to give them, and what the teacher's screen shows."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


@dataclass(frozen=True)
class Room:
    """A Hub for several people. Who knows the class code may make an account."""

    class_code: str

    def is_class_code(self, written: str) -> bool:
        """Whether a learner wrote the class code, in whatever case and with whatever spaces."""
        return secrets.compare_digest(_plain(written), _plain(self.class_code))


def new_class_code() -> str:
    """Six letters and digits, easy to write from a board."""
    return "".join(secrets.choice(LETTERS) for _ in range(6))


def is_alone(host: str) -> bool:
    """Whether a server on `host` answers this machine only, so that nobody else can come."""
    return host in ("localhost", "::1") or host.startswith("127.")


def addresses(host: str) -> list[str]:
    """The IP addresses at which other machines reach a server on `host`, the likeliest first."""
    if host not in ("0.0.0.0", "::", ""):
        return [host]
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        address.address
        for name, list_ in psutil.net_if_addrs().items()
        for address in list_
        if name in up and address.family == socket.AF_INET and not address.address.startswith(("127.", "169.254."))
    ]
    first = _of_default_route()
    return sorted(found, key=lambda address: (address != first, not address.startswith(("192.168.", "10.", "172."))))


def notice(url: str, others: list[str], class_code: str) -> str:
    """What the teacher's terminal shows, with a QR code of the address."""
    import io

    import segno

    picture = io.StringIO()
    segno.make(url, error="l").terminal(picture, border=2, compact=True)
    lines = [picture.getvalue().rstrip("\n"), "", f"  Open in a browser   {url}", f"  Class code          {class_code}"]
    lines += ["  Paste before JupyterLab starts, or in a notebook's first cell as %env:", f"      COURSE_HUB={url}"]
    if others:
        lines.append(f"  If that address does not answer, try {' or '.join(others)}.")
    return "\n".join(lines)


def _of_default_route() -> str | None:
    """This machine's address towards other networks; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


def _plain(code: str) -> bytes:
    return "".join(code.lower().split()).replace("-", "").encode()
