"""Large files: the git-lfs batch protocol, uploads by hash, verified."""

from __future__ import annotations

from starlette.routing import Route


def routes() -> list[Route]:
    """The addresses that this module answers."""
    return []
