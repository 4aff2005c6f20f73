"""A repository's history: its commits and their diffs."""

from __future__ import annotations

from dulwich.objects import Commit
from starlette.responses import Response

from classroom.api import serializers
from classroom.api.serializers import Json
from classroom.git import diffs
from classroom.git import history as commit_history
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage.repository import Repository
from classroom.web import context
from classroom.web.rendering import page

A_PAGE = 40
endpoints = Endpoints()


def told(made: Commit) -> Json:
    """Return a commit for a page: title, message, author, and `time` in Unix seconds."""
    return serializers.commit(made) | {"time": made.commit_time}


def last_commits(repository: Repository, commit: str, paths: list[str]) -> dict[str, Json]:
    """Return the last commit that changed each of these paths."""
    return {path: told(made) for path, made in commit_history.last_commits(repository, commit, paths).items()}


@endpoints.get("{page}/commits/{revision}", Needs.EMPTY_TREE)
@context.redirected
def commits(call: Call) -> Response:
    """Show the commits that lead to a revision."""
    here = context.find(call)
    number = call.query("p", "0")
    start = int(number[:6]) * A_PAGE if number[:6].isdecimal() else 0
    shown = [told(made) for made in here.repository.history(here.commit)[start : start + A_PAGE + 1]]
    values = {"commits": shown[:A_PAGE], "number": start // A_PAGE, "has_more": len(shown) > A_PAGE}
    return page(call.request, "commits.html", place=here, section=call.kind, **values)


@endpoints.get("{page}/commit/{revision}", Needs.EMPTY_TREE)
@context.redirected
def commit(call: Call) -> Response:
    """Show what one commit changed."""
    here = context.find(call)
    made = here.repository.commit(here.commit)
    parents = [parent.decode() for parent in made.parents]
    compared = diffs.compare(here.repository, parents[0] if parents else None, here.commit)
    values = {"commit": told(made), "parents": parents, "compared": compared}
    return page(call.request, "commit.html", place=here, section=call.kind, **values)
