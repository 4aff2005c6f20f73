"""What the Hub says about repositories, files and commits, as the JSON that its client reads."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import UTC, datetime

from dulwich.objects import Commit

from classroom import card, catalogue
from classroom.store import File, Repository

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
    card = card_data(found, commit)
    licence = [f"license:{card['license']}"] if "license" in card else []
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
        "tags": [*card.get("tags", []), *licence],
        "cardData": card,
        "siblings": [_sibling(file, with_sizes) for file in files],
    }
    if kind == "models":
        info |= {"modelId": name, "pipeline_tag": card.get("pipeline_tag"), "library_name": card.get("library_name")}
        info |= {"safetensors": _parameters(found, files)}
    entry = catalogue.find(kind, name)
    return info | ({"classroom": {"origin": entry.origin, "note": entry.note}} if entry else {})


def card_data(found: Repository, commit: str) -> dict:
    """The YAML at the top of the repository's README.md; empty when there is none."""
    readme = found.file(commit, "README.md")
    content = found.read(readme) if readme and not readme.is_folder else b""
    return card.read(content.decode("utf-8", "replace"))[0] if isinstance(content, bytes) else {}


def entry(file: File) -> dict:
    """A file or folder in a listing."""
    kind = "directory" if file.is_folder else "file"
    return {"type": kind, "oid": file.oid, "size": file.size, "path": file.path, **_large(file)}


def refs(found: Repository) -> dict:
    """Branches and tags with the commits they point at."""
    groups = {"branches": "refs/heads/", "tags": "refs/tags/", "converts": "refs/convert/"}
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
        if file.path.endswith(".safetensors") and file.sha256:
            with found.read(file).open("rb") as opened:
                header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
            for name, tensor in header.items():
                if name != "__metadata__":
                    counts[tensor["dtype"]] += math.prod(tensor["shape"])
    return {"parameters": counts, "total": counts.total()} if counts else None
