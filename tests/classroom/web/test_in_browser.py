"""Private repositories in a browser: a lone learner's by a one-time address, in a room after signing in, else none."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi
from playwright.sync_api import Browser as Chromium

from classroom.auth import access
from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tests.support.client import run_python
from tests.support.room import CLASS_CODE, Browser, ask, poll

PLOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fccf500f000382018058"
    "9a35dd0000000049454e44ae426082"
)
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")  # where Debian has it
TYPED = {"Accept": "text/html", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
# The stock client uploads through a spelling that its own HTTP library has given up.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")]


def push_private(endpoint: str, token: str, name: str) -> None:
    api = HfApi(endpoint=endpoint, token=token)
    api.create_repo(name, private=True)
    api.upload_file(path_or_fileobj=b"# Diary\n\n![a plot](plot.png)\n", path_in_repo="README.md", repo_id=name)
    api.upload_file(path_or_fileobj=PLOT, path_in_repo="plot.png", repo_id=name)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A lone learner's Hub with a private model of hers, and one that is left from a room."""
    folder = tmp_path_factory.mktemp("alone") / "pushed"
    accounts, endpoint = Accounts(folder), serve_in_thread(Hub(Store(folder)))
    for name in ("learner", "ana"):
        accounts.add(name)
        push_private(endpoint, accounts.new_token(name), f"{name}/secret")
    return endpoint


