"""`helpers.setup` in a fresh process: what it prints, what it refuses, and what it never touches."""

from __future__ import annotations

import platform
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from classroom.cache import cache_root
from tests.support.client import run_python

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
NOBODY = "http://127.0.0.1:9"


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_python(code, 120, variables)


def fingerprint(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Lesson:
    done: subprocess.CompletedProcess[str]
    home: Path
    own_before: dict[str, bytes]

    @property
    def lines(self) -> list[str]:
        assert self.done.returncode == 0, self.done.stderr
        return self.done.stdout.splitlines()


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """A lesson whose set-up runs twice, without a network, for a learner who has a cache and a token already."""
    home = tmp_path_factory.mktemp("home")
    (home / "own" / "hub").mkdir(parents=True)
    (home / "own" / "token").write_text("hf_real")
    before = fingerprint(home / "own")
    learner = {"HF_HOME": str(home / "own"), "HF_HUB_CACHE": str(home / "own" / "hub"), "HOME": str(home)}
    prepared = {"COURSE_CACHE": str(cache_root())}  # without it a new home would have to prepare the model first
    done = run(
        f"""
        import os, helpers
        print(helpers.setup(models=[{MINILM!r}, "nobody/nothing"]))
        first = os.environ["HF_ENDPOINT"]
        print(helpers.setup(models=[{MINILM!r}, "nobody/nothing"]))
        print("the same server:", os.environ["HF_ENDPOINT"] == first)
        from huggingface_hub import get_token
        from transformers import AutoModel, AutoTokenizer
        AutoTokenizer.from_pretrained({MINILM!r})
        print("loaded:", type(AutoModel.from_pretrained({MINILM!r})).__name__)
        print("the learner's token:", get_token() in ("hf_real", "hf_from_the_environment"))
        """,
        **learner,
        **prepared,
        HF_TOKEN="hf_from_the_environment",
        https_proxy=NOBODY,
        http_proxy=NOBODY,
        HF_ENDPOINT=NOBODY,
    )
    return Lesson(done, home, before)


@pytest.mark.slow
def test_it_prints_hub_device_seed_and_what_answers_each_id(lesson: Lesson) -> None:
    lines = lesson.lines
    assert lines[0] == "Hub      classroom (COURSE_HUB=classroom)"
    assert lines[1] == "Device   cpu, float32"
    libraries = ", ".join(
        f"{name} {version(name).split('+')[0]}" for name in ("transformers", "torch", "huggingface_hub")
    )
    assert lines[3] == f"Versions Python {platform.python_version()}, {libraries}"
    assert lines[5].split() == [MINILM, "classroom:", "real", "weights", "22.7", "M", "91.6", "MB", "apache-2.0"]
    assert "nobody: there is no such id here" in lines[6]
    assert lines[7] == "Course(device='cpu', dtype=torch.float32, hub='classroom')"
    assert lesson.done.stderr == ""


@pytest.mark.slow
def test_called_twice_it_says_the_same_and_keeps_the_server(lesson: Lesson) -> None:
    assert lesson.lines[:8] == lesson.lines[8:16]
    assert lesson.lines[16] == "the same server: True"


@pytest.mark.slow
def test_the_classroom_survives_without_a_network(lesson: Lesson) -> None:
    """No proxy, no name server, no public Hub: only what is on this machine."""
    assert lesson.lines[17] == "loaded: BertModel"


@pytest.mark.slow
def test_the_learners_own_cache_and_token_stay_untouched(lesson: Lesson) -> None:
    assert lesson.lines[18] == "the learner's token: False"
    assert fingerprint(lesson.home / "own") == lesson.own_before
    assert not (lesson.home / ".cache" / "huggingface").exists()


@pytest.mark.parametrize(("own", "policy"), [(None, "PASSIVE"), ("active", "ACTIVE")])
@pytest.mark.slow
def test_waiting_threads_leave_the_processor_to_others_unless_the_learner_chose(own: str | None, policy: str) -> None:
    """OpenMP itself says what it goes by, when torch loads it."""
    chosen = f"os.environ['OMP_WAIT_POLICY'] = {own!r}" if own else "os.environ.pop('OMP_WAIT_POLICY', None)"
    done = run(f"import os; {chosen}; import helpers; helpers.setup('{MINILM}')", OMP_DISPLAY_ENV="true")
    assert f"OMP_WAIT_POLICY = '{policy}'" in done.stderr
    assert done.stdout.splitlines()[-1].startswith(MINILM)  # one id may be given without a list


@pytest.mark.slow
def test_setup_asks_nothing_of_a_hub_that_is_not_there_and_goes_on(tmp_path: Path) -> None:
    started = time.monotonic()
    code = f"import helpers; helpers.setup(models=[{MINILM!r}], datasets='a/rows')"
    done = run(code, COURSE_HUB="hub", HF_ENDPOINT=NOBODY, HF_HOME=str(tmp_path))
    assert "Traceback" not in done.stderr and done.returncode == 0, done.stderr
    assert done.stdout.count("nobody: the Hub did not answer") == 2
    assert time.monotonic() - started < 60  # the imports; the Hub's share is bounded in test_rows.py


@pytest.mark.parametrize("library", ["huggingface_hub.constants", "transformers"])
def test_after_an_import_with_another_endpoint_it_says_restart(library: str) -> None:
    done = run(f"import {library}; import helpers; helpers.setup()")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("Restart the kernel and run the set-up cell first.")


def activated(**variables: str) -> str:
    code = """
        import os
        from classroom.client import hub_mode
        mode = hub_mode.activate()
        print(mode.name, f"({mode.reason})", os.environ.get("HF_ENDPOINT"), os.environ.get("HF_HOME"))
    """
    done = run(code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_auto_takes_the_public_hub_when_it_answers(endpoint: str) -> None:
    assert activated(COURSE_HUB="auto", HF_ENDPOINT=endpoint).startswith(f"hub (it answers) {endpoint} ")


def test_auto_falls_back_to_the_classroom() -> None:
    printed = activated(COURSE_HUB="auto", HF_ENDPOINT=NOBODY)
    assert printed.startswith(f"classroom ({NOBODY} did not answer within 3 seconds) http://127.0.0.1:")
    assert NOBODY not in printed.partition(")")[2]


def test_a_teachers_address_is_used_with_a_cache_of_its_own(endpoint: str) -> None:
    address, home = activated(COURSE_HUB=endpoint).split()[-2:]
    assert address == endpoint
    assert "clients" in Path(home).parts


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("classrom", "COURSE_HUB is 'classrom'; set it to auto, hub, classroom or an address that starts with http."),
        (
            NOBODY,
            f"No classroom Hub answers at {NOBODY}. Check the address with your teacher, or set COURSE_HUB=classroom.",
        ),
    ],
)
def test_a_wrong_hub_is_told_in_one_sentence(value: str, sentence: str) -> None:
    done = run("import helpers; helpers.setup()", COURSE_HUB=value)
    assert done.stderr.splitlines()[-1] == f"classroom.client.errors.SetupError: {sentence}"
