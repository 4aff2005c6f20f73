"""`python -m classroom serve` for a room: what it prints, how it ends, and that slow or rude clients stop nobody."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from classroom.http import file_responses, timeouts
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store

LARGE = 64 * 2**20
REQUEST = b"GET /api/models HTTP/1.1\r\nHost: hub\r\n"


@contextlib.contextmanager
def serving(cache: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a teacher runs it, over the course's folder `cache`; stopped by Ctrl-C."""
    command = [sys.executable, "-m", "classroom", "serve", *words]
    environment = os.environ | {"COURSE_CACHE": str(cache), "PYTHONUNBUFFERED": "1"}
    kwargs = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment, **kwargs) as server:
        try:
            yield server
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            # Whoever starts pytest in the background of a script has it, and so the server, ignore Ctrl-C.
            assert server.poll() is not None, "Ctrl-C did not end the server within 20 seconds"
        finally:
            server.kill()


def lines_until(server: subprocess.Popen[str], end: str) -> str:
    """What the server prints, up to the line that holds `end`."""
    printed = ""
    for line in server.stdout:
        printed += line
        if end in line:
            return printed
    raise AssertionError(printed)


def test_a_room_gets_address_class_code_line_to_paste_and_qr_code(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--port", "0", "--class-code", "fig42") as server:
        printed = lines_until(server, "Ctrl-C")
        url = re.search(r"Address +(http://\S+:\d+)", printed)[1]
        assert "0.0.0.0" not in printed and "127.0.0.1" not in url
        assert re.search(r"Class code +fig42", printed)
        assert f"%env COURSE_HUB={url}\n" in printed
        picture = [line for line in printed.splitlines() if line and set(line) <= set(" ▀▄█")]
        assert len(picture) > 12 and len({len(line) for line in picture}) == 1
        assert httpx.get(f"{url}/api/models?limit=1").status_code == 200


def test_a_class_code_is_random_when_none_is_given(tmp_path: Path) -> None:
    codes = set()
    for _ in range(2):
        with serving(tmp_path, "--host", "0.0.0.0", "--port", "0") as server:
            codes.add(re.search(r"Class code +(\w{6})", lines_until(server, "Ctrl-C"))[1])
    assert len(codes) == 2


def test_it_answers_within_seconds_and_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    """On an idle machine the first answer comes within one second; the bound here allows for a busy one."""
    started = time.monotonic()
    with serving(tmp_path, "--port", "0") as server:
        printed = lines_until(server, "Ctrl-C")
        url = re.search(r"http://\S+", printed)[0]
        assert f"HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1" in printed
        assert httpx.get(f"{url}/api/models").status_code == 200
        assert time.monotonic() - started < 6
        with httpx.Client() as idle:  # a client that keeps its connection must not hold the server up
            idle.get(f"{url}/api/models")
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=10) == 0
        assert server.stdout.read() == "The classroom Hub has stopped.\n"


def test_a_port_that_is_taken_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with serving(tmp_path, "--port", port) as server:
            sentence = f"Cannot listen on 127.0.0.1:{port} (Address already in use). Choose another one with --port.\n"
            assert server.stdout.read() == sentence
            assert server.wait(timeout=10) == 1


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """Host and port of a Hub whose limits are the real ones, twenty times as strict or more."""
    monkeypatch.setattr(timeouts, "LOOK_SECONDS", 0.25)
    monkeypatch.setattr(timeouts, "HEAD_SECONDS", 0.75)
    monkeypatch.setattr(timeouts, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(file_responses, "FILE_STALL_SECONDS", 1.0)
    url = httpx.URL(serve_in_thread(Hub(Store(tmp_path / "pushed"))))
    return url.host, url.port


def seconds_until_closed(connection: socket.socket, drip: bytes, most: float = 15) -> float:
    """How long a client that sends `drip` every 0.3 seconds is kept."""
    started = time.monotonic()
    connection.settimeout(0.3)
    while time.monotonic() - started < most:
        with contextlib.suppress(TimeoutError):
            connection.sendall(drip)
            if not connection.recv(65536):
                break
    return time.monotonic() - started


def is_kept_waiting(connection: socket.socket, drip: bytes) -> bool:
    try:
        return seconds_until_closed(connection, drip) >= 15
    except OSError:  # reset or broken pipe: closed by the server
        return False


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (REQUEST, b"X-Slow: 1\r\n"),
        (b"", b""),
        (b"POST /oauth/device HTTP/1.1\r\nHost: hub\r\nContent-Length: 9000\r\n\r\n", b"x"),
    ],
    ids=["a head that drips in", "nothing at all", "a body that drips in"],
)
@pytest.mark.slow
def test_a_slow_client_is_let_go(impatient: tuple[str, int], first: bytes, drip: bytes) -> None:
    with socket.create_connection(impatient) as slow:
        slow.sendall(first)
        assert not is_kept_waiting(slow, drip)


