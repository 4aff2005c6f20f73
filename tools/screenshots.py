"""Pictures of the classroom Hub's pages in images/: lesson 15 pushes to a scratch Hub, headless Chromium looks at it.

python -m tools.screenshots
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import NOTEBOOKS, ROOT, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = ROOT / "images"
WIDTH, TALLEST, SCALE, COLOURS = 1080, 900, 1.5, 96
CLASS_CODE = "ju7pe4"
PAGES = {"front": "/", "repository": "/{model}", "pull_request": "/{model}/discussions/1"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "pushed")
        endpoint = serve_in_thread(Hub(store))
        run_lesson(endpoint, folder)
        room = serve_in_thread(Hub(store), Room(CLASS_CODE))
        (model,) = store.ids("models")  # the lesson deletes the others that it pushes
        for name, picture in photographs(endpoint, room, model).items():
            (IMAGES / f"hub_{name}.png").write_bytes(picture)
            print(f"images/hub_{name}.png  {len(picture) / 1000:.0f} kB")


def run_lesson(endpoint: str, folder: str) -> None:
    """Run lesson 15 in `folder` against the Hub at `endpoint`."""
    from nbclient import NotebookClient

    os.environ |= FIXED_ENVIRONMENT | {"COURSE_HUB": endpoint}
    lesson = read(NOTEBOOKS / "15_hub.ipynb")
    NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}}).execute()


def photographs(endpoint: str, room: str, model: str) -> dict[str, bytes]:
    """Return each page as a PNG of few colours, by its name; last the one where a learner of a `room` confirms a code.

    The model is private, so the browser signs in first, by the address that a log-in prints.
    """
    from playwright.sync_api import Error, sync_playwright

    taken = {}
    with sync_playwright() as playwright:
        try:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        except Error:
            sys.exit("The pictures need Chromium: run `apt-get install chromium`, or `playwright install chromium`.")
        view = new_view(browser)
        view.goto(ask_for_log_in(endpoint))
        for name, path in PAGES.items():
            view.goto(endpoint + path.format(model=model))
            taken[name] = photograph(view)
        view = new_view(browser)  # of somebody who has not signed in
        view.goto(ask_for_log_in(room))
        view.get_by_label("Class code").fill(CLASS_CODE)
        view.get_by_label("Your name").fill("bruno")
        taken["login"] = photograph(view)
        browser.close()
    return taken


def new_view(browser: Browser) -> Page:
    """Return a page without the cookies of the others."""
    return browser.new_page(viewport={"width": WIDTH, "height": 500}, device_scale_factor=SCALE)


def ask_for_log_in(endpoint: str) -> str:
    """Return the address at which a person confirms the log-in of a notebook."""
    import httpx

    return str(httpx.post(f"{endpoint}/oauth/device", data={"client_id": "course"}).json()["verification_uri_complete"])


def photograph(view: Page) -> bytes:
    """The page as it is, cut where it gets too tall, in colours few enough for a small file."""
    from PIL import Image

    height = min(view.evaluate("document.documentElement.scrollHeight"), TALLEST)
    picture = view.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    small = io.BytesIO()
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
