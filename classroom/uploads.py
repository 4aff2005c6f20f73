"""Taking in large files: addresses that carry their own permission, content checked before it counts as there.

The client sends a file's pieces without its token, as it would to a cloud store, so each address is signed for one
repository, one hash, one size and a day.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request

from classroom import commits
from classroom.problems import Problem
from classroom.store import Repository, Store, large_path

VALID_SECONDS = 24 * 3600
STEP = 2**20


@dataclass(frozen=True)
class Ticket:
    """What an address allows: `action` on the large file `oid` of `size` bytes in a repository.

    A file sent in parts has an `upload` of its own; `part` counts from 1, and is 0 for the file as a whole.
    """

    action: str
    kind: str
    name: str
    oid: str
    size: int
    upload: str = ""
    part: int = 0

    def address(self, base: str, secret: bytes) -> str:
        """The signed address of the ticket on the server at `base`."""
        until = int(time.time()) + VALID_SECONDS
        fields = {"size": self.size, "upload": self.upload, "part": self.part, "until": until}
        query = urlencode(fields | {"signature": self._sign(until, secret)})
        return f"{base}/api/large/{self.action}/{self.kind}/{self.name}/{self.oid}?{query}"

    def _sign(self, until: int, secret: bytes) -> str:
        return hmac.new(secret, repr((self, until)).encode(), hashlib.sha256).hexdigest()

    @classmethod
    def of(cls, request: Request, action: str, secret: bytes) -> Ticket:
        """The ticket that a request's address is. Raises Problem 403 when it is none, or not any more."""
        at, query = request.path_params, request.query_params
        try:
            size, part, until = int(query["size"]), int(query["part"]), int(query["until"])
            ticket = cls(action, at["kind"], at["repo"], at["oid"], size, query["upload"], part)
            right = hmac.compare_digest(ticket._sign(until, secret), query["signature"])
        except (KeyError, ValueError, TypeError):
            right = False
        if not right or until < time.time():
            raise Problem(403, "Forbidden", "This address for a large file is not valid, or not any more; ask again.")
        return ticket


def secret(store: Store) -> bytes:
    """The store's key for signing, made at the first call."""
    path = store.root / "secret"
    if not path.exists():
        store.root.mkdir(parents=True, exist_ok=True)
        with commits.temporary(store.scratch, "secret_") as (file, name):
            file.write(secrets.token_bytes(32))
            commits.flush(file)
            try:
                os.link(name, path)
            except FileExistsError:
                pass  # another server was faster
            except OSError:  # a disk without links
                os.replace(name, path)
    return path.read_bytes()


def keep(repository: Repository, written: str, oid: str) -> None:
    """Let a file that was written, flushed and checked be the content of that hash."""
    target = large_path(repository.large, oid)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(exist_ok=True)
    os.replace(written, target)
    for folder in (target.parent, target.parent.parent, repository.large):
        commits.flush_folder(folder)


def check(found: str, size: int, ticket: Ticket) -> None:
    """Raises Problem 400 unless the content has the size and the hash that were announced."""
    if size != ticket.size:
        raise Problem(400, "BadRequest", f"The file was announced with {ticket.size} bytes; {size} came.")
    if found != ticket.oid:
        raise Problem(400, "BadRequest", f"The content's sha256 is {found}, not the {ticket.oid} that was announced.")


def parts_folder(repository: Repository, ticket: Ticket) -> Path:
    """Where the parts of an upload wait for the others."""
    return repository.folder / "lfs" / "incoming" / ticket.upload


def join(store: Store, repository: Repository, ticket: Ticket) -> None:
    """Make the whole file of its parts. Raises Problem 400 when parts are missing or the content is not right."""
    folder, digest, size = parts_folder(repository, ticket), hashlib.sha256(), 0
    parts = sorted(folder.glob("[0-9]*"), key=lambda path: int(path.name))
    with commits.temporary(store.scratch, "joined_") as (file, name):
        for part in parts:
            with part.open("rb") as opened:
                while step := opened.read(STEP):
                    digest.update(step)
                    file.write(step)
                    size += len(step)
        check(digest.hexdigest(), size, ticket)
        commits.flush(file)
        keep(repository, name, ticket.oid)
    shutil.rmtree(folder, ignore_errors=True)
