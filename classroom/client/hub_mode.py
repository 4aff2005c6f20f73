"""Which Hub answers the lessons, and how the stock client is pointed at it.

The client reads HF_ENDPOINT, HF_HOME and its other variables once, when it is imported
(https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables), so all of this comes first.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path

from classroom.cache import CacheError, own_root
from classroom.client import local_hub, offline, proxies, room_address
from classroom.client.errors import SetupError

PUBLIC_HUB = "https://huggingface.co"
PROBE_SECONDS = 3.0
ROOM_SECONDS = 5.0  # for all addresses that a pasted one may mean; each takes three at most
ANSWERS = "it answers"
# Whatever may point the client at the learner's own caches, tokens or switches: in the classroom none of it applies.
LEARNER_VARIABLES = (
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_TOKEN_PATH",
    "HF_OIDC_RESOURCE",
    "HF_OIDC_ID_TOKEN",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN",
    "HF_STORED_TOKENS_PATH",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_ASSETS_CACHE",
    "HUGGINGFACE_ASSETS_CACHE",
    "HF_XET_CACHE",
    "HF_DATASETS_CACHE",
    "HF_EVALUATE_CACHE",
    "HF_METRICS_CACHE",
    "HF_MODULES_CACHE",
    "TRANSFORMERS_CACHE",
    "HF_HUB_OFFLINE",
    "HF_DATASETS_OFFLINE",
    "HF_EVALUATE_OFFLINE",
    "TRANSFORMERS_OFFLINE",
)


@dataclass(frozen=True)
class HubMode:
    """`name` is "hub" or "classroom"; `endpoint` its address; `reason` why it was chosen, for people.

    `is_here` says whether the classroom is this kernel's own, which serves from this machine's disk.
    """

    name: str
    endpoint: str
    reason: str
    is_here: bool = False


_active: HubMode | None = None
_active_request: str | None = None


def activate(ids: offline.Ids | None = None) -> HubMode:
    """Choose the Hub by COURSE_HUB and point the client at it; later calls give the same one again.

    `ids` are what the lesson loads. While the public Hub does not answer, the client keeps to the learner's cache.
    Raise SetupError for an unknown COURSE_HUB, an address that does not answer, a Hub client that was imported before
    with another address, a COURSE_HUB that changed since the first call, a classroom that cannot be started or has
    ended, and a COURSE_CACHE that cannot be used.
    """
    global _active, _active_request
    request = os.environ.get("COURSE_HUB", "auto").strip() or "auto"
    if _active and request != _active_request:
        raise SetupError(f"COURSE_HUB is now {request!r}, but this kernel uses the {_active.name}. Restart the kernel.")
    if _active:
        _look_again(_active)
    else:
        try:
            _active, _active_request = _point_client(_choose(request, ids or {})), request
        except CacheError as error:
            raise SetupError(str(error)) from None
    if not offline.is_on():
        return _active
    told = "it does not answer, so only what is in your cache loads"
    return replace(_active, reason=told if _active.reason == ANSWERS else f"{_active.reason}; {told}")


def _look_again(mode: HubMode) -> None:
    if mode.is_here and not local_hub.is_alive():
        raise SetupError("The classroom Hub of this kernel has ended. Restart the kernel, run the set-up cell first.")
    if mode.name == "hub":
        offline.switch(on=not answers(mode.endpoint))


def _point_client(mode: HubMode) -> HubMode:
    if mode.name == "hub":
        _refuse_early_import(mode.endpoint, None)
        return mode
    variables = _classroom_variables(mode)
    _refuse_early_import(variables["HF_ENDPOINT"], variables["HF_HOME"])
    _make_folder(Path(variables["HF_HOME"]))
    for name in LEARNER_VARIABLES:
        os.environ.pop(name, None)
    os.environ |= variables
    return mode


def _choose(request: str, ids: offline.Ids) -> HubMode:
    public = _public_address()
    proxies.bypass()
    word = request.strip(room_address.QUOTES).lower()
    if word == "hub" or request.rstrip("/") == public:
        offline.switch(on=not answers(public))
        return HubMode("hub", public, f"COURSE_HUB={request}")
    if word == "classroom":
        return HubMode("classroom", local_hub.start(), "COURSE_HUB=classroom", is_here=True)
    if word != "auto":
        return _room(request)
    if answers(public):
        return HubMode("hub", public, ANSWERS)
    if offline.has_all(ids) and not local_hub.is_prepared(ids):
        offline.switch(on=True)
        return HubMode("hub", public, ANSWERS)
    reason = f"{public} did not answer within {PROBE_SECONDS:.0f} seconds"
    return HubMode("classroom", local_hub.start(), reason, is_here=True)


def _public_address() -> str:
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/")
    if not address:
        os.environ.pop("HF_ENDPOINT", None)  # the client takes an empty one for an address
        return PUBLIC_HUB
    if not re.match(r"https?://[^/]", address):
        raise SetupError(f"HF_ENDPOINT is {address!r}; give an address that starts with https://, or take it away.")
    return address


def _room(request: str) -> HubMode:
    """Return the mode for the address that a learner pasted. Raise SetupError when no classroom answers there."""
    addresses = room_address.candidates(request)
    if not addresses:
        raise SetupError(
            f"COURSE_HUB is {request!r}; set it to auto, hub, classroom or an address that starts with http."
        )
    proxies.bypass(*{room_address.host_of(address) for address in addresses})
    until = time.monotonic() + ROOM_SECONDS
    for address in addresses:
        if time.monotonic() < until and answers(address):
            return HubMode("classroom", address, f"COURSE_HUB={address}")
    raise SetupError(
        f"No classroom Hub answers at {addresses[0]}. Check the address with your teacher, or set COURSE_HUB=classroom."
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        is_writable = False
    if not is_writable:
        raise SetupError(
            f"The course cannot write to {folder}: set the environment variable COURSE_CACHE to a folder of your own"
            " with 3 GB free, and restart the kernel."
        )


def answers(endpoint: str) -> bool:
    """Tell whether a Hub answers at `endpoint` within three seconds, name look-up included."""
    heard = threading.Event()

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"{endpoint}/api/models?limit=1", timeout=PROBE_SECONDS) as response:
                if isinstance(json.load(response), list):
                    heard.set()
        except (OSError, ValueError, http.client.HTTPException):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return heard.is_set()


def _classroom_variables(mode: HubMode) -> dict[str, str]:
    # One cache and one token for the kernels' own servers, whose ports differ, and one for each teacher's machine.
    name = "here" if mode.is_here else re.sub(r"\W+", "-", mode.endpoint.split("://")[1])
    variables = {
        "HF_ENDPOINT": mode.endpoint,
        "HF_HOME": str(own_root() / "clients" / name),
        "HF_HUB_DISABLE_XET": "1",
    }
    if "google.colab" in sys.modules:
        # Colab keeps a person's real token as the secret HF_TOKEN, and the client would send it to the classroom. Its
        # one switch against that is to take this for the Colab that has no such secrets
        # (huggingface_hub.utils.is_colab_enterprise); HF_HUB_DISABLE_IMPLICIT_TOKEN would hold the classroom's too.
        variables["VERTEX_PRODUCT"] = "COLAB_ENTERPRISE"
    return variables


def _refuse_early_import(endpoint: str, home: str | None) -> None:
    client = sys.modules.get("huggingface_hub.constants")
    if client is None:
        return
    if endpoint != client.ENDPOINT or (home and Path(client.HF_HOME) != Path(home)):
        raise SetupError(
            f"transformers or huggingface_hub was imported before helpers.setup() and is set to {client.ENDPOINT}, not"
            f" to {endpoint}. Restart the kernel and run the set-up cell first."
        )
