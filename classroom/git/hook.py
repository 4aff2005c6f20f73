"""The hook that git runs on a push before any branch moves: what the Hub could not serve again is not let in.

Run by git in the repository, with lines of "old new ref" on standard input and the new objects in a quarantine that git
throws away when this exits with 1. What it prints to standard error is shown by the git of whoever pushed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from classroom.storage import large_files, names, scratch
from classroom.storage.errors import InvalidInputError
from classroom.storage.large_files import Pointer

NOBODY = "0" * 40
MAX_REFS = 500
SUBMODULE = b"160000"
LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a date can be written for


class Refusal(Exception):
    """The push cannot be taken; the message says what to do."""


def main() -> None:
    updates = [line.split(b" ", 2)[1:] for line in sys.stdin.buffer.read().splitlines()]
    try:
        _check_server()
        if len(updates) > MAX_REFS:
            raise Refusal(f"It moves {len(updates)} branches and tags at once; push at most {MAX_REFS} at a time.")
        for oid, ref in updates:
            _check_name(ref, is_deleted=oid.decode() == NOBODY)
        new = [oid.decode() for oid, _ in updates if oid.decode() != NOBODY]
        for oid in new:
            _check_target(oid)
        if new:
            _check_objects(new, Path(os.environ["CLASSROOM_LARGE"]))
            _check_cards(new)
        _check_server()
    except Refusal as refusal:
        _end(str(refusal))
    except Exception:  # git would show the traceback to whoever pushed
        Path(os.environ["CLASSROOM_FAULT"]).write_text(traceback.format_exc(), encoding="utf-8")
        _end("It could not check it; its log says why. Push once more, or tell whoever runs the Hub.")


def _end(sentence: str) -> None:
    sys.stderr.write(f"\nThe Hub did not take this push. {sentence}\n\n")
    sys.exit(1)


def _check_server() -> None:
    """Whoever pushed to a server that was killed was told of no success, and may have pushed again."""
    if not scratch.is_owned(Path(os.environ["CLASSROOM_SERVER"])):
        raise Refusal("It was stopped in the middle of it; push once more when it runs again.")


def _check_name(ref: bytes, is_deleted: bool) -> None:
    try:
        name = ref.decode()
    except UnicodeDecodeError:
        raise Refusal("Names of branches and tags must be written in UTF-8.") from None
    allowed = os.environ["CLASSROOM_REFS"].split()
    if name.startswith("refs/pr/"):
        if name not in allowed or is_deleted:
            raise Refusal(
                f"{name} is no pull request that you may push to: open one with create_pull_request(...), or push a"
                " branch. None can be deleted; close it with change_discussion_status(...)."
            )
    elif not name.startswith(("refs/heads/", "refs/tags/")):
        raise Refusal(f"{name} is neither a branch nor a tag; push to refs/heads/… or refs/tags/….")
    elif not name.startswith(tuple(prefix for prefix in allowed if prefix.endswith("/"))):
        raise Refusal(f"{name} is its owner's; push to {', '.join(allowed)}, which you opened.")


def _check_target(oid: str) -> None:
    """Raise Refusal unless a branch or tag leads to a commit, over one annotated tag at the most."""
    content = _git("cat-file", "-p", oid) if _git("cat-file", "-t", oid).strip() == b"tag" else b"type commit"
    kind = re.search(rb"^type (\w+)$", content, re.MULTILINE)
    if not kind or kind[1] != b"commit" or _git("cat-file", "-t", f"{oid}^{{}}").strip() != b"commit":
        raise Refusal("A tag must point at a commit; this one points at something else.")


def _check_objects(new: list[str], large: Path) -> None:
    listed = _git("rev-list", "--objects", *new, "--not", "--all")
    paths = {line[:40]: line[41:].decode("utf-8", "replace") for line in listed.splitlines()}
    heavy, absent, small = [], [], []
    for oid, kind, size in _kinds(paths):
        if kind == b"blob" and size > large_files.LARGE_FROM_BYTES:
            heavy.append(f"{paths[oid]} ({size / 1e6:.0f} MB)")
        elif kind != b"blob" or size < 200:
            small.append(oid)
    for oid, kind, content in _contents(small):
        if kind == b"tree":
            _check_tree(content)
        elif kind == b"commit":
            _check_date(oid, content)
        elif (pointer := large_files.read_pointer(content)) and not _is_there(large, pointer):
            absent.append(paths[oid])
    if heavy:
        raise Refusal(
            f"Files over {large_files.LARGE_FROM_BYTES // 2**20} MB have to be in git-lfs: {_some(heavy)}. Run `git lfs"
            f' install`, then `git lfs migrate import --include="{heavy[0].rsplit(" (")[0]}"`, and push again.'
        )
    if absent:
        raise Refusal(
            f"It names large files whose content has not arrived: {_some(absent)}. Run `git lfs install`, then"
            " `git lfs push --all origin`, and push again."
        )


def _check_cards(new: list[str]) -> None:
    """Refuse cards that no branch or tag has yet and that the Hub does not take over HTTP either."""
    there = _git("for-each-ref", "--format=%(refname)").decode().splitlines()
    for oid in _cards(new) - _cards(there):
        try:
            from classroom.storage import cards  # few pushes bring a card, and YAML takes long to import

            cards.check(_git("cat-file", "blob", oid.decode()))
        except InvalidInputError as error:
            raise Refusal(f"{error} Mend it, `git commit --amend`, and push again.") from None


def _cards(revisions: list[str]) -> set[bytes]:
    asked = "\n".join(f"{revision}^{{commit}}:README.md" for revision in revisions)
    found = _git("cat-file", "--batch-check", given=asked.encode()).splitlines()
    return {line.split()[0] for line in found if line.split()[1:2] == [b"blob"]}


def _kinds(oids: dict[bytes, str]) -> Iterator[tuple[bytes, bytes, int]]:
    for line in _git("cat-file", "--batch-check", given=b"\n".join(oids)).splitlines():
        oid, kind, size = line.split(b" ")
        yield oid, kind, int(size)


def _contents(oids: list[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Return id, type and content of each of these objects, in git's batch format (git-cat-file)."""
    if not oids:
        return
    printed = _git("cat-file", "--batch", given=b"\n".join(oids))
    start = 0
    while start < len(printed):
        end = printed.index(b"\n", start)
        oid, kind, size = printed[start:end].split(b" ")
        yield oid, kind, printed[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)


