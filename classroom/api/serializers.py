"""Files, refs and commits as the JSON that the Hub's client reads."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from dulwich.objects import Commit

from classroom.git import history
from classroom.storage import cards
from classroom.storage.repository import File, Repository
from classroom.storage.store import Store

Json = dict[str, Any]


def card_data(found: Repository, commit: str) -> Json:
    """Return the YAML at the top of the repository's README.md; empty when there is none."""
    readme = found.file(commit, "README.md")
    content = found.read(readme) if readme and not readme.is_folder else b""
    return cards.read(content.decode("utf-8", "replace"))[0] if isinstance(content, bytes) else {}


def storage(store: Store, kind: str, name: str) -> Json:
    """Return a repository with the bytes that it takes up on the disk."""
    found = store.existing(kind, name)
    size = sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file())
    commit = found.resolve("main")
    updated = iso(found.commit(commit)) if commit else "1970-01-01T00:00:00.000Z"
    visibility = "private" if found.private else "public"
    return {"id": name, "type": kind[:-1], "updatedAt": updated, "visibility": visibility, "storage": size}


def entries(found: Repository, commit: str, files: list[File], with_commits: bool = False) -> list[Json]:
    """Return files and folders in a listing; `with_commits` adds the commit that changed each last."""
    told = [entry(file) for file in files]
    if with_commits:
        last = history.last_commits(found, commit, [file.path for file in files])
        for one in told:
            made = last.get(one["path"])
            if made:
                title = made.message.decode("utf-8", "replace").partition("\n")[0]
                one["lastCommit"] = {"id": made.id.decode(), "title": title, "date": iso(made)}
    return told


def entry(file: File) -> Json:
    """Return a file or folder in a listing."""
    kind = "directory" if file.is_folder else "file"
    return {"type": kind, "oid": file.oid, "size": file.size, "path": file.path, **_large(file)}


def copyable(file: File) -> Json:
    """Return a file or folder as the client asks for it before it copies from one repository to another.

    It copies no large file without a `xetHash`. This Hub has no Xet, so what stands there is none, by its form either.
    """
    return entry(file) | ({"xetHash": f"sha256:{file.sha256}"} if file.sha256 else {})


def refs(found: Repository, with_proposals: bool = False) -> Json:
    """Return branches and tags, and pull requests if wanted, with the commits they point at."""
    groups = {"branches": "refs/heads/", "tags": "refs/tags/", "converts": "refs/convert/"}
    groups |= {"pullRequests": "refs/pr/"} if with_proposals else {}
    return {
        group: [
            {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": commit}
            for ref, commit in found.refs().items()
            if ref.startswith(prefix)
        ]
        for group, prefix in groups.items()
    }


def commit(made: Commit, is_formatted: bool = False) -> Json:
    """Return one commit of a history; `is_formatted` adds its title and message as HTML."""
    title, _, message = made.message.decode("utf-8", "replace").partition("\n")
    author = made.author.decode("utf-8", "replace").split(" <")[0]
    words = {"title": title, "message": message.strip()}
    formatted = {"formatted": {key: html.escape(text) for key, text in words.items()}} if is_formatted else {}
    return {"id": made.id.decode(), **words, "date": iso(made), "authors": [{"user": author}], **formatted}


def sibling(file: File, with_sizes: bool) -> Json:
    """Return a file in what a repository is; `with_sizes` adds its size and hash."""
    sizes = {"size": file.size, "blobId": file.oid, **_large(file)} if with_sizes else {}
    return {"rfilename": file.path} | sizes


def _large(file: File) -> Json:
    if not file.sha256:
        return {}
    return {"lfs": {"oid": file.sha256, "sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}}


def iso(made: Commit | float) -> str:
    """Return the time of a commit, or one in Unix seconds, as the client reads it."""
    seconds = made.commit_time if isinstance(made, Commit) else made
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
