"""A repository's pages: its card, its folders, one file."""

from __future__ import annotations

from pathlib import PurePosixPath

from starlette.responses import Response

from classroom.api import serializers
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage.errors import EntryNotFoundError
from classroom.storage.repository import File, Repository
from classroom.web import cards, context, history, listing, snippets, source
from classroom.web.rendering import page

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
endpoints = Endpoints()


@endpoints.get("/datasets/{repo:repo}", Needs.EMPTY_TREE)
@endpoints.get("/spaces/{repo:repo}", Needs.EMPTY_TREE)
def with_prefix(call: Call) -> Response:
    """Show the card of a data set or a space."""
    return _card(Call(call.request, call.request.url.path.split("/")[1]))


def model(call: Call) -> Response:
    """Show the card of a model, whose address has no prefix."""
    return _card(call)


@context.redirected
def _card(call: Call) -> Response:
    here = context.find(call, needs_commit=False)
    if not here.commit:
        return page(call.request, "empty.html", place=here, section=call.kind)
    readme = here.repository.file(here.commit, "README.md")
    card = cards.read(_text(here.repository, readme), here.base)
    files = [file for file in here.repository.tree(here.commit, recursive=True) or [] if not file.is_folder]
    named = [("models", name) for name in _listed(card.data.get("base_model"))]
    named += [("datasets", name) for name in _listed(card.data.get("datasets"))]
    values = {
        "card": card,
        "has_readme": readme is not None,
        "known": {(of, name) for of, name in named if listing.is_known(call, of, name)},
        "parameters": _parameters(here.repository, files),
        "bytes": sum(file.size for file in files),
        "files": len(files),
        "updated": here.repository.commit(here.commit).commit_time,
        "code": [
            source.highlighted(piece, language="python")
            for piece in snippets.lines(here.repository, here.commit, call.kind, here.name, here.revision, card.data)
        ],
    }
    return page(call.request, "card.html", place=here, section=call.kind, **values)


@endpoints.get("{page}/tree/{revision}", Needs.EMPTY_TREE)
@endpoints.get("{page}/tree/{revision}/{path:path}", Needs.EMPTY_TREE)
@context.redirected
def folder(call: Call) -> Response:
    """Show a folder's files, with the commit that changed each last."""
    here, path = context.find(call), call.path
    entries = here.repository.tree(here.commit, path)
    if entries is None:
        raise EntryNotFoundError(f"{here.name} has no folder {path} at {here.shown_revision}.")
    readme = here.repository.file(here.commit, "README.md")
    data = cards.read(_text(here.repository, readme), here.base).data if not path else {}
    pieces = snippets.lines(here.repository, here.commit, call.kind, here.name, here.revision, data)
    values = {
        "path": path,
        "parts": _parts(path),
        "entries": sorted(entries, key=lambda file: (not file.is_folder, file.path)),
        "changed_by": history.last_commits(here.repository, here.commit, [file.path for file in entries]),
        "tip": serializers.commit(here.repository.commit(here.commit)),
        "time": here.repository.commit(here.commit).commit_time,
        "code": source.highlighted(pieces[0], language="python") if here.revision != "main" and not path else None,
    }
    return page(call.request, "folder.html", place=here, section=call.kind, **values)


@endpoints.get("{page}/blob/{revision}/{path:path}", Needs.EMPTY_TREE)
@context.redirected
def file(call: Call) -> Response:
    """Show one file: its text, picture or tensors."""
    here, path = context.find(call), call.path
    found = here.repository.file(here.commit, path)
    if found is None or found.is_folder:
        raise EntryNotFoundError(f"{here.name} has no file {path} at {here.shown_revision}.")
    content = here.repository.read(found)
    names = [*here.branches, *here.tags][:100]
    values = {
        "file": found,
        "has_file": {
            name for name in names if here.repository.file(here.repository.resolve(name) or here.commit, path)
        },
        "path": path,
        "parts": _parts(path),
        "tensors": here.repository.tensors(found),
        "text": source.read(content, path) if isinstance(content, bytes) else None,
        "is_picture": path.lower().endswith(PICTURES),
        "changed_by": history.last_commits(here.repository, here.commit, [path]),
    }
    return page(call.request, "file.html", place=here, section=call.kind, **values)


def _text(repository: Repository, file: File | None) -> str:
    content = repository.read(file) if file and not file.is_folder else b""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _parts(path: str) -> list[tuple[str, str]]:
    """Return each folder on the way to `path`, and `path` itself, as name and path."""
    parts = PurePosixPath(path).parts
    return [(part, "/".join(parts[: depth + 1])) for depth, part in enumerate(parts)]


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values[:20] if isinstance(item, str)]


def _parameters(repository: Repository, files: list[File]) -> int:
    """Return the number of parameters in the safetensors files, from their headers."""
    return sum(tensor.parameters for file in files[:1000] for tensor in repository.tensors(file) or ())
