"""Lists of repositories: everybody's, and the account's own with what they take up."""

from __future__ import annotations

import math
import re

from starlette.responses import JSONResponse, Response

from classroom.api import serializers
from classroom.api.repository_info import FIELDS, LISTED, Described
from classroom.auth import access
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.models.hub import Hub
from classroom.storage.damage import unless_damaged
from classroom.storage.errors import InvalidInputError
from classroom.storage.names import KINDS

PAGE = 1000
# The fields of a query that ask for a tag, with what such a tag begins with, and those for what no classroom has.
TAG_FIELDS = {"filter": "", "pipeline_tag": "", "library": "", "other": "", "language": "language:"}
TAG_FIELDS |= {"license": "license:", "dataset": "dataset:", "models": "models:", "datasets": "datasets:"}
ABSENT = ("gated", "inference", "inference_provider", "apps")
SORTS = ("createdAt", "lastModified", "downloads", "likes", "trendingScore")
MORE = {"full": ("siblings", "cardData"), "cardData": ("cardData",), "config": ("config",)}
NO_TAGS: list[tuple[str, str, str]] = []
TYPES = {"library_name": "library", "datasets": "dataset", "tags": "other"}
UNITS = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
endpoints = Endpoints()


@endpoints.get("/api/settings/repositories", Needs.ACCOUNT)
def own(call: Call) -> Response:
    """List the account's own repositories with the bytes that they take up, as `hf repos ls` shows them."""
    store = call.store
    mine = [(kind, name) for kind in KINDS for name in store.ids(kind) if access.is_own(call.writer.name, name)]
    listed = [unless_damaged(None, serializers.storage, store, kind, name) for kind, name in mine]
    return JSONResponse([one for one in listed if one])


@endpoints.get("/api/{kind:kind}", Needs.EMPTY_TREE)
def repositories(call: Call) -> Response:
    """List the repositories that the query asks for, in its order and in pages; private ones only to their owner."""
    found = [one for one in _named(call) if one.ask(lambda one: _is_wanted(call, one), False)]
    field = call.query("sort")
    if field and field not in SORTS:
        raise InvalidInputError(f"Sort by {', '.join(SORTS)}.")
    if field:
        keys = {one.name: str(one.ask(FIELDS[field], "")) for one in found}
        found.sort(key=lambda one: keys[one.name], reverse=call.query("direction") != "1")
    start, limit = _number(call.query("cursor"), 0), min(_number(call.query("limit"), PAGE) or PAGE, PAGE)
    headers = {}
    if start + limit < len(found):
        following = call.request.url.include_query_params(cursor=start + limit)
        headers["Link"] = f'<{following}>; rel="next"'
    more = {field: None for on, fields in MORE.items() if call.is_on(on) for field in fields}
    fields = call.values("expand") or [*LISTED, *more]
    shown = [one.ask(lambda one: one.show(fields), {"id": one.name}) for one in found[start : start + limit]]
    return JSONResponse(shown, headers=headers)


@endpoints.get("/api/{kind:kind}-tags-by-type", Needs.EMPTY_TREE)
def tags_by_type(call: Call) -> Response:
    """List every tag that some repository has, by the key of the card that it comes from."""
    types: dict[str, dict[str, serializers.Json]] = {}
    for one in _named(call):
        for key, start, value in one.ask(Described.keyed_tags, NO_TAGS):
            name = TYPES.get(key, key)
            types.setdefault(name, {})[value] = {"id": f"{start}{value}", "label": value, "type": name}
    return JSONResponse({name: list(values.values()) for name, values in types.items()})


def _named(call: Call) -> list[Described]:
    names = [name for name in call.hub.listing(call.kind) if _is_named(call, name)]
    unknown = [Described(call.kind, name, None, None) for name in names]
    return [unless_damaged(one, _described, call.hub, call.kind, one.name) for one in unknown]


def _is_named(call: Call, name: str) -> bool:
    """Tell whether the id is one that the query asks for, and that the sender may know of."""
    return (
        all(access.is_own(author, name) for author in call.values("author"))
        and all(part.lower() in name.lower() for part in call.values("search"))
        and unless_damaged(False, access.may_read, call.request, call.kind, name)
    )


def _described(hub: Hub, kind: str, name: str) -> Described:
    found = hub.at_hand(kind, name)
    return Described(kind, name, found, found.resolve("main") if found else None)


def _is_wanted(call: Call, one: Described) -> bool:
    """Tell whether a repository has all that the query asks for."""
    wanted = [
        start + tag.removeprefix(start)
        for field, start in TAG_FIELDS.items()
        for value in call.values(field)
        for tag in value.split(",")
    ]
    return (
        all(tag.lower() in one.facets for tag in wanted)
        and not any(call.query(field) not in ("", "false", "False") for field in ABSENT)
        and _has_size(one, call.query("num_parameters"))
    )


def _has_size(one: Described, wanted: str) -> bool:
    """Tell whether a model's number of parameters lies in a range such as `min:1M,max:7B`; any does for no range."""
    if not wanted:
        return True
    total = one.parameters["total"] if one.parameters else -1
    found = re.findall(r"(min|max):([0-9]+(?:\.[0-9]+)?)([KMBT]?)", wanted, re.IGNORECASE)
    bounds = {key.lower(): float(number) * UNITS[unit.upper()] for key, number, unit in found}
    return bounds.get("min", 0) <= total <= bounds.get("max", math.inf)


def _number(value: str, default: int) -> int:
    return int(value) if value.isdecimal() and len(value) < 10 else default