@contextmanager
def other_site(folder: Path, page: str) -> Iterator[str]:
    """A web site of somebody else's with this one page."""
    (folder / "index.html").write_text(page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def signing_in(alone: str) -> str:
    """The one-time token in the address that the device login shows to a lone learner."""
    address = httpx.post(f"{alone}/oauth/device", data={"client_id": "notebook"}).json()["verification_uri_complete"]
    return httpx.URL(address).params["token"]


def test_a_lone_learner_sees_private_repositories_by_a_one_time_address(alone: str, browser: Chromium) -> None:
    context = browser.new_context()
    page = context.new_page()
    assert page.goto(f"{alone}/learner/secret").status == 404
    page.goto(f"{alone}/?token={signing_in(alone)}")
    assert page.url == f"{alone}/"
    page.get_by_role("link", name="learner", exact=True).first.click()
    page.get_by_role("link", name="secret").first.click()
    assert page.url == f"{alone}/learner/secret"
    assert page.get_by_role("heading", name="Diary").is_visible()
    assert page.evaluate("document.querySelector('img[alt=\"a plot\"]').naturalWidth") == 1
    assert "ana/secret" not in page.goto(alone).text().replace("<wbr>", "")
    assert page.goto(f"{alone}/ana/secret").status == 404
    context.close()


def test_the_address_of_the_login_signs_in_too_and_keeps_its_code(alone: str) -> None:
    address = httpx.post(f"{alone}/oauth/device", data={"client_id": "notebook"}).json()["verification_uri_complete"]
    with httpx.Client() as client:
        led = client.get(address)
        assert (led.status_code, "token" in led.headers["location"], "code=" in led.headers["location"]) == (
            303,
            False,
            True,
        )
        assert client.get(f"{alone}/learner/secret", headers={"Accept": "text/html"}).status_code == 200


def test_a_one_time_address_works_once(alone: str) -> None:
    token = signing_in(alone)
    for signed_in in (True, False):
        with httpx.Client() as client:
            client.get(f"{alone}/?token={token}")
            assert (client.get(f"{alone}/learner/secret").status_code == 200) is signed_in
    assert httpx.get(f"{alone}/?token=invented").status_code == 200


def test_a_link_from_elsewhere_opens_the_page_but_no_site_gets_at_what_is_in_it(
    alone: str, browser: Chromium, tmp_path: Path
) -> None:
    plot = f"{alone}/learner/secret/resolve/main/plot.png"
    html = f"""<!doctype html><link rel="icon" href="data:,"><a href="{alone}/learner/secret">look</a>
        <img src="{plot}"><iframe src="{alone}/learner/secret"></iframe><script>
        fetch("{plot}").then(() => document.title = "read", () => document.title = "refused")</script>"""
    with other_site(tmp_path, html) as site:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{alone}/?token={signing_in(alone)}", wait_until="networkidle")
        seen = {}
        page.on("response", lambda answer: seen.setdefault((answer.url, answer.request.resource_type), answer.status))
        page.goto(site, wait_until="networkidle")
        assert page.title() == "refused"
        assert page.evaluate("document.images[0].naturalWidth") == 0
        assert seen.pop((site, "document")) == 200
        assert seen and set(seen.values()) == {404}, seen
        page.get_by_role("link", name="look").click()
        page.get_by_role("heading", name="Diary").wait_for()
        context.close()


def test_a_name_that_somebody_made_to_point_here_opens_nothing(alone: str, browser: Chromium) -> None:
    """DNS rebinding: a page that came from that name before and this Hub are one site to the browser."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{alone}/?token={signing_in(alone)}")
    assert page.goto(f"http://evil.example:{alone.rpartition(':')[2]}/learner/secret").status == 404
    context.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost@evil.example"},
        {"X-Forwarded-For": "203.0.113.5"},
        {"Via": "1.1 proxy"},
    ],
    ids=lambda changed: " ".join(changed.values()),
)
def test_nobody_but_a_program_on_this_machine_is_logged_in_unasked(alone: str, changed: dict[str, str]) -> None:
    asked = {"client_id": "notebook"}
    assert httpx.post(f"{alone}/oauth/device", data=asked).status_code == 200
    assert httpx.post(f"{alone}/oauth/device", data=asked, headers=changed).status_code == 403


@pytest.mark.skipif(
    NGINX is None and not os.environ.get("CI"),
    reason="nginx is missing; `apt-get install nginx` makes this test run",
)
def test_a_lone_learners_hub_behind_an_nginx_that_names_nobody_lets_no_stranger_in(alone: str, tmp_path: Path) -> None:
    """By its defaults it asks by the Hub's own name, and does not say that it asks for somebody else."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    temporary = " ".join(f"{one}_temp_path {tmp_path}/{one};" for one in "client_body proxy fastcgi uwsgi scgi".split())
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{"
        f" access_log off; {temporary} server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {alone}; }} }} }}"
    )
    nginx = subprocess.Popen([NGINX or "nginx", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "log"])
    try:
        stranger = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers=TYPED | {"Host": "hub.example"},
            transport=httpx.HTTPTransport(retries=5),
        )
        assert stranger.get("/").status_code == 200
        assert stranger.get("/learner/secret").status_code == 404
        assert stranger.post("/oauth/device", data={"client_id": "x"}).status_code == 403
    finally:
        nginx.terminate()
        nginx.wait()


def test_looking_is_all_that_a_browser_may_do(alone: str) -> None:
    own = httpx.Client()
    own.get(f"{alone}/?token={signing_in(alone)}")
    assert own.get(f"{alone}/api/models/learner/secret").status_code == 200
    for method, address, body in (
        ("POST", "/api/repos/create", {"name": "new"}),
        ("DELETE", "/api/repos/delete", {"name": "secret"}),
        ("PUT", "/api/models/learner/secret/settings", {"private": False}),
        ("POST", "/api/models/learner/secret/duplicate", {"repository": "learner/copy"}),
        ("POST", "/api/models/learner/secret/paths-info/main", {"paths": ["README.md"]}),
    ):
        assert own.request(method, alone + address, json=body).status_code in (401, 404)
    assert own.get(f"{alone}/api/whoami-v2").status_code == 401


@pytest.fixture(scope="module")
def room_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room") / "pushed"


@pytest.fixture(scope="module")
def room(room_folder: Path) -> str:
    return serve_in_thread(Hub(Store(room_folder)), Room(CLASS_CODE))


