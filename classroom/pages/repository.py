"""A repository's pages: its card, its folders, one file."""

from __future__ import annotations

import json
import math
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom import asked, describe
from classroom.pages import card as cards
from classroom.pages import history, listing, place, source, usage
from classroom.pages.rendering import page
from classroom.problems import Problem
from classroom.store import File, Repository

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
MOST_SIDES = 10
MOST_HEADER_BYTES = 4_000_000


def routes() -> list[Route]:
    """The addresses that this module answers."""
    routes = []
    for prefix, kind in asked.PREFIXES:
        address = f"{prefix}/{{repo:repo}}"
        routes.append(Route(f"{address}/tree/{{revision}}", place.at(_folder, kind)))
        routes.append(Route(f"{address}/tree/{{revision}}/{{path:path}}", place.at(_folder, kind)))
        routes.append(Route(f"{address}/blob/{{revision}}/{{path:path}}", place.at(_file, kind)))
        if prefix:
            routes.append(Route(address, place.at(_card, kind)))
    return routes


def model(request: Request) -> Response:
    """A model's card, whose address has no prefix."""
    return place.at(_card, "models")(request)


def _card(request: Request, kind: str) -> Response:
    here = place.find(request, kind, needs_commit=False)
    if here.commit is None:
        return page(request, "empty.html", place=here, section=kind)
    readme = here.repository.file(here.commit, "README.md")
    card = cards.read(_text(here.repository, readme), kind, here.name, here.revision)
    files = [file for file in here.repository.tree(here.commit, recursive=True) or [] if not file.is_folder]
    named = [("models", name) for name in _listed(card.data.get("base_model"))]
    named += [("datasets", name) for name in _listed(card.data.get("datasets"))]
    values = {
        "card": card,
        "has_readme": readme is not None,
        "known": {(of, name) for of, name in named if listing.is_known(request, of, name)},
        "parameters": _parameters(here.repository, files),
        "bytes": sum(file.size for file in files),
        "files": len(files),
        "updated": here.repository.git[here.commit.encode()].commit_time,
        "code": [
            source.highlighted(piece, language="python")
            for piece in usage.lines(here.repository, here.commit, kind, here.name, here.revision, card.data)
        ],
    }
    return page(request, "card.html", place=here, section=kind, **values)


def _folder(request: Request, kind: str) -> Response:
    here, path = place.find(request, kind), asked.path(request)
    entries = here.repository.tree(here.commit, path)
    if entries is None:
        raise Problem(404, "EntryNotFound", f"{here.name} has no folder {path} at {here.shown_revision}.")
    readme = here.repository.file(here.commit, "README.md")
    data = cards.read(_text(here.repository, readme), kind, here.name, here.revision).data if not path else {}
    pieces = usage.lines(here.repository, here.commit, kind, here.name, here.revision, data)
    values = {
        "path": path,
        "parts": _parts(path),
        "entries": sorted(entries, key=lambda file: (not file.is_folder, file.path)),
        "changed_by": history.last_commits(here.repository, here.commit, [file.path for file in entries]),
        "tip": describe.commit(here.repository.git[here.commit.encode()]),
        "time": here.repository.git[here.commit.encode()].commit_time,
        "code": source.highlighted(pieces[0], language="python") if here.revision != "main" and not path else None,
    }
    return page(request, "folder.html", place=here, section=kind, **values)


def _file(request: Request, kind: str) -> Response:
    here, path = place.find(request, kind), asked.path(request)
    file = here.repository.file(here.commit, path)
    if file is None or file.is_folder:
        raise Problem(404, "EntryNotFound", f"{here.name} has no file {path} at {here.shown_revision}.")
    content = here.repository.read(file)
    names = [*here.branches, *here.tags][:100]
    values = {
        "file": file,
        "has_file": {name for name in names if here.repository.file(here.repository.resolve(name), path)},
        "path": path,
        "parts": _parts(path),
        "tensors": _tensors(content) if path.endswith(".safetensors") and isinstance(content, Path) else None,
        "text": source.read(content, path) if isinstance(content, bytes) else None,
        "is_picture": path.lower().endswith(PICTURES),
        "changed_by": history.last_commits(here.repository, here.commit, [path]),
    }
    return page(request, "file.html", place=here, section=kind, **values)


def _text(repository: Repository, file: File | None) -> str:
    content = repository.read(file) if file and not file.is_folder else b""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _parts(path: str) -> list[tuple[str, str]]:
    """Each folder on the way to `path`, and itself: its name and its path."""
    parts = PurePosixPath(path).parts
    return [(part, "/".join(parts[: depth + 1])) for depth, part in enumerate(parts)]


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values[:20] if isinstance(item, str)]


def _parameters(repository: Repository, files: list[File]) -> int:
    """How many numbers the safetensors files hold, from their headers alone."""
    weights = [file for file in files if file.path.endswith(".safetensors") and file.sha256]
    headers = [_tensors(repository.read(file)) or [] for file in weights[:100]]
    return sum(math.prod(shape) for tensors in headers for _, _, shape in tensors)


def _tensors(path: Path) -> list[tuple[str, str, list[int]]] | None:
    """Name, number format and shape of each tensor in a safetensors file; None when its header is not one."""
    try:
        with path.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(length)) if length <= MOST_HEADER_BYTES else None
        found = [
            (str(name), str(tensor["dtype"])[:20], [_side(side) for side in tensor["shape"][:MOST_SIDES]])
            for name, tensor in header.items()
            if name != "__metadata__"
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if len(found) <= 50_000 else None


def _side(value: object) -> int:
    """A side of a shape. Raises ValueError for what is none: a large product of lies would keep the server busy."""
    if isinstance(value, int) and 0 <= value < 2**40:
        return value
    raise ValueError("not a side of a tensor")
