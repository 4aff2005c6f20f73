"""The large files that a repository keeps: which there are, and deleting them to free their space."""

from __future__ import annotations

from datetime import UTC, datetime

from dulwich.objects import ObjectID
from starlette.responses import JSONResponse, Response

from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage import commits, large_files, rewriting
from classroom.storage.errors import InvalidInputError
from classroom.storage.repository import Repository

MOST_FILES = 1000
endpoints = Endpoints()


@endpoints.get(f"{API}/lfs-files", Needs.WRITE)
def listing(call: Call) -> Response:
    """List the large files on the disk, each with a path and a ref that lead to it, if any does."""
    named = _named(call.repository)
    told = []
    for path in sorted(call.repository.large.glob("*/*/*")):
        filename, ref = named.get(path.name, (path.name, None))
        facts = path.stat()
        pushed = datetime.fromtimestamp(facts.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        one = {"fileOid": path.name, "oid": path.name, "filename": filename, "ref": ref}
        told.append(one | {"pushedAt": pushed, "size": facts.st_size})
    return JSONResponse(told)


@endpoints.post(f"{API}/lfs-files/batch")
def delete(call: Call) -> Response:
    """Delete large files for good, and with `rewriteHistory` also from every commit that names them."""
    wanted = call.body.get("deletions")
    wanted = wanted if isinstance(wanted, dict) else {}
    hashes = wanted.get("sha")
    if not isinstance(hashes, list) or len(hashes) > MOST_FILES or not all(map(large_files.is_sha256, hashes)):
        raise InvalidInputError(f"deletions must name at most {MOST_FILES:,} large files by their sha256.")
    with commits.writing(call.repository) as repository:
        if wanted.get("rewriteHistory", True):
            rewriting.without(repository, hashes)
        for sha256 in hashes:
            large_files.path_of(repository.large, sha256).unlink(missing_ok=True)
    return JSONResponse({})


def _named(repository: Repository) -> dict[str, tuple[str, str | None]]:
    """Return for each large file that a commit names, by its hash, its path and the ref that leads there."""
    found: dict[str, tuple[str, str | None]] = {}
    seen: set[ObjectID] = set()
    for ref, tip in sorted(repository.refs().items(), key=lambda item: item[0] != "refs/heads/main"):
        for commit in repository.history(tip):
            if commit.tree in seen:
                continue
            seen.add(commit.tree)
            for file in repository.tree(commit.id.decode(), recursive=True) or []:
                if file.sha256:
                    found.setdefault(file.sha256, (file.path, ref))
    return found
