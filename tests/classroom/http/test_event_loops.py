"""The server in a notebook's kernel, whatever that has made of asyncio: large files arrive whole, failures are told."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.support.client import lines, run_python

pytestmark = pytest.mark.slow  # each test is a kernel's process with a loop of its own

UVLOOP = pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="needs uvloop, which Windows lacks")
NEST = next((name for name in ("nest_asyncio", "nest_asyncio2") if importlib.util.find_spec(name)), "nest_asyncio")
BROUGHT = {
    "uvloop": "import uvloop; uvloop.install()",
    "nest": f"import {NEST} as nest, asyncio; asyncio.set_event_loop(asyncio.new_event_loop()); nest.apply()",
    "patched": "import asyncio; asyncio.run = asyncio.new_event_loop = None",
}
SERVE = """
import hashlib, urllib.request
from pathlib import Path
from classroom.models.hub import Hub
from classroom.storage.store import Store
folder = Path({folder!r})
(folder / "model").mkdir()
for size in (70_000, 40_000_000):
    (folder / "model" / f"{{size}}.bin").write_bytes(bytes(range(250)) * (size // 250))
store = Store(folder)
store.import_folder("models", "a/large", folder / "model", "Add")

def serve():
    {serve}

{before}
address = serve()
{after}
for size in (70_000, 40_000_000, 70_000):
    with urllib.request.urlopen(f"{{address}}/a/large/resolve/main/{{size}}.bin") as response:
        content = response.read()
    print(content == (folder / "model" / f"{{size}}.bin").read_bytes())
"""
IN_THREAD = "from classroom.http.server import serve_in_thread; return serve_in_thread(Hub(mirror=store))"
ON_UVLOOP = """
    import threading, time, uvicorn
    from classroom.http import server, timeouts
    from classroom.http.app import create_app
    bound = server.listen("127.0.0.1", 0)
    config = uvicorn.Config(
        create_app(Hub(mirror=store)), http=timeouts.BoundedProtocol, loop="uvloop", lifespan="off", log_level="error"
    )
    threading.Thread(target=uvicorn.Server(config).run, kwargs={"sockets": [bound]}, daemon=True).start()
    return f"http://127.0.0.1:{bound.getsockname()[1]}"
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("brought", [pytest.param("uvloop", marks=UVLOOP), "nest", "patched"])
def test_large_files_arrive_whole_whatever_the_kernel_brings(brought: str, when: str, tmp_path: Path) -> None:
    parts = {"before": "", "after": "", "serve": IN_THREAD, "folder": str(tmp_path)} | {when: BROUGHT[brought]}
    assert lines(run_python(SERVE.format(**parts), 60, {})) == ["True"] * 3


@UVLOOP
def test_a_loop_that_cannot_send_files_reads_them_instead(tmp_path: Path) -> None:
    code = SERVE.format(before="", after="", serve=ON_UVLOOP, folder=str(tmp_path))
    assert lines(run_python(code, 60, {})) == ["True"] * 3


ACTIVATE = "from classroom.client import hub_mode; hub_mode.activate()"
FAILING = {
    "its thread ends": (
        "import uvicorn\nasync def fail(*_, **__): raise RuntimeError('no loop')\nuvicorn.Server.serve = fail",
        "The classroom Hub did not start: Its thread ended (no loop). Restart the kernel",
    ),
    "no port can be bound": (
        "import os, resource, classroom.http.server, classroom.client.hub_mode\n"
        "used = len(os.listdir('/proc/self/fd')) - 1\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (used, used))",
        "The classroom Hub did not start: Cannot listen on 127.0.0.1:0 (Too many open files).",
    ),
    "its thread ended since": (
        f"{ACTIVATE}\nimport gc, time, uvicorn\n"
        "next(one for one in gc.get_objects() if isinstance(one, uvicorn.Server)).should_exit = True\ntime.sleep(1)",
        "The classroom Hub of this kernel has ended. Restart the kernel, run the set-up cell first.",
    ),
}


@pytest.mark.parametrize("failure", FAILING)
def test_a_server_that_cannot_serve_is_one_sentence_of_the_set_up(failure: str) -> None:
    before, sentence = FAILING[failure]
    done = run_python(f"{before}\n{ACTIVATE}", 60, {"COURSE_HUB": "classroom"})
    assert done.stderr.splitlines()[-1].startswith(f"classroom.client.errors.SetupError: {sentence}"), done.stderr
    assert done.stderr.count("Traceback") == 1


def test_a_notebook_shows_the_sentence_without_a_traceback() -> None:
    before, sentence = FAILING["its thread ends"]
    shell = "from IPython.core.interactiveshell import InteractiveShell"
    cell = f"{before}\n{ACTIVATE}"
    done = run_python(f"{shell}\nInteractiveShell().run_cell({cell!r})", 60, {})
    assert done.stdout.splitlines() == [f"SetupError: {sentence} and run the set-up cell first."], done.stderr
