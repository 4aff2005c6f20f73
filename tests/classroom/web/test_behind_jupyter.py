"""The pages through jupyter-server-proxy, as on a JupyterHub: by links that work below its prefix, and no back door."""

from __future__ import annotations

import html
import os
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, StorageState

from classroom.auth import access
from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tests.support.jupyter import BASE, OWN, TOKEN, jupyter_server, run_in_kernel
from tests.support.room import CLASS_CODE

PLOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fccf500f000382018058"
    "9a35dd0000000049454e44ae426082"
)
CARD = "# Film\n\n![a plot](plots/plot.png) [the plot](plots/plot.png) [its folder](../../tree/main/plots/)\n"
# Where a picture in a card could send the browser of a person who is logged in to Jupyter.
JUPYTERS_OWN = ["/user/ana/logout", "/hub/logout", "../../../../../../../logout", "..\\..\\..\\..\\..\\logout"]
JUPYTERS_OWN += ["%2e%2e/%2E%2e/.%2e/../../../../logout", "\t/user/ana/logout", "/\\127.0.0.1/logout"]
WIDTH_ONCE_LOADED = "async picture => { await picture.decode(); return picture.naturalWidth }"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")]

if not os.environ.get("CI"):
    pytest.importorskip("jupyter_server_proxy", reason="`pip install jupyter-server-proxy` makes this run")


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A lone learner's Hub with a public model on two branches, a private one and one with a hostile card."""
    folder = tmp_path_factory.mktemp("alone") / "pushed"
    accounts, endpoint = Accounts(folder), serve_in_thread(Hub(Store(folder)))
    accounts.add("learner")
    api = HfApi(endpoint=endpoint, token=accounts.new_token("learner"))
    hostile = "".join(f'<img src="{target}" alt="">\n\n<a href="{target}">go</a>\n\n' for target in JUPYTERS_OWN)
    for name, card in {"film": CARD, "secret": "# Diary\n", "hostile": hostile}.items():
        api.create_repo(f"learner/{name}", private=name == "secret")
        api.upload_file(path_or_fileobj=card.encode(), path_in_repo="README.md", repo_id=f"learner/{name}")
    api.upload_file(path_or_fileobj=PLOT, path_in_repo="plots/plot.png", repo_id="learner/film")
    api.create_branch("learner/film", branch="feature/x")
    api.create_pull_request("learner/film", title="Better")
    return endpoint


@pytest.fixture(scope="module")
def login(browser: Chromium, jupyter: str) -> StorageState:
    """The cookies of a browser that is logged in to Jupyter."""
    context = browser.new_context()
    context.new_page().goto(f"{jupyter}/api/status?token={TOKEN}")
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.fixture
def context(browser: Chromium, login: StorageState) -> Iterator[BrowserContext]:
    """A browser that is logged in to Jupyter."""
    context = browser.new_context(storage_state=login)
    yield context
    context.close()


@pytest.fixture(params=["proxy", "proxy/absolute", "proxy/127.0.0.1"])
def below(request: pytest.FixtureRequest, jupyter: str) -> str:
    """What stands between the address of Jupyter and the port of a Hub, in each way that the proxy knows."""
    separator = ":" if request.param.endswith(".1") else "/"
    return f"{jupyter}/{request.param}{separator}"


def port(endpoint: str) -> str:
    return endpoint.rpartition(":")[2]


def watched(context: BrowserContext) -> tuple[Page, list[tuple[str, int]]]:
    """A page, and what it loads: addresses with their status."""
    page, seen = context.new_page(), []
    page.on("response", lambda answer: seen.append((answer.url, answer.status)))
    return page, seen


def test_pages_pictures_and_style_sheet_load(alone: str, below: str, context: BrowserContext) -> None:
    front = f"{below}{port(alone)}/"
    page, seen = watched(context)
    page.goto(front)
    assert page.evaluate("getComputedStyle(document.querySelector('header.top')).borderBottomStyle") == "solid"
    page.get_by_role("link", name="film").click()
    assert page.url == f"{front}learner/film"
    assert page.get_by_alt_text("a plot").evaluate(WIDTH_ONCE_LOADED) == 1
    assert f"git clone {alone}/learner/film" in page.get_by_label("Git command").inner_text()
    page.get_by_role("link", name="the plot").click()
    assert page.locator("img.picture").evaluate(WIDTH_ONCE_LOADED) == 1
    page.goto(f"{front}learner/film")
    page.get_by_role("link", name="its folder").click()
    page.get_by_role("link", name="plot.png").first.click()
    page.get_by_role("link", name="Files", exact=True).click()
    page.locator("details.refs").click()
    page.get_by_role("link", name="feature/x").click()
    page.get_by_role("link", name="README.md", exact=True).click()
    assert page.get_by_label("README.md").inner_text().startswith("# Film")
    page.get_by_role("link", name="Commits").click()
    page.locator("li .message a").first.click()
    page.get_by_role("link", name="Pull requests").click()
    page.get_by_role("link", name="Better").click()
    page.get_by_role("link", name="Files with this change").click()
    page.get_by_role("link", name="learner", exact=True).first.click()
    page.get_by_role("link", name="Classroom Hub").click()
    assert page.url == front
    assert [(address, status) for address, status in seen if status != 200 or not address.startswith(front)] == []
    assert {address.removeprefix(front) for address, _ in seen} >= {"-/style.css"}


def test_an_error_is_a_page_that_leads_back(alone: str, below: str, context: BrowserContext) -> None:
    page = context.new_page()
    assert page.goto(f"{below}{port(alone)}/learner/film/blob/main/no/such/file").status == 404
    page.get_by_role("link", name="To the front page").click()
    assert page.url == f"{below}{port(alone)}/"


