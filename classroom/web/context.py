"""What the pages of one repository have in common: the look-up of repository and revision, redirects, links."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from classroom.http import addresses
from classroom.http.endpoints import Call
from classroom.http.errors import HubError
from classroom.models import catalogue, recipes
from classroom.models.catalogue import Entry
from classroom.storage.repository import Repository
from classroom.web.cards import Base
from classroom.web.rendering import address

View = Callable[[Call], Response]


@dataclass(frozen=True)
class Place:
    """A repository at a revision; `entry` is set when it comes with the course."""

    kind: str
    name: str
    repository: Repository
    revision: str
    commit: str  # empty in a repository without one
    branches: list[str]
    tags: list[str]
    pull_requests: int
    entry: Entry | None
    front: str  # the front page's address

    @property
    def owner(self) -> str:
        """Return the namespace; empty when the id has none."""
        return self.name.rpartition("/")[0]

    @property
    def short(self) -> str:
        """Return the id without its namespace."""
        return self.name.rpartition("/")[2]

    @property
    def shown_revision(self) -> str:
        """Return the revision, a commit id shortened to ten digits."""
        return self.revision[:10] if self.revision == self.commit else self.revision

    @property
    def path(self) -> str:
        """Return the path of the repository's address for `git clone`."""
        return address("/", self.kind, self.name)

    @property
    def base(self) -> Base:
        """Return where the relative links of the card start."""
        return Base(self.front, self.kind, self.name, self.revision)

    def to(self, verb: str = "", path: str = "", revision: str | None = None) -> str:
        """Return the address of one of the repository's pages, at this revision or at another one."""
        return address(self.front, self.kind, self.name, verb, self.revision if revision is None else revision, path)


def redirected(view: View) -> View:
    """Return a view that redirects an alias, or an id with `.git`, to the repository's own address."""

    @functools.wraps(view)
    def endpoint(call: Call) -> Response:
        name = call.request.path_params["repo"]
        today = todays_name(call, call.kind)
        if today != name:
            raw = call.request.scope["raw_path"].decode("latin-1")  # where a revision's slashes are still encoded
            rest, front = raw.removeprefix(address("/", call.kind, name)), addresses.to_front(call.request)
            return RedirectResponse(address(front, call.kind, today) + (rest if rest != raw else ""), 307)
        return view(call)

    return endpoint


def todays_name(call: Call, kind: str) -> str:
    """Return the id under which the repository is found: without `.git`, and the catalogue's own for an alias."""
    name = call.hub.canonical(kind, call.request.path_params["repo"].removesuffix(".git"))
    if any(store.repository(kind, name) for store in call.hub.stores):
        return name
    entry = catalogue.find(kind, name)
    return entry.id if entry else name


def find(call: Call, needs_commit: bool = True) -> Place:
    """Return the repository that the address names, if the sender may read it.

    Raise RepositoryNotFoundError, or RevisionNotFoundError where the page needs a commit.
    """
    repository, kind, revision = call.repository, call.kind, call.revision
    name = call.request.path_params["repo"]
    commit = repository.resolve(revision)
    if commit is None and needs_commit:
        raise HubError(404, "RevisionNotFound", f"{name} has no branch, tag or commit {revision}.")
    refs = list(repository.refs())
    comes_with_course = repository.root == recipes.bundled().root
    return Place(
        kind,
        name,
        repository,
        revision,
        commit or "",
        [ref.removeprefix("refs/heads/") for ref in refs if ref.startswith("refs/heads/")],
        [ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/")],
        sum(ref.startswith("refs/pr/") for ref in refs),
        catalogue.find(kind, name) if comes_with_course else None,
        addresses.to_front(call.request),
    )
