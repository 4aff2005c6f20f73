"""What every page of one repository begins with: whose it is, at which revision, what else there is to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from classroom import asked, assemble, catalogue
from classroom.catalogue import Entry
from classroom.pages.rendering import address
from classroom.problems import Problem
from classroom.store import Repository

View = Callable[[Request, str], Response]


@dataclass(frozen=True)
class Place:
    """A repository at a revision; `entry` is set when it comes with the course."""

    kind: str
    name: str
    repository: Repository
    revision: str
    commit: str | None
    branches: list[str]
    tags: list[str]
    pull_requests: int
    entry: Entry | None

    @property
    def owner(self) -> str:
        """The part of the id before the slash; empty when it has none."""
        return self.name.rpartition("/")[0]

    @property
    def short(self) -> str:
        """The part of the id after the slash."""
        return self.name.rpartition("/")[2]

    @property
    def shown_revision(self) -> str:
        """The revision for people: a commit id cut short."""
        return self.revision[:10] if self.revision == self.commit else self.revision

    def to(self, verb: str = "", path: str = "", revision: str | None = None) -> str:
        """The address of one of its pages; the revision is this one unless another is named."""
        return address(self.kind, self.name, verb, self.revision if revision is None else revision, path)


def at(view: View, kind: str) -> Callable[[Request], Response]:
    """The endpoint that shows `view`; an alias or an id as git writes it leads to the repository's own address."""

    def endpoint(request: Request) -> Response:
        name = request.path_params["repo"]
        today = todays_name(request, kind, name)
        if today != name:
            asked_for = request.scope["raw_path"].decode("latin-1")  # where a revision's slashes are still encoded
            rest = asked_for.removeprefix(address(kind, name))
            return RedirectResponse(address(kind, today) + (rest if rest != asked_for else ""), 307)
        return view(request, kind)

    return endpoint


def todays_name(request: Request, kind: str, name: str) -> str:
    """The id under which the repository is found: without `.git`, and the catalogue's own for an alias."""
    hub = request.app.state.hub
    name = hub.canonical(kind, name.removesuffix(".git"))
    if any(store.repository(kind, name) for store in hub.stores):
        return name
    entry = catalogue.find(kind, name)
    return entry.id if entry else name


def find(request: Request, kind: str, needs_commit: bool = True) -> Place:
    """The repository that the address names, for somebody who may read it. Raises Problem 404, 401 or 403."""
    repository = asked.repository(request, kind)
    name, revision = request.path_params["repo"], asked.revision(request)
    commit = repository.resolve(revision)
    if commit is None and needs_commit:
        raise Problem(404, "RevisionNotFound", f"{name} has no branch, tag or commit {revision}.")
    refs = list(repository.refs())
    comes_with_course = repository.root == assemble.bundled().root
    return Place(
        kind,
        name,
        repository,
        revision,
        commit,
        [ref.removeprefix("refs/heads/") for ref in refs if ref.startswith("refs/heads/")],
        [ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/")],
        sum(ref.startswith("refs/pr/") for ref in refs),
        catalogue.find(kind, name) if comes_with_course else None,
    )