def test_a_redirect_stays_below_the_prefix(alone: str, below: str, context: BrowserContext) -> None:
    front, page = f"{below}{port(alone)}/", context.new_page()
    for asked, led in {
        "learner/film/": "learner/film",
        "models/": "models",
        "learner/film.git": "learner/film",
    }.items():
        page.goto(front + asked)
        assert page.url == front + led


def test_the_one_time_address_signs_in_below_the_prefix_only(alone: str, below: str, context: BrowserContext) -> None:
    front, page = f"{below}{port(alone)}/", context.new_page()
    assert page.goto(f"{front}learner/secret").status == 404
    device = httpx.post(f"{alone}/oauth/device", data={"client_id": "notebook"}).json()
    token = httpx.URL(device["verification_uri_complete"]).params["token"]
    page.goto(f"{front}activate?code={device['user_code']}&token={token}")
    assert page.url == f"{front}activate?code={device['user_code']}"
    session = next(cookie for cookie in context.cookies() if cookie["name"] == access.COOKIE)
    assert session["path"] == httpx.URL(front).path.rstrip("/")
    page.goto(front)
    page.get_by_role("link", name="secret").click()
    assert page.get_by_role("heading", name="Diary").is_visible()
    assert page.url == f"{front}learner/secret"


def test_a_card_sends_no_browser_to_jupyter_itself(alone: str, below: str, context: BrowserContext) -> None:
    front = f"{below}{port(alone)}/"
    page, seen = watched(context)
    page.goto(f"{front}learner/hostile", wait_until="networkidle")
    links = page.eval_on_selector_all("article a", "links => links.map(link => link.href)")
    assert len(links) == len(JUPYTERS_OWN)
    assert [link for link in links if not link.startswith(front)] == []
    assert [address for address, _ in seen if not address.startswith(front)] == []
    assert len(seen) > len(JUPYTERS_OWN) // 2


def test_a_login_through_the_proxy_confirms_nothing_by_itself(alone: str, below: str) -> None:
    """Whoever comes through it is on another machine, even where its own address is 127.0.0.1."""
    for host in ({}, {"Host": f"127.0.0.1:{port(alone)}"}, {"Host": f"localhost:{port(alone)}"}):
        answer = httpx.post(f"{below}{port(alone)}/oauth/device", data={"client_id": "x"}, headers=OWN | host)
        assert answer.status_code == 403 and "logs in its own machine only" in answer.text


def test_nothing_opens_without_jupyters_own_token(alone: str, below: str) -> None:
    for method, path in (("GET", ""), ("GET", "learner/film"), ("GET", "-/style.css"), ("POST", "oauth/device")):
        answer = httpx.request(method, f"{below}{port(alone)}/{path}")
        assert answer.status_code == 403 or httpx.URL(answer.headers["Location"]).path == f"{BASE}/login"


def test_a_kernel_of_a_remote_jupyter_shows_addresses_that_open_there(
    tmp_path: Path, jupyter: str, context: BrowserContext
) -> None:
    code = f"""
        import os
        os.environ |= {{"COURSE_HUB": "classroom", "COURSE_CACHE": {str(tmp_path)!r}}}
        import helpers
        helpers.setup()
        from huggingface_hub import HfApi, constants, notebook_login
        notebook_login()
        assert HfApi().create_repo("learner/secret", private=True).endpoint == constants.ENDPOINT
    """
    printed = run_in_kernel(jupyter, textwrap.dedent(code))
    front = re.search(r"^Pages +(http://\S+/user/ana/proxy/\d+/) ", printed, re.MULTILINE)[1]
    shown = html.unescape(re.search(r'href="([^"]*/activate[^"]*)"', printed)[1])
    assert shown.startswith(f"{front}activate?code=")
    page = context.new_page()
    page.goto(f"{front.partition('/proxy/')[0]}/api/status?token={TOKEN}")
    page.goto(shown)
    assert page.get_by_text("confirms itself").is_visible()
    page.get_by_role("link", name="learner", exact=True).click()
    assert page.get_by_role("link", name="secret").is_visible()


def test_a_room_is_entered_and_left_by_its_forms(tmp_path: Path, below: str, context: BrowserContext) -> None:
    front = f"{below}{port(serve_in_thread(Hub(Store(tmp_path / 'pushed')), Room(CLASS_CODE)))}/"
    page, seen = watched(context)
    page.goto(front)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Class code").fill(CLASS_CODE)
    page.get_by_label("Your name").fill("Ana")
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_text("Your PIN is").is_visible()
    page.get_by_role("link", name="All repositories").click()
    assert (page.url, page.locator(".who").inner_text()) == (front, "Ana")
    page.goto(f"{front}signin")
    page.get_by_role("button", name="sign out").click()
    assert page.url == f"{front}signin"
    assert access.COOKIE not in {cookie["name"] for cookie in context.cookies()}
    assert [address for address, _ in seen if not address.startswith(front)] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-Prefix": "https://evil.example/x"},
        {"X-Forwarded-Context": "//evil.example", "X-ProxyContextPath": "//evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example"},
    ],
    ids=lambda headers: " ".join(headers),
)
def test_no_header_decides_where_a_page_or_a_redirect_leads(alone: str, headers: dict[str, str]) -> None:
    for path in ("/", "/learner/film/tree/main", "/activate", "/learner/film/", "//evil.example/", "/nobody/nothing"):
        answer = httpx.get(alone + path, headers={"Accept": "text/html"} | headers)
        leads = answer.text.replace(f"git clone http://{headers.get('Host')}", "") + answer.headers.get("Location", "")
        assert "evil.example" not in leads.replace('href="../evil.example', "") or path.startswith("//")
        assert not answer.headers.get("Location", "../").startswith(("/", "http"))
