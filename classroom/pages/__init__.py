"""The pages that a person sees: rendered here, without JavaScript, without anything from elsewhere."""

from __future__ import annotations

from starlette.routing import Route

from classroom.pages import front, history, proposals, rendering, repository
from classroom.pages.people import ForPeople

__all__ = ["ForPeople", "routes"]


def routes() -> list[Route]:
    """The addresses that this module answers."""
    return [*rendering.routes(), *history.routes(), *proposals.routes(), *repository.routes(), *front.routes()]
