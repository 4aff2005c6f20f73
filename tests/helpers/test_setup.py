"""`helpers.setup` in a fresh process: what it prints, what it refuses, and what it never touches."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.client import run_python

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
NOBODY = "http://127.0.0.1:9"


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_python(code, 120, variables)


def fingerprint(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_it_prints_hub_device_seed_and_what_answers_each_id() -> None:
    done = run(f"import helpers; print(helpers.setup(models=[{MINILM!r}, 'nobody/nothing']))")
    lines = done.stdout.splitlines()
    assert lines[0] == "Hub      classroom (COURSE_HUB=classroom)", done.stderr
    assert lines[1] == "Device   cpu, float32"
    libraries = ", ".join(
        f"{name} {version(name).split('+')[0]}" for name in ("transformers", "torch", "huggingface_hub")
    )
    assert lines[3] == f"Versions Python {platform.python_version()}, {libraries}"
    assert lines[5].split() == [MINILM, "classroom:", "real", "weights", "22.7", "M", "91.6", "MB", "apache-2.0"]
    assert "nobody: there is no such id here" in lines[6]
    assert lines[7] == "Course(device='cpu', dtype=torch.float32, hub='classroom')"
    assert done.stderr == ""


@pytest.mark.slow
def test_called_twice_it_says_the_same_and_keeps_the_server() -> None:
    done = run("""
        import os, helpers
        helpers.setup()
        first = os.environ["HF_ENDPOINT"]
        helpers.setup()
        assert os.environ["HF_ENDPOINT"] == first
    """)
    lines = done.stdout.splitlines()
    assert lines[:4] == lines[4:] and len(lines) == 8 and done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_learners_own_cache_and_token_stay_untouched(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "hub").mkdir(parents=True)
    (own / "token").write_text("hf_real")
    before = fingerprint(own)
    done = run(
        f"""
        import helpers
        helpers.setup(models=[{MINILM!r}])
        from huggingface_hub import get_token, login
        from transformers import AutoTokenizer
        AutoTokenizer.from_pretrained({MINILM!r})
        print("the learner's token:", get_token() in ("hf_real", "hf_from_the_environment"))
        """,
        HF_HOME=str(own),
        HF_HUB_CACHE=str(own / "hub"),
        HF_TOKEN="hf_from_the_environment",
        HOME=str(tmp_path / "home"),
    )
    assert done.stdout.splitlines()[-1] == "the learner's token: False", done.stderr
    assert fingerprint(own) == before
    home = tmp_path / "home"
    assert not (home / ".cache" / "huggingface").exists()


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


@pytest.mark.slow
def test_auto_takes_the_public_hub_when_it_answers(endpoint: str) -> None:
    done = run("import helpers; helpers.setup(models=['someone/tiny'])", COURSE_HUB="auto", HF_ENDPOINT=endpoint)
    assert done.stdout.startswith("Hub      hub (it answers)"), done.stderr


@pytest.mark.slow
def test_auto_falls_back_to_the_classroom() -> None:
    done = run("import helpers; helpers.setup()", COURSE_HUB="auto", HF_ENDPOINT=NOBODY)
    assert done.stdout.startswith(f"Hub      classroom ({NOBODY} did not answer within 3 seconds)"), done.stderr


@pytest.mark.slow
def test_a_teachers_address_is_used_with_a_cache_of_its_own(endpoint: str) -> None:
    done = run(
        "import helpers, os; helpers.setup(); print(os.environ['HF_ENDPOINT'], os.environ['HF_HOME'])",
        COURSE_HUB=endpoint,
    )
    address, home = done.stdout.splitlines()[-1].split()
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


@pytest.mark.slow
def test_the_classroom_survives_without_a_network() -> None:
    """No proxy, no name server, no public Hub: only what is on this machine."""
    code = f"""
        import helpers
        helpers.setup(models=[{MINILM!r}])
        from transformers import AutoModel
        AutoModel.from_pretrained({MINILM!r})
    """
    done = run(code, https_proxy=NOBODY, http_proxy="", PATH=os.environ["PATH"])
    assert done.returncode == 0, done.stderr
