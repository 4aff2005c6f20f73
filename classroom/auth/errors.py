"""What an account may not do, each with one sentence that says why; `classroom.http.errors` gives them a status."""

from __future__ import annotations


class AccessError(Exception):
    """Say why somebody may not do something, in one sentence."""


class NotLoggedInError(AccessError):
    """No valid token came with the request, and this needs one."""


class ForbiddenError(AccessError):
    """The account is known and may not do this."""
