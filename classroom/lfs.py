"""Large files: the git-lfs batch protocol, with uploads in one piece or in parts.

https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md; the parts as `huggingface_hub.lfs` sends them.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from classroom import asked, bodies, commits, files, uploads
from classroom.problems import Problem
from classroom.store import Repository, Store, large_path, size_of
from classroom.uploads import Ticket

MOST_OBJECTS = 1000
MOST_PARTS = 10_000
SPARE_BYTES = 64 * 2**20  # what an upload leaves free on the disk


def routes() -> list[Route]:
    """The addresses that this module answers."""
    one = "{kind:kind}/{repo:repo}/{oid}"
    routes = [
        Route(f"/api/large/put/{one}", _put, methods=["PUT"]),
        Route(f"/api/large/join/{one}", bodies.takes_json(_join), methods=["POST"]),
        Route(f"/api/large/verify/{one}", bodies.takes_json(_verify), methods=["POST"]),
        Route(f"/api/large/get/{one}", _get),
    ]
    for prefix, kind in asked.PREFIXES:
        for suffix in (".git", ""):
            address = f"{prefix}/{{repo:repo}}{suffix}/info/lfs/objects/batch"
            routes.append(Route(address, bodies.takes_json(_batch_for(kind)), methods=["POST"]))
    return routes


def _batch_for(kind: str):
    def batch(request: Request, body: dict) -> Response:
        request.path_params["repo"] = request.path_params["repo"].removesuffix(".git")
        name = asked.name(request, kind)
        upload = body.get("operation") == "upload"
        if upload:
            _, repository = asked.open_to_proposals(request, kind, name)
        else:
            repository = asked.repository(request, kind)
        objects = body.get("objects")
        if not isinstance(objects, list) or len(objects) > MOST_OBJECTS:
            raise Problem(400, "BadRequest", f"objects must be a list of at most {MOST_OBJECTS} objects.")
        transfers = body.get("transfers") or ["basic"]
        # The stock client takes any part size; its own "multipart" is no transfer of git-lfs.
        in_parts = isinstance(transfers, list) and "multipart" in transfers
        offer = _Offer(request, repository, kind, name, upload, in_parts)
        answers = [offer.answer(wanted) for wanted in objects]
        return JSONResponse(
            {"transfer": "multipart" if upload and in_parts else "basic", "objects": answers, "hash_algo": "sha256"},
            media_type="application/vnd.git-lfs+json",
        )

    return batch


class _Offer:
    """What one batch request is told about each of its files."""

    def __init__(
        self, request: Request, repository: Repository, kind: str, name: str, upload: bool, in_parts: bool
    ) -> None:
        hub = request.app.state.hub
        self.repository, self.upload, self.where = repository, upload, (kind, name)
        self.part_bytes = hub.part_bytes if in_parts else None
        self.base, self.secret = str(request.base_url).rstrip("/"), uploads.secret(asked.pushed(request))
        self.free = shutil.disk_usage(repository.root).free - SPARE_BYTES if upload else 0

    def answer(self, wanted: object) -> dict:
        oid, size = (wanted.get("oid"), wanted.get("size")) if isinstance(wanted, dict) else (None, None)
        if not isinstance(oid, str) or not re.fullmatch("[0-9a-f]{64}", oid):
            raise Problem(400, "BadRequest", "Each object needs its sha256 as oid.")
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 2**50:
            raise Problem(400, "BadRequest", "Each object needs its size in bytes.")
        there = size_of(large_path(self.repository.large, oid))
        known = {"oid": oid, "size": size}
        if not self.upload:
            if there != size:
                return known | {"error": {"code": 404, "message": "This repository has no such large file."}}
            return known | {"authenticated": True, "actions": {"download": {"href": self._address("get", oid, size)}}}
        if there == size:  # what is there in another size is damaged, or else the content will not have that hash
            return known
        self.free -= size
        if self.free < 0:
            return known | {"error": {"code": 507, "message": "The Hub's disk has no room for this file."}}
        verify = {"href": self._address("verify", oid, size)}
        return known | {"authenticated": True, "actions": {"upload": self._upload(oid, size), "verify": verify}}

    def _upload(self, oid: str, size: int) -> dict:
        if not self.part_bytes or size <= self.part_bytes:
            return {"href": self._address("put", oid, size)}
        step = max(self.part_bytes, -(-size // MOST_PARTS))
        upload = secrets.token_hex(16)
        parts = range(1, -(-size // step) + 1)
        header = {str(part): self._address("put", oid, size, upload, part) for part in parts}
        return {"href": self._address("join", oid, size, upload), "header": {"chunk_size": str(step), **header}}

    def _address(self, action: str, oid: str, size: int, upload: str = "", part: int = 0) -> str:
        return Ticket(action, *self.where, oid, size, upload, part).address(self.base, self.secret)


def _admit(request: Request, action: str) -> tuple[Store, Repository, Ticket]:
    store = asked.pushed(request)
    ticket = Ticket.of(request, action, uploads.secret(store))
    repository = store.repository(ticket.kind, ticket.name)
    if repository is None:
        raise Problem(404, "RepoNotFound", "The repository was deleted or moved a moment ago.")
    return store, repository, ticket


async def _put(request: Request) -> Response:
    store, repository, ticket = await run_in_threadpool(_admit, request, "put")
    with commits.temporary(store.scratch, "large_") as (file, name):
        digest = hashlib.sha256()
        size = await bodies.store(request, file, ticket.size, None if ticket.part else digest.update)
        await run_in_threadpool(_keep, repository, ticket, file, name, digest.hexdigest(), size)
    return Response(headers={"ETag": f'"{ticket.part}-{size}"'})


def _keep(repository: Repository, ticket: Ticket, file, name: str, found: str, size: int) -> None:
    if ticket.part:  # the whole is checked when it is joined
        file.flush()
        folder = uploads.parts_folder(repository, ticket)
        folder.mkdir(exist_ok=True)
        os.replace(name, folder / str(ticket.part))
    else:
        uploads.check(found, size, ticket)
        commits.flush(file)
        uploads.keep(repository, name, ticket.oid)


def _join(request: Request, body: dict) -> Response:
    store, repository, ticket = _admit(request, "join")
    if size_of(large_path(repository.large, ticket.oid)) != ticket.size:
        uploads.join(store, repository, ticket)
    return JSONResponse({})


def _verify(request: Request, body: dict) -> Response:
    _, repository, ticket = _admit(request, "verify")
    if size_of(large_path(repository.large, ticket.oid)) != ticket.size or body.get("size", ticket.size) != ticket.size:
        raise Problem(404, "EntryNotFound", "The large file did not arrive whole; push it again.")
    return JSONResponse({})


def _get(request: Request) -> Response:
    hub = request.app.state.hub
    ticket = Ticket.of(request, "get", uploads.secret(asked.pushed(request)))
    repository = hub.repository(ticket.kind, ticket.name)
    path = large_path(repository.large, ticket.oid) if repository else None
    if path is None or size_of(path) != ticket.size:
        raise Problem(404, "EntryNotFound", "This repository has no such large file.")
    return files.answer(request, path, {})
