"""What the Hub says about repositories, files and commits, as the JSON that its client reads."""

from __future__ import annotations

import functools
import json
import math
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from dulwich.objects import Commit

from classroom import card, catalogue, diffs
from classroom.store import File, Repository, Store

LONGEST_HEADER = 25 * 2**20
SINGULAR = {"models": "model", "datasets": "data set", "spaces": "space"}


def unknown_id(kind: str, name: str) -> str:
    """The sentence for an id that the classroom does not have: which Hub answered, and the ways out."""
    return (
        f"This is the classroom Hub, and it has no {SINGULAR[kind]} '{name}'. Run `python -m classroom list` to see"
        " what it has, or set COURSE_HUB=hub and restart the kernel to load it from the public Hub."
    )


def not_yours(name: str) -> str:
    """The sentence for an id that comes with the classroom and that somebody wants to write to."""
    return f"'{name}' comes with the classroom and cannot be changed. Push to an id that begins with your own name."


def repository(kind: str, name: str, found: Repository, commit: str, with_sizes: bool) -> dict:
    """The answer to `/api/{kind}/{name}`; `with_sizes` adds every file's size and hash."""
    files = [file for file in found.tree(commit, recursive=True) or [] if not file.is_folder]
    data = card_data(found, commit)
    info = {
        "_id": commit[:24],
        "id": name,
        "author": name.split("/")[0] if "/" in name else None,
        "sha": commit,
        "lastModified": _iso(found.git[commit.encode()]),
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


def _origin(kind: str, name: str, found: Repository) -> dict:
    """Whether this is the mirror's, or what the catalogue says of it; nothing for what was pushed here."""
    entry, mirrored = catalogue.find(kind, name), found.mirrored
    if mirrored:
        return {"classroom": {"origin": mirrored["origin"], "note": f"fetched from {mirrored['endpoint']}"}}
    return {"classroom": {"origin": entry.origin, "note": entry.note}} if entry else {}


def card_data(found: Repository, commit: str) -> dict:
    """The YAML at the top of the repository's README.md; empty when there is none."""
    readme = found.file(commit, "README.md")
    content = found.read(readme) if readme and not readme.is_folder else b""
    return card.read(content.decode("utf-8", "replace"))[0] if isinstance(content, bytes) else {}


def brief(kind: str, name: str, found: Repository | None) -> dict:
    """One repository in a listing; None stands for a bundled one that may not be assembled yet."""
    told = {"_id": name, "id": name, "author": name.rpartition("/")[0] or None, "private": False, "tags": []}
    told |= {"downloads": 0, "likes": 0, **({"modelId": name} if kind == "models" else {})}
    commit = found.resolve("main") if found else None
    if found and commit:
        data = card_data(found, commit)
        told |= {"private": found.private, "sha": commit, "lastModified": _iso(found.git[commit.encode()])}
        told |= {"tags": _tags(data)} | {key: data[key] for key in ("pipeline_tag", "library_name") if key in data}
    return told


def storage(store: Store, kind: str, name: str) -> dict:
    """A repository with the bytes that it takes up on the disk."""
    found = store.repository(kind, name)
    size = sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file())
    commit = found.resolve("main")
    updated = _iso(found.git[commit.encode()]) if commit else "1970-01-01T00:00:00.000Z"
    visibility = "private" if found.private else "public"
    return {"id": name, "type": kind[:-1], "updatedAt": updated, "visibility": visibility, "storage": size}


def _tags(data: dict) -> list[str]:
    tags = data.get("tags", [])
    licence = data.get("license")
    return [*(tags if isinstance(tags, list) else [str(tags)]), *([f"license:{licence}"] if licence else [])]


def entries(found: Repository, commit: str, files: list[File], with_commits: bool = False) -> list[dict]:
    """Files and folders in a listing; `with_commits` adds the commit that changed each last."""
    told = [entry(file) for file in files]
    if with_commits:
        last = diffs.last_commits(found, commit, [file.path for file in files])
        for one in told:
            made = last.get(one["path"])
            if made:
                title = made.message.decode("utf-8", "replace").partition("\n")[0]
                one["lastCommit"] = {"id": made.id.decode(), "title": title, "date": _iso(made)}
    return told


def entry(file: File) -> dict:
    """A file or folder in a listing."""
    kind = "directory" if file.is_folder else "file"
    return {"type": kind, "oid": file.oid, "size": file.size, "path": file.path, **_large(file)}


def copyable(file: File) -> dict:
    """A file or folder as the client asks for it before it copies from one repository to another.

    It copies no large file without a `xetHash`. This Hub has no Xet, so what stands there is none, by its form either.
    """
    return entry(file) | ({"xetHash": f"sha256:{file.sha256}"} if file.sha256 else {})


def refs(found: Repository, with_proposals: bool = False) -> dict:
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


def commit(made: Commit) -> dict:
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


def _sibling(file: File, with_sizes: bool) -> dict:
    sizes = {"size": file.size, "blobId": file.oid, **_large(file)} if with_sizes else {}
    return {"rfilename": file.path} | sizes


def _large(file: File) -> dict:
    if not file.sha256:
        return {}
    return {"lfs": {"oid": file.sha256, "sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}}


def _iso(made: Commit) -> str:
    return datetime.fromtimestamp(made.commit_time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _parameters(found: Repository, files: list[File]) -> dict | None:
    """Parameters by number format, from the headers of the safetensors files; None when there are none."""
    counts: Counter[str] = Counter()
    for file in files:
        is_weights = file.path.endswith(".safetensors") and "/" not in file.path  # no checkpoints
        if is_weights and file.sha256 and found.is_there(file):
            counts.update(_tensors(found.read(file), file.sha256))
    return {"parameters": counts, "total": counts.total()} if counts else None


@functools.lru_cache(1000)
def _tensors(path: Path, sha256: str) -> dict[str, int]:
    """Parameters by number format in one file; none for a file that only calls itself safetensors."""
    counts: Counter[str] = Counter()
    try:
        with path.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(length)) if length <= LONGEST_HEADER else {}
        for name, tensor in header.items():
            if name != "__metadata__":
                counts[str(tensor["dtype"])[:16]] += math.prod(int(size) for size in tensor["shape"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return dict(counts) if all(0 <= count < 2**63 for count in counts.values()) else {}
