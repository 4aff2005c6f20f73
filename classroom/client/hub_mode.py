"""Which Hub answers the lessons, and how the stock client is pointed at it.

The client reads HF_ENDPOINT, HF_HOME and its other variables once, when it is imported
(https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables), so all of this comes first.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from classroom.cache import cache_root
from classroom.client import local_hub
from classroom.client.errors import SetupError

PUBLIC_HUB = "https://huggingface.co"
PROBE_SECONDS = 3.0
# Whatever may point the client at the learner's own caches, tokens or switches: in the classroom none of it applies.
LEARNERS_OWN = (
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


def activate() -> HubMode:
    """Choose the Hub by COURSE_HUB and point the client at it; later calls give the same one again.

    Raises SetupError for an unknown COURSE_HUB, an address that does not answer, a Hub client that was imported
    before with another address, and a COURSE_HUB that changed since the first call.
    """
    global _active, _active_request
    request = os.environ.get("COURSE_HUB", "auto").strip() or "auto"
    if _active and request == _active_request:
        return _active
    if _active:
        raise SetupError(f"COURSE_HUB is now {request!r}, but this kernel uses the {_active.name}. Restart the kernel.")
    mode = _choose(request)
    if mode.name == "classroom":
        variables = _classroom_variables(mode)
        _refuse_late_start(variables["HF_ENDPOINT"], variables["HF_HOME"])
        for name in LEARNERS_OWN:
            os.environ.pop(name, None)
        os.environ |= variables
    else:
        _refuse_late_start(mode.endpoint, None)
    _active, _active_request = mode, request
    return mode


def _choose(request: str) -> HubMode:
    public = os.environ.get("HF_ENDPOINT", PUBLIC_HUB).rstrip("/")
    if request == "hub":
        return HubMode("hub", public, "COURSE_HUB=hub")
    if request == "classroom":
        return HubMode("classroom", local_hub.start(), "COURSE_HUB=classroom", is_here=True)
    if re.match(r"https?://", request):
        if not answers(request):
            raise SetupError(
                f"No classroom Hub answers at {request}. Check the address with your teacher,"
                " or set COURSE_HUB=classroom."
            )
        return HubMode("classroom", request.rstrip("/"), f"COURSE_HUB={request}")
    if request != "auto":
        raise SetupError(
            f"COURSE_HUB is {request!r}; set it to auto, hub, classroom or an address that starts with http."
        )
    if answers(public):
        return HubMode("hub", public, "it answers")
    reason = f"{public} did not answer within {PROBE_SECONDS:.0f} seconds"
    return HubMode("classroom", local_hub.start(), reason, is_here=True)


def answers(endpoint: str) -> bool:
    """Whether a Hub answers at `endpoint` within three seconds, name look-up included."""
    heard = threading.Event()

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"{endpoint}/api/models?limit=1", timeout=PROBE_SECONDS) as response:
                if isinstance(json.load(response), list):
                    heard.set()
        except (OSError, ValueError):
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
        "HF_HOME": str(cache_root() / "clients" / name),
        "HF_HUB_DISABLE_XET": "1",
    }
    if "google.colab" in sys.modules:
        # Colab keeps a person's real token as the secret HF_TOKEN, and the client would send it to the classroom. Its
        # one switch against that is to take this for the Colab that has no such secrets
        # (huggingface_hub.utils.is_colab_enterprise); HF_HUB_DISABLE_IMPLICIT_TOKEN would hold the classroom's too.
        variables["VERTEX_PRODUCT"] = "COLAB_ENTERPRISE"
    return variables


def _refuse_late_start(endpoint: str, home: str | None) -> None:
    client = sys.modules.get("huggingface_hub.constants")
    if client is None:
        return
    if endpoint != client.ENDPOINT or (home and Path(client.HF_HOME) != Path(home)):
        raise SetupError(
            f"transformers or huggingface_hub was imported before helpers.setup() and is set to {client.ENDPOINT}, not"
            f" to {endpoint}. Restart the kernel and run the set-up cell first."
        )
