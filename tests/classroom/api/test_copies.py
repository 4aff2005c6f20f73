"""Copies on the Hub: repositories with their history, files between repositories, and whose files may be copied."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from classroom.auth.accounts import Accounts
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage import large_files
from classroom.storage.store import Store
from tests.support.client import lines, run_python

As = Callable[[str, str], subprocess.CompletedProcess[str]]
LARGE = b"large" * 500_000
PREPARE = """
    from huggingface_hub import CommitOperationAdd as Add, CommitOperationCopy as Copy, HfApi, HfFileSystem
    api = HfApi()
    large = b"large" * 500_000
    def told(call):
        try:
            return call()
        except Exception as error:
            return f"{type(error).__name__} {error.response.status_code if hasattr(error, 'response') else error}"
    def read(repo, path, **how):
        return open(api.hf_hub_download(repo, path, **how), "rb").read()
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Hub:
    """A Hub to push to, which has `someone/tiny` and others from a mirror."""
    return Hub(Store(tmp_path_factory.mktemp("copies") / "pushed"), store)


@pytest.fixture(scope="module")
def address(shared: Hub) -> str:
    return serve_in_thread(shared)


@pytest.fixture(scope="module")
def own(shared: Hub, address: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """The environment in which the stock client is logged in as somebody."""
    accounts, home = Accounts(shared.pushed.root), tmp_path_factory.mktemp("clients")

    def variables(name: str) -> dict[str, str]:
        accounts.add(name)
        own = {"HF_ENDPOINT": address, "HF_HOME": str(home / name), "HF_HUB_DISABLE_XET": "1"}
        return own | {"HF_TOKEN": accounts.new_token(name)}

    return variables


@pytest.fixture(scope="module")
def as_user(own: Callable[[str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> As:
    """Runs code in a fresh process, logged in as somebody."""

    def run(name: str, code: str) -> subprocess.CompletedProcess[str]:
        return run_python(f"if True:{PREPARE}\nif True:{code}", 120, own(name), tmp_path_factory.mktemp(name))

    return run


@pytest.fixture(scope="module")
def repositories(as_user: As) -> None:
    """Ana has a public model of two commits, a branch, a tag and a pull request; and a private one."""
    lines(
        as_user(
            "ana",
            """
    for name in ("open", "closed"):
        api.create_repo(name, private=name == "closed")
        api.create_commit(f"ana/{name}", [Add("old.bin", b"old" * 99), Add("a/b.txt", b"b")], commit_message="One")
        api.create_commit(f"ana/{name}", [Add("a/w.bin", large)], commit_message="Two")
    api.delete_file("old.bin", "ana/open")
    api.create_tag("ana/open", tag="v1", tag_message="First")
    api.create_branch("ana/open", branch="dev")
    api.upload_file(path_or_fileobj=b"p", path_in_repo="p.txt", repo_id="ana/open", create_pr=True)
    """,
        )
    )


def test_a_repository_is_duplicated_with_its_history_and_large_files(as_user: As, shared: Hub, repositories) -> None:
    done = as_user(
        "ben",
        """
    url = api.duplicate_repo("ana/open")
    print(url.repo_id, url.files_copy_pending, told(lambda: api.duplicate_repo("ana/open")))
    print(api.duplicate_repo("ana/open", exist_ok=True) == url)
    print(*(entry.title for entry in api.list_repo_commits("ben/open")))
    ids = [[entry.commit_id for entry in api.list_repo_commits(f"{name}/open")] for name in ("ana", "ben")]
    print(ids[0] == ids[1])
    refs = api.list_repo_refs("ben/open", include_pull_requests=True)
    print([ref.name for ref in (*refs.branches, *refs.tags, *refs.pull_requests)])
    print(read("ben/open", "a/w.bin", revision="v1") == large, api.model_info("ben/open").private)
    first = api.list_repo_commits("ben/open")[2].commit_id
    print(read("ben/open", "old.bin", revision=first) == b"old" * 99)
    api.upload_file(path_or_fileobj=b"mine", path_in_repo="a/w.bin", repo_id="ben/open")
    print(read("ana/open", "a/w.bin") == large, api.duplicate_repo("ana/open", "hidden", private=True).repo_id)
    print(api.model_info("ben/hidden").private)
    """,
    )
    assert lines(done) == [
        "ben/open False HfHubHTTPError 409",
        "True",
        "Delete old.bin with huggingface_hub Two One initial commit",
        "True",
        "['dev', 'main', 'v1']",
        "True False",
        "True",
        "True ben/hidden",
        "True",
    ]
    folder = shared.pushed.path("models", "ben/hidden")
    subprocess.run(["git", "-C", folder, "fsck", "--full", "--strict"], check=True, capture_output=True)


def test_a_copy_outlives_what_it_was_copied_from(as_user: As) -> None:
    done = as_user(
        "dan",
        """
    api.create_repo("first", repo_type="dataset")
    api.upload_file(path_or_fileobj=large, path_in_repo="w.bin", repo_id="dan/first", repo_type="dataset")
    api.duplicate_repo("dan/first", "dan/second", repo_type="dataset")
    api.delete_repo("dan/first", repo_type="dataset")
    print(read("dan/second", "w.bin", repo_type="dataset") == large)
    """,
    )
    assert lines(done) == ["True"]


def test_what_the_room_was_given_can_be_duplicated_and_changed(as_user: As) -> None:
    done = as_user(
        "ben",
        """
    for kind, name in (("model", "tiny"), ("dataset", "rows"), ("space", "app")):
        print(api.duplicate_repo(f"someone/{name}", repo_type=kind).repo_id)
    print(read("ben/tiny", "big.bin") == bytes(range(256)) * 8192, read("ben/tiny", "big.bin", revision="v1")[:3])
    print(api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="ben/tiny").oid != "")
    """,
    )
    assert lines(done)[:3] == ["ben/tiny", "ben/rows", "ben/app"]
    assert lines(done)[3:] == [r"True b'\x00\x01\x02'", "True"]


def test_files_are_copied_between_repositories_of_any_kind(as_user: As, repositories) -> None:
    done = as_user(
        "cem",
        """
    api.create_repo("files", repo_type="dataset")
    api.create_commit("cem/files", repo_type="dataset", commit_message="Copies", operations=[
        Copy("a/w.bin", "w.bin", src_repo_id="ana/open", src_repo_type="model"),
        Copy("a/w.bin", "again.txt", src_repo_id="ana/open", src_repo_type="model", src_revision="v1"),
        Copy("big.bin", "big.bin", src_repo_id="someone/tiny", src_repo_type="model"),
        Copy("a/b.txt", "b.txt", src_repo_id="ana/open", src_repo_type="model"), Add("own.txt", b"own")])
    for path in ("w.bin", "again.txt"):
        print(read("cem/files", path, repo_type="dataset") == large)
    print(read("cem/files", "big.bin", repo_type="dataset") == bytes(range(256)) * 8192)
    print(read("cem/files", "b.txt", repo_type="dataset"))
    fs = HfFileSystem()
    fs.cp("ana/open/a/w.bin", "datasets/cem/files/fs/w.bin")
    fs.cp("datasets/cem/files/w.bin", "datasets/cem/files/same/w.bin")
    fs.mv("datasets/cem/files/own.txt", "datasets/cem/files/moved.txt")
    print([path[19:] for path in fs.find("datasets/cem/files")])
    api.copy_files("hf://ana/open/a/", "hf://datasets/cem/files/folder/")
    print(fs.find("datasets/cem/files/folder", refresh=True))
    print(fs.read_bytes("datasets/cem/files/fs/w.bin") == fs.read_bytes("datasets/cem/files/folder/w.bin") == large)
    """,
    )
    *same, text, found, folder, equal = lines(done)
    assert (same, text, equal) == (["True"] * 3, "b'b'", "True")
    names = [".gitattributes", "again.txt", "b.txt", "big.bin", "fs/w.bin", "moved.txt", "same/w.bin", "w.bin"]
    assert found == str(names)
    assert folder == str([f"datasets/cem/files/folder/{name}" for name in ("b.txt", "w.bin")])


@pytest.mark.slow
def test_the_hf_command_line_duplicates_and_copies(own, tmp_path: Path, repositories) -> None:
    variables = os.environ | own("eva") | {"HF_HOME": str(tmp_path / "hf")}

    def hf(*arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("hf")), *arguments]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert done.returncode == 0, done.stderr

    hf("repos", "duplicate", "ana/open", "eva/mine", "--private")
    hf("cp", "hf://ana/open/a/w.bin", "hf://eva/mine/copied.bin")
    hf("download", "eva/mine", "copied.bin", "--local-dir", "back")
    assert (tmp_path / "back" / "copied.bin").read_bytes() == LARGE


def test_a_private_repository_is_copied_by_its_owner_only_and_not_there_for_others(
    as_user: As, shared: Hub, repositories
) -> None:
    ways = """
    api.create_repo("taken", exist_ok=True)
    def bring(name, sha256):
        from huggingface_hub.utils import get_session, hf_raise_for_status
        target, file = {"type": "model", "name": f"{me}/taken"}, {"sha256": sha256, "xetHash": "x", "filename": "w.bin"}
        answer = get_session().post(f"{api.endpoint}/api/models/{name}/lfs-files/duplicate",
                                    headers=api._build_hf_headers(), json={"target": target, "files": [file]})
        hf_raise_for_status(answer)
        return len(answer.json()["success"])
    def copy(name):
        one = Copy("a/w.bin", "w.bin", src_repo_id=name, src_repo_type="model")
        return bool(api.create_commit(f"{me}/taken", [one], commit_message="Copy"))
    for name in ("ana/closed", "ana/missing"):
        whole = told(lambda: api.duplicate_repo(name, "copy").repo_id)
        print(whole, told(lambda: copy(name)), told(lambda: bring(name, oid)))
    print(told(lambda: bring("ana/open", "0" * 64)), told(lambda: api.duplicate_repo("ana/open", "ana/new")))
    """
    oid = hashlib.sha256(LARGE).hexdigest()
    missing = " ".join(["RepositoryNotFoundError 404"] * 3)
    done = as_user("fay", f"\n    me, oid = 'fay', {oid!r}{ways}")
    assert lines(done) == [missing, missing, "0 HfHubHTTPError 403"]
    assert not large_files.path_of(shared.pushed.repository("models", "fay/taken").large, oid).exists()
    done = as_user("ana", f"\n    me, oid = 'ana', {oid!r}{ways}")
    assert lines(done)[:2] == ["ana/copy True 1", missing]


def test_a_file_that_is_asked_for_a_thousand_times_is_read_once(as_user: As, repositories) -> None:
    done = as_user(
        "hal",
        """
    import hashlib, time
    from huggingface_hub.utils import get_session
    content = bytes(20_000_000)
    for name in ("one", "other"):
        api.create_repo(name)
    api.upload_file(path_or_fileobj=content, path_in_repo="w.bin", repo_id="hal/one")
    oid = hashlib.sha256(content).hexdigest()
    files = [{"sha256": oid, "filename": f"{number}.bin"} for number in range(1000)]
    began = time.monotonic()
    answer = get_session().post(f"{api.endpoint}/api/models/hal/one/lfs-files/duplicate", timeout=60,
                                headers=api._build_hf_headers(),
                                json={"target": {"type": "model", "name": "hal/other"}, "files": files})
    print(answer.status_code, len(answer.json()["success"]), time.monotonic() - began < 4)
    """,
    )
    assert lines(done) == ["200 1 True"]


def test_nobody_copies_into_anothers_private_repository(as_user: As, repositories) -> None:
    done = as_user(
        "gus",
        """
    api.create_repo("one")
    api.upload_file(path_or_fileobj=large, path_in_repo="w.bin", repo_id="gus/one")
    for name in ("ana/closed", "ana/missing", "ana/open"):
        one = Copy("w.bin", "w.bin", src_repo_id="gus/one", src_repo_type="model")
        print(told(lambda: api.create_commit(name, [one], commit_message="Copy")))
    """,
    )
    assert lines(done) == ["RepositoryNotFoundError 404"] * 2 + ["HfHubHTTPError 403"]
