"""A room: class code, one account per learner, PINs, and learners kept out of each other's repositories."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from classroom.auth import device_login
from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from classroom.web import signin
from tests.support.client import run_python
from tests.support.room import CLASS_CODE, Browser, ask, poll


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "pushed")


@pytest.fixture
def hub(tmp_path: Path) -> str:
    return serve_in_thread(Hub(Store(tmp_path / "pushed"), Store(tmp_path / "mirror")), Room(CLASS_CODE))


@pytest.fixture
def browser(hub: str) -> Iterator[Browser]:
    browser = Browser(hub)
    yield browser
    browser.http.close()


def log_in(hub: str, name: str) -> str:
    """A learner's first login from an own browser; the token that the waiting notebook then gets."""
    browser = Browser(hub)
    device = ask(hub, browser.http)
    browser.open(device["verification_uri_complete"])
    browser.send(code=device["user_code"], class_code=CLASS_CODE, name=name)
    return poll(hub, device, browser.http)["access_token"]


def test_the_stock_client_waits_until_a_person_confirms(hub: str, browser: Browser, tmp_path: Path) -> None:
    code = "from huggingface_hub import login, whoami; login(); print('name:', whoami()['name'])"
    variables = {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "hf"), "PYTHONUNBUFFERED": "1"}
    with ThreadPoolExecutor() as pool:
        client = pool.submit(run_python, code, 60, variables)
        waiting = wait_for_code(Accounts(tmp_path / "pushed"))
        browser.open(f"{hub}/activate?code={waiting}")
        page = browser.send(code=waiting, class_code="FIG 42", name="José María")
        assert "logged in as <strong>Jose-Maria</strong>" in page
        assert client.result().stdout.splitlines()[-1] == "name: Jose-Maria"


def wait_for_code(accounts: Accounts) -> str:
    for _ in range(300):
        with accounts.database() as db:
            row = db.execute("SELECT code FROM devices").fetchone()
        if row:
            return row["code"]
        time.sleep(0.1)
    raise AssertionError("no computer asked to be logged in")


def test_a_first_login_makes_an_account_and_shows_its_pin_once(hub: str, browser: Browser, accounts: Accounts) -> None:
    browser.open(f"{hub}/signin")
    page = browser.send(class_code=CLASS_CODE, name="Ana")
    pin = "".join(re.search(r"<strong>(\d{3}) (\d{3})</strong>", page).groups())
    assert accounts.is_pin("Ana", pin)
    assert pin[:3] not in re.sub(r"<style>.*?</style>", "", browser.open(f"{hub}/signin"), flags=re.DOTALL)


def test_the_same_name_later_needs_its_pin(hub: str, browser: Browser, accounts: Accounts) -> None:
    accounts.add("Ana")
    pin = accounts.new_pin("Ana")
    browser.open(f"{hub}/signin")
    assert "There is a Ana here already" in browser.send(class_code=CLASS_CODE, name="ana")
    assert "That is not Ana&#39;s PIN" in browser.send(class_code=CLASS_CODE, name="ana", pin="12345")
    assert "signed in as <strong>Ana</strong>" in browser.send(class_code=CLASS_CODE, name="ana", pin=pin)


def test_a_browser_that_signed_in_only_confirms(hub: str, browser: Browser) -> None:
    browser.open(f"{hub}/signin")
    browser.send(class_code=CLASS_CODE, name="Ana")
    device = ask(hub)
    page = browser.open(device["verification_uri_complete"])
    assert "as <strong>Ana</strong>?" in page and "127.0.0.1" in page
    assert poll(hub, device) == {"error": "authorization_pending"}
    browser.send(choice="confirm")
    assert poll(hub, device)["access_token"].startswith("hf_")
    assert poll(hub, device) == {"error": "expired_token"}


def test_a_refused_computer_is_told_so(hub: str, browser: Browser) -> None:
    browser.open(f"{hub}/signin")
    browser.send(class_code=CLASS_CODE, name="Ana")
    device = ask(hub)
    browser.open(device["verification_uri_complete"])
    assert "refused" in browser.send(choice="deny")
    assert poll(hub, device) == {"error": "access_denied"}


