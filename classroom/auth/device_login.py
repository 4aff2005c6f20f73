"""The OAuth device login (RFC 8628): a computer asks, a person confirms its code elsewhere, it gets a token."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from dataclasses import dataclass

from classroom.auth.accounts import Accounts, Grant, digest

CODE_SECONDS = 900
INTERVAL = 2  # seconds between two questions of a waiting computer
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, section 6.1: no vowels, so no words; 20 to the 8th codes
MOST_WAITING = 40  # computers at one address that may wait at once


@dataclass(frozen=True)
class Device:
    """A computer that waits to be logged in: the code that it shows, and the address that it asked from."""

    code: str
    asked_by: str


class DeviceError(Exception):
    """Why a waiting computer gets no token (yet); the message is RFC 8628's word for it."""


def ask(accounts: Accounts, asked_by: str, confirmed_as: str | None = None) -> tuple[str, str]:
    """Return a new waiting computer: its secret, and the code that it is to show.

    With `confirmed_as`, an account's name, no person needs to confirm. Raise DeviceError when too many wait.
    """
    secret, code = secrets.token_urlsafe(32), "".join(secrets.choice(LETTERS) for _ in range(8))
    code = f"{code[:4]}-{code[4:]}"
    row = (digest(secret), code, asked_by, time.time() + CODE_SECONDS, INTERVAL)
    with accounts.database() as db:
        db.execute("DELETE FROM devices WHERE expires < ?", (time.time() - CODE_SECONDS,))
        waiting = "SELECT count(*) FROM devices WHERE asked_by = ? AND state = 'waiting' AND expires > ?"
        if db.execute(waiting, (asked_by, time.time())).fetchone()[0] >= MOST_WAITING:
            raise DeviceError("slow_down")
        state = ("confirmed", confirmed_as) if confirmed_as else ("waiting", None)
        columns = "digest, code, asked_by, expires, interval, state, account"
        db.execute(f"INSERT INTO devices ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, *state))
    return secret, code


def poll(accounts: Accounts, secret: str) -> Grant:
    """Return the token for a confirmed computer, once. Raise DeviceError with the reason why there is none."""
    with accounts.database() as db:
        row = db.execute("SELECT * FROM devices WHERE digest = ?", (digest(secret),)).fetchone()
        problem, now = _problem(row), time.time()
        if problem == "authorization_pending":
            if now - row["polled"] < 0.8 * row["interval"]:
                problem = "slow_down"
            longer = 5 if problem == "slow_down" else 0
            change = "UPDATE devices SET polled = ?, interval = interval + ? WHERE digest = ?"
            db.execute(change, (now, longer, row["digest"]))
        elif row is not None:
            db.execute("DELETE FROM devices WHERE digest = ?", (row["digest"],))
    if problem:
        raise DeviceError(problem)
    return accounts.grant(row["account"])


def find(accounts: Accounts, written: str) -> Device | None:
    """Return the waiting computer that shows this code, however a person wrote it; None when there is none."""
    with accounts.database() as db:
        row = db.execute(
            "SELECT code, asked_by FROM devices WHERE code = ? AND state = 'waiting' AND expires > ?",
            (as_code(written), time.time()),
        ).fetchone()
    return Device(**row) if row else None


def decide(accounts: Accounts, device: Device, account: str | None) -> bool:
    """Log the computer in as `account`, or refuse it with None; False when it was decided before."""
    state = ("confirmed", account) if account else ("denied", None)
    with accounts.database() as db:
        change = "UPDATE devices SET state = ?, account = ? WHERE code = ? AND state = 'waiting'"
        return db.execute(change, (*state, device.code)).rowcount == 1


def as_code(written: str) -> str:
    """Return a code as it is shown: capitals, four and four."""
    letters = re.sub(r"[^A-Z]", "", written.upper())
    return f"{letters[:4]}-{letters[4:]}"


def _problem(row: sqlite3.Row | None) -> str | None:
    if row is None or row["expires"] < time.time():
        return "expired_token"
    return {"waiting": "authorization_pending", "denied": "access_denied"}.get(row["state"])
