"""A learner's set-up against a teacher's machine: what the table says, whose token goes where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.auth.accounts import Accounts
from classroom.auth.rooms import Room
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.repository import MIRRORED
from classroom.storage.store import Store
from tests.support.client import run_python

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "teacher"


@pytest.fixture
def room(folder: Path, tmp_path: Path) -> str:
    """A teacher's Hub with a mirrored model, under an id for which the classroom has a stand-in."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "config.json").write_text("{}")
    (folder / "mirror").mkdir(parents=True)
    mirror = Store(folder / "mirror")
    mirror.import_folder("models", "google-bert/bert-base-uncased", source, "Real")
    told = {"endpoint": "https://huggingface.co", "origin": "mirror of the Hub's snapshot"}
    (mirror.path("models", "google-bert/bert-base-uncased") / MIRRORED).write_text(json.dumps(told))
    return serve_in_thread(Hub(Store(folder / "pushed"), mirror), Room("fig42"))


def learner(code: str, room: str, cache: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_python(code, 120, {"COURSE_HUB": room, "COURSE_CACHE": str(cache)} | variables)


@pytest.mark.slow
def test_the_table_says_that_a_model_is_the_mirrors_and_nothing_is_made_here(room: str, tmp_path: Path) -> None:
    """The learner's machine reaches no package index: it must need none."""
    cache = tmp_path / "learner"
    code = "import helpers; helpers.setup(models=['google-bert/bert-base-uncased'])"
    done = learner(code, room, cache, PIP_INDEX_URL=NOBODY)
    assert done.stdout.splitlines()[-1].startswith(
        "google-bert/bert-base-uncased  classroom: mirror of the Hub's snapshot "
    ), done.stdout + done.stderr
    assert not (cache / "bundled").exists()


@pytest.mark.slow
def test_each_classroom_has_a_token_file_of_its_own(room: str, folder: Path, tmp_path: Path) -> None:
    other = serve_in_thread(Hub(Store(tmp_path / "other" / "pushed")), Room("fig43"))
    accounts, cache, home = Accounts(folder / "pushed"), tmp_path / "learner", tmp_path / "home"
    accounts.add("ana")
    real = home / ".cache" / "huggingface" / "token"
    real.parent.mkdir(parents=True)
    real.write_text("hf_real")
    own = {"HOME": str(home), "HF_TOKEN": "hf_environment"}
    activate = "from classroom.client import hub_mode; hub_mode.activate()"
    code = f"{activate}; from huggingface_hub import login; login({accounts.new_token('ana')!r})"
    assert learner(code, room, cache, **own).returncode == 0
    ask = f"{activate}; from huggingface_hub import get_token; print(get_token())"
    tokens = [learner(ask, hub, cache, **own).stdout.splitlines()[-1] for hub in (room, other)]
    assert accounts.token(tokens[0]).account == "ana" and tokens[1] == "None"
    lone = learner(ask, "classroom", cache, **own).stdout.splitlines()[-1]
    assert lone == "None"
    assert real.read_text() == "hf_real"


# Google Colab as the client sees it: a shell whose class lies in google.colab, and a vault that holds the real token.
COLAB = """
import builtins, sys, types
vault = types.ModuleType("google.colab.userdata")
vault.get = lambda name: "hf_real_secret"
vault.NotebookAccessError = vault.SecretNotFoundError = type("VaultError", (Exception,), {})
colab, errors = types.ModuleType("google.colab"), types.ModuleType("google.colab.errors")
colab.userdata, errors.Error = vault, type("Error", (Exception,), {})
sys.modules |= {"google.colab": colab, "google.colab.userdata": vault, "google.colab.errors": errors}
shell = type("Shell", (), {"__module__": "google.colab._shell"})()
builtins.get_ipython = lambda: shell
"""


def test_colabs_secret_stays_away_from_a_classroom(room: str, tmp_path: Path) -> None:
    ask = f"{COLAB}\nfrom huggingface_hub import get_token\nprint(get_token())"
    plain = subprocess.run(
        [sys.executable, "-c", ask], env=os.environ | {"HF_HOME": str(tmp_path)}, capture_output=True
    )
    assert plain.stdout == b"hf_real_secret\n", plain.stderr  # so would the client do without the set-up
    code = f"""{COLAB}
from classroom.client import hub_mode
hub_mode.activate()
from huggingface_hub import get_token
from huggingface_hub.utils import build_hf_headers
print(get_token(), "hf_real_secret" in str(build_hf_headers()))
"""
    done = learner(code, room, tmp_path / "learner")
    assert done.stdout == "None False\n", done.stderr
