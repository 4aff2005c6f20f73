"""Copies on the Hub itself: a whole repository with its history, or large files from one repository to another.

The stock client sends a copied file's content itself as long as it is small; a large one it names by its hash, after it
had this Hub bring the content over (`huggingface_hub.HfApi.duplicate_repo`, `._duplicate_lfs_files`).
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from classroom.api.repositories import already_there, is_private
from classroom.http import addresses
from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage import large_files, names, repositories
from classroom.storage.errors import InvalidInputError, StorageError

MOST_FILES = 1000
endpoints = Endpoints()


@endpoints.post(f"{API}/lfs-files/duplicate", Needs.ACCOUNT)
def copy_large_files(call: Call) -> Response:
    """Bring large files of the repository in the address to the one that the body names, which commits them later."""
    source = call.repository
    wanted, target = call.body.get("files"), call.body.get("target")
    if not isinstance(wanted, list) or len(wanted) > MOST_FILES or not all(isinstance(one, dict) for one in wanted):
        raise InvalidInputError(f"files must be a list of at most {MOST_FILES:,} objects.")
    if not isinstance(target, dict) or f"{target.get('type')}s" not in names.KINDS:
        raise InvalidInputError("target must name a repository by its type and name.")
    kind, name = f"{target['type']}s", names.checked_text(target.get("name"), "name", 200)
    repository = call.open_to_proposals(kind, call.hub.canonical(kind, name))
    hashes = [one.get("sha256") for one in wanted]
    if not all(large_files.is_sha256(sha256) for sha256 in hashes):
        raise InvalidInputError("Each file needs its sha256.")
    done, failed = [], []
    for sha256 in dict.fromkeys(hashes):  # each is read whole, once
        try:
            large_files.copy_between(source, repository, sha256)
            done.append({"sha256": sha256})
        except StorageError as error:
            failed.append({"sha256": sha256, "error": str(error)})
    return JSONResponse({"success": done, "failed": failed})


@endpoints.post(f"{API}/duplicate", Needs.ACCOUNT)
def duplicate(call: Call) -> Response:
    """Make a repository of the account's with all that the one in the address holds."""
    source = call.repository
    written = names.checked_text(call.body.get("repository"), "repository", 200)
    name = call.own_id(*written.partition("/")[::2])
    refused = already_there(call, call.kind, name)
    if refused:
        return refused
    repositories.duplicate(call.store, source, call.kind, name, is_private(call.body, source.private))
    url = addresses.of_repository(call.request, call.kind, name)
    return JSONResponse({"url": url, "filesCopyPending": False})