@pytest.fixture
def confirmed(room: str) -> Callable[[str], tuple[Browser, str]]:
    """A learner's browser after it confirmed a notebook's code, and the token that the notebook got."""

    def confirm(name: str) -> tuple[Browser, str]:
        browser, device = Browser(room, httpx.Client(headers=TYPED)), ask(room)
        browser.open(device["verification_uri_complete"])
        browser.send(code=device["user_code"], class_code=CLASS_CODE, name=name)
        return browser, poll(room, device)["access_token"]

    return confirm


def test_who_confirmed_a_code_in_a_room_sees_her_own_private_repositories_there(room: str, confirmed) -> None:
    (ana, ana_token), (ben, _) = confirmed("Ana"), confirmed("Ben")
    code = """
        from huggingface_hub import HfApi
        HfApi().create_repo("Ana/diary", private=True)
        HfApi().upload_file(path_or_fileobj=b"# Diary", path_in_repo="README.md", repo_id="Ana/diary")
    """
    done = run_python(code, 60, {"HF_ENDPOINT": room, "HF_TOKEN": ana_token, "HF_HUB_DISABLE_XET": "1"})
    assert done.returncode == 0, done.stderr
    addresses = [f"{room}/Ana/diary{rest}" for rest in ("", "/tree/main", "/commits/main", "/resolve/main/README.md")]
    assert [ana.http.get(address).status_code for address in addresses] == [200] * 4
    assert "Ana/diary" in ana.open(room).replace("<wbr>", "")
    for stranger in (ben.http, httpx.Client(headers=TYPED)):
        assert [stranger.get(address).status_code for address in addresses] == [404] * 4
        for listing in ("/", "/models", "/Ana", "/api/models"):
            assert "diary" not in stranger.get(room + listing).text


def test_a_browsers_session_is_random_hidden_from_scripts_and_stored_hashed(room_folder: Path, confirmed) -> None:
    secrets = []
    for name in ("Cem", "Dan"):
        browser, _ = confirmed(name)
        cookie = browser.page.headers.get_list("set-cookie")
        mine = next(one for one in cookie if one.startswith(access.COOKIE))
        parts = {part.strip().lower().split("=")[0]: part for part in mine.split(";")}
        assert "httponly" in parts and parts["samesite"].endswith("lax")
        assert not {"path", "domain"} & parts.keys()  # the browser keeps it to the folder of the page
        secrets.append(browser.http.cookies[access.COOKIE])
    assert len(set(secrets)) == 2 and all(re.fullmatch(r"[\w-]{43}", secret) for secret in secrets)
    stored = b"".join(path.read_bytes() for path in room_folder.rglob("*") if path.is_file())
    assert b"Cem" in stored and not any(secret.encode() in stored for secret in secrets)


def test_a_session_ends_when_its_browser_signs_out_or_somebody_else_signs_in(room: str, confirmed) -> None:
    eva, token = confirmed("Eva")
    push_private(room, token, "Eva/diary")
    fay, _ = confirmed("Fay")
    for browser, ends in ((eva, "sign out"), (fay, "sign in as Gus")):
        kept, own = browser.http.cookies[access.COOKIE], "Eva" if browser is eva else "Fay"
        copied = httpx.Client(headers=TYPED, cookies={access.COOKIE: kept})
        assert f'href="./{own}"' in copied.get(room).text
        browser.open(f"{room}/signin")
        if ends == "sign out":
            hidden = re.search(r'name="form" value="([^"]*)"', browser.page.text)[1]
            browser.http.post(f"{room}/signout", data={"form": hidden})
            assert browser.http.get(f"{room}/Eva/diary").status_code == 404
        else:
            browser.send(class_code=CLASS_CODE, name="Gus")
        assert f'href="./{own}"' not in copied.get(room).text
        assert copied.get(f"{room}/Eva/diary").status_code == 404
