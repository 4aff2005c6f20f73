"""Branches and tags."""

from __future__ import annotations

import time
from collections.abc import Callable

from dulwich.objects import Commit, ObjectID, Tag
from dulwich.refs import Ref
from starlette.responses import JSONResponse, Response

from classroom.auth.errors import ForbiddenError
from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage import commits, names
from classroom.storage.errors import ConflictError, RevisionNotFoundError
from classroom.storage.repository import Repository

endpoints = Endpoints()


@endpoints.post(f"{API}/branch/{{revision}}")
def add_branch(call: Call) -> Response:
    """Let a new branch begin at a revision."""
    repository, ref = call.repository, names.checked_ref("heads", call.revision)
    with commits.writing(repository):
        start = _commit(repository, call.body.get("startingPoint") or "main")
        _refuse_existing(repository, ref)
        commits.move_ref(repository, ref, None, start)
    return JSONResponse({"ref": ref, "targetCommit": start})


@endpoints.post(f"{API}/tag/{{revision}}")
def add_tag(call: Call) -> Response:
    """Give a revision a tag, annotated where a message comes with it."""
    repository, target = call.repository, call.commit
    ref = names.checked_ref("tags", call.body.get("tag"))
    message = names.checked_text(call.body.get("message") or "", "message")
    with commits.writing(repository):
        _refuse_existing(repository, ref)
        made = _annotated(repository, ref, target, call.writer.name, message) if message else target
        commits.move_ref(repository, ref, None, made)
    return JSONResponse({"ref": ref, "targetCommit": target})


def _delete(group: str) -> Callable[[Call], Response]:
    def delete(call: Call) -> Response:
        repository, ref = call.repository, names.checked_ref(group, call.revision)
        if ref == "refs/heads/main":
            raise ForbiddenError("Cannot delete refs/heads/main, the branch that everybody reads.")
        with commits.writing(repository):
            if repository.ref(ref) != ref:
                raise RevisionNotFoundError(call.revision)
            commits.move_ref(repository, ref, repository.git.refs[Ref(ref.encode())].decode(), None)
        return JSONResponse({})

    return delete


endpoints.delete(f"{API}/branch/{{revision}}")(_delete("heads"))
endpoints.delete(f"{API}/tag/{{revision}}")(_delete("tags"))


@endpoints.post(f"{API}/super-squash/{{revision}}", Needs.EMPTY_TREE)
def squash(call: Call) -> Response:
    """Let a branch or pull request begin anew with one commit that holds what it holds now."""
    repository, ref = call.committable()
    message = names.checked_text(call.body.get("message") or "Super-squash", "message")
    with commits.writing(repository):
        head = repository.resolve(ref)
        if head is None:
            raise RevisionNotFoundError(call.revision)
        made = commits.commit(repository, repository.tree_id(head), [], call.writer.name, message)
        commits.move_ref(repository, ref, head, made)
    return JSONResponse({"ref": ref, "targetCommit": made})


def _commit(repository: Repository, revision: object) -> str:
    commit = repository.resolve(names.checked_text(revision, "revision", 255))
    if commit is None:
        raise RevisionNotFoundError(revision)
    return commit


def _refuse_existing(repository: Repository, ref: str) -> None:
    if repository.ref(ref) == ref:
        raise ConflictError(f"Reference {ref} already exists")


def _annotated(repository: Repository, ref: str, target: str, author: str, message: str) -> str:
    tag = Tag()
    tag.name = ref.removeprefix("refs/tags/").encode()
    tag.object = (Commit, ObjectID(target.encode()))
    tag.tagger = f"{author} <{author}@localhost>".encode()
    tag.tag_time, tag.tag_timezone = int(time.time()), 0
    tag.message = message.encode() + b"\n"
    return commits.add(repository, tag).decode()
