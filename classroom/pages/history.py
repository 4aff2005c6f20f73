"""A repository's history: its commits, what each of them changed."""

from __future__ import annotations

import itertools

from dulwich.objects import Commit
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom import asked, describe
from classroom.pages import changes, place
from classroom.pages.rendering import page
from classroom.store import File, Repository

A_PAGE = 40
MOST_COMMITS_WALKED = 500


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


def last_commits(repository: Repository, commit: str, folder: str, entries: list[File]) -> dict[str, dict]:
    """The last commit that changed each of these entries of one folder, for as far back as a page can look."""
    folder = "" if folder == "." else folder
    wanted = {entry.path: entry.oid for entry in entries}
    found: dict[str, dict] = {}
    history = repository.git.get_walker(include=[commit.encode()], max_entries=MOST_COMMITS_WALKED)
    for made in (entry.commit for entry in history):
        parents = [_oids(repository, parent.decode(), folder, wanted) for parent in made.parents]
        here = _oids(repository, made.id.decode(), folder, wanted)
        for path, oid in here.items():
            if path not in found and oid and all(parent.get(path) != oid for parent in parents):
                found[path] = told(made)
        if len(found) == len(wanted):
            break
    return found


def _oids(repository: Repository, commit: str, folder: str, wanted: dict[str, str]) -> dict[str, str]:
    """The ids that these entries of a folder have at a commit, from the trees alone."""
    oid = repository.git[commit.encode()].tree
    for part in filter(None, folder.split("/")):
        try:
            oid = repository.git[oid][part.encode()][1]
        except (KeyError, TypeError):  # no such folder then, or a file of that name
            return {}
    entries = {item.path.decode("utf-8", "replace"): item.sha.decode() for item in repository.git[oid].iteritems()}
    return {path: entries[name] for path in wanted if (name := path.rpartition("/")[2]) in entries}


def _commits(request: Request, kind: str) -> Response:
    here = place.find(request, kind)
    start = max(0, int(number)) * A_PAGE if (number := request.query_params.get("p", "0"))[:6].isdecimal() else 0
    history = repository_history(here.repository, here.commit)
    shown = [told(made) for made in itertools.islice(history, start, start + A_PAGE + 1)]
    values = {"commits": shown[:A_PAGE], "number": start // A_PAGE, "has_more": len(shown) > A_PAGE}
    return page(request, "commits.html", place=here, section=kind, **values)


def repository_history(repository: Repository, commit: str):
    """The commits that lead to `commit`, newest first, one by one."""
    return (entry.commit for entry in repository.git.get_walker(include=[commit.encode()]))


def _commit(request: Request, kind: str) -> Response:
    here = place.find(request, kind)
    made = here.repository.git[here.commit.encode()]
    parents = [parent.decode() for parent in made.parents]
    compared = changes.compare(here.repository, parents[0] if parents else None, here.commit)
    return page(request, "commit.html", place=here, section=kind, commit=told(made), parents=parents, compared=compared)
