"""Who may do what: accounts, their tokens, PINs and browser sessions, in one SQLite file of the served folder.

Secrets are random and never stored: tokens and sessions as their SHA-256 (they hold 256 bits, so nothing can be guessed
back), PINs, which are short, salted and with scrypt. Several processes may use the file at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classroom.storage.names import DEVICE, KINDS

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,37}[A-Za-z0-9])?")
LEARNER = "learner"
TOKEN_SECONDS = 30 * 24 * 3600  # of tokens from the device login; the client renews them a day before the end
SESSION_SECONDS = 7 * 24 * 3600
SIGN_IN_SECONDS = 24 * 3600
# First parts of the Hub's own addresses, which a repository's address must not start with.
WORDS = {*KINDS, "api", "activate", "admin", "oauth", "settings", "signin", "signout", "static"}
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY COLLATE NOCASE, pin TEXT, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL REFERENCES accounts(name), digest TEXT NOT NULL UNIQUE,
    ending TEXT NOT NULL, label TEXT, role TEXT NOT NULL, made REAL NOT NULL, expires REAL, refresh TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, account TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sign_ins (digest TEXT PRIMARY KEY, account TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS devices (
    digest TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE, asked_by TEXT NOT NULL, expires REAL NOT NULL,
    interval REAL NOT NULL, polled REAL NOT NULL DEFAULT 0, state TEXT NOT NULL, account TEXT);
CREATE TABLE IF NOT EXISTS mistakes (who TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS mistakes_by_who ON mistakes (who, at);
"""


class AccountError(ValueError):
    """A name that cannot be used, or an account that is not there; the message says what to do."""


@dataclass(frozen=True)
class Token:
    """What is known of a token. `label` is None for one from the device login; `expires` and `made` in Unix seconds."""

    id: int
    account: str
    role: str
    label: str | None
    ending: str
    made: float
    expires: float | None


@dataclass(frozen=True)
class Grant:
    """An access token from the device login with the token that renews it, valid for `expires_in` seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = TOKEN_SECONDS


class Accounts:
    """The accounts of the Hub whose pushed repositories lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "accounts.sqlite3"
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """A transaction over the file; threads and processes take turns, and a block that raises changes nothing."""
        with self._lock:
            db = self._opened = self._opened or self._open()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(self.path, timeout=20, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        # A commit outlives the process at once, and the machine's power a moment later; thirty log in within seconds.
        db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA}")
        return db

    def _read(self, question: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            db = self._opened = self._opened or self._open()
            return db.execute(question, values).fetchall()

    def find(self, name: str) -> str | None:
        """Return the account's name as it was first written, whatever the case of `name`; None when there is none."""
        rows = self._read("SELECT name FROM accounts WHERE name = ?", name)
        return rows[0]["name"] if rows else None

    def add(self, name: str) -> bool:
        """Make the account; False when it was there. Raise AccountError for a name that no account may have."""
        check_name(name)
        with self.database() as db:
            done = db.execute("INSERT OR IGNORE INTO accounts (name, made) VALUES (?, ?)", (name, time.time()))
            return done.rowcount == 1

    def names(self) -> list[str]:
        """Return every account's name."""
        return [row["name"] for row in self._read("SELECT name FROM accounts ORDER BY name")]

    def new_pin(self, name: str) -> str:
        """Give the account a new PIN of six digits and return it; browsers that had signed in are out."""
        pin, salt = f"{secrets.randbelow(10**6):06}", secrets.token_hex(16)
        with self.database() as db:
            db.execute("UPDATE accounts SET pin = ? WHERE name = ?", (f"{salt}:{_slow_hash(pin, salt)}", name))
            db.execute("DELETE FROM sessions WHERE account = ?", (name,))
        return pin

    def is_pin(self, name: str, pin: str) -> bool:
        """Tell whether that is the account's PIN."""
        rows = self._read("SELECT pin FROM accounts WHERE name = ?", name)
        salt, _, stored = ((rows[0]["pin"] if rows else None) or ":").partition(":")
        return secrets.compare_digest(_slow_hash(pin, salt), stored)

    def new_token(self, name: str, label: str = "token", role: str = "write") -> str:
        """Return a new token of the account, without an end; `role` is "read" or "write"."""
        with self.database() as db:
            return _insert_token(db, name, label=label, role=role)

    def grant(self, name: str) -> Grant:
        """Return a new token as the device login gives it."""
        with self.database() as db:
            return _insert_grant(db, name)

    def renew(self, refresh_token: str) -> Grant | None:
        """Return a new token for one that ends, which is then gone; None when there is none or it was revoked."""
        with self.database() as db:
            row = db.execute("SELECT * FROM tokens WHERE refresh = ?", (digest(refresh_token),)).fetchone()
            if row is None:
                return None
            db.execute("DELETE FROM tokens WHERE id = ?", (row["id"],))
            return _insert_grant(db, row["account"])

    def token(self, secret: str) -> Token | None:
        """Return whose token that is; None when it is unknown, revoked or at its end."""
        rows = self._read("SELECT * FROM tokens WHERE digest = ?", digest(secret))
        found = _token(rows[0]) if rows else None
        return found if found and (found.expires is None or found.expires > time.time()) else None

    def tokens(self, name: str | None = None) -> list[Token]:
        """Return every token, or those of one account."""
        rows = self._read("SELECT * FROM tokens WHERE ? IS NULL OR account = ? COLLATE NOCASE ORDER BY id", name, name)
        return [_token(row) for row in rows]

    def revoke(self, tokens: list[Token]) -> None:
        """End these tokens at once."""
        with self.database() as db:
            db.executemany("DELETE FROM tokens WHERE id = ?", [(token.id,) for token in tokens])

    def open_session(self, name: str) -> str:
        """Return a secret for a browser's cookie that stands for the account."""
        secret = secrets.token_urlsafe(32)
        with self.database() as db:
            db.execute("DELETE FROM sessions WHERE expires < ?", (time.time(),))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest(secret), name, time.time() + SESSION_SECONDS))
        return secret

    def new_sign_in(self, name: str) -> str:
        """Return a secret with which a browser may sign in as that account, once, within a day."""
        secret = secrets.token_urlsafe(24)
        with self.database() as db:
            db.execute("DELETE FROM sign_ins WHERE expires < ?", (time.time(),))
            db.execute("INSERT INTO sign_ins VALUES (?, ?, ?)", (digest(secret), name, time.time() + SIGN_IN_SECONDS))
        return secret

    def use_sign_in(self, secret: str) -> str | None:
        """Return the account that a browser may sign in as, and use the secret up; None for one that is not valid."""
        used = "DELETE FROM sign_ins WHERE digest = ? AND expires > ? RETURNING account"
        with self.database() as db:
            row = db.execute(used, (digest(secret), time.time())).fetchone()
        return row["account"] if row else None

    def session(self, secret: str) -> str | None:
        """Return the account that a browser's cookie stands for."""
        rows = self._read("SELECT account FROM sessions WHERE digest = ? AND expires > ?", digest(secret), time.time())
        return rows[0]["account"] if rows else None

    def close_session(self, secret: str) -> None:
        """Sign a browser out."""
        with self.database() as db:
            db.execute("DELETE FROM sessions WHERE digest = ?", (digest(secret),))

    def close_sessions(self, name: str) -> None:
        """Sign every browser of the account out."""
        with self.database() as db:
            db.execute("DELETE FROM sessions WHERE account = ? COLLATE NOCASE", (name,))

    def mistake(self, who: str) -> None:
        """Remember a wrong guess of `who`."""
        with self.database() as db:
            db.execute("DELETE FROM mistakes WHERE at < ?", (time.time() - 3600,))
            db.execute("INSERT INTO mistakes VALUES (?, ?)", (who, time.time()))

    def mistakes(self, who: str, seconds: float = 600) -> int:
        """Return how many wrong guesses of `who` the last `seconds` saw."""
        rows = self._read("SELECT count(*) AS n FROM mistakes WHERE who = ? AND at > ?", who, time.time() - seconds)
        return int(rows[0]["n"])


