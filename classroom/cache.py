"""Where the course keeps what it fetches and makes."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_root() -> Path:
    """Return the course's folder: the one that COURSE_CACHE names, or one in the user's cache folder."""
    chosen = os.environ.get("COURSE_CACHE")
    return Path(chosen).expanduser().resolve() if chosen else user_cache_path("transformers-course")
