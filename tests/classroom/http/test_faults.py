"""Damage on the disk, done for real: the client gets one sentence, the log the reason, and nobody else notices."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from classroom.auth.accounts import Accounts
from classroom.storage import large_files
from classroom.storage.repository import Repository
from classroom.storage.store import Store
from tests.support.client import lines, run_python

PAGE = {"Accept": "text/html"}
SENTENCE = re.compile(r"The Hub could not do this; try it once more, .* its log explains fault ([0-9a-f]{8})\.")
INSIDE = ("Traceback", 'File "', "dulwich", "zlib", "sqlite", "/pushed")


class Served:
    """The Hub as a process of its own, its log, and the stock client logged in as `learner`."""

    def __init__(self, folder: Path) -> None:
        self.store, self._folder, self.accounts = Store(folder / "pushed"), folder, Accounts(folder / "pushed")
        self.accounts.add("learner")
        self.log = folder / "log.txt"
        command = [sys.executable, "-m", "classroom", "serve", "--port", "0"]
        with self.log.open("wb") as log:
            own = os.environ | {"COURSE_CACHE": str(folder), "PYTHONUNBUFFERED": "1"}
            self.process = subprocess.Popen(command, env=own, stdout=log, stderr=subprocess.STDOUT)
        while not (found := re.search(r"http://\S+", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        self.address = found[0]

    def client(self, code: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        own = {"HF_ENDPOINT": self.address, "HF_HOME": str(self._folder / "hf"), "HF_HUB_DISABLE_XET": "1"}
        return run_python(code, timeout, own | {"HF_TOKEN": self.accounts.new_token("learner")}, self._folder)

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)

    def repository(self, name: str) -> Repository:
        return self.store.repository("models", name)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("faults"))
    lines(
        made.client("""
        from huggingface_hub import CommitOperationAdd as Add, HfApi
        api = HfApi()
        for name in ("damaged", "cut", "whole"):
            api.create_repo(name)
            api.create_commit(f"learner/{name}", commit_message="Files", operations=[
                Add("README.md", f"---\\ntags: [{name}]\\n---\\n# {name}\\n".encode()), Add("w.bin", b"w" * 100_000)])
        """)
    )
    yield made
    made.end()


def damage(repository: Repository, path: str, branch: str = "main") -> None:
    """Write over what git keeps of a file."""
    oid = repository.file(repository.resolve(branch), path).oid
    kept = repository.folder / "objects" / oid[:2] / oid[2:]
    kept.chmod(0o644)
    kept.write_bytes(b"\0 not what git wrote \0")


def check_fault(served: Served, message: str) -> None:
    """The message is the one sentence, and the log has the traceback under its number."""
    number = SENTENCE.search(message)[1]
    assert not any(word in message for word in INSIDE), message
    told = served.log.read_text().partition(f"Fault {number}")[2]
    assert "Traceback (most recent call last)" in told


def test_a_damaged_file_is_a_sentence_for_the_client_and_a_page_for_a_person(served: Served) -> None:
    damage(served.repository("learner/damaged"), "README.md")
    done = served.client("""
        from huggingface_hub import HfApi, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError
        api = HfApi()
        try:
            api.model_info("learner/damaged")
        except HfHubHTTPError as error:
            print(error.response.status_code, error.server_message, bool(error.request_id))
            print(error.response.json()["error"] == error.response.headers["X-Error-Message"] == error.server_message)
    """)
    told, is_same = lines(done)
    assert told.startswith("500 ") and told.endswith(" True") and is_same == "True"
    check_fault(served, told)
    page = httpx.get(f"{served.address}/learner/damaged", headers=PAGE)
    assert page.status_code == 500 and "<h1>Something broke</h1>" in page.text
    assert page.headers["Content-Security-Policy"] and page.headers["content-type"].startswith("text/html")
    check_fault(served, page.text)


def test_everything_else_is_there_and_the_damaged_repository_can_be_replaced(served: Served) -> None:
    damage(served.repository("learner/damaged"), "README.md")
    done = served.client("""
        from huggingface_hub import HfApi, hf_hub_download
        api = HfApi()
        print(sorted(model.id for model in api.list_models(author="learner")))
        print(len(open(hf_hub_download("learner/damaged", "w.bin"), "rb").read()))
        print(open(hf_hub_download("learner/whole", "README.md")).read().splitlines()[-1])
        api.delete_repo("learner/damaged")
        api.create_repo("damaged")
        print(api.upload_file(path_or_fileobj=b"# new", path_in_repo="README.md", repo_id="learner/damaged").oid != "")
    """)
    assert lines(done) == ["['learner/cut', 'learner/damaged', 'learner/whole']", "100000", "# whole", "True"]
    for address in ("/", "/models", "/learner"):
        page = httpx.get(served.address + address, headers=PAGE)
        assert page.status_code == 200 and "learner/whole" in page.text.replace("<wbr>", "")


def test_a_large_file_that_was_cut_short_is_told_and_healed_by_uploading_it_again(served: Served) -> None:
    repository = served.repository("learner/cut")
    other = served.repository("learner/whole")
    file = repository.file(repository.resolve("main"), "w.bin")
    with large_files.path_of(repository.large, file.sha256).open("r+b") as kept:
        kept.truncate(70_000)
    done = served.client("""
        from huggingface_hub import HfApi, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError
        api = HfApi()
        def why(error):
            return error.server_message if isinstance(error, HfHubHTTPError) else why(error.__cause__)
        try:
            hf_hub_download("learner/cut", "w.bin")
        except Exception as error:
            print(why(error))
        print([file.size for file in api.list_repo_tree("learner/cut") if file.lfs])
        print(len(api.model_info("learner/cut").siblings))
        print(open(hf_hub_download("learner/cut", "README.md")).read().splitlines()[-1])
        for name in ("whole", "cut"):
            if name == "cut":
                api.upload_file(path_or_fileobj=b"w" * 100_000, path_in_repo="w.bin", repo_id="learner/cut")
            print(open(hf_hub_download(f"learner/{name}", "w.bin"), "rb").read() == b"w" * 100_000)
    """)
    assert large_files.path_of(other.large, file.sha256).stat().st_size == 100_000
    said, *rest = lines(done)
    assert said == "w.bin is damaged on the Hub's disk; upload it again, which replaces it, or ask its owner to."
    assert rest == ["[100000]", "3", "# cut", "True", "True"]


def test_a_push_that_cannot_be_checked_is_refused_in_a_sentence(served: Served, tmp_path: Path) -> None:
    """The file that git sends lies here already, but damaged, where no branch leads to it any more."""
    lines(
        served.client("""
        from huggingface_hub import HfApi
        api = HfApi()
        api.create_repo("sent")
        api.create_branch("learner/sent", branch="gone")
        api.upload_file(path_or_fileobj=b"same", path_in_repo="same.txt", repo_id="learner/sent", revision="gone")
        """)
    )
    repository = served.repository("learner/sent")
    damage(repository, "same.txt", "gone")
    repository.git.refs.remove_if_equals(b"refs/heads/gone", None)
    address = served.address.replace("://", f"://learner:{served.accounts.new_token('learner')}@")
    own = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(tmp_path), "GIT_TERMINAL_PROMPT": "0"}
    own |= {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "-C", str(tmp_path), *arguments]
        return subprocess.run(command, env=own, capture_output=True, text=True, timeout=60)

    assert git("clone", f"{address}/learner/sent", ".").returncode == 0
    (tmp_path / "same.txt").write_bytes(b"same")
    assert git("add", ".").returncode == git("commit", "-m", "Same").returncode == 0
    done = git("push")
    assert done.returncode != 0
    assert "The Hub did not take this push. It could not check it" in done.stderr, done.stderr
    assert not any(word in done.stderr for word in (*INSIDE, "fatal:", "corrupt")), done.stderr
    assert "Fault in the check of a push" in served.log.read_text()


def test_without_accounts_what_is_public_can_still_be_read(tmp_path: Path) -> None:
    served = Served(tmp_path)
    token = {"Authorization": f"Bearer {served.accounts.new_token('learner')}"}
    for path in tmp_path.glob("pushed/accounts.sqlite3*"):
        path.unlink() if path.suffix != ".sqlite3" else path.write_bytes(b"not a database " * 1000)
    try:
        answer = httpx.get(f"{served.address}/api/whoami-v2", headers=token)
        assert answer.status_code == 500
        check_fault(served, answer.json()["error"])
        assert httpx.get(f"{served.address}/api/models").status_code == 200
        assert httpx.get(served.address, headers=PAGE).status_code == 200
        page = httpx.get(served.address, headers=PAGE, cookies={"classroom_session": "x"})
        assert page.status_code == 500
        check_fault(served, page.text)
    finally:
        served.end()
