"""What a commit is to change, as the client sends it: one JSON object a line (`huggingface_hub._commit_api`)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import IO

from dulwich.objects import Blob, ObjectID, Tree

from classroom.http import bodies
from classroom.http.bodies import Body
from classroom.storage import cards, commits, large_files, names, patterns
from classroom.storage.errors import EntryNotFoundError, InvalidInputError, TooLargeError
from classroom.storage.large_files import Pointer
from classroom.storage.repository import Repository

MOST_LINE = 2 * large_files.LARGE_FROM_BYTES
MOST_OPERATIONS = 25_000


@dataclass(frozen=True)
class Header:
    """The commit's own words; `parent` is the commit that the client believes to be the newest."""

    message: str
    parent: str | None


@dataclass(frozen=True)
class Change:
    """One step: the file at `path` gets the content `oid`, or what is at `path` goes when there is none."""

    path: str
    oid: ObjectID | None = None
    is_folder: bool = False
    is_large: bool = False


def read(file: IO[bytes], repository: Repository, base: str | None) -> tuple[Header, list[Change]]:
    """Read all lines and put the files' contents into the repository. Raise StorageError for what it cannot hold."""
    header: Header | None = None
    changes: list[Change] = []
    while line := file.readline(MOST_LINE + 1):
        if len(line) > MOST_LINE:
            raise TooLargeError("A file over 10 MB must be uploaded as a large file (git-lfs).")
        key, value = _pair(line)
        if header is None:
            header = _header(key, value)
        elif len(changes) >= MOST_OPERATIONS:
            raise TooLargeError(f"A commit may have {MOST_OPERATIONS:,} operations; make several.")
        else:
            changes.append(_change(key, value, repository, base))
    if header is None:
        raise InvalidInputError("The commit has no header.")
    return header, changes


def apply(repository: Repository, tree: ObjectID | None, changes: list[Change]) -> ObjectID:
    """Return the id of the tree that the changes make out of `tree`. Raise StorageError when they cannot be made."""
    root = commits.Folder(repository, tree)
    for change in changes:
        if change.oid is None:
            root.delete(change.path, change.is_folder)
        else:
            if change.path == "README.md":
                cards.check(_blob(repository, change.oid))
            root.put(change.path, change.oid)
    # Stock git must know which files are large, as those of an unusual name or size are too.
    found = root.find(".gitattributes")
    attributes = _blob(repository, found).decode("utf-8", "replace") if found else ""
    missing = [c.path for c in changes if c.is_large and not patterns.is_large(attributes, c.path)]
    missing = [path for path in dict.fromkeys(missing) if root.find(path)]
    if missing:
        lines = attributes + "\n" * (bool(attributes) and not attributes.endswith("\n"))
        lines += "".join(patterns.attribute_line(path) for path in missing)
        root.put(".gitattributes", commits.add_file(repository, lines.encode()))
    return root.write() or commits.add(repository, Tree())


def _blob(repository: Repository, oid: ObjectID) -> bytes:
    blob = repository.git[oid]
    return bytes(blob.data) if isinstance(blob, Blob) else b""


def _pair(line: bytes) -> tuple[str, Body]:
    pair = bodies.json_object(line)
    key, value = pair.get("key"), pair.get("value")
    if not isinstance(key, str) or not isinstance(value, dict):
        raise InvalidInputError('Each line of a commit must be {"key": …, "value": {…}}.')
    return key, value


def _header(key: str, value: Body) -> Header:
    if key != "header":
        raise InvalidInputError("The first line of a commit must be its header.")
    summary = names.checked_text(value.get("summary"), "summary").strip()
    description = names.checked_text(value.get("description") or "", "description").strip()
    if not summary:
        raise InvalidInputError("A commit needs a message.")
    parent = value.get("parentCommit")
    if parent is not None and not (isinstance(parent, str) and re.fullmatch("[0-9a-f]{7,40}", parent)):
        raise InvalidInputError("parentCommit must be a commit id.")
    return Header(f"{summary}\n\n{description}".strip(), parent)


def _change(key: str, value: Body, repository: Repository, base: str | None) -> Change:
    if key in ("deletedFolder", "deletedFile"):
        path = value.get("path")
        is_folder = key == "deletedFolder"
        if is_folder and isinstance(path, str):
            path = path.removesuffix("/")
        return Change(names.checked_path(path), is_folder=is_folder)
    path = names.checked_path(value.get("path"))
    if key == "file":
        return Change(path, _regular(path, value, repository))
    if key == "lfsFile":
        return Change(path, _large(path, value, repository), is_large=True)
    if key == "copyFile":
        return _copy(path, value, repository, base)
    raise InvalidInputError(f"There is no operation {key[:40]!a}.")


def _regular(path: str, value: Body, repository: Repository) -> ObjectID:
    content, encoding = value.get("content"), value.get("encoding", "utf-8")
    if not isinstance(content, str) or encoding not in ("base64", "utf-8"):
        raise InvalidInputError(f"The content of {path!a} must be text, its encoding base64 or utf-8.")
    try:
        data = base64.b64decode(content, validate=True) if encoding == "base64" else content.encode()
    except ValueError:
        raise InvalidInputError(f"The content of {path!a} is not valid {encoding}.") from None
    if len(data) > large_files.LARGE_FROM_BYTES:
        raise TooLargeError(f"{path!a} is over 10 MB: upload it as a large file (git-lfs).")
    pointer = large_files.read_pointer(data)
    if pointer:
        _check_there(path, pointer.sha256, pointer.size, repository)
    return commits.add_file(repository, data)


def _large(path: str, value: Body, repository: Repository) -> ObjectID:
    sha256, size = value.get("oid"), value.get("size")
    if not isinstance(sha256, str) or not large_files.is_sha256(sha256) or value.get("algo") != "sha256":
        raise InvalidInputError(f"The large file {path!a} needs its sha256 as oid.")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise InvalidInputError(f"The size of {path!a} must be a number of bytes.")
    return commits.add_file(repository, bytes(Pointer(sha256, _check_there(path, sha256, size, repository))))


def _check_there(path: str, sha256: str, size: int | None, repository: Repository) -> int:
    found = large_files.size_of(large_files.path_of(repository.large, sha256))
    if found is None:
        raise InvalidInputError(f"The content of the large file {path!a} was not uploaded before.")
    if size is not None and size != found:
        raise InvalidInputError(f"{path!a} has {found} bytes, not {size}.")
    return found


def _copy(path: str, value: Body, repository: Repository, base: str | None) -> Change:
    source = names.checked_path(value.get("srcPath"))
    revision = value.get("srcRevision")
    commit = base if revision is None else repository.resolve(names.checked_text(revision, "srcRevision", 255))
    file = repository.file(commit, source) if commit else None
    if file is None or file.is_folder:
        raise EntryNotFoundError(f"A file with this name doesn't exist: {source!a}")
    return Change(path, ObjectID(file.oid.encode()), is_large=file.sha256 is not None)
