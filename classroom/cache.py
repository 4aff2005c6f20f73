"""Where the course keeps what it fetches and makes: one folder that many may share, and one of each person's own."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path


class CacheError(RuntimeError):
    """COURSE_CACHE names no usable folder; the message says what to do, in one sentence."""


def cache_root() -> Path:
    """Return the folder of what may be shared: bundle, downloads, mirror. COURSE_CACHE names it, else it is own_root.

    Raise CacheError for a relative path, which would mean one folder in a kernel and another in a terminal.
    """
    chosen = os.environ.get("COURSE_CACHE", "").strip()
    if not chosen:
        return user_cache_path("transformers-course")
    folder = Path(os.path.expanduser(chosen))
    if not folder.is_absolute():
        raise CacheError(
            f"COURSE_CACHE is {chosen!r}, which is another folder in a notebook than in a terminal: give its whole"
            f" path, such as {Path.cwd() / folder}."
        )
    return folder.resolve()


def own_root() -> Path:
    """Return the folder of what is one person's: the client's cache, tokens, accounts and pushed repositories.

    It is the shared folder where that is this person's, else one in the user's cache folder. Raise CacheError as above.
    """
    root = cache_root()
    return root if _is_own(root) else user_cache_path("transformers-course")


def _is_own(root: Path) -> bool:
    """Whether this person may write to the folder and nobody else made it; a folder that is not there yet is one's own.

    A folder that all may write to still belongs to one person: whoever came first would own the others' accounts.
    """
    if not root.exists():
        return True
    is_mine = os.name == "nt" or os.geteuid() in (0, root.stat().st_uid)
    return is_mine and os.access(root, os.W_OK | os.X_OK)
