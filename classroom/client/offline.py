"""Let the stock client keep to the learner's cache while the public Hub does not answer.

Otherwise it would wait for the Hub at each file of a model, ten seconds each time, before it looks into the cache.
"""

from __future__ import annotations

import os
import sys

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
