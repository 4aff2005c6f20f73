"""What a commit is to change, as the client sends it: one JSON object a line (`huggingface_hub._commit_api`)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import IO

from classroom import bodies, commits, names, patterns
from classroom.problems import Problem
from classroom.store import LARGE_BYTES, POINTER, Repository, large_path, size_of

MOST_LINE = 2 * LARGE_BYTES
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
    oid: bytes | None = None
    is_folder: bool = False
    is_large: bool = False


def read(file: IO[bytes], repository: Repository, base: str | None) -> tuple[Header, list[Change]]:
    """Read all lines and put the files' contents into the repository. Raises Problem 400, 404 or 413."""
    header, changes = None, []
    while line := file.readline(MOST_LINE + 1):
        if len(line) > MOST_LINE:
            raise Problem(413, "PayloadTooLarge", "A file over 10 MB must be uploaded as a large file (git-lfs).")
        key, value = _pair(line)
        if header is None:
            header = _header(key, value)
        elif len(changes) >= MOST_OPERATIONS:
            raise Problem(413, "PayloadTooLarge", f"A commit may have {MOST_OPERATIONS:,} operations; make several.")
        else:
            changes.append(_change(key, value, repository, base))
    if header is None:
        raise Problem(400, "BadRequest", "The commit has no header.")
    return header, changes


def apply(repository: Repository, tree: bytes | None, changes: list[Change]) -> bytes:
    """The id of the tree that the changes make out of `tree`. Raises Problem 400 or 404 when they cannot be made."""
    root = commits.Folder(repository, tree)
    for change in changes:
        if change.oid is None:
            root.delete(change.path, change.is_folder)
        else:
            root.put(change.path, change.oid)
    # Stock git must know which files are large, as those of an unusual name or size are too.
    attributes = _text(repository, root.find(".gitattributes"))
    missing = [c.path for c in changes if c.is_large and not patterns.is_large(attributes, c.path)]
    missing = [path for path in dict.fromkeys(missing) if root.find(path)]
    if missing:
        lines = attributes + "\n" * (bool(attributes) and not attributes.endswith("\n"))
        lines += "".join(patterns.attribute_line(path) for path in missing)
        root.put(".gitattributes", commits.add_file(repository, lines.encode()))
    return root.write() or commits.add(repository, commits.Tree())


def _text(repository: Repository, oid: bytes | None) -> str:
    return repository.git[oid].data.decode("utf-8", "replace") if oid else ""


def _pair(line: bytes) -> tuple[str, dict]:
    pair = bodies.json_object(line)
    key, value = pair.get("key"), pair.get("value")
    if not isinstance(key, str) or not isinstance(value, dict):
        raise Problem(400, "BadRequest", 'Each line of a commit must be {"key": …, "value": {…}}.')
    return key, value


def _header(key: str, value: dict) -> Header:
    if key != "header":
        raise Problem(400, "BadRequest", "The first line of a commit must be its header.")
    summary = names.text(value.get("summary"), "summary").strip()
    description = names.text(value.get("description") or "", "description").strip()
    if not summary:
        raise Problem(400, "BadRequest", "A commit needs a message.")
    parent = value.get("parentCommit")
    if parent is not None and not (isinstance(parent, str) and re.fullmatch("[0-9a-f]{7,40}", parent)):
        raise Problem(400, "BadRequest", "parentCommit must be a commit id.")
    return Header(f"{summary}\n\n{description}".strip(), parent)


def _change(key: str, value: dict, repository: Repository, base: str | None) -> Change:
    if key in ("deletedFolder", "deletedFile"):
        path = value.get("path")
        is_folder = key == "deletedFolder"
        if is_folder and isinstance(path, str):
            path = path.removesuffix("/")
        return Change(names.file_path(path), is_folder=is_folder)
    path = names.file_path(value.get("path"))
    if key == "file":
        return Change(path, _regular(path, value, repository))
    if key == "lfsFile":
        return Change(path, _large(path, value, repository), is_large=True)
    if key == "copyFile":
        return _copy(path, value, repository, base)
    raise Problem(400, "BadRequest", f"There is no operation {key[:40]!a}.")


def _regular(path: str, value: dict, repository: Repository) -> bytes:
    content, encoding = value.get("content"), value.get("encoding", "utf-8")
    if not isinstance(content, str) or encoding not in ("base64", "utf-8"):
        raise Problem(400, "BadRequest", f"The content of {path!a} must be text, its encoding base64 or utf-8.")
    try:
        data = base64.b64decode(content, validate=True) if encoding == "base64" else content.encode()
    except ValueError:
        raise Problem(400, "BadRequest", f"The content of {path!a} is not valid {encoding}.") from None
    if len(data) > LARGE_BYTES:
        raise Problem(413, "PayloadTooLarge", f"{path!a} is over 10 MB: upload it as a large file (git-lfs).")
    pointer = POINTER.match(data) if len(data) < 200 else None
    if pointer:
        _check_there(path, pointer[1].decode(), int(pointer[2]), repository)
    return commits.add_file(repository, data)


def _large(path: str, value: dict, repository: Repository) -> bytes:
    sha256, size = value.get("oid"), value.get("size")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256) or value.get("algo") != "sha256":
        raise Problem(400, "BadRequest", f"The large file {path!a} needs its sha256 as oid.")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise Problem(400, "BadRequest", f"The size of {path!a} must be a number of bytes.")
    return commits.add_file(repository, commits.pointer(sha256, _check_there(path, sha256, size, repository)))


def _check_there(path: str, sha256: str, size: int | None, repository: Repository) -> int:
    found = size_of(large_path(repository.large, sha256))
    if found is None:
        raise Problem(400, "BadRequest", f"The content of the large file {path!a} was not uploaded before.")
    if size is not None and size != found:
        raise Problem(400, "BadRequest", f"{path!a} has {found} bytes, not {size}.")
    return found


def _copy(path: str, value: dict, repository: Repository, base: str | None) -> Change:
    source = names.file_path(value.get("srcPath"))
    revision = value.get("srcRevision")
    commit = base if revision is None else repository.resolve(names.text(revision, "srcRevision", 255))
    file = repository.file(commit, source) if commit else None
    if file is None or file.is_folder:
        raise Problem(404, "EntryNotFound", f"A file with this name doesn't exist: {source!a}")
    return Change(path, file.oid.encode(), is_large=file.sha256 is not None)
