"""Endpoints: a decorator that looks up what a request names, checks who sends it, reads its body, and hands all on.

endpoints = Endpoints()

@endpoints.post(f"{API}/branch/{{revision}}", Needs.WRITE)
def add_branch(call: Call) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from functools import cached_property

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom.auth import access
from classroom.auth.access import Account
from classroom.auth.errors import ForbiddenError
from classroom.http import addresses, bodies
from classroom.http.bodies import Body
from classroom.models.hub import Hub, unknown_id
from classroom.storage import discussions, names
from classroom.storage.errors import InvalidInputError, RepositoryNotFoundError, RevisionNotFoundError
from classroom.storage.repository import Repository
from classroom.storage.store import Store


class Needs(Enum):
    """What the sender of a request needs: nothing, an account, or a right in the repository that it names."""

    EMPTY_TREE = "nothing"
    ACCOUNT = "account"
    READ = "read"
    WRITE = "write"
    PROPOSE = "propose"  # a pull request needs an account that may read the repository


class Call:
    """One request: the `kind` and `name` of the repository that its address names, who sends it, and its `body`.

    An id in another case, or one that was moved, leads to the repository's id of today. Raise NotLoggedInError for a
    wrong token.
    """

    def __init__(self, request: Request, kind: str | None = None, body: Body | None = None) -> None:
        access.refuse_wrong_token(request)
        self.request, self.body = request, body or {}
        self.hub: Hub = access.hub(request)
        self.kind = kind or str(request.path_params.get("kind", ""))
        written = str(request.path_params.get("repo", "")).removesuffix(".git")
        self.name = self.hub.canonical(self.kind, written) if self.kind and written else written

    @cached_property
    def account(self) -> Account | None:
        """The account of the sender; None for a stranger."""
        return access.account(self.request)

    @cached_property
    def writer(self) -> Account:
        """The account whose token came with the request. Raises NotLoggedInError without one."""
        return access.require_account(self.request)

    @cached_property
    def repository(self) -> Repository:
        """The repository that the address names, for one who may read it. Raises RepositoryNotFoundError."""
        return self.readable(self.kind, self.name)

    @cached_property
    def store(self) -> Store:
        """The store that is written to. Raises ForbiddenError when this Hub only serves downloads."""
        if self.hub.pushed is None:
            raise ForbiddenError("This Hub only serves downloads; nothing can be pushed to it.")
        return self.hub.pushed

    @property
    def revision(self) -> str:
        """The revision that the address names; `main` when it names none."""
        return str(self.request.path_params.get("revision", "main")).replace("\0", "/").replace("%2F", "/")

    @cached_property
    def commit(self) -> str:
        """The commit that the address names. Raises RevisionNotFoundError."""
        commit = self.repository.resolve(self.revision)
        if commit is None:
            raise RevisionNotFoundError(self.revision)
        return commit

    @property
    def path(self) -> str:
        """The path inside the repository that the address names; empty for its root."""
        return str(self.request.path_params.get("path", "")).replace("\0", "/").strip("/")

    @property
    def url(self) -> str:
        """The address of the repository's page."""
        return addresses.of_repository(self.request, self.kind, self.name)

    def query(self, name: str, default: str = "") -> str:
        """Return a field of the address's query."""
        return self.request.query_params.get(name, default)

    def values(self, name: str) -> list[str]:
        """Return all values of a field of the address's query, also of one that is written `name[]`."""
        query = self.request.query_params
        return [*query.getlist(name), *query.getlist(f"{name}[]")]

    def is_on(self, name: str) -> bool:
        """Tell whether a field of the address's query is switched on."""
        return self.query(name).lower() in ("true", "1")

    def readable(self, kind: str, name: str) -> Repository:
        """Return a repository that the sender may read. Raise RepositoryNotFoundError."""
        access.require_read(self.request, kind, name)
        found = self.hub.repository(kind, name)
        if found is None:
            raise RepositoryNotFoundError(unknown_id(kind, name))
        return found

    def writable(self, kind: str, name: str) -> Repository:
        """Return a repository that the sender may write to.

        Raise NotLoggedInError, ForbiddenError or RepositoryNotFoundError.
        """
        access.require_write(self.request, kind, name)
        return self._changeable(kind, name)

    def open_to_proposals(self, kind: str, name: str) -> Repository:
        """Return a repository that the sender may read and propose a change to; errors as for `writable`."""
        writer = self.writer
        access.require_read(self.request, kind, name)
        if writer.role != "write":
            raise ForbiddenError("This token may only read; make one that may write.")
        return self._changeable(kind, name)

    def require(self, needs: Needs) -> Call:
        """Check what the endpoint needs and return the call, with `repository` as far as it may be used."""
        if needs is Needs.ACCOUNT:
            _ = self.writer
        elif needs is Needs.READ:
            _ = self.repository
        elif needs is Needs.WRITE:
            self.repository = self.writable(self.kind, self.name)
        elif needs is Needs.PROPOSE:
            self.repository = self.open_to_proposals(self.kind, self.name)
        return self

    def committable(self) -> tuple[Repository, str]:
        """Return where a commit goes: the repository, and the full name of the branch or pull request.

        Raise NotLoggedInError, ForbiddenError, RepositoryNotFoundError, RevisionNotFoundError or InvalidInputError.
        """
        if "create_pr" in self.request.query_params or self.revision.startswith("refs/pr/"):
            repository = self.open_to_proposals(self.kind, self.name)
        else:
            repository = self.writable(self.kind, self.name)
        ref = repository.ref(self.revision)
        if ref is None:
            raise RevisionNotFoundError(self.revision)
        if not ref.startswith(("refs/heads/", "refs/pr/")):
            raise InvalidInputError(f"{self.revision!a} is not a branch; commits go to a branch.")
        if ref.startswith("refs/pr/") and discussions.author(repository, ref) != self.writer.name:
            self.writable(self.kind, self.name)
        return repository, ref

    def own_id(self, namespace: object, name: object) -> str:
        """Return the checked id of a repository that the sender is to make, under her name as the account has it.

        Raise InvalidInputError, NotLoggedInError or ForbiddenError.
        """
        written = names.new_repository_id(namespace or self.writer.name, name)
        access.require_write(self.request, "", written)
        return f"{self.writer.name}/{written.rpartition('/')[2]}"

    def _changeable(self, kind: str, name: str) -> Repository:
        found = self.store.repository(kind, name)
        if found is None and self.hub.repository(kind, name):
            raise ForbiddenError(comes_with_the_classroom(name))
        if found is None:
            raise RepositoryNotFoundError(unknown_id(kind, name))
        return found


