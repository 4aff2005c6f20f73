"""A small Hub for the tests, served for real, and the stock client in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from classroom.auth.accounts import Accounts
from classroom.cache import cache_root
from classroom.client import bundled
from classroom.http.server import serve_in_thread
from classroom.models import catalogue
from classroom.models.hub import Hub
from classroom.storage.store import Store
from tests.support.client import Client, run_python
from tools.lab import NoChromiumError, chromium

# The test process itself is a client of the classroom too. The client reads this at import, so it comes first.
os.environ |= {
    "HF_ENDPOINT": serve_in_thread(Hub()),
    "HF_HOME": str(cache_root() / "clients" / "tests"),
    "HF_HUB_DISABLE_XET": "1",
}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with a model of two revisions, a data set and a space."""
    root = tmp_path_factory.mktemp("store")
    store = Store(root / "store")
    store.root.mkdir()
    model = root / "model"
    (model / "sub folder").mkdir(parents=True)
    (model / "config.json").write_text('{"model_type": "gpt2"}')
    (model / "sub folder" / "é.txt").write_text("naïve")
    (model / "big.bin").write_bytes(bytes(range(256)) * 8192)
    (model / "README.md").write_text("---\nlicense: mit\ntags: [tiny]\n---\n# Tiny\n")
    first = store.import_folder("models", "someone/tiny", model, "First", tags=("v1",))
    repository = store.repository("models", "someone/tiny")
    for ref in ("refs/heads/other", "refs/pr/1"):
        repository.git.refs[ref.encode()] = first.encode()
    data = root / "data"
    data.mkdir()
    pd.DataFrame({"text": ["a", "b", "c"], "label": [0, 1, 0]}).to_parquet(data / "train.parquet")
    store.import_folder("datasets", "someone/rows", data, "Rows")
    space = root / "space"
    space.mkdir()
    (space / "app.py").write_text("print('hello')\n")
    store.import_folder("spaces", "someone/app", space, "App")
    return store


@pytest.fixture(scope="session")
def checkpoint() -> Callable[[str], str]:
    """The id under which the classroom serves a stand-in, by the stand-in's own name; or the folder of the course's."""
    ids = {entry.title: entry.id for entry in catalogue.entries()}
    return lambda name: ids.get(name) or bundled.path(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, for which evil.example is this machine. Skips the test without one, and fails it in CI."""
    try:
        with chromium("--host-resolver-rules=MAP evil.example 127.0.0.1") as browser:
            yield browser
    except NoChromiumError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that the libraries say at level WARNING; Python's own warnings become errors meanwhile."""
    logger = logging.getLogger("transformers")
    logger.addHandler(caplog.handler)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture(scope="session")
def endpoint(store: Store) -> str:
    """The address of a running classroom Hub that serves the store and the catalogue."""
    return serve_in_thread(Hub(mirror=store))


@pytest.fixture
def client(endpoint: str, tmp_path: Path) -> Iterator[Client]:
    """Runs Python code in a fresh process whose stock client talks to the classroom, with a cache of its own."""

    def run(code: str, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
        own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        return run_python(code, timeout, own | variables)

    yield run


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A Hub that may be written to; large files come to it in parts of one megabyte."""
    made = Hub(Store(tmp_path_factory.mktemp("hub") / "pushed"))
    made.part_bytes = 2**20
    return made


@pytest.fixture(scope="session")
def hub_endpoint(hub: Hub) -> str:
    """The address of the running Hub that may be written to."""
    return serve_in_thread(hub)


@pytest.fixture(scope="session")
def token(hub: Hub) -> Callable[[str], str]:
    """A new token of the account of that name."""
    accounts = Accounts(hub.pushed.root)

    def new(name: str = "learner", **how: str) -> str:
        accounts.add(name)
        return accounts.new_token(name, **how)

    return new


@pytest.fixture
def pusher(hub_endpoint: str, token: Callable[[str], str], tmp_path: Path) -> Iterator[Client]:
    """Runs Python code in a fresh process, logged in as `learner` to the Hub that may be written to."""

    def run(code: str, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
        own = {"HF_ENDPOINT": hub_endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        return run_python(code, timeout, own | {"HF_TOKEN": token("learner")} | variables, tmp_path)

    yield run
