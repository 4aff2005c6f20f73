"""What changed between two commits, from git's own comparison: lines of text files, and words for everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from classroom import units
from classroom.git import command
from classroom.storage.repository import File, Repository

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the id of the empty tree, which git knows by heart
DIFF = ("diff-tree", "-r", "-M", "-p", "-U3", "--no-color", "--no-ext-diff", "--no-textconv")
MOST_TEXT_BYTES = 2**20
MOST_FILES = 100
MOST_LINES = 3_000
LONGEST_LINE = 1_000
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Line:
    """A line of a comparison: `sign` is " ", "+", "-", "@" for a gap or "\\" for git's remark; numbers from 1."""

    sign: str
    text: str
    old: int | None = None
    new: int | None = None


@dataclass
class FileChange:
    """One file of a comparison; `words` tells what lines cannot."""

    path: str
    old_path: str
    status: str
    lines: list[Line] = field(default_factory=list)
    words: str = ""

    @property
    def added(self) -> int:
        """How many lines came in."""
        return sum(line.sign == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        """How many lines went out."""
        return sum(line.sign == "-" for line in self.lines)


@dataclass(frozen=True)
class Comparison:
    """All that changed; `is_whole` is False when there was more than a page can show."""

    changes: list[FileChange]
    is_whole: bool


def git_diff(repository: Repository, old: str | None, new: str) -> str:
    """Return what git prints as the difference between two commits, at most a megabyte of it."""
    printed, _ = command.output(repository.git.path, *DIFF, old or EMPTY_TREE, new, "--", limit=MOST_TEXT_BYTES)
    return printed.decode("utf-8", "replace")


def compare(repository: Repository, old: str | None, new: str) -> Comparison:
    """Return the changes from `old` to `new`; without an `old`, everything that is in `new`."""
    printed, complete = command.output(repository.git.path, *DIFF, "-z", "--raw", old or EMPTY_TREE, new, "--")
    changes, rest = _files(printed.decode("utf-8", "replace"))
    sections = re.split(r"(?m)^(?=diff --git )", rest)[1:]
    budget = MOST_LINES
    for change in changes[:MOST_FILES]:
        heading = f"diff --git a/{change.old_path} b/{change.path}\n"
        while sections and sections[0].startswith(heading):
            change.lines += _lines(sections.pop(0))
        _describe(change, repository, old, new)
        if len(change.lines) > budget:
            change.lines, change.words = [], "Too much changed in this file to show it here."
            complete = False
        budget -= len(change.lines)
    return Comparison(changes[:MOST_FILES], complete and len(changes) <= MOST_FILES)


def _files(printed: str) -> tuple[list[FileChange], str]:
    """Return the files that git lists first (`:mode mode id id status NUL path NUL`), and the patch after them."""
    changes, start = [], 0
    while printed.startswith(":", start):
        end = printed.find("\0", start)
        status = printed[start:end].rsplit(" ", 1)[1][0]
        paths = []
        for _ in range(2 if status in "RC" else 1):
            start, end = end + 1, printed.find("\0", end + 1)
            paths.append(printed[start:end])
        if end < 0:  # cut off, because there was too much
            break
        start = end + 1
        changes.append(FileChange(paths[-1], paths[0], status))
    return changes, printed[start:].lstrip("\0")


def _lines(section: str) -> Iterator[Line]:
    old = new = old_left = new_left = 0
    for text in section.split("\n"):
        sign = text[:1]
        if old_left > 0 or new_left > 0:
            shown = _cut(text[1:])
            if sign == "+":
                yield Line("+", shown, None, new)
            elif sign == "-":
                yield Line("-", shown, old, None)
            elif sign != "\\":
                yield Line(" ", shown, old, new)
            else:
                yield Line("\\", "no line end at the end of the file")
            old, old_left = (old + 1, old_left - 1) if sign in ("-", " ", "") else (old, old_left)
            new, new_left = (new + 1, new_left - 1) if sign in ("+", " ", "") else (new, new_left)
        elif hunk := HUNK.match(text):
            old, new = int(hunk[1]), int(hunk[3])
            old_left, new_left = (int(hunk[n]) if hunk[n] is not None else 1 for n in (2, 4))
            yield Line("@", f"line {new}")
        elif sign == "\\":
            yield Line("\\", "no line end at the end of the file")


def _describe(change: FileChange, repository: Repository, old: str | None, new: str) -> None:
    """Describe a large file, one that is no text, or a mere renaming in words."""
    before = repository.file(old, change.old_path) if old and change.status != "A" else None
    after = repository.file(new, change.path) if change.status != "D" else None
    if (before and before.sha256) or (after and after.sha256):
        change.lines, change.words = [], f"Large file: {_from_to(before, after)}."
    elif not change.lines and before and after and before.oid == after.oid:
        change.words = "The content is the same."
    elif not change.lines and any(file and file.size for file in (before, after)):
        change.words = f"Not shown as text: {_from_to(before, after)}."
    elif not change.lines:
        change.words = "An empty file."


def _from_to(before: File | None, after: File | None) -> str:
    if before and after:
        return f"{_size_and_hash(before)} became {_size_and_hash(after)}"
    return f"{_size_and_hash(after)} was added" if after else f"{_size_and_hash(before)} was deleted"


def _size_and_hash(file: File | None) -> str:
    if file is None:
        return "Nothing"
    return units.size(file.size) + (f" (sha256 {file.sha256[:12]}…)" if file.sha256 else "")


def _cut(text: str) -> str:
    text = text.removesuffix("\r")
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} … ({len(text):,} characters)"
