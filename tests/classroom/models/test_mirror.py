"""`python -m classroom mirror`: real snapshots from another Hub, whole or not at all, and what the room then gets."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from safetensors.numpy import save
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from classroom.http.server import listen, serve_in_thread
from classroom.models import lessons, mirror
from classroom.models.hub import Hub
from classroom.models.lessons import LessonError
from classroom.models.snapshots import MirrorError, Wanted
from classroom.storage.store import Store
from tests.support.client import run_python

pytestmark = pytest.mark.slow  # each test runs the command line against a Hub

NOBODY = "http://127.0.0.1:9"
WEIGHTS = save({"weight": np.random.default_rng(0).standard_normal(375_000)})  # 3 MB


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Another Hub's repositories: a model in several formats, a data set and a space."""
    root = tmp_path_factory.mktemp("source")
    folders = {}
    files = {
        "model": {
            "config.json": b'{"model_type": "gpt2"}',
            "README.md": b"---\nlicense: mit\n---\n# Real\n",
            "model.safetensors": WEIGHTS,
            "pytorch_model.bin": WEIGHTS[1:],
            "onnx/model.onnx": WEIGHTS[2:],
            "sub/vocab.txt": "naïve".encode(),
        },
        "old": {"pytorch_model.bin": WEIGHTS[:5000], "config.json": b"{}"},
        "rows": {"train.parquet": WEIGHTS[:9000]},
        "tool": {"app.py": b"print('hello')\n"},
    }
    for name, contents in files.items():
        for path, content in contents.items():
            target = root / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        folders[name] = root / name
    (root / "store").mkdir()
    store = Store(root / "store")
    store.import_folder("models", "maker/model", folders["model"], "Real", tags=("v1",))
    store.import_folder("models", "maker/old", folders["old"], "Old")
    store.import_folder("datasets", "maker/rows", folders["rows"], "Rows")
    store.import_folder("spaces", "maker/tool", folders["tool"], "Tool")
    return store


