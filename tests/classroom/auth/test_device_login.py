"""Logging in as a lone learner: the stock client's own ways, unattended; what is stored; what revoking does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from classroom.auth.accounts import AccountError, Accounts, as_name
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tests.support.client import run_python

Hf = Callable[..., subprocess.CompletedProcess[str]]
TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pushed"


@pytest.fixture
def accounts(folder: Path) -> Accounts:
    return Accounts(folder)


@pytest.fixture
def hub(folder: Path) -> str:
    """The address of a lone learner's Hub."""
    return serve_in_thread(Hub(Store(folder)))


@pytest.fixture
def own(hub: str, tmp_path: Path) -> dict[str, str]:
    """The environment in which the stock client talks to that Hub."""
    return {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1", "NO_COLOR": "1"}


@pytest.fixture
def hf(own: dict[str, str]) -> Hf:
    """The `hf` command line, as a person runs it, with nobody at the keyboard."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("hf")), *words]
        kwargs = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60}
        return subprocess.run(command, env=os.environ | own, **kwargs)

    return run


@pytest.mark.slow
def test_hf_auth_login_ends_by_itself_and_whoami_knows_the_learner(hf: Hf) -> None:
    done = hf("auth", "login")
    assert done.returncode == 0, done.stderr
    assert re.search(r"enter the code: [A-Z]{4}-[A-Z]{4}\n", done.stdout)
    assert "Login successful." in done.stderr
    assert "user: learner" in hf("auth", "whoami").stdout
    assert "oauth-learner" in hf("auth", "list").stdout


@pytest.mark.slow
def test_notebook_login_ends_by_itself_in_a_real_kernel(own: dict[str, str], accounts: Accounts) -> None:
    source = "from huggingface_hub import notebook_login, whoami\nnotebook_login()\nprint(whoami()['name'])"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute(env=os.environ | own)
    pages = "".join(output["data"]["text/html"] for output in notebook.cells[0].outputs if "data" in output)
    assert "Login successful. Logged in as <b>learner</b>" in pages
    assert notebook.cells[0].outputs[-1]["text"] == "learner\n"
    assert [token.account for token in accounts.tokens()] == ["learner"]


def test_the_page_of_the_code_says_that_nothing_is_to_be_done(hub: str) -> None:
    asked = httpx.post(f"{hub}/oauth/device", data={"client_id": "notebook"}).json()
    page = httpx.get(asked["verification_uri_complete"], follow_redirects=True)
    assert page.status_code == 200
    assert "confirms itself" in page.text


def test_another_machines_name_for_this_hub_gets_no_token(hub: str) -> None:
    """A web page can make a name of its own point at 127.0.0.1; the browser then sends that name."""
    answer = httpx.post(f"{hub}/oauth/device", data={"client_id": "page"}, headers={"Host": "evil.example"})
    assert answer.status_code == 403


def test_a_token_from_the_command_line_logs_in(own: dict[str, str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    hub = serve_in_thread(Hub(Store(cache / "pushed")))
    token = command(cache, "--user", "Ana", "--label", "lesson").stdout.strip()
    code = f"""
        from huggingface_hub import HfApi, login, whoami
        login(token={token!r})
        who = whoami()
        print(who["name"], who["orgs"], who["auth"]["accessToken"]["displayName"], who["auth"]["accessToken"]["role"])
    """
    done = run_python(code, 60, own | {"HF_ENDPOINT": hub})
    assert done.stdout.splitlines()[-1] == "Ana [] lesson write", done.stderr


@pytest.mark.parametrize("token", ["hf_wrong", "hf_" + "x" * 43])
def test_a_wrong_token_is_told_in_one_sentence(hf: Hf, token: str) -> None:
    done = hf("auth", "login", "--token", token)
    assert done.returncode == 1
    assert "Error: Invalid user token." in TERMINAL_COLOURS.sub("", done.stderr).splitlines()


def test_without_a_token_whoami_is_refused(hub: str) -> None:
    answer = httpx.get(f"{hub}/api/whoami-v2")
    assert answer.status_code == 401
    assert "You are not logged in to the classroom Hub" in answer.headers["X-Error-Message"]


def test_tokens_and_pins_are_stored_hashed(folder: Path, accounts: Accounts) -> None:
    accounts.add("ana")
    grant, session, pin = accounts.grant("ana"), accounts.open_session("ana"), accounts.new_pin("ana")
    secrets = [accounts.new_token("ana"), grant.access_token, grant.refresh_token, session, pin]
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"ana" in stored
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_a_revoked_token_ends_at_once_in_a_server_that_runs(hub: str, folder: Path, accounts: Accounts) -> None:
    accounts.add("ana")
    kept, lost = accounts.new_token("ana"), accounts.new_token("ana")
    assert whoami(hub, lost).json()["name"] == "ana"
    Accounts(folder).revoke([accounts.token(lost)])
    assert whoami(hub, lost).status_code == 401
    assert whoami(hub, kept).status_code == 200


@pytest.mark.slow
def test_the_command_line_lists_and_revokes(tmp_path: Path) -> None:
    for user in ("ana", "ana", "ben"):
        assert command(tmp_path, "--user", user).stdout.startswith("hf_")
    assert [line.split()[:2] for line in command(tmp_path, "--list").stdout.splitlines()[1:]] == [
        ["1", "ana"],
        ["2", "ana"],
        ["3", "ben"],
    ]
    assert command(tmp_path, "--revoke", "3").stdout == "1 revoked.\n"
    assert command(tmp_path, "--user", "ana", "--revoke").stdout == "2 revoked.\n"
    assert len(command(tmp_path, "--list").stdout.splitlines()) == 1
    unknown = command(tmp_path, "--revoke", "7")
    assert (unknown.returncode, unknown.stdout) == (1, "There is no token 7; --list shows their numbers.\n")


def test_git_may_send_a_token_as_its_password(hub: str, accounts: Accounts) -> None:
    accounts.add("ana")
    token = accounts.new_token("ana")
    assert httpx.get(f"{hub}/api/whoami-v2", auth=("ana", token)).json()["name"] == "ana"
    assert httpx.get(f"{hub}/api/whoami-v2", auth=("ana", "wrong")).status_code == 401


def test_a_token_near_its_end_is_renewed_by_the_client(hf: Hf, own: dict[str, str], accounts: Accounts) -> None:
    assert hf("auth", "login").returncode == 0
    stored = Path(own["HF_HOME"], "stored_tokens")
    stored.write_text(re.sub(r"expires_at = \d+", "expires_at = 1", stored.read_text()))
    old = Path(own["HF_HOME"], "token").read_text()
    assert "user: learner" in hf("auth", "whoami").stdout
    new = Path(own["HF_HOME"], "token").read_text()
    assert new != old
    assert accounts.token(old) is None and accounts.token(new).account == "learner"


def test_a_refresh_token_works_once(hub: str, accounts: Accounts) -> None:
    accounts.add("ana")
    asked = {"grant_type": "refresh_token", "refresh_token": accounts.grant("ana").refresh_token}
    first, second = (httpx.post(f"{hub}/oauth/token", data=asked) for _ in range(2))
    assert first.json()["access_token"].startswith("hf_")
    assert second.status_code == 400 and second.json()["error"] == "invalid_grant"


def test_a_form_of_any_length_is_bounded(hub: str) -> None:
    answer = httpx.post(f"{hub}/oauth/device", content=b"client_id=" + b"x" * 10**6)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("written", "name"),
    [("Ana", "Ana"), ("José María", "Jose-Maria"), (" łukasz  z. ", "lukasz-z"), ("a..b", "a.b"), ("../x", "x")],
)
def test_a_persons_name_becomes_an_accounts_name(written: str, name: str) -> None:
    assert as_name(written) == name


@pytest.mark.parametrize("written", ["", "李雷", "datasets", "API", "..", "x.git"])
def test_a_name_that_no_address_can_have_is_refused(written: str) -> None:
    with pytest.raises(AccountError):
        as_name(written)


def command(cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m classroom token` over the course's folder `cache`."""
    line = [sys.executable, "-m", "classroom", "token", *words]
    own = os.environ | {"COURSE_CACHE": str(cache)}
    return subprocess.run(line, env=own, capture_output=True, text=True, timeout=60)


def whoami(hub: str, token: str) -> httpx.Response:
    return httpx.get(f"{hub}/api/whoami-v2", headers={"Authorization": f"Bearer {token}"})


def test_serve_shows_an_address_that_signs_her_browser_in(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "classroom", "serve", "--port", "0"]
    own = os.environ | {"COURSE_CACHE": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True) as server, httpx.Client() as browser:
        address = re.search(r"http://\S+\?token=\S+", "".join(server.stdout.readline() for _ in range(3)))[0]
        browser.get(address, follow_redirects=True)
        assert "learner" in browser.get(f"{address.split('/?')[0]}/signin").text
        assert browser.get(f"{address.split('/?')[0]}/learner").status_code == 200
        server.terminate()
