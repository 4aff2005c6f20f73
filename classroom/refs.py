"""Branches and tags."""

from __future__ import annotations

import time

from dulwich.objects import Commit, Tag
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import asked, bodies, commits, names
from classroom.problems import Problem
from classroom.store import Repository


def routes() -> list[Route]:
    """The addresses that this module answers."""
    one = "/api/{kind:kind}/{repo:repo}"
    return [
        Route(f"{one}/branch/{{revision}}", bodies.takes_json(_add_branch), methods=["POST"]),
        Route(f"{one}/branch/{{revision}}", _delete_for("heads"), methods=["DELETE"]),
        Route(f"{one}/tag/{{revision}}", bodies.takes_json(_add_tag), methods=["POST"]),
        Route(f"{one}/tag/{{revision}}", _delete_for("tags"), methods=["DELETE"]),
        Route(f"{one}/super-squash/{{revision}}", bodies.takes_json(_squash), methods=["POST"]),
    ]


def _add_branch(request: Request, body: dict) -> Response:
    kind = request.path_params["kind"]
    _, repository = asked.writable(request, kind, asked.name(request, kind))
    ref = names.ref_name("heads", asked.revision(request))
    with commits.writing(repository):
        start = _commit(repository, body.get("startingPoint") or "main")
        _refuse_existing(repository, ref)
        commits.move_ref(repository, ref, None, start)
    return JSONResponse({"ref": ref, "targetCommit": start})


def _add_tag(request: Request, body: dict) -> Response:
    kind = request.path_params["kind"]
    account, repository = asked.writable(request, kind, asked.name(request, kind))
    ref = names.ref_name("tags", body.get("tag"))
    message = names.text(body.get("message") or "", "message")
    with commits.writing(repository):
        target = _commit(repository, asked.revision(request))
        _refuse_existing(repository, ref)
        commits.move_ref(
            repository, ref, None, _annotated(repository, ref, target, account.name, message) if message else target
        )
    return JSONResponse({"ref": ref, "targetCommit": target})


def _delete_for(group: str):
    def delete(request: Request) -> Response:
        kind = request.path_params["kind"]
        _, repository = asked.writable(request, kind, asked.name(request, kind))
        ref = names.ref_name(group, asked.revision(request))
        if ref == "refs/heads/main":
            raise Problem(403, "Forbidden", "The branch main cannot be deleted.")
        with commits.writing(repository):
            if repository.ref(ref) != ref:
                raise Problem(404, "RevisionNotFound", f"Invalid rev id: {asked.revision(request)}")
            commits.move_ref(repository, ref, repository.git.refs[ref.encode()].decode(), None)
        return JSONResponse({})

    return delete


def _squash(request: Request, body: dict) -> Response:
    """Let a branch begin anew with one commit that holds what it holds now."""
    kind = request.path_params["kind"]
    account, repository = asked.writable(request, kind, asked.name(request, kind))
    message = names.text(body.get("message") or "Super-squash", "message")
    with commits.writing(repository):
        ref = repository.ref(asked.revision(request))
        if ref is None or not ref.startswith("refs/heads/"):
            raise Problem(404, "RevisionNotFound", f"Invalid rev id: {asked.revision(request)}")
        head = repository.resolve(ref)
        made = commits.commit(repository, repository.git[head.encode()].tree, [], account.name, message)
        commits.move_ref(repository, ref, head, made)
    return JSONResponse({"ref": ref, "targetCommit": made})


def _commit(repository: Repository, revision: object) -> str:
    commit = repository.resolve(names.text(revision, "revision", 255))
    if commit is None:
        raise Problem(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return commit


def _refuse_existing(repository: Repository, ref: str) -> None:
    if repository.ref(ref) == ref:
        raise Problem(409, "Conflict", f"Reference already exists: {ref}")


def _annotated(repository: Repository, ref: str, target: str, author: str, message: str) -> str:
    tag = Tag()
    tag.name = ref.removeprefix("refs/tags/").encode()
    tag.object = (Commit, target.encode())
    tag.tagger = f"{author} <{author}@localhost>".encode()
    tag.tag_time, tag.tag_timezone = int(time.time()), 0
    tag.message = message.encode() + b"\n"
    return commits.add(repository, tag).decode()
