"""The server killed while stock git pushes: nothing acknowledged is lost, and what it leaves behind changes nothing."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from huggingface_hub import HfApi

from classroom.auth.accounts import Accounts
from classroom.storage.store import Store
from tools.benchmarks.hub_kill import Server

pytestmark = pytest.mark.slow  # kills servers

REPO = "learner/killed"
FILES = 150  # a commit, so that git takes some time to take it in


class Pusher:
    """A clone of a repository at a Hub that is to be killed, and the stock git that pushes from it."""

    def __init__(self, folder: Path) -> None:
        self.server, self.clone, self.count = Server(folder / "hub"), folder / "clone", 0
        self.store = Store(folder / "hub" / "pushed")
        accounts = Accounts(self.store.root)
        accounts.add("learner")
        token = accounts.new_token("learner")
        self.server.start()
        self.api = HfApi(endpoint=self.server.endpoint, token=token)
        self.api.create_repo(REPO)
        self.bare = self.store.path("models", REPO)
        self.environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        for who in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{who}_NAME": "Ana", f"GIT_{who}_EMAIL": "ana@example.org"}
        address = self.server.endpoint.replace("://", f"://learner:{token}@")
        subprocess.run(["git", "clone", "-q", f"{address}/{REPO}", self.clone], env=self.environment, check=True)

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        command = ["git", "-C", folder or self.clone, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self) -> str:
        """A commit of many files that is not pushed yet."""
        self.count += 1
        for number in range(FILES):
            (self.clone / f"{number}.txt").write_text(f"{self.count} {number}\n")
        self.git("add", ".")
        self.git("commit", "-qm", f"Number {self.count}")
        return self.git("rev-parse", "HEAD")

    def push(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["git", "-C", self.clone, "push", "-q"], env=self.environment, stderr=subprocess.DEVNULL
        )

    def receiving(self) -> list[psutil.Process]:
        """The processes that take in a push to the repository."""
        words = {"receive-pack", str(self.bare)}
        running = [one for one in psutil.process_iter(["cmdline"]) if words <= set(one.info["cmdline"] or ())]
        return [one for one in running if "--advertise-refs" not in one.info["cmdline"]]

    def stopped(self) -> tuple[subprocess.Popen[bytes], psutil.Process]:
        """A push, and the process that takes it in, which waits from its beginning on."""
        known, pushing = self.receiving(), self.push()
        while not (new := [one for one in self.receiving() if one not in known]):
            time.sleep(0.001)
        new[0].suspend()
        return pushing, new[0]

    def settle(self) -> None:
        """Wait until nothing that an ended server had started works on the repository."""
        psutil.wait_procs(self.receiving(), timeout=30)
        assert not self.receiving()

    def history(self) -> list[str]:
        """The commits that `main` leads to, as the stock client sees them; git finds nothing wrong with them."""
        self.git("fsck", "--full", folder=self.bare)
        return [entry.commit_id for entry in self.api.list_repo_commits(REPO)]


@pytest.fixture
def pusher(tmp_path: Path) -> Iterator[Pusher]:
    made = Pusher(tmp_path)
    yield made
    made.server.kill()


def test_no_acknowledged_push_is_lost_when_the_server_is_killed(pusher: Pusher) -> None:
    chance, acknowledged, cut_off = random.Random(2), [pusher.commit()], 0
    began = time.monotonic()
    assert pusher.push().wait() == 0
    pace = time.monotonic() - began
    for _ in range(6):
        made, pushing = pusher.commit(), pusher.push()
        time.sleep(chance.uniform(0.2, 1) * pace)
        pusher.server.kill()
        if pushing.wait() == 0:
            acknowledged.append(made)
        cut_off += made not in acknowledged
        pusher.server.start()
        pusher.settle()
        assert set(acknowledged) <= set(pusher.history())
        assert pusher.push().wait() == 0, "the repository takes pushes again"
        acknowledged.append(made)
    assert set(acknowledged) <= set(pusher.history())
    assert cut_off >= 2


def test_a_push_whose_server_was_killed_moves_no_branch_after_that(pusher: Pusher) -> None:
    """Not even while the next server takes in a push to the same repository."""
    before, made = pusher.history()[0], pusher.commit()
    pushing, left = pusher.stopped()
    pusher.server.kill()
    assert pushing.wait() != 0
    pusher.server.start()
    again, waiting = pusher.stopped()
    left.resume()
    left.wait(timeout=30)
    assert pusher.history()[0] == before
    waiting.resume()
    assert again.wait() == 0
    assert pusher.history()[0] == made
