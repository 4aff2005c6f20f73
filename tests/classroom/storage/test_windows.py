"""Nothing is renamed or deleted while it is open, which Windows would refuse; tried under its rules on Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi

from classroom.auth.accounts import Accounts

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc/self/fd"),
    pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("windows")


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[HfApi]:
    """The stock client, logged in to a Hub whose process keeps to Windows's rules."""
    accounts = Accounts(folder / "pushed")
    accounts.add("ana")
    command = [sys.executable, "-m", "tests.support.windows", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield HfApi(endpoint=server.stdout.readline().strip(), token=accounts.new_token("ana"))
        server.kill()


@pytest.fixture(autouse=True)
def nothing_refused(folder: Path) -> Iterator[None]:
    yield
    refused = folder / "refused"
    assert not refused.exists(), refused.read_text()


def push_packed(api: HfApi, name: str, folder: Path) -> None:
    """Push so many files with git that it keeps them in a pack, which the Hub then reads."""
    target = f"{api.endpoint.replace('://', f'://ana:{api.token}@')}/{name}"
    subprocess.run(["git", "clone", "-q", target, folder], env=os.environ | {"GIT_LFS_SKIP_SMUDGE": "1"}, check=True)
    for number in range(150):
        (folder / f"{number}.txt").write_text(f"{number}\n")
    author = ("-c", "user.name=ana", "-c", "user.email=ana@localhost")
    for words in (["add", "."], ["commit", "-qm", "Many"], ["push", "-q", "origin", "main"]):
        subprocess.run(["git", *author, *words], cwd=folder, check=True)


def test_a_repository_is_made_written_copied_moved_and_deleted(api: HfApi, tmp_path: Path, folder: Path) -> None:
    api.create_repo("ana/film")
    first = [CommitOperationAdd("a.txt", b"a"), CommitOperationAdd("big.bin", os.urandom(3 * 2**20))]
    api.create_commit("ana/film", [*first, CommitOperationAdd("small.bin", b"x")], commit_message="First")
    api.upload_file(path_or_fileobj=b"b", path_in_repo="a.txt", repo_id="ana/film")
    changed = [CommitOperationCopy("big.bin", "copy.bin"), CommitOperationDelete("small.bin")]
    api.create_commit("ana/film", changed, commit_message="Change")
    push_packed(api, "ana/film", tmp_path / "clone")
    assert list((folder / "pushed" / "models" / "ana" / "film.git" / "objects" / "pack").glob("*.pack"))
    assert len(api.list_repo_files("ana/film")) > 150
    proposed = api.create_commit(
        "ana/film", [CommitOperationAdd("pr.txt", b"pr")], commit_message="Propose", create_pr=True
    )
    api.merge_pull_request("ana/film", proposed.pr_num)
    api.create_branch("ana/film", branch="other")
    for tag in ("v1", "v2"):
        api.create_tag("ana/film", tag=tag)
    api.delete_branch("ana/film", branch="other")
    api.delete_tag("ana/film", tag="v1")
    api.update_repo_settings("ana/film", private=True)
    api.duplicate_repo("ana/film", "ana/double")
    api.super_squash_history("ana/film")
    api.move_repo("ana/film", "ana/movie")
    assert api.hf_hub_download("ana/film", "3.txt", local_dir=tmp_path / "got")
    assert len(api.list_repo_files("ana/double")) == len(api.list_repo_files("ana/movie")) > 150
    for name in ("ana/movie", "ana/double"):
        api.delete_repo(name)
    assert api.list_models(author="ana") is not None and not api.repo_exists("ana/movie")
