"""The material of the reviews and the smallest steps of writing: choosing, filling in, polishing."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
CHOICE = re.compile(r"\[([^\[\]]*)\]")
BEGINNING = re.compile(r"(^|[.?!]\s+)([a-z])")
FIRST_PERSON = re.compile(r"\b(I|me|my|mine|we|us|our|ours)\b")
NEGATION = re.compile(r"\b(not|no|never|nobody|nothing|none|neither|nor|nowhere|anything|refused)\b")
CONTRACTIONS = [
    (re.compile(rf"\b{verb} not\b"), short)
    for verb, short in {
        "did": "didn't",
        "do": "don't",
        "does": "doesn't",
        "was": "wasn't",
        "were": "weren't",
        "is": "isn't",
        "has": "hasn't",
        "had": "hadn't",
        "could": "couldn't",
        "would": "wouldn't",
        "need": "needn't",
    }.items()
] + [
    (re.compile(r"\b([Cc])annot\b"), r"\1an't"),
    (re.compile(r"\bI would\b"), "I'd"),
    (re.compile(r"\bI have (been|had|tried|told|seen|heard|read|never)\b"), r"I've \1"),
    (re.compile(r"\bI am (?=\w)"), "I'm "),
    (re.compile(r"\b([Tt])hat is (?=\w)"), r"\1hat's "),
]


@dataclass(frozen=True)
class Aspect:
    """Something with a quality: `noun` such as "the soup", and the domain of adjectives that suit it."""

    domain: str
    noun: str
    plural: bool


@dataclass(frozen=True)
class Point:
    """The same thing having gone well and badly, as two clauses; with `setting` a little story in sentences."""

    good: str
    bad: str
    setting: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of business: what it is called, whom one meets there, and what there is to say about it."""

    place: list[str]
    staff: list[str]
    visit: list[str]
    opening: list[str]
    aspects: list[Aspect]
    points: list[Point]
    common: list[Point]
    stories: list[Point]


@dataclass(frozen=True)
class Material:
    """Everything reviews are made of; `phrases` is phrases.toml as it stands there.

    Two points of one review may share words in `common`; any other shared word means that they are about one thing.
    """

    kinds: list[Kind]
    common: frozenset[str]
    phrases: dict[str, Any]


def _points(lines: list[str]) -> list[Point]:
    return [Point(*line.split(" // ")) for line in lines]


def _aspect(line: str) -> Aspect:
    domain, noun = line.split(": ")
    return Aspect(domain, noun.rstrip("*"), noun.endswith("*"))


def load() -> Material:
    """Return the two TOML files beside this module as one `Material`."""
    phrases = tomllib.loads((HERE / "phrases.toml").read_text(encoding="utf-8"))
    tables = tomllib.loads((HERE / "businesses.toml").read_text(encoding="utf-8"))["kind"]
    kinds = [
        Kind(
            place=table["place"],
            staff=table["staff"],
            visit=table["visit"],
            opening=phrases["opening"]["general" if "premises" in table["groups"] else "remote"],
            aspects=[_aspect(line) for line in table["aspects"]],
            points=_points(table["points"]),
            common=[point for group in ("all", *table["groups"]) for point in _points(phrases["points"][group])],
            stories=[
                Point(story["good"], story["bad"], story["set"])
                for story in phrases["story"]
                if "premises" in table["groups"] or not story.get("premises")
            ],
        )
        for table in tables
    ]
    return Material(kinds, frozenset(phrases["common_words"].split()), phrases)


def expand(template: str, rng: Random) -> str:
    """Make every choice [a|b] of a template, inner ones first."""
    while match := CHOICE.search(template):
        template = template[: match.start()] + rng.choice(match[1].split("|")) + template[match.end() :]
    return template


def fill(template: str, rng: Random, **slots: str) -> str:
    """Choose and fill in: `fill("[a|b] {c}", rng, c="d")` is "a d" or "b d"; blanks left by empty choices go."""
    return re.sub(r" {2,}", " ", expand(template, rng).format(**slots))


def sentences(text: str) -> str:
    """Text with a capital letter at the beginning of each sentence."""
    return BEGINNING.sub(lambda match: match[1] + match[2].upper(), text)


def lower_first(text: str) -> str:
    """Text that can follow a comma: its first letter small, unless it is the pronoun I."""
    return text if re.match(r"I\b", text) else text[:1].lower() + text[1:]


def contract(text: str) -> str:
    """Return the text with the short forms of speech: "did not" becomes "didn't"."""
    for pattern, short in CONTRACTIONS:
        text = pattern.sub(short, text)
    return text


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, in small letters and without the marks at their ends."""
    parts = re.split(r"(?<=[.?!])\s+", text)
    return [part.strip(" .?!").lower() for part in parts]
