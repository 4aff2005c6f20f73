"""Ask the Hub about the ids of a lesson, all at once and for a few seconds; each answer is a row, never an error."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoSibling

from classroom.client import offline

# What a lesson downloads of a repository: not the copies of the same weights for other libraries.
SKIPPED = (".bin", ".pt", ".pth", ".h5", ".msgpack", ".onnx", ".ot", ".tflite", ".gguf", ".mlmodel", ".md", ".py")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    id: str
    answered_by: str
    parameters: str = ""
    download: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Answer:
    """A row; whether the Hub answered at all; the bytes that are still to be downloaded."""

    row: Row
    is_from_hub: bool = True
    missing_bytes: int = 0


def ask(ids: offline.Ids, seconds: float) -> list[Answer]:
    """Return an answer for each id, given by repository type ("model", "dataset", "space"), within so many seconds."""
    wanted = [(kind, name) for kind, names in ids.items() for name in names]
    answers: dict[tuple[str, str], Answer] = {}

    def ask_one(kind: str, name: str) -> None:
        answers[kind, name] = _ask_one(kind, name, seconds)

    # Daemons, because a Hub that sends a byte now and then would keep the process from ending.
    threads = [threading.Thread(target=ask_one, args=one, daemon=True) for one in wanted]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [answers.get((kind, name)) or _silent(kind, name, "did not answer in time") for kind, name in wanted]


def _ask_one(kind: str, name: str, seconds: float) -> Answer:
    try:
        info = HfApi().repo_info(name, repo_type=kind, files_metadata=True, timeout=seconds)
        if getattr(info, "gated", False) and not _is_cached(kind, name):
            HfApi().auth_check(name, repo_type=kind)
    except HFValidationError:
        return Answer(Row(name, "nobody: an id looks like namespace/name"))
    except GatedRepoError:
        return _refused(kind, name, f"gated: accept its terms at {_page(kind, name)}, then `hf auth login`")
    except RepositoryNotFoundError:
        return _refused(kind, name, "nobody: there is no such id here")
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status == 401:
            return _refused(kind, name, "nobody: the Hub refuses your token; run `hf auth login` again")
        if status == 403:
            return _refused(kind, name, f"no access: see {_page(kind, name)}, then `hf auth login`")
        return _silent(kind, name, "has too many requests; wait a minute" if status == 429 else f"answered {status}")
    except Exception:  # whatever a broken network, or the page of a captive portal, makes of the client's own code
        return _silent(kind, name, "did not answer")
    return _row(info, kind, name)


def _row(info: object, kind: str, name: str) -> Answer:
    weights = getattr(info, "safetensors", None)
    files: list[RepoSibling] = getattr(info, "siblings", None) or []
    size = sum(file.size or 0 for file in files if not file.rfilename.endswith(SKIPPED))
    row = Row(
        name,
        _origin(info, kind, name),
        f"{weights.total / 1e6:,.1f} M" if weights else "",
        f"{size / 1e6:,.1f} MB",
        str((getattr(info, "card_data", None) or {}).get("license", "not stated")),
    )
    return Answer(row, missing_bytes=0 if _is_cached(kind, name) else size)


def _origin(info: object, kind: str, name: str) -> str:
    classroom = getattr(info, "classroom", None)
    if classroom:
        return f"classroom: {classroom['origin']}"
    if constants.ENDPOINT != constants._HF_DEFAULT_ENDPOINT:
        origin = constants.ENDPOINT
    else:
        origin = "your cache" if _is_cached(kind, name) else "Hub"
    today = str(getattr(info, "id", name))
    return origin if today == name else f"{origin}; its id is now {today}"


def _refused(kind: str, name: str, reason: str) -> Answer:
    return Answer(Row(name, "your cache" if _is_cached(kind, name) else reason))


def _silent(kind: str, name: str, reason: str) -> Answer:
    answered_by = "your cache" if _is_cached(kind, name) else f"nobody: the Hub {reason}"
    return Answer(Row(name, answered_by), is_from_hub=False)


def _page(kind: str, name: str) -> str:
    return f"{constants.ENDPOINT}/{'' if kind == 'model' else kind + 's/'}{name}"


def _is_cached(kind: str, name: str) -> bool:
    return offline.is_cached(Path(constants.HF_HUB_CACHE), kind, name)
