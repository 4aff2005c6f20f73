"""A repository's history: its commits, what each of them changed."""

from __future__ import annotations

from dulwich.objects import Commit
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom import asked, describe, diffs
from classroom.pages import changes, place
from classroom.pages.rendering import page
from classroom.store import Repository

A_PAGE = 40


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = []
    for prefix, kind in asked.PREFIXES:
        address = f"{prefix}/{{repo:repo}}"
        routes.append(Route(f"{address}/commits/{{revision}}", place.at(_commits, kind)))
        routes.append(Route(f"{address}/commit/{{revision}}", place.at(_commit, kind)))
    return routes


def told(made: Commit) -> dict:
    """A commit for people: its title, message, author, and its time in Unix seconds."""
    return describe.commit(made) | {"time": made.commit_time}


def last_commits(repository: Repository, commit: str, paths: list[str]) -> dict[str, dict]:
    """The last commit that changed each of these paths."""
    return {path: told(made) for path, made in diffs.last_commits(repository, commit, paths).items()}


def _commits(request: Request, kind: str) -> Response:
    here = place.find(request, kind)
    start = max(0, int(number)) * A_PAGE if (number := request.query_params.get("p", "0"))[:6].isdecimal() else 0
    shown = [told(made) for made in here.repository.history(here.commit)[start : start + A_PAGE + 1]]
    values = {"commits": shown[:A_PAGE], "number": start // A_PAGE, "has_more": len(shown) > A_PAGE}
    return page(request, "commits.html", place=here, section=kind, **values)


def _commit(request: Request, kind: str) -> Response:
    here = place.find(request, kind)
    made = here.repository.git[here.commit.encode()]
    parents = [parent.decode() for parent in made.parents]
    compared = changes.compare(here.repository, parents[0] if parents else None, here.commit)
    return page(request, "commit.html", place=here, section=kind, commit=told(made), parents=parents, compared=compared)
