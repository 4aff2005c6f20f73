"""`python -m classroom` on consoles that are not UTF-8, and on addresses of every kind."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from classroom.http.server import ServerError, listen

COMMAND = [sys.executable, "-m", "classroom"]


@contextmanager
def serving(*arguments: str, **variables: str) -> Iterator[tuple[str, str]]:
    """A running `serve`: what it printed, decoded as the console would, up to the line with its address."""
    encoding = variables.get("PYTHONIOENCODING", "utf-8")
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding=encoding,
    )
    printed: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: [printed.put(line) for line in process.stdout or ()], daemon=True).start()
    text = ""
    try:
        while "Ctrl-C stops it" not in text:
            text += printed.get(timeout=60)
        yield text, re.search(r"http://\S+:\d+", text)[0]
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(address: str) -> bool:
    with urllib.request.urlopen(f"{address}/api/models?limit=1", timeout=30) as response:
        return response.status == 200


def test_a_console_without_block_characters_gets_the_address_without_a_qr_code() -> None:
    with serving("--host", "0.0.0.0", PYTHONIOENCODING="cp1252") as (text, _):
        assert "Address" in text and "Class code" in text and "?" not in text


def test_a_utf_8_console_gets_the_qr_code() -> None:
    with serving("--host", "0.0.0.0", PYTHONIOENCODING="utf-8") as (text, _):
        assert "█" in text


def test_a_character_that_the_console_lacks_stops_no_command() -> None:
    variables = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "prepare", "nobody/né"], env=variables, capture_output=True, text=True)
    assert done.stdout.startswith("The classroom has no nobody/n?;") and done.returncode == 1 and not done.stderr
    assert subprocess.run([*COMMAND, "list"], env=variables, capture_output=True).returncode == 0


@pytest.mark.parametrize("host", ["::1", "[::1]", "localhost", "127.0.0.1"])
def test_every_way_to_write_this_machine_serves(host: str) -> None:
    with serving("--host", host) as (_, address):
        assert answers(address)


def test_the_ipv6_address_for_all_answers_the_addresses_that_it_shows() -> None:
    with serving("--host", "::") as (_, address):
        assert answers(address)


@pytest.mark.parametrize(
    ("host", "port", "remedy"),
    [
        ("192.0.2.77", 0, "Choose an address of this machine with --host."),
        ("nobody.invalid", 0, "Choose an address of this machine with --host."),
        ("127.0.0.1", 99_999, "Choose another one with --port."),
    ],
)
def test_what_cannot_be_listened_on_is_told_with_the_option_that_mends_it(host: str, port: int, remedy: str) -> None:
    with pytest.raises(ServerError) as error:
        listen(host, port)
    assert str(error.value).endswith(remedy)


def test_a_taken_port_is_told_with_the_option_that_mends_it() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(ServerError, match="Choose another one with --port"):
        listen("127.0.0.1", taken.getsockname()[1])
