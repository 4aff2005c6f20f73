"""Where a learner's browser opens the pages of the Hub in her kernel, by what the kernel knows of its surroundings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.client import lines, run_python

FAKE_COLAB = """
    import sys, types
    output = types.ModuleType("google.colab.output")
    output.eval_js = lambda script, timeout_sec: {answer}
    colab = types.ModuleType("google.colab")
    colab.output = output
    sys.modules |= {{"google": types.ModuleType("google"), "google.colab": colab, "google.colab.output": output}}
"""
ADDRESS = """
    from classroom.client import pages
    print(pages.address("http://127.0.0.1:8765"))
"""


@pytest.fixture
def with_proxy(tmp_path: Path) -> dict[str, str]:
    """An environment that has jupyter-server-proxy; nothing of it is loaded."""
    (tmp_path / "jupyter_server_proxy.py").touch()
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])}


@pytest.mark.parametrize(
    ("jupyterhub", "address"),
    [
        (
            {"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ana/", "JUPYTERHUB_SERVICE_PREFIX": "/user/ana/"},
            "https://hub.example/user/ana/proxy/8765/",
        ),
        (
            {"JUPYTERHUB_HOST": "https://ana.hub.example", "JUPYTERHUB_SERVICE_PREFIX": "/user/ana/"},
            "https://ana.hub.example/user/ana/proxy/8765/",
        ),
        ({"JUPYTERHUB_HOST": "", "JUPYTERHUB_SERVICE_PREFIX": "/user/ana/gpu/"}, "/user/ana/gpu/proxy/8765/"),
        ({}, "http://127.0.0.1:8765/"),
    ],
)
def test_on_a_jupyterhub_they_are_below_its_prefix(
    with_proxy: dict[str, str], jupyterhub: dict[str, str], address: str
) -> None:
    assert lines(run_python(ADDRESS, 60, with_proxy | jupyterhub)) == [address]


def test_without_the_proxy_they_are_this_machines() -> None:
    hidden = "import importlib.util; importlib.util.find_spec = lambda name: None\n"
    done = run_python(hidden + textwrap.dedent(ADDRESS), 60, {"JUPYTERHUB_SERVICE_PREFIX": "/user/ana/"})
    assert lines(done) == ["http://127.0.0.1:8765/"]


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ('f"https://{script}.example"', "https://google.colab.kernel.proxyPort(8765).example/"),
        ("1 / 0", "http://127.0.0.1:8765/"),
    ],
    ids=["with a browser", "without one"],
)
def test_on_colab_they_are_where_its_proxy_says(answer: str, address: str) -> None:
    """Colab itself cannot be had here: a module of its name answers with the question."""
    assert lines(run_python(FAKE_COLAB.format(answer=answer) + ADDRESS, 60, {})) == [address]


def test_serve_in_a_terminal_of_a_jupyterhub_names_them_too(with_proxy: dict[str, str], tmp_path: Path) -> None:
    variables = with_proxy | {"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ana/", "COURSE_CACHE": str(tmp_path)}
    command = [sys.executable, "-u", "-m", "classroom", "serve", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.PIPE, text=True) as server:
        port = re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline())[1]
        line = next(line for line in server.stdout if "?token=" in line)
        assert f" https://hub.example/user/ana/proxy/{port}/?token=" in line
        server.terminate()
