"""What is public of an account, and that nobody likes anything: a classroom counts no likes."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from classroom.api.login import avatar, require_accounts
from classroom.auth import access
from classroom.http.addresses import API
from classroom.http.endpoints import Call, Endpoints, Needs
from classroom.http.errors import HubError
from classroom.storage.names import KINDS

endpoints = Endpoints()


@endpoints.get("/api/users/{user}/overview", Needs.NOTHING)
def overview(call: Call) -> Response:
    """Tell whose account a name is, and how many public repositories it has."""
    name = require_accounts(call).find(call.request.path_params["user"])
    if name is None:
        raise HubError(404, "UserNotFound", "There is no account of that name here.")
    counts = {f"num{kind.capitalize()}": 0 for kind in KINDS}
    for kind in KINDS:
        mine = [one for one in call.store.ids(kind) if access.is_own(name, one)]
        counts[f"num{kind.capitalize()}"] = sum(not call.store.existing(kind, one).private for one in mine)
    user = {"user": name, "fullname": name, "type": "user", "isPro": False, "avatarUrl": avatar(call)}
    return JSONResponse(user | counts | {"numLikes": 0, "orgs": []})


@endpoints.get("/api/users/{user}/likes", Needs.NOTHING)
@endpoints.get(f"{API}/likers")
def likes(call: Call) -> Response:
    """List likes, of which there are none."""
    return JSONResponse([])


@endpoints.delete(f"{API}/like", Needs.READ)
def unlike(call: Call) -> Response:
    """Take no like away."""
    return JSONResponse({})
