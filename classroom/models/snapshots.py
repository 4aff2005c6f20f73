"""One repository's snapshot at another Hub: what it holds, and bringing here its git objects and its large files."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from dulwich.client import HttpGitClient, HTTPUnauthorized
from dulwich.objects import ObjectID
from dulwich.repo import Repo

from classroom.models import catalogue
from classroom.models.wheels import NO_ROOM
from classroom.storage import large_files

if TYPE_CHECKING:
    from dulwich.refs import Ref
    from huggingface_hub.hf_api import RepoSibling

PUBLIC_HUB = "https://huggingface.co"
# The same weights for other libraries, which the course never loads; older formats only where there is no newer.
OTHER_LIBRARIES = (".h5", ".msgpack", ".onnx", ".onnx_data", ".ot", ".tflite", ".mlmodel")
OLDER_FORMATS = (".bin", ".pt", ".pth", ".ckpt", ".gguf")
STEP = 2**17
TRIES = 4


class MirrorError(RuntimeError):
    """A snapshot cannot be had or kept; the message says why and what to do, in one sentence."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for: a repository of `kind` ("models", …) at a branch, tag or commit id."""

    kind: str
    name: str
    revision: str = "main"

    @property
    def address(self) -> str:
        """Its path at a Hub, for files and for git."""
        return self.name if self.kind == "models" else f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class LargeFile:
    """A file that git holds a pointer of; `size` in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Snapshot:
    """What is to be fetched: the commit, the large files that are wanted, and the `small` bytes that git holds."""

    wanted: Wanted
    endpoint: str
    token: str | None
    commit: str
    large: tuple[LargeFile, ...]
    small: int
    files: int
    origin: str


def ask(wanted: Wanted, endpoint: str, token: str | None) -> Snapshot:
    """Return what the Hub at `endpoint` has under that id. Raise MirrorError."""
    from huggingface_hub import HfApi, errors

    api = HfApi(endpoint=endpoint, token=token or False)
    try:
        info = api.repo_info(
            wanted.name, repo_type=wanted.kind[:-1], revision=wanted.revision, files_metadata=True, timeout=30
        )
    except errors.GatedRepoError:
        raise _gated(wanted, endpoint) from None
    except errors.RepositoryNotFoundError:
        raise MirrorError(f"{endpoint} has no public {wanted.kind[:-1]} {wanted.name}; check the id.") from None
    except errors.RevisionNotFoundError:
        raise MirrorError(f"{wanted.name} has no revision {wanted.revision} at {endpoint}.") from None
    except Exception as error:  # the client's HTTP library differs from version to version
        raise _unreachable(endpoint, error) from error
    if getattr(info, "gated", False) and not token:
        raise _gated(wanted, endpoint)
    assert info.sha  # only listings leave it out
    files: list[RepoSibling] = getattr(info, "siblings", None) or []
    paths = [file.rfilename for file in files]
    chosen = [file for file in files if _is_wanted(wanted, file.rfilename, paths)]
    large = tuple(LargeFile(file.rfilename, file.lfs["sha256"], file.lfs["size"]) for file in chosen if file.lfs)
    small = sum(file.size or 0 for file in files if not file.lfs)
    there = getattr(info, "classroom", None) or {}
    origin = "mirror of the Hub's snapshot" if endpoint == PUBLIC_HUB else f"mirror of {endpoint}"
    origin = there.get("origin", origin)  # another classroom may serve a stand-in, which stays one
    return Snapshot(wanted, endpoint, token, info.sha, large, small, len(chosen), origin)


def loads_no_weights(wanted: Wanted) -> bool:
    """Tell whether the lessons load only a tokenizer or code from it, as one sees by what stands in for it."""
    entry = catalogue.find(wanted.kind, wanted.name)
    if wanted.kind != "models" or entry is None or entry.recipe != "folder":
        return False
    return not any(entry.folder.glob("*.safetensors"))


def fetch_git(git: Repo, snapshot: Snapshot) -> None:
    """Add the commit with its trees and small files, one commit deep; nothing points at it yet. Raise MirrorError."""
    commit, wanted = ObjectID(snapshot.commit.encode()), snapshot.wanted
    if commit in git:
        return

    def wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        return [commit]

    user = "token" if snapshot.token else None
    client = HttpGitClient(snapshot.endpoint, quiet=True, timeout=60, username=user, password=snapshot.token)
    try:
        client.fetch(f"/{wanted.address}", git, determine_wants=wants, depth=1)
    except HTTPUnauthorized:
        raise _gated(wanted, snapshot.endpoint) from None
    except Exception as error:
        if getattr(error, "errno", None) in NO_ROOM:
            raise
        raise _unreachable(snapshot.endpoint, error) from error
    if commit not in git:
        raise MirrorError(f"{snapshot.endpoint} did not send {wanted.name} at {commit.decode()}; run it again.")


def download(snapshot: Snapshot, file: LargeFile, part: Path, progress: Callable[[int], object]) -> None:
    """Write the file to `part`, going on where an earlier try stopped, and check its hash. Raise MirrorError.

    `progress` is told how many bytes came, or a negative number of those that must come again.
    """
    address = f"{snapshot.endpoint}/{snapshot.wanted.address}/resolve/{snapshot.commit}/{file.path}"
    headers = {"Authorization": f"Bearer {snapshot.token}"} if snapshot.token else {}
    part.parent.mkdir(parents=True, exist_ok=True)
    with httpx.Client(headers=headers, follow_redirects=True, timeout=60) as http:
        for tries_left in reversed(range(TRIES)):
            try:
                _go_on(http, address, file, part, progress)
                break
            except httpx.HTTPStatusError as error:
                if error.response.status_code in (401, 403):
                    raise _gated(snapshot.wanted, snapshot.endpoint) from None
                raise _unreachable(snapshot.endpoint, error) from error
            except httpx.TransportError as error:
                if not tries_left:
                    raise _unreachable(snapshot.endpoint, error) from error
                time.sleep(1)
    with part.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != file.sha256:
        part.unlink()
        raise MirrorError(f"{file.path} of {snapshot.wanted.name} arrived damaged and was not kept; run it again.")


def _go_on(http: httpx.Client, address: str, file: LargeFile, part: Path, progress: Callable[[int], object]) -> None:
    have = large_files.size_of(part) or 0
    if have > file.size:
        part.unlink()
        have = 0
    if have == file.size:
        return
    with http.stream("GET", address, headers={"Range": f"bytes={have}-"} if have else {}) as response:
        response.raise_for_status()
        goes_on = response.status_code == 206
        progress(0 if goes_on else -have)
        with part.open("ab" if goes_on else "wb") as opened:
            for data in response.iter_raw(STEP):
                opened.write(data)
                progress(len(data))
    if part.stat().st_size < file.size:
        raise httpx.ReadError("the connection ended early")


def _is_wanted(wanted: Wanted, path: str, paths: Sequence[str]) -> bool:
    """Tell whether the course loads that file: weights once, in the newest format, where the lessons need any."""
    if wanted.kind != "models" or not path.endswith((".safetensors", *OTHER_LIBRARIES, *OLDER_FORMATS)):
        return True
    if path.endswith(OTHER_LIBRARIES) or loads_no_weights(wanted):
        return False
    if path.endswith(OLDER_FORMATS):
        return not any(other.endswith(".safetensors") for other in paths)
    return not path.startswith("consolidated")  # its maker's own layout, beside the library's


def _gated(wanted: Wanted, endpoint: str) -> MirrorError:
    return MirrorError(
        f"{wanted.name} is given only to people who accepted its terms: accept them at {endpoint}/{wanted.address},"
        " run `hf auth login`, then run this again."
    )


def _unreachable(endpoint: str, error: Exception) -> MirrorError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return MirrorError(
        f"{endpoint} does not answer ({reason[:200]}); check the network, or name another Hub with --endpoint."
    )


@contextmanager
def room_on(folder: Path) -> Iterator[None]:
    """Turn a full disk into a MirrorError."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise MirrorError(
            f"Cannot write to {folder} ({os.strerror(error.errno)}): free some space there and run the same command"
            " again, it goes on where it stopped."
        ) from error