@pytest.mark.slow
def test_a_client_that_takes_nothing_of_its_answer_is_let_go(impatient: tuple[str, int], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "model.safetensors").write_bytes(bytes(LARGE))
    (tmp_path / "mirror").mkdir()
    mirror = Store(tmp_path / "mirror")
    mirror.import_folder("models", "someone/large", source, "Large")
    url = httpx.URL(serve_in_thread(Hub(mirror=mirror)))
    with socket.create_connection((url.host, url.port)) as greedy:
        greedy.sendall(b"GET /someone/large/resolve/main/model.safetensors HTTP/1.1\r\nHost: hub\r\n\r\n")
        time.sleep(3)
        received = 0
        with contextlib.suppress(ConnectionError):
            while data := greedy.recv(2**20):
                received += len(data)
        assert 0 < received < LARGE


def wait_until(is_so: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it never came to be"
        time.sleep(0.1)


@pytest.mark.slow
def test_two_hundred_dripping_clients_do_not_keep_others_waiting(tmp_path: Path) -> None:
    """A slowloris: connections that never finish their request. The server runs with its real limits."""
    with serving(tmp_path, "--port", "0") as server:
        url = httpx.URL(re.search(r"http://\S+", lines_until(server, "Ctrl-C"))[0])
        with contextlib.ExitStack() as stack:
            for _ in range(200):
                slow = stack.enter_context(socket.create_connection((url.host, url.port)))
                slow.sendall(REQUEST + b"X-Slow: ")
            other = stack.enter_context(httpx.Client(verify=False, timeout=5, headers={"Connection": "close"}))
            started = time.monotonic()
            for _ in range(20):
                assert other.get(f"{url}/api/models").status_code == 200
            assert time.monotonic() - started < 10


def test_an_answer_does_not_wait_for_an_acknowledgement(tmp_path: Path) -> None:
    """Nagle's algorithm would hold each body back for 40 ms; the fastest of many is judged, since machines are busy."""
    url, seconds = serve_in_thread(Hub(Store(tmp_path / "pushed"))), []
    with httpx.Client() as client:
        for _ in range(30):
            started = time.monotonic()
            client.get(f"{url}/api/whoami-v2")
            seconds.append(time.monotonic() - started)
    assert min(seconds) < 0.03


def test_a_head_that_never_ends_is_refused(impatient: tuple[str, int]) -> None:
    with socket.create_connection(impatient) as rude:
        with contextlib.suppress(OSError):
            rude.sendall(REQUEST + b"X: " + b"x" * 2 * timeouts.HEAD_BYTES)
        answer = b""
        with contextlib.suppress(OSError):
            answer = rude.recv(1000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_one_address_cannot_take_every_connection(tmp_path: Path) -> None:
    url = httpx.URL(serve_in_thread(Hub(Store(tmp_path / "pushed")), connections=40))
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_connection((url.host, url.port))) for _ in range(30)]
        wait_until(lambda: sum(map(is_open, taken)) <= 10)


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
