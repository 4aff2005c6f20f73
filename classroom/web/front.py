"""The front page, the lists of repositories, an account's page."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import RedirectResponse, Response

from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage.errors import RepositoryNotFoundError
from classroom.storage.names import KINDS
from classroom.web import context, listing, repository
from classroom.web.rendering import page

endpoints = Endpoints()


@endpoints.get("/", Needs.EMPTY_TREE)
def front(call: Call) -> Response:
    """Show the repositories that were pushed, those that were mirrored, and the course's own."""
    found = listing.everything(call)
    groups = {
        "pushed": [item for item in found if item.is_pushed],
        "mirrored": [item for item in found if not item.is_pushed and not item.entry],
        "bundled": [item for item in found if item.entry],
    }
    return page(call.request, "front.html", **groups)


def _list_of(kind: str) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        found = [item for item in listing.everything(call) if item.kind == kind]
        return page(call.request, "list.html", section=kind, kind=kind, found=found)

    return answer


for each in KINDS:
    endpoints.get(f"/{each}", Needs.EMPTY_TREE)(_list_of(each))


@endpoints.get("/{repo:repo}", Needs.EMPTY_TREE)
def model_or_person(call: Call) -> Response:
    """Show `/{namespace}/{name}`, a model, or `/{name}`, a model without a namespace or else an account."""
    name = call.request.path_params["repo"]
    if "/" not in name and not listing.is_known(call, "models", context.todays_name(call, "models")):
        return _person(call, name)
    return repository.model(Call(call.request, "models"))


@endpoints.get("/{path:path}/", Needs.EMPTY_TREE)
def without_slash(call: Call) -> Response:
    """Redirect to the address without the trailing slash, by a relative address, which works below any prefix."""
    last = call.request.scope["raw_path"].decode("latin-1").rstrip("/").rpartition("/")[2]
    query = call.request.url.query
    return RedirectResponse(f"../{last}?{query}" if query else f"../{last}", 307)


def _person(call: Call, name: str) -> Response:
    found = listing.everything(call, owner=name)
    is_self = call.account is not None and call.account.name.lower() == name.lower()
    if not found and not is_self:
        raise RepositoryNotFoundError(f"There is nobody called {name} here, and no model of that name.")
    name = found[0].name.split("/")[0] if found else name
    return page(call.request, "user.html", name=name, found=found, is_self=is_self)
