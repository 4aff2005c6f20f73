"""What one damaged repository among many must not do: hide the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from classroom.storage.errors import StorageError

LOG = logging.getLogger("uvicorn.error")  # which the server shows in its terminal
_logged: set[str] = set()
Answer = TypeVar("Answer")
Otherwise = TypeVar("Otherwise")


def unless_damaged(otherwise: Otherwise, look: Callable[..., Answer], *about: object) -> Answer | Otherwise:
    """Return what `look` tells of one repository, and `otherwise` of one that cannot be read; the log says why, once.

    Raise StorageError as `look` does.
    """
    try:
        return look(*about)
    except StorageError:
        raise
    except Exception as error:
        where = " ".join(str(one) for one in about if isinstance(one, str))
        if where not in _logged:
            _logged.add(where)
            LOG.error("Cannot read %s", ascii(where)[1:-1], exc_info=error)
        return otherwise
