"""Reading a repository: its files, trees, history and branches, and what it is."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from classroom.api import repository_info, serializers
from classroom.http import file_responses
from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError
from classroom.storage import names
from classroom.storage.errors import DamagedError, InvalidInputError

MOST_PATHS = 10_000
endpoints = Endpoints()


@endpoints.get(f"{API}/tree/{{revision}}")
@endpoints.get(f"{API}/tree/{{revision}}/{{path:path}}")
def tree(call: Call) -> Response:
    """List the files and folders below a path."""
    entries = call.repository.tree(call.commit, call.path, call.is_on("recursive"))
    if entries is None:
        raise HubError(404, "EntryNotFound", f"{call.path} does not exist", **{"X-Repo-Commit": call.commit})
    listed = serializers.entries(call.repository, call.commit, entries, with_commits=call.is_on("expand"))
    return JSONResponse(listed, headers={"X-Repo-Commit": call.commit})


@endpoints.post(f"{API}/paths-info/{{revision}}", Needs.READ)
def paths_info(call: Call) -> Response:
    """List those of the named paths that there are."""
    paths, expand = call.body.get("paths", []), call.body.get("expand")
    paths = [paths] if isinstance(paths, str) else paths
    if not isinstance(paths, list) or len(paths) > MOST_PATHS:
        raise InvalidInputError(f"paths must be a list of at most {MOST_PATHS:,} paths.")
    repository, commit = call.repository, call.commit
    found = [repository.file(commit, names.checked_text(path, "path").strip("/")) for path in paths]
    files = [file for file in found if file]
    if expand is True or str(expand).lower() in ("true", "1"):
        return JSONResponse(serializers.entries(repository, commit, files, with_commits=True))
    return JSONResponse([serializers.copyable(file) for file in files])


@endpoints.get(f"{API}/refs")
def refs(call: Call) -> Response:
    """List branches and tags, and pull requests where they are asked for."""
    return JSONResponse(serializers.refs(call.repository, "include_prs" in call.request.query_params))


@endpoints.get(f"{API}/commits/{{revision}}")
def commits(call: Call) -> Response:
    """List the commits that lead to a revision, newest first."""
    is_formatted = "formatted" in call.values("expand")
    return JSONResponse([serializers.commit(made, is_formatted) for made in call.repository.history(call.commit)])


@endpoints.get(f"{API}/revision/{{revision}}")
@endpoints.get(API)
def info(call: Call) -> Response:
    """Tell what a repository is, at a revision."""
    with_sizes = "blobs" in call.request.query_params
    expand = call.values("expand")
    found = repository_info.details(call.kind, call.name, call.repository, call.commit, expand, with_sizes)
    return JSONResponse(found)


@endpoints.get("{page}/resolve/{revision}/{path:path}")
@endpoints.get("{page}/raw/{revision}/{path:path}")
def resolve(call: Call) -> Response:
    """Send a file, or a range of it, with the headers by which the client keys its cache."""
    file = call.repository.file(call.commit, call.path)
    if file is None or file.is_folder:
        raise HubError(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": call.commit})
    if not call.repository.is_there(file):
        raise DamagedError(file.path)
    headers = {"X-Repo-Commit": call.commit, "ETag": f'"{file.etag}"'}
    if file.sha256:
        headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(file.size)}
    return file_responses.answer(call.request, call.repository.read(file), headers)
