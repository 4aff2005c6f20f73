"""The front page, the lists of repositories, a person's page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom import access
from classroom.names import KINDS
from classroom.pages import listing, place, repository
from classroom.pages.rendering import page
from classroom.problems import Problem


def routes() -> list[Route]:
    """The addresses that this module answers; the last one takes whatever looks like an id."""
    lists = [Route(f"/{kind}", _list_of(kind)) for kind in KINDS]
    return [Route("/", _front), *lists, Route("/{repo:repo}", _model_or_person)]


def _model_or_person(request: Request) -> Response:
    """`/{namespace}/{name}` is a model; `/{name}` is a model without a namespace or else a person."""
    name = request.path_params["repo"]
    if "/" not in name and not listing.is_known(request, "models", place.todays_name(request, "models", name)):
        return _person(request, name)
    return repository.model(request)


def _person(request: Request, name: str) -> Response:
    """A person's page. Raises Problem 404 when nothing here belongs to that name."""
    found = listing.everything(request, owner=name)
    account = access.account(request)
    is_self = account is not None and account.name == name
    if not found and not is_self:
        raise Problem(404, "RepoNotFound", f"There is nobody called {name} here, and no model of that name.")
    return page(request, "user.html", name=name, found=found, is_self=is_self)


def _front(request: Request) -> Response:
    found = listing.everything(request)
    groups = {
        "pushed": [item for item in found if item.is_pushed],
        "mirrored": [item for item in found if not item.is_pushed and not item.entry],
        "bundled": [item for item in found if item.entry],
    }
    return page(request, "front.html", **groups)


def _list_of(kind: str):
    def answer(request: Request) -> Response:
        found = [item for item in listing.everything(request) if item.kind == kind]
        return page(request, "list.html", section=kind, kind=kind, found=found)

    return answer
