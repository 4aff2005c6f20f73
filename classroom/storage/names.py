"""Which names are safe: of repositories, of files inside them, of branches and tags.

Whatever comes from outside passes through here before it becomes part of a path on disk or of a git tree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from dulwich.index import validate_path_element_hfs, validate_path_element_ntfs
from dulwich.refs import Ref, check_ref_format

from classroom.storage.errors import InvalidInputError, InvalidPathError

KINDS = ("models", "datasets", "spaces")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
# Names that Windows keeps for devices, whatever follows their first dot; a store is to lie on any disk.
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
MOST_PATH_BYTES, MOST_PART_BYTES, MOST_PARTS = 1024, 255, 40


def is_repository_id(name: str) -> bool:
    """Tell whether this is `name` or `namespace/name` in the letters that the Hub allows, and so safe as a path."""
    parts = name.split("/")
    return len(parts) <= 2 and all(
        NAME.fullmatch(part)
        and ".." not in part
        and not part.lower().endswith((".git", ".lock", "."))  # Windows takes `ana.` for `ana`
        and not DEVICE.fullmatch(part)
        for part in parts
    )


def new_repository_id(namespace: object, name: object) -> str:
    """Check the id of a new repository and return it. Raise InvalidInputError when it is not allowed."""
    written = f"{namespace}/{name}"
    if not (isinstance(namespace, str) and isinstance(name, str) and "/" not in namespace + name) or not (
        is_repository_id(written) and "--" not in written and name[-1] not in ".-"
    ):
        raise InvalidInputError(
            f"{_quoted(written)} cannot be the name of a repository: use letters, digits, '-', '_' and '.'; begin with"
            " a letter or digit, end with one or '_'; at most 96 characters, no '--', no '..', no '.git' or '.lock' at"
            " the end, no name of a device of Windows such as 'con'."
        )
    return written


def checked_path(path: object) -> str:
    """Return a checked path in a repository. Raise InvalidPathError for one that git or a disk would refuse."""
    if not isinstance(path, str) or not path:
        raise InvalidPathError("A file needs a path, as text.")
    parts = path.split("/")
    if not (_is_encodable(path) and len(path.encode()) <= MOST_PATH_BYTES and len(parts) <= MOST_PARTS):
        raise InvalidPathError(f"The path {_quoted(path)} is too long or not text.")
    if not all(_is_safe_part(part) for part in parts):
        raise InvalidPathError(
            f"The path {_quoted(path)} is not allowed: no empty part, no '.', '..' or '.git', no backslash and no"
            " control character.",
        )
    return path


def clash(names: Iterable[str], known: frozenset[str] = frozenset()) -> str | None:
    """Return the sentence for two names of one folder that are one and the same on macOS or Windows, if there are.

    Two that are both `known`, as the folder had them before, are let be.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name and not {other, name} <= known:
            both = f"{_quoted(other)} and {_quoted(name)}"
            return f"{both} are the same name on macOS and Windows, where nobody could check both out; rename one."
    return None


def checked_ref(kind: str, name: object) -> str:
    """Return the full ref of a branch (`heads`) or tag (`tags`). Raise InvalidInputError for what git refuses."""
    if isinstance(name, str) and _is_encodable(name) and len(name.encode()) <= MOST_PART_BYTES:
        full = f"refs/{kind}/{name}"
        is_device = any(DEVICE.fullmatch(part) for part in name.split("/"))
        is_ours = not is_device and not re.fullmatch(r"[0-9a-f]{40}|HEAD|-.*|refs/.*", name)
        if is_ours and check_ref_format(Ref(full.encode())):
            return full
    raise InvalidInputError(f"{_quoted(name)} cannot be the name of a branch or tag.")


def is_ref(full: str) -> bool:
    """Tell whether this can be the full name of a ref that exists."""
    return (
        full.startswith("refs/") and _is_encodable(full) and len(full) < 1024 and check_ref_format(Ref(full.encode()))
    )


def checked_text(value: object, what: str, most: int = 65_536) -> str:
    """Return a checked piece of text. Raise InvalidInputError when it is none, or longer than `most` characters."""
    if not isinstance(value, str) or len(value) > most or not _is_encodable(value) or "\0" in value:
        raise InvalidInputError(f"The {what} must be text of at most {most} characters.")
    return value


def _is_safe_part(part: str) -> bool:
    data = part.encode()
    return (
        0 < len(data) <= MOST_PART_BYTES
        and part not in (".", "..")
        and not any(letter in "\\\x7f" or unicodedata.category(letter) == "Cc" for letter in part)
        and validate_path_element_ntfs(data)
        and validate_path_element_hfs(data)
    )


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can bring in
        return False
    return True


def _quoted(value: object) -> str:
    return ascii(value if isinstance(value, str) and len(value) < 120 else str(value)[:120] + "…")
