"""Making, moving, deleting and changing repositories."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from classroom.auth.errors import ForbiddenError
from classroom.http import addresses, bodies
from classroom.http.addresses import API
from classroom.http.bodies import Body
from classroom.http.endpoints import Call, Endpoints, Needs, comes_with_the_classroom
from classroom.http.errors import HubError
from classroom.storage import cards, commits, names, repositories
from classroom.storage.errors import ConflictError, InvalidInputError

endpoints = Endpoints()


@endpoints.post("/api/repos/create", Needs.ACCOUNT)
def create(call: Call) -> Response:
    """Make an empty repository of the account's."""
    kind = _kind(call.body)
    name = call.own_id(call.body.get("organization"), call.body.get("name"))
    refused = already_there(call, kind, name)
    if refused:
        return refused
    files = {}
    if kind == "spaces":
        sdk = names.checked_text(call.body.get("sdk") or "static", "sdk", 32)
        files["README.md"] = f"---\ntitle: {name.split('/')[1]}\nsdk: {sdk}\n---\n".encode()
    private = is_private(call.body)
    repositories.create(call.store, kind, name, call.writer.name, private, files)
    url = addresses.of_repository(call.request, kind, name)
    return JSONResponse({"url": url, "name": name, "id": name, "private": private})


def already_there(call: Call, kind: str, name: str) -> Response | None:
    """Return the answer when a repository of that id was made before; None when it was not.

    Raise ForbiddenError for an id that comes with the classroom.
    """
    there = call.store.spelled(kind, name)
    if there:
        error = HubError(409, "Conflict", f"You already created this {kind[:-1]} repo: {there}")
        body = {"error": error.detail, "url": addresses.of_repository(call.request, kind, there)}
        return JSONResponse(body, 409, error.headers)
    if call.hub.repository(kind, name):
        raise ForbiddenError(comes_with_the_classroom(name))
    return None


@endpoints.delete("/api/repos/delete", Needs.ACCOUNT)
def delete(call: Call) -> Response:
    """Delete a repository of the account's."""
    namespace = names.checked_text(call.body.get("organization") or call.writer.name, "organization", 100)
    kind, name = _kind(call.body), f"{namespace}/{names.checked_text(call.body.get('name'), 'name', 200)}"
    repositories.delete(call.store, call.writable(kind, name))
    return JSONResponse({})


@endpoints.post("/api/repos/move", Needs.ACCOUNT)
def move(call: Call) -> Response:
    """Give a repository of the account's another id; the old one leads to it."""
    kind, old = _kind(call.body), names.checked_text(call.body.get("fromRepo"), "fromRepo", 200)
    moving = call.writable(kind, old)
    new = call.own_id(*names.checked_text(call.body.get("toRepo"), "toRepo", 200).partition("/")[::2])
    there = call.hub.repository(kind, new)
    if there and there.folder != moving.folder:
        raise ConflictError(repositories.already_there(kind, new))
    repositories.move(call.store, kind, old, new)
    return JSONResponse({"url": addresses.of_repository(call.request, kind, new)})


@endpoints.put(f"{API}/settings")
def settings(call: Call) -> Response:
    """Make a repository private or public."""
    if call.body.get("gated"):
        raise InvalidInputError("The classroom has no gated repositories; make it private instead.")
    repository = call.repository
    with commits.writing(repository):
        repositories.set_private(repository, is_private(call.body, repository.private))
    return JSONResponse({"private": repository.private})


@endpoints.post("/api/validate-yaml", Needs.EMPTY_TREE)
def validate_card(call: Call) -> Response:
    """Check the metadata of a card before it is pushed."""
    _, wrong, warnings = cards.read(names.checked_text(call.body.get("content"), "content", bodies.JSON_BYTES))
    found = {"errors": [{"message": one} for one in wrong], "warnings": [{"message": one} for one in warnings]}
    return JSONResponse(found, 400 if wrong else 200)


@endpoints.get(f"{API}/auth-check")
def may_read(call: Call) -> Response:
    """Tell whether the sender may read the repository."""
    return JSONResponse({})


@endpoints.get(f"{API}/auth-check/write", Needs.WRITE)
def may_write(call: Call) -> Response:
    """Tell whether the sender may write to the repository."""
    return JSONResponse({})


def is_private(body: Body, before: bool = False) -> bool:
    """Tell whether a repository is to be private; `before` holds where the body says nothing.

    Raise InvalidInputError for a value that is neither.
    """
    visibility = body.get("visibility")
    if visibility not in (None, "public", "private", "protected"):
        raise InvalidInputError("The visibility of a repository is public or private.")
    private = body.get("private", before)
    if not isinstance(private, bool):
        raise InvalidInputError("private must be true or false.")
    return visibility != "public" if visibility else private


def _kind(body: Body) -> str:
    kind = f"{body.get('type') or 'model'}s"
    if kind not in names.KINDS:
        raise InvalidInputError("The type of a repository is model, dataset or space.")
    return kind
