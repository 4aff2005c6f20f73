"""Large files: the git-lfs batch protocol, with uploads in one piece or in parts; and what they take up on the disk.

https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md; the parts as `huggingface_hub.lfs` sends them.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from classroom.api import serializers, upload_tickets
from classroom.api.upload_tickets import Ticket
from classroom.http import bodies, file_responses
from classroom.http.addresses import API
from classroom.http.bodies import Body
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage import atomic, commits, large_files, rewriting
from classroom.storage.errors import EntryNotFoundError, InvalidInputError, RepositoryNotFoundError
from classroom.storage.large_files import Pointer
from classroom.storage.repository import Repository

MOST_OBJECTS = 1000
MOST_PARTS = 10_000
SPARE_BYTES = 64 * 2**20  # what an upload leaves free on the disk
SIGNED = "{kind:kind}/{repo:repo}/{oid}"
NO_XET = "/api/this-Hub-has-no-Xet/set/HF_HUB_DISABLE_XET=1/and-start-Python-again"
endpoints = Endpoints()


@endpoints.post("{page}.git/info/lfs/objects/batch", Needs.EMPTY_TREE)
@endpoints.post("{page}/info/lfs/objects/batch", Needs.EMPTY_TREE)
def batch(call: Call) -> Response:
    """Tell for each file where it can be had, or where it is to be sent."""
    upload = call.body.get("operation") == "upload"
    repository = call.open_to_proposals(call.kind, call.name) if upload else call.repository
    objects = call.body.get("objects")
    if not isinstance(objects, list) or len(objects) > MOST_OBJECTS:
        raise InvalidInputError(f"objects must be a list of at most {MOST_OBJECTS} objects.")
    transfers = call.body.get("transfers") or ["basic"]
    # The stock client takes any part size; its own "multipart" is no transfer of git-lfs.
    in_parts = isinstance(transfers, list) and "multipart" in transfers
    offer = _Offer(call, repository, upload, in_parts)
    answers = [offer.answer(wanted) for wanted in objects]
    return JSONResponse(
        {"transfer": "multipart" if upload and in_parts else "basic", "objects": answers, "hash_algo": "sha256"},
        media_type="application/vnd.git-lfs+json",
    )


class _Offer:
    """What one batch request is told about each of its files."""

    def __init__(self, call: Call, repository: Repository, upload: bool, in_parts: bool) -> None:
        self.repository, self.upload, self.kind, self.name = repository, upload, call.kind, call.name
        self.part_bytes = call.hub.part_bytes if in_parts else None
        self.base, self.secret = str(call.request.base_url).rstrip("/"), upload_tickets.secret(call.store)
        self.free = shutil.disk_usage(repository.root).free - SPARE_BYTES if upload else 0

    def answer(self, wanted: object) -> Body:
        """Return the answer for one file. Raise InvalidInputError when it is not named by its hash and size."""
        sha256, size = (wanted.get("oid"), wanted.get("size")) if isinstance(wanted, dict) else (None, None)
        if not isinstance(sha256, str) or not large_files.is_sha256(sha256):
            raise InvalidInputError("Each object needs its sha256 as oid.")
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 2**50:
            raise InvalidInputError("Each object needs its size in bytes.")
        file, known = Pointer(sha256, size), {"oid": sha256, "size": size}
        there = large_files.size_of(large_files.path_of(self.repository.large, sha256))
        if not self.upload:
            if there != size:
                return known | {"error": {"code": 404, "message": "This repository has no such large file."}}
            return known | {"authenticated": True, "actions": {"download": {"href": self._address("get", file)}}}
        if there == size:  # what is there in another size is damaged, or else the content will not have that hash
            return known
        self.free -= size
        if self.free < 0:
            return known | {"error": {"code": 507, "message": "The Hub's disk has no room for this file."}}
        verify = {"href": self._address("verify", file)}
        return known | {"authenticated": True, "actions": {"upload": self._upload(file), "verify": verify}}

    def _upload(self, file: Pointer) -> Body:
        if not self.part_bytes or file.size <= self.part_bytes:
            return {"href": self._address("put", file)}
        step = max(self.part_bytes, -(-file.size // MOST_PARTS))
        upload = secrets.token_hex(16)
        parts = range(1, -(-file.size // step) + 1)
        header = {str(part): self._address("put", file, upload, part) for part in parts}
        return {"href": self._address("join", file, upload), "header": {"chunk_size": str(step), **header}}

    def _address(self, action: str, file: Pointer, upload: str = "", part: int = 0) -> str:
        return Ticket(action, self.kind, self.name, file, upload, part).address(self.base, self.secret)


@endpoints.get(f"{API}/xet-{{action}}-token/{{revision}}", Needs.EMPTY_TREE)
def xet_token(call: Call) -> Response:
    """Lead a client that wants Xet storage to an address that says what to do.

    `hf_xet` shows its user the address that failed, and nothing of what the answer says.
    """
    return RedirectResponse(f"{str(call.request.base_url).rstrip('/')}{NO_XET}")


@endpoints.get(NO_XET, Needs.EMPTY_TREE)
def no_xet(call: Call) -> Response:
    """Say that there is no Xet storage here."""
    raise EntryNotFoundError("This Hub has no Xet storage: set HF_HUB_DISABLE_XET=1 and start Python again.")


@endpoints.get(f"{API}/lfs-files", Needs.WRITE)
def listing(call: Call) -> Response:
    """List the large files on the disk, each with a path and a ref that lead to it, if any does."""
    named = rewriting.large_files_by_hash(call.repository)
    told = []
    for path in sorted(call.repository.large.glob("*/*/*")):
        filename, ref = named.get(path.name, (path.name, None))
        one = {"fileOid": path.name, "oid": path.name, "filename": filename, "ref": ref, "size": path.stat().st_size}
        told.append(one | {"pushedAt": serializers.iso(path.stat().st_mtime)})
    return JSONResponse(told)


@endpoints.post(f"{API}/lfs-files/batch")
def delete(call: Call) -> Response:
    """Delete large files for good, and with `rewriteHistory` also from every commit that names them."""
    wanted = call.body.get("deletions")
    wanted = wanted if isinstance(wanted, dict) else {}
    hashes = wanted.get("sha")
    if not isinstance(hashes, list) or len(hashes) > MOST_OBJECTS or not all(map(large_files.is_sha256, hashes)):
        raise InvalidInputError(f"deletions must name at most {MOST_OBJECTS:,} large files by their sha256.")
    with commits.writing(call.repository) as repository:
        if wanted.get("rewriteHistory", True):
            rewriting.without(repository, hashes)
        for sha256 in hashes:
            large_files.path_of(repository.large, sha256).unlink(missing_ok=True)
    return JSONResponse({})


async def _put(request: Request, kind: str | None) -> Response:
    call = await run_in_threadpool(Call, request)
    repository, ticket = await run_in_threadpool(_admit, call, "put")
    with atomic.new_file(await run_in_threadpool(lambda: call.store.scratch)) as made:
        digest = hashlib.sha256()
        size = await bodies.store(request, made.file, ticket.file.size, None if ticket.part else digest.update)
        await run_in_threadpool(_keep, repository, ticket, made, digest.hexdigest(), size)
    return Response(headers={"ETag": f'"{ticket.part}-{size}"'})


endpoints.stream(f"/api/large/put/{SIGNED}", _put, "PUT")


def _keep(repository: Repository, ticket: Ticket, made: atomic.NewFile, sha256: str, size: int) -> None:
    if ticket.part:  # the whole is checked and flushed when it is joined
        folder = ticket.parts_folder(repository)
        folder.mkdir(exist_ok=True)
        made.keep_as(folder / str(ticket.part), is_durable=False)
    else:
        large_files.check(ticket.file, sha256, size)
        large_files.keep(repository, made, sha256)


@endpoints.post(f"/api/large/join/{SIGNED}", Needs.EMPTY_TREE)
def join(call: Call) -> Response:
    """Make a large file of its parts."""
    repository, ticket = _admit(call, "join")
    if not _is_there(repository, ticket):
        folder = ticket.parts_folder(repository)
        parts = sorted(folder.glob("[0-9]*"), key=lambda path: int(path.name))
        large_files.join_parts(repository, parts, call.store.scratch, ticket.file)
        shutil.rmtree(folder, ignore_errors=True)
    return JSONResponse({})


@endpoints.post(f"/api/large/verify/{SIGNED}", Needs.EMPTY_TREE)
def verify(call: Call) -> Response:
    """Confirm that a large file arrived whole."""
    repository, ticket = _admit(call, "verify")
    if not _is_there(repository, ticket) or call.body.get("size", ticket.file.size) != ticket.file.size:
        raise EntryNotFoundError("The large file did not arrive whole; push it again.")
    return JSONResponse({})


@endpoints.get(f"/api/large/get/{SIGNED}", Needs.EMPTY_TREE)
def get(call: Call) -> Response:
    """Send a large file."""
    ticket = Ticket.of(call.request, "get", upload_tickets.secret(call.store))
    repository = call.hub.repository(ticket.kind, ticket.name)
    if repository is None or not _is_there(repository, ticket):
        raise EntryNotFoundError("This repository has no such large file.")
    return file_responses.answer(call.request, large_files.path_of(repository.large, ticket.file.sha256), {})


def _admit(call: Call, action: str) -> tuple[Repository, Ticket]:
    ticket = Ticket.of(call.request, action, upload_tickets.secret(call.store))
    repository = call.store.repository(ticket.kind, ticket.name)
    if repository is None:
        raise RepositoryNotFoundError("The repository was deleted or moved a moment ago.")
    return repository, ticket


def _is_there(repository: Repository, ticket: Ticket) -> bool:
    return large_files.size_of(large_files.path_of(repository.large, ticket.file.sha256)) == ticket.file.size