def check_name(name: str) -> None:
    """Raise AccountError, in one sentence, for a name that no account may have."""
    if not NAME.fullmatch(name) or ".." in name or name.endswith(".git"):
        raise AccountError(
            f"{name!r} cannot be an account's name: use 1 to 39 letters from A to Z, digits, hyphens, dots, underlines."
        )
    if name.lower() in WORDS or DEVICE.fullmatch(name):
        raise AccountError(f"The name {name!r} is taken by the Hub itself; choose another one.")


def as_name(written: str) -> str:
    """Return a person's name as an account's name: José María becomes Jose-Maria.

    Raise AccountError when nothing is left of it.
    """
    plain = unicodedata.normalize("NFKD", written).translate({0x142: "l", 0x141: "L", 0xDF: "ss", 0xF8: "o", 0xD8: "O"})
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain.encode("ascii", "ignore").decode().strip())
    name = re.sub(r"\.{2,}", ".", name)[:39].strip("-._")
    if not name:
        raise AccountError("Write your name in letters from A to Z, for example Ana or Ana-B.")
    check_name(name)
    return name


def digest(secret: str) -> str:
    """Return what is stored of a token, a session's cookie or a device's code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _slow_hash(pin: str, salt: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()


def _insert_token(db: sqlite3.Connection, name: str, **columns: object) -> str:
    secret = f"hf_{secrets.token_urlsafe(32)}"
    row = db.execute("SELECT name FROM accounts WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise AccountError(f"There is no account {name!r}.")
    columns |= {"account": row["name"], "digest": digest(secret), "ending": secret[-4:], "made": time.time()}
    marks = ", ".join("?" * len(columns))
    db.execute(f"INSERT INTO tokens ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
    return secret


def _insert_grant(db: sqlite3.Connection, name: str) -> Grant:
    refresh = f"hf_refresh_{secrets.token_urlsafe(32)}"
    columns = {"role": "write", "expires": time.time() + TOKEN_SECONDS, "refresh": digest(refresh)}
    return Grant(_insert_token(db, name, **columns), refresh)


def _token(row: sqlite3.Row) -> Token:
    return Token(**{field: row[field] for field in Token.__dataclass_fields__})