@pytest.fixture(scope="module")
def origin(source: Store) -> str:
    """The address of that other Hub, which runs."""
    return serve_in_thread(Hub(mirror=source))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def run(cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, as a teacher types it."""
    command = [sys.executable, "-m", "classroom", "mirror", *words]
    own = os.environ | {"COURSE_CACHE": str(cache)}
    own.pop("TQDM_DISABLE", None)
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=120)


def is_there(cache: Path, kind: str, name: str) -> bool:
    return Hub(mirror=Store(cache / "mirror")).stores[0].repository(kind, name) is not None


def test_the_room_gets_the_same_files_at_the_same_commit(origin: str, source: Store, cache: Path) -> None:
    done = run(cache, "maker/model", "datasets/maker/rows", "spaces/maker/tool", "maker/old", "--endpoint", origin)
    assert done.returncode == 0, done.stdout + done.stderr
    room = serve_in_thread(Hub(Store(cache / "pushed"), Store(cache / "mirror")))
    code = """
        from huggingface_hub import HfApi, snapshot_download
        for kind, name in (("model", "maker/model"), ("dataset", "maker/rows"), ("space", "maker/tool")):
            print(snapshot_download(name, repo_type=kind), HfApi().repo_info(name, repo_type=kind).sha)
        print(*sorted(HfApi().list_repo_files("maker/model")))
        print(*sorted(HfApi().list_repo_files("maker/old")))
    """
    got = run_python(code, 120, {"HF_ENDPOINT": room, "HF_HOME": str(cache / "hf"), "HF_HUB_DISABLE_XET": "1"})
    lines = [line.split() for line in got.stdout.splitlines()]
    (model, commit), *_ = lines
    assert commit == source.repository("models", "maker/model").resolve("main"), got.stderr
    assert Path(model, "model.safetensors").read_bytes() == WEIGHTS
    assert Path(model, "sub", "vocab.txt").read_text(encoding="utf-8") == "naïve"
    assert Path(lines[1][0], "train.parquet").read_bytes() == WEIGHTS[:9000]
    assert lines[3] == [".gitattributes", "README.md", "config.json", "model.safetensors", "sub/vocab.txt"]
    assert lines[4] == [".gitattributes", "config.json", "pytorch_model.bin"]


def test_sizes_and_the_total_come_first_and_then_a_progress_bar(origin: str, cache: Path) -> None:
    done = run(cache, "maker/model", "datasets/maker/rows", "--endpoint", origin)
    first, second, total, last = done.stdout.splitlines()
    assert re.fullmatch(r"maker/model  [0-9a-f]{8}     5 files +3\.0 MB", first)
    assert second.startswith("maker/rows ")
    assert total == "Total 3.0 MB, of which 0.0 MB are here already."
    assert last.startswith("2 snapshots are in ")
    assert "100%" in done.stderr
    again = run(cache, "maker/model", "--endpoint", origin)
    assert "Total 3.0 MB, of which 3.0 MB are here already." in again.stdout


def test_a_revision_can_be_named(origin: str, source: Store, cache: Path) -> None:
    assert run(cache, "maker/model@v1", "--endpoint", origin).returncode == 0
    assert Store(cache / "mirror").repository("models", "maker/model").resolve("v1") is not None
    assert run(cache, "maker/model@v2", "--endpoint", origin).stdout == (
        f"maker/model has no revision v2 at {origin}.\n"
    )


def test_a_second_fetch_takes_what_changed(source: Store, origin: str, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changing"
    folder.mkdir()
    for text in ("one", "two"):
        (folder / "config.json").write_text(text)
        (folder / "data.bin").write_bytes(text.encode() * 1000)
        source.import_folder("models", "maker/changing", folder, text)
        assert run(cache, "maker/changing", "--endpoint", origin).returncode == 0
        kept = Store(cache / "mirror").repository("models", "maker/changing")
        assert kept.read(kept.file(kept.resolve("main"), "config.json")) == text.encode()
        assert kept.read(kept.file(kept.resolve("main"), "data.bin")).read_bytes() == text.encode() * 1000


@contextlib.contextmanager
def breaking(origin: str, allowed: int) -> Iterator[str]:
    """An address in front of `origin` whose connections break for good once `allowed` bytes have come through."""
    host, port = origin.removeprefix("http://").split(":")
    listener = socket.create_server(("127.0.0.1", 0))
    left = [allowed]

    def pass_on(client: socket.socket) -> None:
        with client, socket.create_connection((host, int(port))) as server:
            threading.Thread(target=copy, args=(client, server, [10**9]), daemon=True).start()
            copy(server, client, left)

    def copy(here: socket.socket, there: socket.socket, left: list[int]) -> None:
        with contextlib.suppress(OSError):
            while left[0] > 0 and (data := here.recv(65536)):
                left[0] -= len(data)
                there.sendall(data)
            there.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=pass_on, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_an_interrupted_fetch_shows_nothing_and_goes_on_later(origin: str, cache: Path) -> None:
    with breaking(origin, 1_000_000) as address:
        done = run(cache, "maker/model", "--endpoint", address)
    assert done.returncode == 1
    assert f"{address} does not answer" in done.stdout.splitlines()[-1]
    assert not is_there(cache, "models", "maker/model")
    again = run(cache, "maker/model", "--endpoint", origin)
    here = re.search(r"of which ([\d.]+) MB are here", again.stdout)[1]
    assert again.returncode == 0 and 0.3 < float(here) < 1.1
    kept = Store(cache / "mirror").repository("models", "maker/model")
    assert kept.read(kept.file(kept.resolve("main"), "model.safetensors")).read_bytes() == WEIGHTS


def test_a_damaged_file_is_not_kept(origin: str, source: Store, cache: Path) -> None:
    part = part_of(source, cache)
    part.write_bytes(b"x" * 1_000_000)
    done = run(cache, "maker/model", "--endpoint", origin)
    assert done.stdout.splitlines()[-1] == (
        "model.safetensors of maker/model arrived damaged and was not kept; run it again."
    )
    assert not is_there(cache, "models", "maker/model")
    assert run(cache, "maker/model", "--endpoint", origin).returncode == 0


def test_a_full_disk_is_told_in_one_sentence(origin: str, source: Store, cache: Path) -> None:
    part_of(source, cache).symlink_to("/dev/full")
    done = run(cache, "maker/model", "--endpoint", origin)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith(f"Cannot write to {cache / 'mirror'} (No space left on device):")
    assert not is_there(cache, "models", "maker/model")


def part_of(source: Store, cache: Path) -> Path:
    """Where the mirror in `cache` keeps what it has of the model's weights until they are whole."""
    repository = source.repository("models", "maker/model")
    sha256 = repository.file(repository.resolve("main"), "model.safetensors").sha256
    part = cache / "mirror" / "parts" / sha256
    part.parent.mkdir(parents=True)
    return part


def test_an_unknown_id_and_a_hub_that_is_not_there_are_told_in_one_sentence(origin: str, cache: Path) -> None:
    unknown = run(cache, "maker/nothing", "--endpoint", origin)
    assert unknown.stdout == f"{origin} has no public model maker/nothing; check the id.\n"
    nobody = run(cache, "maker/model", "--endpoint", NOBODY)
    assert nobody.stdout.startswith(f"{NOBODY} does not answer (") and nobody.stdout.count("\n") == 1
    assert (unknown.returncode, nobody.returncode) == (1, 1)
    assert not (cache / "mirror").exists()


def test_a_gated_model_is_told_in_one_sentence(cache: Path) -> None:
    def answer(request: Request) -> JSONResponse:
        return JSONResponse({"id": "maker/gated", "sha": "0" * 40, "gated": "manual", "siblings": []})

    bound = listen("127.0.0.1", 0)
    app = Starlette(routes=[Route("/{path:path}", answer)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
    done = run(cache, "maker/gated", "--endpoint", f"http://127.0.0.1:{bound.getsockname()[1]}")
    assert done.stdout.startswith("maker/gated is given only to people who accepted its terms: accept them at http")
    assert done.returncode == 1


def test_a_lessons_ids_are_read_from_its_notebook() -> None:
    assert ("models", "flax-community/gpt-2-spanish") in lessons.repositories("05")
    assert Wanted("models", "flax-community/gpt-2-spanish") in mirror.parse(["05", "5", "google-bert/bert-base-cased"])
    with pytest.raises(LessonError, match="There is no lesson 77"):
        mirror.parse(["77"])
    with pytest.raises(MirrorError, match="neither a lesson"):
        mirror.parse(["../x"])


def test_what_a_lesson_loads_only_a_tokenizer_of_is_fetched_without_weights(
    origin: str, source: Store, cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    (tmp_path / "tokenizer.json").write_text("{}")
    source.import_folder("models", "HuggingFaceH4/zephyr-7b-beta", tmp_path, "Zephyr")
    done = run(cache, "HuggingFaceH4/zephyr-7b-beta", "--endpoint", origin)
    assert "without weights" in done.stdout and "Total 0.0 MB" in done.stdout
    kept = Store(cache / "mirror").repository("models", "HuggingFaceH4/zephyr-7b-beta")
    assert [file.path for file in kept.tree(kept.resolve("main"))] == [".gitattributes", "tokenizer.json"]
    command = [sys.executable, "-m", "classroom", "list"]
    listed = subprocess.run(command, env=os.environ | {"COURSE_CACHE": str(cache)}, capture_output=True, text=True)
    assert re.search(r"^HuggingFaceH4/zephyr-7b-beta +stand-in zephyr-chat-tokenizer$", listed.stdout, re.MULTILINE)


def test_the_teachers_real_token_goes_to_the_public_hub_only(cache: Path) -> None:
    seen: list[str | None] = []

    def answer(request: Request) -> JSONResponse:
        seen.append(request.headers.get("authorization"))
        return JSONResponse({}, 404)

    bound = listen("127.0.0.1", 0)
    app = Starlette(routes=[Route("/{path:path}", answer)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
    command = [sys.executable, "-m", "classroom", "mirror", "a/b", "--endpoint"]
    command.append(f"http://127.0.0.1:{bound.getsockname()[1]}")
    subprocess.run(command, env=os.environ | {"COURSE_CACHE": str(cache), "HF_TOKEN": "hf_real"}, timeout=60)
    assert seen and set(seen) == {None}