Endpoint = Callable[[Call], Response]


class Endpoints:
    """The addresses that a module answers, in the order in which they are tried.

    An address that begins with `{page}` stands for three: data sets and spaces have a prefix, models have none.
    """

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, address: str, needs: Needs = Needs.READ) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer GET and HEAD at `address`."""
        return self._add(address, "GET", needs)

    def post(
        self, address: str, needs: Needs = Needs.WRITE, most: int = bodies.JSON_BYTES
    ) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer POST, with the fields of a body of at most `most` bytes."""
        return self._add(address, "POST", needs, most)

    def put(self, address: str, needs: Needs = Needs.WRITE) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer PUT, with the fields of its body."""
        return self._add(address, "PUT", needs, bodies.JSON_BYTES)

    def delete(self, address: str, needs: Needs = Needs.WRITE) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer DELETE, with the fields of its body."""
        return self._add(address, "DELETE", needs, bodies.JSON_BYTES)

    def stream(
        self, address: str, answer: Callable[[Request, str | None], Awaitable[Response]], method: str = "POST"
    ) -> None:
        """Let a coroutine answer, which reads the body itself; it gets the kind that the prefix stands for."""
        for path, kind in _expanded(address):
            self.routes.append(Route(path, _bound(answer, kind), methods=[method]))

    def _add(self, address: str, method: str, needs: Needs, most: int | None = None) -> Callable[[Endpoint], Endpoint]:
        def register(answer: Endpoint) -> Endpoint:
            for path, kind in _expanded(address):
                self.routes.append(Route(path, _in_thread(answer, kind, needs, most), methods=[method]))
            return answer

        return register


def comes_with_the_classroom(name: str) -> str:
    """Return the sentence for an id that comes with the classroom and that somebody wants to write to."""
    return f"'{name}' comes with the classroom and cannot be changed. Push to an id that begins with your own name."


def _in_thread(
    answer: Endpoint, kind: str | None, needs: Needs, most: int | None
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await bodies.fields(request, most) if most is not None else None
        return await run_in_threadpool(lambda: answer(Call(request, kind, body).require(needs)))

    return endpoint


def _bound(
    answer: Callable[[Request, str | None], Awaitable[Response]], kind: str | None
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await answer(request, kind)

    return endpoint


def _expanded(address: str) -> list[tuple[str, str | None]]:
    if not address.startswith("{page}"):
        return [(address, None)]
    return [(address.replace("{page}", f"{prefix}/{{repo:repo}}"), kind) for prefix, kind in addresses.PREFIXES]
