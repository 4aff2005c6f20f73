"""Copies on the Hub itself: a whole repository with its history, or large files from one repository to another.

The stock client sends a copied file's content itself as long as it is small; a large one it names by its hash, after it
had this Hub bring the content over (`huggingface_hub.HfApi.duplicate_repo`, `._duplicate_lfs_files`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path

from dulwich.objects import Blob
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import access, asked, bodies, commits, names, problems, repositories, uploads, writing
from classroom.names import KINDS
from classroom.problems import Problem
from classroom.store import POINTER, Repository, Store, large_path, size_of

MOST_FILES = 1000


def routes() -> list[Route]:
    """The addresses that this module answers."""
    one = "/api/{kind:kind}/{repo:repo}"
    return [
        Route(f"{one}/lfs-files/duplicate", bodies.takes_json(_bring_files), methods=["POST"]),
        Route(f"{one}/duplicate", bodies.takes_json(_duplicate), methods=["POST"]),
    ]


def _bring_files(request: Request, body: dict) -> Response:
    """Large files of the repository in the address for the one that the body names, which commits them afterwards."""
    access.require_account(request)
    source = asked.repository(request, request.path_params["kind"])
    wanted, target = body.get("files"), body.get("target")
    if not isinstance(wanted, list) or len(wanted) > MOST_FILES or not all(isinstance(one, dict) for one in wanted):
        raise Problem(400, "BadRequest", f"files must be a list of at most {MOST_FILES:,} objects.")
    if not isinstance(target, dict) or f"{target.get('type')}s" not in KINDS:
        raise Problem(400, "BadRequest", "target must name a repository by its type and name.")
    kind, name = f"{target['type']}s", names.text(target.get("name"), "name", 200)
    _, repository = asked.open_to_proposals(request, kind, request.app.state.hub.canonical(kind, name))
    hashes = [one.get("sha256") for one in wanted]
    if not all(isinstance(oid, str) and re.fullmatch("[0-9a-f]{64}", oid) for oid in hashes):
        raise Problem(400, "BadRequest", "Each file needs its sha256.")
    done, failed = [], []
    for oid in dict.fromkeys(hashes):  # each is read whole, once
        try:
            bring(source, repository, oid)
            done.append({"sha256": oid})
        except Problem as problem:
            failed.append({"sha256": oid, "error": problem.detail})
    return JSONResponse({"success": done, "failed": failed})


def _duplicate(request: Request, body: dict) -> Response:
    access.require_account(request)
    kind = request.path_params["kind"]
    source = asked.repository(request, kind)
    name = names.repository_id(*names.text(body.get("repository"), "repository", 200).partition("/")[::2])
    access.require_write(request, kind, name)
    refused = writing.already_there(request, kind, name)
    if refused:
        return refused
    duplicate(asked.pushed(request), source, kind, name, writing.is_private(body, source.private))
    return JSONResponse({"url": asked.address(request, kind, name), "filesCopyPending": False})


def duplicate(store: Store, source: Repository, kind: str, name: str, private: bool) -> None:
    """Make a repository with the branches, tags, history and large files of `source`, whole or not at all.

    Pull requests stay where they are. Raises Problem 409 when there is a repository of that id.
    """
    # The refs first: whatever is written meanwhile, the objects that these lead to are on the disk already.
    wanted = [ref for ref in source.git.refs.allkeys() if ref.startswith((b"refs/heads/", b"refs/tags/"))]
    refs = {ref.decode(): source.git.refs[ref].decode() for ref in wanted}
    with repositories.making(store, kind, name) as made:
        repositories.set_private(made, private, source.is_whole)
        unfinished = shutil.ignore_patterns("tmp_*", "incoming-*", "info")
        objects = source.folder / "objects", made.folder / "objects"
        shutil.copytree(*objects, ignore=unfinished, copy_function=_share, dirs_exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # it says where the history of a mirrored snapshot ends
            shutil.copyfile(source.folder / "shallow", made.folder / "shallow")
        for oid in _large_files(source):
            bring(source, made, oid)
        for folder in (path for path in made.folder.rglob("*") if path.is_dir()):
            commits.flush_folder(folder)
        for ref, oid in refs.items():
            commits.move_ref(made, ref, None, oid)


def bring(source: Repository, target: Repository, oid: str) -> None:
    """Let `target` have the large file of that hash too. Raises Problem 404 without one, 410 with a damaged one."""
    there, place = large_path(source.large, oid), large_path(target.large, oid)
    try:
        with there.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        raise Problem(404, "EntryNotFound", "This repository has no such large file.") from None
    if found != oid:
        raise problems.damaged("This large file")
    if size_of(place) != size_of(there):
        place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        _share(there, place)
        for folder in (place.parent, place.parent.parent, target.large):
            commits.flush_folder(folder)
    os.utime(place)  # what is not committed is kept for a day from now on


def _large_files(repository: Repository) -> list[str]:
    """The hashes of all large files that the repository's objects name and that are there."""
    found = set()
    for oid in repository.git.object_store:
        kind, content = repository.git.object_store.get_raw(oid)
        pointer = POINTER.match(content) if kind == Blob.type_num and len(content) < 200 else None
        if pointer and large_path(repository.large, pointer[1].decode()).exists():
            found.add(pointer[1].decode())
    return sorted(found)


def _share(source: str | Path, target: str | Path) -> None:
    """A second name for a file that never changes, as `git clone` makes it; a copy on a disk without such names."""
    try:
        os.link(source, target)
    except FileExistsError:
        pass
    except OSError:
        with open(source, "rb") as there, commits.temporary(Path(target).parent, "tmp_") as (file, name):
            shutil.copyfileobj(there, file, uploads.STEP)
            commits.flush(file)
            os.replace(name, target)
