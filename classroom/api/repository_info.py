"""What a repository is, as the JSON that the Hub's client reads: one field at a time, so that a list asks for few."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from classroom.api import serializers
from classroom.api.serializers import Json
from classroom.models import catalogue
from classroom.storage import cards
from classroom.storage.damage import unless_damaged
from classroom.storage.repository import File, Repository

# The card's keys that become tags, with what the tag begins with (https://huggingface.co/docs/hub/model-cards).
_BY_KEY = "task_categories task_ids language license multilinguality size_categories annotations_creators"
TAGS: dict[str, dict[str, str]] = {
    "models": {"library_name": "", "pipeline_tag": "", "tags": "", "language": ""}
    | {"datasets": "dataset:", "base_model": "base_model:", "license": "license:"},
    "datasets": {"tags": ""} | {key: f"{key}:" for key in f"{_BY_KEY} language_creators source_datasets".split()},
    "spaces": {"sdk": "", "tags": "", "license": "license:"},
}
Answer = TypeVar("Answer")
FORMATS = {"safetensors": "safetensors", "gguf": "gguf", "onnx": "onnx", "bin": "pytorch"}


class Described:
    """A repository at a commit; without both a bundled one that is not assembled yet, of which the card is known."""

    def __init__(self, kind: str, name: str, found: Repository | None, commit: str | None) -> None:
        self.kind, self.name, self.found, self.commit = kind, name, found, commit

    @cached_property
    def card(self) -> Json:
        """The metadata of its card."""
        if self.found and self.commit:
            return serializers.card_data(self.found, self.commit)
        entry = catalogue.find(self.kind, self.name)
        readme = entry.folder / "README.md" if entry else None
        return cards.read(readme.read_text(encoding="utf-8"))[0] if readme and readme.is_file() else {}

    @cached_property
    def files(self) -> list[File]:
        """Its files, without folders."""
        return self._files(recursive=True)

    def _files(self, recursive: bool) -> list[File]:
        listed = self.found.tree(self.commit, recursive=recursive) if self.found and self.commit else None
        return [file for file in listed or [] if not file.is_folder]

    @cached_property
    def tags(self) -> list[str]:
        """Its tags: those of the card, and for a model its file formats and its architecture."""
        found = [f"{start}{value}" for _, start, value in self.keyed_tags()]
        if self.kind == "models":
            endings = {file.path.rpartition(".")[2] for file in self._files(recursive=False)}
            found += [tag for ending, tag in FORMATS.items() if ending in endings]
            found += _texts(self.config.get("model_type"))
        return list(dict.fromkeys(found))

    def keyed_tags(self) -> list[tuple[str, str, str]]:
        """Return the tags of the card: each one's key, what it begins with, and its value."""
        return [(key, start, value) for key, start in TAGS[self.kind].items() for value in _texts(self.card.get(key))]

    @cached_property
    def facets(self) -> set[str]:
        """All that a filter may ask for, in lower case: the tags, and each value of the card with its key."""
        values = {f"{key}:{value}" for key in self.card for value in _texts(self.card[key])}
        return {facet.lower() for facet in {*self.tags, *values}}

    @cached_property
    def config(self) -> Json:
        """The model's kind, from its config.json."""
        file = self.found.file(self.commit, "config.json") if self.found and self.commit else None
        content = self.found.read(file) if self.found and file and not file.is_folder else b""
        try:
            read = json.loads(content) if isinstance(content, bytes) and content else {}
        except (ValueError, RecursionError):
            read = {}
        read = read if isinstance(read, dict) else {}
        return {key: read[key] for key in ("architectures", "model_type") if key in read}

    @cached_property
    def created(self) -> float | None:
        """When it was made, in Unix seconds: as its HEAD, which nothing writes again, or if imported as its commit."""
        if self.found is None or not self.commit:
            return None
        made = self.found.commit(self.commit).commit_time
        return (self.found.folder / "HEAD").stat().st_mtime if self.found.is_pushed else float(made)

    @cached_property
    def parameters(self) -> Json | None:
        """Parameters by number format, from the headers of the safetensors files; None when there are none."""
        counts: Counter[str] = Counter()
        for file in self.files:
            is_weights = file.path.endswith(".safetensors") and "/" not in file.path  # no checkpoints
            if is_weights and file.sha256 and self.found and self.found.is_there(file):
                for tensor in self.found.tensors(file) or ():
                    counts[tensor.dtype] += tensor.parameters
        return {"parameters": counts, "total": counts.total()} if counts else None

    def ask(self, look: Callable[[Described], Answer], otherwise: Answer) -> Answer:
        """Return what `look` tells of it, or `otherwise` when it is damaged."""
        return unless_damaged(otherwise, lambda kind, name: look(self), self.kind, self.name)

    def show(self, fields: Iterable[str]) -> Json:
        """Return those of the fields that there are for its kind."""
        known = FIELDS | (OF_MODELS if self.kind == "models" else {"sdk": lambda one: one.card.get("sdk")})
        shown = {field: known[field](self) for field in fields if field in known}
        return {"_id": (self.commit or self.name)[:24], "id": self.name} | shown


Field = Callable[[Described], Any]
FIELDS: dict[str, Field] = {
    "author": lambda one: one.name.rpartition("/")[0] or None,
    "sha": lambda one: one.commit,
    "lastModified": lambda one: serializers.iso(one.found.commit(one.commit)) if one.found and one.commit else None,
    "createdAt": lambda one: serializers.iso(one.created) if one.created is not None else None,
    "private": lambda one: bool(one.found and one.found.private),
    "gated": lambda one: False,
    "disabled": lambda one: False,
    "downloads": lambda one: 0,
    "likes": lambda one: 0,
    "trendingScore": lambda one: 0,
    "tags": lambda one: one.tags,
    "cardData": lambda one: one.card,
    "siblings": lambda one: [serializers.sibling(file, with_sizes=False) for file in one.files],
    "usedStorage": lambda one: sum(file.size for file in one.files),
}
OF_MODELS: dict[str, Field] = {
    "modelId": lambda one: one.name,
    "pipeline_tag": lambda one: one.card.get("pipeline_tag"),
    "library_name": lambda one: one.card.get("library_name"),
    "config": lambda one: one.config,
    "safetensors": lambda one: one.parameters,
    "model-index": lambda one: one.card.get("model-index"),
}
ALL = (*FIELDS, *OF_MODELS, "sdk")
LISTED = tuple(field for field in ALL if field not in ("cardData", "siblings", "usedStorage", *list(OF_MODELS)[3:]))


def details(kind: str, name: str, found: Repository, commit: str, expand: list[str], with_sizes: bool) -> Json:
    """Return the answer to `/api/{kind}/{name}`: the fields in `expand`, else all; `with_sizes` adds those of files."""
    described = Described(kind, name, found, commit)
    told = described.show(expand or ALL)
    if with_sizes:
        told["siblings"] = [serializers.sibling(file, with_sizes=True) for file in described.files]
    return told if expand else told | _origin(kind, name, found)


def _origin(kind: str, name: str, found: Repository) -> Json:
    """Tell whether this is the mirror's, or what the catalogue says of it; nothing for what was pushed here."""
    entry, mirrored = catalogue.find(kind, name), found.mirrored
    if mirrored:
        return {"classroom": {"origin": mirrored["origin"], "note": f"fetched from {mirrored['endpoint']}"}}
    return {"classroom": {"origin": entry.origin, "note": entry.note}} if entry else {}


def _texts(value: object) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int | float)]