def _check_tree(content: bytes) -> None:
    start, seen = 0, []
    while start < len(content):
        end = content.index(b"\0", start)
        mode, name = content[start:end].split(b" ", 1)
        try:
            text = name.decode()
        except UnicodeDecodeError:
            raise Refusal(f"The file name {name!r} is not UTF-8: rename it with `git mv`, then amend.") from None
        if mode == SUBMODULE:
            raise Refusal(f"{text} is a submodule, which the Hub does not keep: `git rm --cached {text}`, then amend.")
        try:
            names.checked_path(text)
        except InvalidInputError as error:
            raise Refusal(f"{error} Rename it with `git mv`, then amend.") from None
        seen.append(text)
        start = end + 21
    clash = names.clash(seen)
    if clash:
        raise Refusal(clash)


def _check_date(oid: bytes, content: bytes) -> None:
    head = content.split(b"\n\n", 1)[0]
    seconds = [int(date) for date in re.findall(rb"^(?:author|committer) .*> (\d+) [+-]\d{4}$", head, re.MULTILINE)]
    if len(seconds) != 2 or max(seconds) > LAST_SECOND:
        raise Refusal(f"Commit {oid[:10].decode()} has a date that no calendar has: `git commit --amend --date=now`.")


def _is_there(large: Path, pointer: Pointer) -> bool:
    return large_files.size_of(large_files.path_of(large, pointer.sha256)) == pointer.size


def _some(names: list[str]) -> str:
    shown = ", ".join(sorted(set(names))[:5])
    return shown if len(set(names)) <= 5 else f"{shown} and {len(set(names)) - 5} more"


def _git(*arguments: str, given: bytes | None = None) -> bytes:
    done = subprocess.run(["git", *arguments], input=given, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout


if __name__ == "__main__":
    main()
