"""What was acknowledged survives: the server killed at random moments, and a disk that fills up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom.auth.accounts import Accounts
from tests.support.client import run_python
from tools.benchmarks import hub_kill

pytestmark = pytest.mark.slow  # kills servers and fills a disk


def test_no_acknowledged_commit_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    report = hub_kill.run(kills=12, seed=1, cache=tmp_path)
    assert report.kills == 12
    assert len(report.acknowledged) >= 6
    assert report.lost == []


def test_two_servers_on_one_store_lose_nothing_of_each_other(tmp_path: Path) -> None:
    servers = [hub_kill.Server(tmp_path) for _ in range(2)]
    accounts = Accounts(tmp_path / "pushed")
    accounts.add("learner")
    own = {"HF_TOKEN": accounts.new_token("learner"), "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
    code = """
        import os
        from threading import Thread
        from huggingface_hub import HfApi
        apis = [HfApi(endpoint) for endpoint in os.environ["ENDPOINTS"].split()]
        apis[0].create_repo("shared", exist_ok=True)
        def push(api, name):
            for number in range(5):
                api.upload_file(path_or_fileobj=f"{number}".encode(), path_in_repo=f"{name}-{number}.txt",
                                repo_id="learner/shared", commit_message=f"{name} {number}")
        threads = [Thread(target=push, args=[api, name]) for name, api in zip("abab", apis * 2, strict=True)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print(len(apis[1].list_repo_files("learner/shared")))
    """
    try:
        for server in servers:
            server.start()
        done = run_python(code, 120, own | {"ENDPOINTS": " ".join(server.endpoint for server in servers)})
    finally:
        for server in servers:
            server.kill()
    assert done.stdout.split() == ["11"], done.stderr  # ten files and .gitattributes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 megabytes."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_in_a_sentence_and_harms_nothing_else(small_disk: Path, tmp_path: Path) -> None:
    server = hub_kill.Server(small_disk)
    accounts = Accounts(small_disk / "pushed")
    accounts.add("learner")
    own = {"HF_ENDPOINT": server.endpoint, "HF_TOKEN": accounts.new_token("learner"), "HF_HOME": str(tmp_path / "hf")}
    code = """
        import os
        from huggingface_hub import HfApi
        api, repo = HfApi(), "learner/full"
        api.create_repo(repo)
        put = lambda name, data: api.upload_file(path_or_fileobj=data, path_in_repo=name, repo_id=repo)
        put("small.txt", b"small")
        for name in ("w.bin", *(f"{number}.txt" for number in range(4))):
            try:
                put(name, os.urandom(40_000_000 if name == "w.bin" else 9_000_000))
            except Exception as error:
                while error.__cause__ is not None and "disk" not in str(error):
                    error = error.__cause__
                print("no room" in str(error) or "disk is full" in str(error))
        files = api.list_repo_files(repo)
        print("small.txt" in files, "w.bin" in files, api.delete_repo(repo))
        api.create_repo("after")
        print(api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="learner/after").oid != "")
    """
    try:
        server.start()
        done = run_python(code, 120, own | {"HF_HUB_DISABLE_XET": "1"})
    finally:
        server.kill()
    *told, files, after = done.stdout.splitlines()
    assert told and set(told) == {"True"}, done.stdout + done.stderr
    assert (files, after) == ("True False None", "True")
    for folder in (small_disk / "pushed").glob("models/*/*.git"):
        subprocess.run(["git", "-C", folder, "fsck", "--full"], check=True, capture_output=True)