def test_a_computer_that_asks_too_often_is_told_to_slow_down(hub: str) -> None:
    device = ask(hub)
    assert [poll(hub, device)["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]


def test_a_code_ends(hub: str, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_login, "CODE_SECONDS", -1)
    device = ask(hub)
    assert poll(hub, device) == {"error": "expired_token"}
    browser.open(f"{hub}/activate")
    assert "No computer waits" in browser.send(code=device["user_code"], class_code=CLASS_CODE, name="Ana")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"class_code": "wrong", "name": "Ana"}, "That is not the class code"),
        ({"class_code": CLASS_CODE, "name": "google-bert"}, "is taken by the Hub itself"),
        ({"class_code": CLASS_CODE, "name": "datasets"}, "is taken by the Hub itself"),
        ({"class_code": CLASS_CODE, "name": "李雷"}, "Write your name in letters from A to Z"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(
    hub: str, browser: Browser, accounts: Accounts, fields: dict[str, str], sentence: str
) -> None:
    browser.open(f"{hub}/signin")
    assert sentence in browser.send(**fields)
    assert accounts.names() == []


def test_nobody_takes_a_name_that_the_mirror_serves(hub: str, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "models" / "Famous").mkdir(parents=True)
    browser.open(f"{hub}/signin")
    assert "is taken by the Hub itself" in browser.send(class_code=CLASS_CODE, name="famous")


def test_a_form_from_another_site_does_nothing(hub: str, browser: Browser, accounts: Accounts) -> None:
    browser.open(f"{hub}/signin")
    browser.send(class_code=CLASS_CODE, name="Ana")
    device = ask(hub)
    for forged in ({}, {"form": "guessed"}):
        done = browser.http.post(f"{hub}/activate", data={"code": device["user_code"], "choice": "confirm"} | forged)
        assert done.status_code == 403
    assert poll(hub, device)["error"] == "authorization_pending"


def test_guessing_codes_ends_soon(hub: str, browser: Browser) -> None:
    browser.open(f"{hub}/signin")
    for _ in range(signin.GUESSES):
        assert browser.send(class_code="guess", name="Eve") and browser.page.status_code == 400
    assert "Wait ten minutes" in browser.send(class_code=CLASS_CODE, name="Eve")
    assert browser.page.status_code == 429


def test_a_pin_cannot_be_guessed_from_many_places(hub: str, browser: Browser, accounts: Accounts) -> None:
    accounts.add("Ana")
    pin = accounts.new_pin("Ana")
    for _ in range(signin.GUESSES_AT_ACCOUNT):
        accounts.mistake("pin:Ana")
    browser.open(f"{hub}/signin")
    assert "Too many wrong PINs" in browser.send(class_code=CLASS_CODE, name="Ana", pin=pin)


def test_what_a_person_writes_is_shown_as_text(hub: str, browser: Browser) -> None:
    browser.open(f"{hub}/activate?code=%3Cscript%3E%22")
    assert "<script" not in browser.page.text
    assert '"><b>' not in browser.send(class_code='"><b>', name='"><b>', code='"><b>')
    assert "frame-ancestors 'none'" in browser.page.headers["Content-Security-Policy"]


def test_learners_at_once_get_an_account_each(hub: str, accounts: Accounts) -> None:
    names = [f"learner-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda name: log_in(hub, name), names))
    assert [accounts.token(token).account for token in tokens] == names


def test_two_who_take_one_name_at_once_do_not_share_it(hub: str, accounts: Accounts) -> None:
    barrier, pages = threading.Barrier(2), []

    def take() -> None:
        browser = Browser(hub)
        browser.open(f"{hub}/signin")
        barrier.wait()
        pages.append(browser.send(class_code=CLASS_CODE, name="Ana"))

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("There is a Ana here already" in page for page in pages) == [False, True]
    assert accounts.names() == ["Ana"]
