"""Repositories, files and commits as the JSON that the Hub's client reads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from dulwich.objects import Commit

from classroom.git import history
from classroom.models import catalogue
from classroom.storage import cards
from classroom.storage.repository import File, Repository
from classroom.storage.store import Store

Json = dict[str, Any]


def repository(kind: str, name: str, found: Repository, commit: str, with_sizes: bool) -> Json:
    """The answer to `/api/{kind}/{name}`; `with_sizes` adds every file's size and hash."""
    files = [file for file in found.tree(commit, recursive=True) or [] if not file.is_folder]
    data = card_data(found, commit)
    info = {
        "_id": commit[:24],
        "id": name,
        "author": name.split("/")[0] if "/" in name else None,
        "sha": commit,
        "lastModified": _iso(found.commit(commit)),
        "private": found.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": _tags(data),
        "cardData": data,
        "siblings": [_sibling(file, with_sizes) for file in files],
    }
    if kind == "models":
        info |= {"modelId": name, "pipeline_tag": data.get("pipeline_tag"), "library_name": data.get("library_name")}
        info |= {"safetensors": _parameters(found, files)}
    return info | _origin(kind, name, found)


def _origin(kind: str, name: str, found: Repository) -> Json:
    """Whether this is the mirror's, or what the catalogue says of it; nothing for what was pushed here."""
    entry, mirrored = catalogue.find(kind, name), found.mirrored
    if mirrored:
        return {"classroom": {"origin": mirrored["origin"], "note": f"fetched from {mirrored['endpoint']}"}}
    return {"classroom": {"origin": entry.origin, "note": entry.note}} if entry else {}


def card_data(found: Repository, commit: str) -> Json:
    """The YAML at the top of the repository's README.md; empty when there is none."""
    readme = found.file(commit, "README.md")
    content = found.read(readme) if readme and not readme.is_folder else b""
    return cards.read(content.decode("utf-8", "replace"))[0] if isinstance(content, bytes) else {}


def brief(kind: str, name: str, found: Repository | None) -> Json:
    """One repository in a listing; None stands for a bundled one that may not be assembled yet."""
    told: Json = {"_id": name, "id": name, "author": name.rpartition("/")[0] or None, "private": False, "tags": []}
    told |= {"downloads": 0, "likes": 0, **({"modelId": name} if kind == "models" else {})}
    commit = found.resolve("main") if found else None
    if found and commit:
        data = card_data(found, commit)
        told |= {"private": found.private, "sha": commit, "lastModified": _iso(found.commit(commit))}
        told |= {"tags": _tags(data)} | {key: data[key] for key in ("pipeline_tag", "library_name") if key in data}
    return told


def storage(store: Store, kind: str, name: str) -> Json:
    """A repository with the bytes that it takes up on the disk."""
    found = store.existing(kind, name)
    size = sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file())
    commit = found.resolve("main")
    updated = _iso(found.commit(commit)) if commit else "1970-01-01T00:00:00.000Z"
    visibility = "private" if found.private else "public"
    return {"id": name, "type": kind[:-1], "updatedAt": updated, "visibility": visibility, "storage": size}


def _tags(data: Json) -> list[str]:
    tags = data.get("tags", [])
    licence = data.get("license")
    return [*(tags if isinstance(tags, list) else [str(tags)]), *([f"license:{licence}"] if licence else [])]


def entries(found: Repository, commit: str, files: list[File], with_commits: bool = False) -> list[Json]:
    """Files and folders in a listing; `with_commits` adds the commit that changed each last."""
    told = [entry(file) for file in files]
    if with_commits:
        last = history.last_commits(found, commit, [file.path for file in files])
        for one in told:
            made = last.get(one["path"])
            if made:
                title = made.message.decode("utf-8", "replace").partition("\n")[0]
                one["lastCommit"] = {"id": made.id.decode(), "title": title, "date": _iso(made)}
    return told


def entry(file: File) -> Json:
    """A file or folder in a listing."""
    kind = "directory" if file.is_folder else "file"
    return {"type": kind, "oid": file.oid, "size": file.size, "path": file.path, **_large(file)}


def copyable(file: File) -> Json:
    """A file or folder as the client asks for it before it copies from one repository to another.

    It copies no large file without a `xetHash`. This Hub has no Xet, so what stands there is none, by its form either.
    """
    return entry(file) | ({"xetHash": f"sha256:{file.sha256}"} if file.sha256 else {})


def refs(found: Repository, with_proposals: bool = False) -> Json:
    """Branches and tags, and pull requests if wanted, with the commits they point at."""
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


def commit(made: Commit) -> Json:
    """One commit of a history."""
    title, _, message = made.message.decode("utf-8", "replace").partition("\n")
    author = made.author.decode("utf-8", "replace").split(" <")[0]
    return {
        "id": made.id.decode(),
        "title": title,
        "message": message.strip(),
        "date": _iso(made),
        "authors": [{"user": author}],
    }


def _sibling(file: File, with_sizes: bool) -> Json:
    sizes = {"size": file.size, "blobId": file.oid, **_large(file)} if with_sizes else {}
    return {"rfilename": file.path} | sizes


def _large(file: File) -> Json:
    if not file.sha256:
        return {}
    return {"lfs": {"oid": file.sha256, "sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}}


def _iso(made: Commit) -> str:
    return datetime.fromtimestamp(made.commit_time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _parameters(found: Repository, files: list[File]) -> Json | None:
    """Parameters by number format, from the headers of the safetensors files; None when there are none."""
    counts: Counter[str] = Counter()
    for file in files:
        is_weights = file.path.endswith(".safetensors") and "/" not in file.path  # no checkpoints
        if is_weights and file.sha256 and found.is_there(file):
            for tensor in found.tensors(file) or ():
                counts[tensor.dtype] += tensor.parameters
    return {"parameters": counts, "total": counts.total()} if counts else None
