"""The Hub's HTTP protocol and pages, as an ASGI application.

Addresses and headers are those that the stock `huggingface_hub` client asks for
(https://huggingface.co/docs/hub/api; download headers as in `huggingface_hub.file_download`).
"""

from __future__ import annotations

import threading

from starlette.applications import Starlette

from classroom import copies, git_http, lfs, pages, problems, proposals, reading, refs, repositories, signin, writing
from classroom.accounts import Accounts
from classroom.asked import KeepEncodedSlashes
from classroom.hub import Hub
from classroom.problems import Problem
from classroom.rooms import Room
from classroom.sources import SourceError

# The first match answers, so the modules whose addresses are the most general come last.
MODULES = (signin, copies, writing, refs, proposals, lfs, git_http, reading, pages)


def create_app(hub: Hub, room: Room | None = None) -> Starlette:
    """The application that serves `hub`: to a room, or without one to a lone learner, whom no password stops."""
    app = Starlette(
        routes=[route for module in MODULES for route in module.routes()],
        exception_handlers={Problem: problems.answer, SourceError: problems.unavailable, OSError: problems.disk},
    )
    app.state.hub, app.state.room = hub, room
    app.state.accounts = Accounts(hub.pushed.root) if hub.pushed else None
    app.add_middleware(problems.TellFaults)
    app.add_middleware(pages.ForPeople)
    if hub.pushed:
        threading.Thread(target=repositories.clean, args=[hub.pushed], daemon=True).start()
    app.add_middleware(KeepEncodedSlashes)
    return app
