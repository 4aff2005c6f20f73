"""Lists of repositories: everybody's, and the account's own with what they take up."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from classroom.api import serializers
from classroom.auth import access
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.storage.damage import unless_damaged
from classroom.storage.names import KINDS

PAGE = 1000
endpoints = Endpoints()


@endpoints.get("/api/settings/repositories", Needs.ACCOUNT)
def own(call: Call) -> Response:
    """List the account's own repositories with the bytes that they take up, as `hf repos ls` shows them."""
    store, prefix = call.store, f"{call.writer.name}/"
    mine = [(kind, name) for kind in KINDS for name in store.ids(kind) if name.startswith(prefix)]
    listed = [unless_damaged(None, serializers.storage, store, kind, name) for kind, name in mine]
    return JSONResponse([one for one in listed if one])


@endpoints.get("/api/{kind:kind}", Needs.NOTHING)
def repositories(call: Call) -> Response:
    """List the repositories that the query asks for, in pages; private ones only to their owner."""
    author, search = call.request.query_params.get("author"), call.query("search").lower()
    wanted = [
        name
        for name in call.hub.listing(call.kind)
        if (author is None or name.startswith(f"{author}/"))
        and search in name.lower()
        and unless_damaged(False, access.may_read, call.request, call.kind, name)
    ]
    start, limit = _number(call.query("cursor"), 0), min(_number(call.query("limit"), PAGE) or PAGE, PAGE)
    tags = set(call.request.query_params.getlist("filter"))
    listed = [_brief(call, name) for name in wanted[start : start + limit]]
    headers = {}
    if start + limit < len(wanted):
        following = call.request.url.include_query_params(cursor=start + limit)
        headers["Link"] = f'<{following}>; rel="next"'
    return JSONResponse([one for one in listed if tags <= set(one["tags"])], headers=headers)


def _brief(call: Call, name: str) -> serializers.Json:
    found = unless_damaged(None, serializers.brief, call.kind, name, call.hub.stored(call.kind, name))
    return found or serializers.brief(call.kind, name, None)


def _number(value: str, default: int) -> int:
    return int(value) if value.isdecimal() and len(value) < 10 else default
