"""English prose for the stand-ins that learn from raw text: novels, and the articles of WikiText-2."""

from __future__ import annotations

import re
from pathlib import Path

TITLE = re.compile(r"^ ?= (?!=)(.+?) =\s*$")
HEADING = re.compile(r"^ ?= ")
SENTENCE = re.compile(r".+?(?:(?<!Mr)(?<!Mrs)(?<!Dr)(?<!St)(?<! [A-Z])[.!?][\"”’')]*(?=\s|$)|$)")


def novels(folder: Path) -> dict[str, list[str]]:
    """The paragraphs of every novel under `folder` (`*.txt`), by the file's stem.

    Raises SystemExit if there is none.
    """
    books = {}
    for path in sorted(folder.glob("*.txt")):
        blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8-sig"))
        books[path.stem] = [" ".join(block.replace("_", "").split()) for block in blocks if block.strip()]
    if not books:
        raise SystemExit(f"No .txt file under {folder}.")
    return books


def articles(folder: Path) -> dict[str, list[str]]:
    """The paragraphs of every article in WikiText-2's validation and test files under `folder`, by title.

    Rare words are `<unk>` there, as the data set has them. Raises SystemExit if a file is missing.
    """
    found: dict[str, list[str]] = {}
    for name in ("valid.txt", "test.txt"):
        if not (folder / name).exists():
            raise SystemExit(f"No {name} under {folder}: pass the folder with WikiText-2's validation and test text.")
        paragraphs: list[str] = []
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            if title := TITLE.match(line):
                paragraphs = found.setdefault(title[1], [])
            elif line.strip() and not HEADING.match(line):
                paragraphs.append(untokenize(line))
    return found


def untokenize(line: str) -> str:
    """WikiText's spaced tokens as ordinary text: `5 @.@ 5 km ( 3 mi ) .` becomes `5.5 km (3 mi).`"""
    line = re.sub(r" @([-,.])@ ", r"\1", f" {line.strip()} ")
    line = re.sub(r'" (.+?) "', r'"\1"', line)
    line = re.sub(r" ([,.;:!?)\]]|'s|n't|'(?= ))", r"\1", line)
    return re.sub(r"([(\[]) ", r"\1", line).strip()


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, by their full stops; a few titles and initials do not end one."""
    return [match[0].strip() for match in SENTENCE.finditer(paragraph) if match[0].strip()]
