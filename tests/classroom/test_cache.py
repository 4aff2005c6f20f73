"""Where the course keeps things: one folder for kernel and terminal, and one person's apart from what is shared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom import cache
from classroom.models.hub import Hub
from classroom.storage import large_files
from tests.support.client import run_python

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
IS_ROOT = os.name != "nt" and os.geteuid() == 0
# Another user, who may read whatever is on this machine, so that Python may lie in root's home, but write nowhere.
READER = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *READER] if IS_ROOT else []


def test_a_relative_folder_is_refused_in_kernel_and_terminal(tmp_path: Path) -> None:
    own = {"COURSE_CACHE": "my/cache", "COURSE_HUB": "classroom"}
    sentence = (
        "COURSE_CACHE is 'my/cache', which is another folder in a notebook than in a terminal: give its whole path"
    )
    kernel = run_python("from classroom.client import hub_mode; hub_mode.activate()", 60, own, tmp_path)
    assert kernel.stderr.splitlines()[-1].startswith(f"classroom.client.errors.SetupError: {sentence}")
    assert kernel.stderr.count("Traceback") == 1
    command = [sys.executable, "-m", "classroom", "list"]
    terminal = subprocess.run(command, env=os.environ | own, cwd=tmp_path, capture_output=True, text=True)
    assert terminal.stdout.startswith(sentence) and terminal.returncode == 1 and not terminal.stderr


def test_the_home_folder_may_be_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE", "~/course")
    assert cache.cache_root() == cache.own_root() == tmp_path / "course"


@pytest.fixture(scope="module")
def lab() -> Iterator[Path]:
    """A folder that an administrator prepared, read-only for the learner, who is another user where that goes."""
    Hub().prepare([MINILM])
    folder = Path(tempfile.mkdtemp(prefix="course-lab-"))
    (folder / "shared").mkdir()
    # Second names for the files, outside of a home into which git, which asks with access(2), may not look.
    for part in ("bundled", "sources"):
        shutil.copytree(cache.cache_root() / part, folder / "shared" / part, copy_function=large_files.link_or_copy)
    folder.chmod(0o755)
    (folder / "shared").chmod(0o555)
    for learner in ("ana", "ben"):
        (folder / learner).mkdir()
        (folder / learner).chmod(0o777)
    yield folder
    (folder / "shared").chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)


LESSON = f"""
import helpers
helpers.setup(models={MINILM!r})
from transformers import AutoConfig
from huggingface_hub import HfApi, hf_hub_download, notebook_login, whoami
print(AutoConfig.from_pretrained({MINILM!r}).model_type)
print(hf_hub_download({MINILM!r}, "config.json"))
"""


def kernel(lab: Path, learner: str, code: str, **variables: str) -> subprocess.Popen[str]:
    """A learner's own process, who owns nothing but their home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "XDG_"))}
    own = {"HOME": str(lab / learner), "COURSE_CACHE": str(lab / "shared"), "COURSE_HUB": "classroom"}
    own |= {"MPLCONFIGDIR": str(lab / learner), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [*NOBODY, sys.executable, "-c", code],
        env=kept | own | variables,
        cwd=lab / learner,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_learners_at_once_use_a_prepared_folder_and_keep_their_own_things_at_home(lab: Path) -> None:
    kernels = {learner: kernel(lab, learner, LESSON) for learner in ("ana", "ben")}
    for learner, process in kernels.items():
        printed, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        row, model_type, path = printed.splitlines()[-3:]
        assert row.split()[:4] == [MINILM, "classroom:", "real", "weights"] and model_type == "bert"
        assert Path(path).is_relative_to(lab / learner)
    assert sorted(path.name for path in (lab / "shared").iterdir()) == ["bundled", "sources"]


def test_what_is_prepared_may_be_read_by_everybody(lab: Path) -> None:
    found = [path for part in ("bundled", "sources") for path in (cache.cache_root() / part).rglob("*")]
    assert found and all(path.stat().st_mode & 0o004 for path in found)


def test_stock_git_reads_a_prepared_folder_of_somebody_else(lab: Path) -> None:
    code = f"""
import os, subprocess
from classroom.client import hub_mode
address = hub_mode.activate().endpoint
command = ["git", "clone", "--quiet", f"{{address}}/{MINILM}", "clone"]
subprocess.run(command, check=True, env=os.environ | {{"GIT_LFS_SKIP_SMUDGE": "1"}})
print(os.path.exists("clone/config.json"))
"""
    printed, errors = kernel(lab, "ana", code).communicate(timeout=120)
    assert printed == "True\n", errors


@pytest.mark.skipif(not IS_ROOT, reason="needs a second user")
def test_a_folder_that_all_may_write_to_still_belongs_to_one_person(lab: Path) -> None:
    """Whoever came first would own the others' accounts and tokens."""
    everybodys = lab / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)
    code = "from classroom import cache; print(cache.own_root())"
    printed, errors = kernel(lab, "ana", code, COURSE_CACHE=str(everybodys)).communicate(timeout=60)
    assert Path(printed.strip()).is_relative_to(lab / "ana"), errors


def test_what_the_administrator_forgot_is_told_in_one_sentence(lab: Path) -> None:
    bare = lab / "bare"
    bare.mkdir()
    bare.chmod(0o555)
    code = f"from classroom.client import hub_mode, local_hub; hub_mode.activate(); local_hub.prepare([{MINILM!r}])"
    _, errors = kernel(lab, "ana", code, COURSE_CACHE=str(bare)).communicate(timeout=120)
    last = errors.splitlines()[-1]
    assert last.startswith(f"classroom.client.errors.SetupError: {MINILM.split('/')[1]} is not prepared, and {bare}")
    assert "ask its owner to run `python -m classroom prepare`" in last and errors.count("Traceback") == 1


def test_a_home_that_may_not_be_written_to_either_is_told_in_one_sentence(lab: Path) -> None:
    code = "from classroom.client import hub_mode; hub_mode.activate()"
    _, errors = kernel(lab, "ana", code, HOME=str(lab / "shared")).communicate(timeout=60)
    last = errors.splitlines()[-1]
    assert last.startswith("classroom.client.errors.SetupError: ") and "COURSE_CACHE to a folder of your own" in last
    assert errors.count("Traceback") == 1, errors
