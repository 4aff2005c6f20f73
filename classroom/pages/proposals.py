"""A repository's pull requests and discussions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom import asked, diffs, discussions
from classroom.pages import changes, place
from classroom.pages.card import render
from classroom.pages.rendering import page
from classroom.problems import Problem


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = []
    for prefix, kind in asked.PREFIXES:
        address = f"{prefix}/{{repo:repo}}/discussions"
        routes.append(Route(address, place.at(_all, kind)))
        routes.append(Route(f"{address}/{{number:int}}", place.at(_one, kind)))
    return routes


def _all(request: Request, kind: str) -> Response:
    here = place.find(request, kind, needs_commit=False)
    return page(request, "discussions.html", place=here, section=kind, found=discussions.every(here.repository))


def _one(request: Request, kind: str) -> Response:
    here = place.find(request, kind, needs_commit=False)
    number = request.path_params["number"]
    found = discussions.load(here.repository, number)
    if found is None:
        raise Problem(404, "NotFound", f"{here.name} has no discussion or pull request number {number}.")
    tip = here.repository.resolve(f"refs/pr/{number}")
    compared = None
    if tip:
        base = diffs.common(here.repository, here.commit, tip) if here.commit else None
        compared = changes.compare(here.repository, base, tip)
    said = [
        event | {"html": render(event["data"]["latest"]["raw"], kind, here.name, "main")}
        for event in found["events"]
        if event["type"] == "comment" and not event["data"].get("hidden")
    ]
    values = {"found": found, "said": said, "compared": compared, "tip": tip}
    return page(request, "discussion.html", place=here, section=kind, **values)
