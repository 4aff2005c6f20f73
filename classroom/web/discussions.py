"""A repository's pull requests and discussions."""

from __future__ import annotations

from starlette.responses import Response

from classroom.git import diffs, merges
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError
from classroom.storage import discussions
from classroom.web import context
from classroom.web.cards import render
from classroom.web.rendering import page

endpoints = Endpoints()


@endpoints.get("{page}/discussions", Needs.EMPTY_TREE)
@context.redirected
def listing(call: Call) -> Response:
    """List pull requests and discussions."""
    here = context.find(call, needs_commit=False)
    found = discussions.every(here.repository)
    return page(call.request, "discussions.html", place=here, section=call.kind, found=found)


@endpoints.get("{page}/discussions/{number:int}", Needs.EMPTY_TREE)
@context.redirected
def details(call: Call) -> Response:
    """Show one pull request or discussion, with what it changes."""
    here = context.find(call, needs_commit=False)
    number = call.request.path_params["number"]
    found = discussions.load(here.repository, number)
    if found is None:
        raise HubError(404, "NotFound", f"{here.name} has no discussion or pull request number {number}.")
    tip = here.repository.resolve(f"refs/pr/{number}")
    compared = None
    if tip:
        main = found.get("mergedFrom") or here.commit  # main itself holds the changes once they are merged
        base = merges.merge_base(here.repository, main, tip) if main else None
        compared = diffs.compare(here.repository, base, tip)
    said = [
        event | {"html": render(event["data"]["latest"]["raw"], here.base)}
        for event in found["events"]
        if event["type"] == "comment"
    ]
    values = {"found": found, "said": said, "compared": compared, "tip": tip}
    return page(call.request, "discussion.html", place=here, section=call.kind, **values)
