"""The application: which module answers which address, what happens to errors, and what every answer passes through.

Addresses and headers are those that the stock `huggingface_hub` client asks for
(https://huggingface.co/docs/hub/api; download headers as in `huggingface_hub.file_download`).
"""

from __future__ import annotations

import threading

from starlette.applications import Starlette

from classroom.api import commits, copies, discussions, files, large_files, listing, login, refs, repositories
from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.git import smart_http
from classroom.http import errors
from classroom.http.addresses import PlainPath
from classroom.models.hub import Hub
from classroom.storage import repositories as stored
from classroom.web import discussions as discussion_pages
from classroom.web import error_pages, front, history, rendering, repository, signin

# The first match answers, so the modules whose addresses are the most general come last.
API = (login, copies, repositories, commits, refs, discussions, large_files, smart_http, listing, files)
PAGES = (signin, rendering, history, discussion_pages, repository, front)


def create_app(hub: Hub, room: Room | None = None) -> Starlette:
    """Return the application that serves `hub`: to a room, or without one to a lone learner, who needs no password."""
    app = Starlette(
        routes=[route for module in (*API, *PAGES) for route in module.endpoints.routes],
        exception_handlers=dict.fromkeys(errors.HANDLED_BY_ANSWER, errors.answer),
    )
    app.router.redirect_slashes = False  # it redirects to the Host header's name; `front.without_slash` does without
    app.state.hub, app.state.room = hub, room
    app.state.accounts = Accounts(hub.pushed.root) if hub.pushed else None
    people = (signin.SignInByToken, error_pages.ErrorPageMiddleware)
    for layer in (errors.FaultMiddleware, *people, errors.RequestIdMiddleware, PlainPath):
        app.add_middleware(layer)
    if hub.pushed:
        threading.Thread(target=stored.clean, args=[hub.pushed], daemon=True).start()
    return app
