"""Addresses for large files that carry their own permission.

The client sends a file's pieces without its token, as it would to a cloud store, so each address is signed (HMAC with
SHA-256) for one action on one file of one repository, and for a day.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from filelock import FileLock
from starlette.requests import Request

from classroom.auth.errors import ForbiddenError
from classroom.storage import atomic
from classroom.storage.large_files import Pointer
from classroom.storage.repository import Repository
from classroom.storage.store import Store

VALID_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Ticket:
    """What an address allows: `action` on a large file of a repository.

    A file sent in parts has an `upload` of its own; `part` counts from 1, and is 0 for the file as a whole.
    """

    action: str
    kind: str
    name: str
    file: Pointer
    upload: str = ""
    part: int = 0

    def address(self, base: str, secret: bytes) -> str:
        """Return the signed address of the ticket on the server at `base`."""
        until = int(time.time()) + VALID_SECONDS
        fields = {"size": self.file.size, "upload": self.upload, "part": self.part, "until": until}
        query = urlencode(fields | {"signature": self._sign(until, secret)})
        return f"{base}/api/large/{self.action}/{self.kind}/{self.name}/{self.file.sha256}?{query}"

    def parts_folder(self, repository: Repository) -> Path:
        """Return where the parts of this upload wait for each other."""
        return repository.folder / "lfs" / "incoming" / self.upload

    def _sign(self, until: int, secret: bytes) -> str:
        return hmac.new(secret, repr((self, until)).encode(), hashlib.sha256).hexdigest()

    @classmethod
    def of(cls, request: Request, action: str, secret: bytes) -> Ticket:
        """Return the ticket that a request's address is. Raise ForbiddenError when it is none, or not any more."""
        at, query = request.path_params, request.query_params
        try:
            file, part, until = Pointer(at["oid"], int(query["size"])), int(query["part"]), int(query["until"])
            ticket = cls(action, at["kind"], at["repo"], file, query["upload"], part)
            right = hmac.compare_digest(ticket._sign(until, secret), query["signature"])
        except (KeyError, ValueError, TypeError):
            right = False
        if not right or until < time.time():
            raise ForbiddenError("This address for a large file is not valid, or not any more; ask again.")
        return ticket


def secret(store: Store) -> bytes:
    """Return the store's key for signing, made at the first call; servers that share the store share the key."""
    path = store.root / "secret"
    if not path.exists():
        store.root.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not path.exists():
                atomic.write(path, secrets.token_bytes(32))
    return path.read_bytes()
