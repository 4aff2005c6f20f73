"""The two pattern files of git that decide about uploads: `.gitattributes` (what is large) and `.gitignore`.

Both come from strangers, so matching must be fast for every pattern: no backtracking across folders, and inside one
name the standard library's `fnmatch`, which has none either (https://git-scm.com/docs/gitignore, .../gitattributes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

MOST_RULES, LONGEST_RULE = 500, 255


@dataclass(frozen=True)
class Rule:
    """One line: the pattern by folders, and whether it negates or speaks of folders only."""

    parts: tuple[str, ...]
    negates: bool = False
    folders_only: bool = False

    def matches(self, path: str) -> bool:
        """Tell whether the pattern is that of this path, given from the repository's root."""
        reached = self._skip({0})
        for part in path.split("/"):
            reached = self._skip(
                {
                    at if self.parts[at] == "**" else at + 1
                    for at in reached
                    if at < len(self.parts) and (self.parts[at] == "**" or fnmatchcase(part, self.parts[at]))
                }
            )
        return len(self.parts) in reached

    def _skip(self, reached: set[int]) -> set[int]:
        more = set(reached)
        for at in range(min(reached, default=len(self.parts)), len(self.parts)):
            if at in more and self.parts[at] == "**":
                more.add(at + 1)
        return more


def is_ignored(ignore_file: str, path: str) -> bool:
    """Tell whether a `.gitignore` with this content at the root ignores the file, itself or by one of its folders."""
    parts = path.split("/")
    rules = [_rule(line) for line in _lines(ignore_file)]
    for depth in range(1, len(parts) + 1):
        here, is_folder, ignored = "/".join(parts[:depth]), depth < len(parts), False
        for rule in rules:
            if (is_folder or not rule.folders_only) and rule.matches(here):
                ignored = not rule.negates
        if ignored:
            return True
    return False


def is_large(attributes_file: str, path: str) -> bool:
    """Tell whether a `.gitattributes` with this content at the root gives the file to git-lfs."""
    large = False
    for line in _lines(attributes_file):
        pattern, *attributes = re.split("[ \t]+", line)
        filters = [name for name in attributes if name.lstrip("-!").split("=")[0] == "filter"]
        if filters and _rule(pattern).matches(path):
            large = filters[-1] == "filter=lfs"
    return large


def attribute_line(path: str) -> str:
    """Return the line of a `.gitattributes` that gives exactly this file to git-lfs."""
    plain = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
    return "/" + plain.replace(" ", "[[:space:]]") + " filter=lfs diff=lfs merge=lfs -text\n"


def _lines(content: str) -> list[str]:
    lines = (line.strip(" \t\r") for line in content.split("\n"))
    return [line for line in lines if line and not line.startswith("#") and len(line) <= LONGEST_RULE][:MOST_RULES]


def _rule(line: str) -> Rule:
    negates = line.startswith("!")
    pattern = line.removeprefix("!").removeprefix("\\")
    folders_only = pattern.endswith("/")
    parts = tuple(pattern.strip("/").replace("[[:space:]]", " ").split("/"))
    anchored = "/" in pattern.rstrip("/")
    return Rule(parts if anchored else ("**", *parts), negates, folders_only)
