"""Let the stock client keep to the learner's cache while the public Hub does not answer.

Otherwise it would wait for the Hub at each file of a model, ten seconds each time, before it looks into the cache.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Ids = Mapping[str, Sequence[str]]  # a lesson's ids by repository type: "model", "dataset", "space"

_is_ours = False  # a learner's own HF_HUB_OFFLINE is never touched


def switch(on: bool) -> None:
    """Set or lift offline mode, in the environment and in the libraries that are imported already."""
    global _is_ours
    if on == _is_ours or (on and os.environ.get("HF_HUB_OFFLINE")):
        return
    _is_ours = on
    if on:
        os.environ["HF_HUB_OFFLINE"] = "1"
    else:
        os.environ.pop("HF_HUB_OFFLINE", None)
    for name in ("huggingface_hub.constants", "datasets.config"):  # each reads the environment at import only
        if module := sys.modules.get(name):
            setattr(module, "HF_HUB_OFFLINE", on)  # noqa: B010 (mypy knows no attribute of an unknown module)


def is_on() -> bool:
    """Tell whether this module switched offline mode on."""
    return _is_ours


def has_all(ids: Ids) -> bool:
    """Tell whether the learner's own cache holds all of these ids, and there are any.

    Look for the folder as `huggingface_hub.constants` does, which must not be imported before the Hub is chosen.
    """
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or os.path.join(home, "hub")
    folder = Path(os.path.expandvars(os.path.expanduser(cache)))
    wanted = [(kind, name) for kind, names in ids.items() for name in names]
    return bool(wanted) and all(is_cached(folder, kind, name) for kind, name in wanted)


def is_cached(cache: Path, kind: str, name: str) -> bool:
    """Tell whether the cache holds the repository; a download that broke off leaves an `.incomplete` file behind."""
    folder = cache / f"{kind}s--{name.replace('/', '--')}"
    return any(folder.glob("snapshots/*/*")) and not any(folder.glob("blobs/*.incomplete"))
