"""A real JupyterLab in a real browser, for the browser tests; `python -m tools.lab` renews images/explorer.png."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, lessons, read, write

HOW_TO_GET_IT = "No Chromium here: install it with `apt install chromium` or `.venv/bin/playwright install chromium`."
TOKEN = "browser-test"
EXPLORER = "explore(model"


class NoChromiumError(RuntimeError):
    """There is no browser to test with; the message says how to get one."""


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium with these switches, the system's or Playwright's. Raises NoChromiumError without one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_executable(playwright), args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        yield browser
        browser.close()


def _executable(playwright: Playwright) -> str:
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    own = playwright.chromium.executable_path
    for path in (*found, own):
        if path and Path(path).exists():
            return path
    raise NoChromiumError(HOW_TO_GET_IT)


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """A JupyterLab on a free port with `folder` as its root and settings of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="course-lab-") as own:
        environment = os.environ | FIXED_ENVIRONMENT | {"JUPYTER_CONFIG_DIR": own, "JUPYTER_RUNTIME_DIR": own}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
        options = {
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": folder,
            "IdentityProvider.token": TOKEN,
            "LabApp.expose_app_in_browser": True,
            "LabApp.workspaces_dir": f"{own}/workspaces",
            "LabApp.user_settings_dir": f"{own}/settings",
            "LabApp.news_url": None,
        }
        command += [f"--{name}={value}" for name, value in options.items()]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes], seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with code {server.returncode}.")
        try:
            with urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within {seconds:.0f} seconds.")


def run_all(page: Page, address: str, notebook: str) -> None:
    """Open a notebook and start to run all of its cells."""
    page.goto(f"{address}/lab/tree/{notebook}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")


def short_lesson(folder: Path) -> str:
    """Put the explorer's lesson into `folder`, of its code only what the explorer needs, and return its name."""
    path, notebook = next((path, notebook) for path in lessons() if EXPLORER in str(notebook := read(path)))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    loaded = next(i for i, cell in enumerate(code) if "AutoModelForCausalLM.from_pretrained" in cell.source)
    needed = {cell.id for cell in code if cell in code[: loaded + 1] or EXPLORER in cell.source}
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown" or cell.id in needed]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    write(notebook, folder / path.name)
    return path.name


def main() -> None:
    picture = ROOT / "images" / "explorer.png"
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000}, device_scale_factor=1.5)
        page.set_default_timeout(300_000)
        run_all(page, address, short_lesson(Path(folder)))
        page.get_by_role("button", name="Sample").click()
        page.wait_for_selector("text=/tokens\\/s/")
        page.wait_for_selector("button:has-text('Stop')[disabled]")
        page.locator(".jp-OutputArea-output:has(.explorer-figure)").screenshot(path=picture)
    print(f"{picture.relative_to(ROOT)}, {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    try:
        main()
    except (NoChromiumError, Error) as error:
        sys.exit(str(error))
