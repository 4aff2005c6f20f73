"""Learners of a room cannot write to each other's repositories, and know nothing of each other's private ones."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tests.support.client import run_python

As = Callable[[str | None, str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="module")
def room(folder: Path) -> str:
    return serve_in_thread(Hub(Store(folder / "pushed")), Room("fig42"))


@pytest.fixture(scope="module")
def tokens(folder: Path, room: str) -> dict[str, str]:
    """Three learners' tokens; Ana has a private and a public model, each with a large and a small file."""
    accounts = Accounts(folder / "pushed")
    for name in ("ana", "ben", "cem"):
        accounts.add(name)
    tokens = {name: accounts.new_token(name) for name in ("ana", "ben", "cem")}
    code = """
        from huggingface_hub import HfApi
        api = HfApi()
        for name, private in (("secret", True), ("open", False)):
            api.create_repo(f"ana/{name}", private=private)
            api.upload_file(path_or_fileobj=b"diary", path_in_repo="notes.txt", repo_id=f"ana/{name}")
            api.upload_file(path_or_fileobj=bytes(10000), path_in_repo="model.safetensors", repo_id=f"ana/{name}")
    """
    done = client(room, folder / "ana", tokens["ana"], code)
    assert done.returncode == 0, done.stderr
    return tokens


def client(room: str, home: Path, token: str | None, code: str) -> subprocess.CompletedProcess[str]:
    variables = {"HF_ENDPOINT": room, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": token or ""}
    return run_python(code, 120, variables)


TRY = """
from huggingface_hub import CommitOperationAdd, HfApi, HfFileSystem, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
api = HfApi()
def try_all(calls):
    for name, call in calls.items():
        try:
            call()
            print(name, "done")
        except RepositoryNotFoundError:
            print(name, "not found")
        except HfHubHTTPError as error:
            print(name, error.response.status_code)
"""

WRITE = """
try_all({
    "upload": lambda: api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="ana/open"),
    "large": lambda: api.upload_file(path_or_fileobj=bytes(20000), path_in_repo="x.bin", repo_id="ana/open"),
    "propose": lambda: api.create_repo("ana/new"),
    "delete": lambda: api.delete_repo("ana/open"),
    "file": lambda: api.delete_file("notes.txt", "ana/open"),
    "branch": lambda: api.create_branch("ana/open", branch="b"),
    "tag": lambda: api.create_tag("ana/open", tag="t"),
    "move": lambda: api.move_repo("ana/open", "ben/open"),
    "hide": lambda: api.update_repo_settings("ana/open", private=True),
})
"""

READ = """
try_all({
    "info": lambda: api.model_info("ana/secret"),
    "file": lambda: hf_hub_download("ana/secret", "notes.txt"),
    "large": lambda: hf_hub_download("ana/secret", "model.safetensors"),
    "all": lambda: snapshot_download("ana/secret"),
    "tree": lambda: list(api.list_repo_tree("ana/secret")),
    "history": lambda: api.list_repo_commits("ana/secret"),
    "refs": lambda: api.list_repo_refs("ana/secret"),
    "paths": lambda: api.get_paths_info("ana/secret", ["notes.txt"]),
})
print("listed", sorted(model.id for model in api.list_models(author="ana")))
"""


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_nobody_writes_under_another_learners_name(room: str, folder: Path, tokens: dict[str, str]) -> None:
    done = client(room, folder / "ben", tokens["ben"], TRY + WRITE)
    assert set(outcomes(done).values()) == {"403"}, done.stdout + done.stderr


def test_nobody_writes_without_a_token(room: str, folder: Path, tokens: dict[str, str]) -> None:
    done = client(room, folder / "nobody", None, TRY + WRITE)
    assert set(outcomes(done).values()) <= {"401", "not found"} and len(outcomes(done)) == 9, done.stdout + done.stderr


@pytest.mark.parametrize("reader", ["ben", None])
def test_a_private_repository_is_not_there_for_others(
    room: str, folder: Path, tokens: dict[str, str], reader: str | None
) -> None:
    found = outcomes(client(room, folder / str(reader), tokens.get(reader), TRY + READ))
    assert found.pop("listed") == "['ana/open']"
    assert set(found.values()) == {"not found"}


def test_its_owner_reads_and_lists_it(room: str, folder: Path, tokens: dict[str, str]) -> None:
    found = outcomes(client(room, folder / "ana", tokens["ana"], TRY + READ))
    assert found.pop("listed") == "['ana/open', 'ana/secret']"
    assert set(found.values()) == {"done"}


@pytest.mark.parametrize(("reader", "works"), [("ana", True), ("ben", False), (None, False)])
def test_git_clones_a_private_repository_for_its_owner_only(
    room: str, tmp_path: Path, tokens: dict[str, str], reader: str | None, works: bool
) -> None:
    sign = f"{reader}:{tokens[reader]}@" if reader else ""
    command = ["git", "clone", "-q", room.replace("://", f"://{sign}") + "/ana/secret", str(tmp_path / "clone")]
    own = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "HOME": str(tmp_path)}
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) is works, done.stderr
    assert (tmp_path / "clone" / "notes.txt").exists() is works


def test_its_page_is_not_there_for_others(room: str, tokens: dict[str, str]) -> None:
    wants_page = {"Accept": "text/html"}
    for address in (
        "/ana/secret",
        "/ana/secret/tree/main",
        "/ana/secret/blob/main/notes.txt",
        "/ana/secret/commits/main",
    ):
        assert httpx.get(room + address, headers=wants_page).status_code == 404
    for address in ("/", "/models", "/ana"):
        page = httpx.get(room + address, headers=wants_page)
        assert "ana/secret" not in page.text


def test_a_token_that_may_read_does_not_write(room: str, folder: Path, tokens: dict[str, str]) -> None:
    token = Accounts(folder / "pushed").new_token("ana", role="read")
    done = client(room, folder / "ana-reads", token, TRY + READ + WRITE.replace('"file"', '"delete-file"'))
    found = outcomes(done)
    assert found["upload"] == found["delete"] == found["delete-file"] == "403"
    assert found["history"] == "done"
