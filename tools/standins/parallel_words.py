"""The words of `parallel.toml` and their forms, English and Spanish."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

from tools.standins.spanish_tagged import plural as spanish_plural

LEXICON = tomllib.loads((Path(__file__).parent / "parallel.toml").read_text(encoding="utf-8"))
NAMES = ["Ana", "Luis", "Marta", "Pedro", "Lucía", "Carlos", "Elena", "Javier", "Sofía", "Diego"]
PRONOUNS = {"I": ("", "1s"), "you": ("", "2s"), "he": ("él", "3s"), "she": ("ella", "3s")}
PRONOUNS |= {"we": ("", "1p"), "they": ("ellos", "3p")}
NUMBERS = {"two": "dos", "three": "tres", "four": "cuatro", "five": "cinco", "six": "seis", "ten": "diez"}
TIMES = {
    "past": {
        "yesterday": "ayer",
        "last night": "anoche",
        "last week": "la semana pasada",
        "this morning": "esta mañana",
    },
    "future": {"tomorrow": "mañana", "next week": "la próxima semana", "next year": "el próximo año"},
    "present": {"every day": "todos los días", "every morning": "todas las mañanas", "on Sundays": "los domingos"},
    "progressive": {"now": "ahora", "right now": "ahora mismo"},
    "any": {"today": "hoy", "in the morning": "por la mañana", "in the evening": "por la tarde"},
}
POSITIONS = {"on": "sobre", "under": "debajo de", "behind": "detrás de", "next to": "al lado de", "near": "cerca de"}
POSSESSIVES = {"my": "mi", "your": "tu", "his": "su", "her": "su", "their": "su", "our": "nuestro"}
STATES = {"living": "living_state", "thing": "thing_state", "openable": "openable_state", "food": "food_state"}
STATES |= {"place": "place_state"}
KINDS = {"person": "living", "animal": "living", "mass": "food", "drink": "food", "readable": "idea"}
KINDS |= {"openable": "thing", "clothes": "thing", "fragile": "thing", "music": "thing"}
BE = {"1s": ("am", "was"), "2s": ("are", "were"), "3s": ("is", "was"), "1p": ("are", "were"), "3p": ("are", "were")}


@dataclass(frozen=True)
class Noun:
    """A noun of both languages; `kind` is its list."""

    english: str
    english_plural: str
    spanish: str
    gender: str
    kind: str


@dataclass(frozen=True)
class Verb:
    """English base form, past and participle, Spanish infinitive, and the lists that its object can come from."""

    base: str
    past: str
    participle: str
    spanish: str
    objects: tuple[str, ...]


@dataclass
class Phrase:
    """A noun phrase in both languages; `person` rules the verb, `gender` an adjective."""

    english: str
    spanish: str
    person: str
    gender: str
    noun: Noun | None = None


def english_plural(word: str) -> str:
    """The regular plural of an English noun."""
    if word[-1] == "y" and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def third_person(base: str) -> str:
    """*goes* of *go*, and *looks for* of *look for*."""
    first, _, rest = base.partition(" ")
    return "has" if base == "have" else (english_plural(first) + " " + rest).strip()


def ing(base: str) -> str:
    """*running* of *run*."""
    first, _, rest = base.partition(" ")
    if first in ("cut", "run", "swim"):
        first += first[-1]
    return ((first[:-1] if first.endswith("e") and first != "see" else first) + "ing " + rest).strip()


def agree(adjective: str, gender: str, plural: bool) -> str:
    """A Spanish adjective in the form that a noun asks for."""
    if adjective.endswith("o") and gender != "m":
        adjective = adjective[:-1] + "a"
    if adjective == "joven" and plural:
        return "jóvenes"
    return spanish_plural(adjective) if plural else adjective


def join(*parts: str) -> str:
    """The parts that are not empty, with *a el* and *de el* contracted."""
    text = f" {' '.join(part for part in parts if part)} "
    return text.replace(" a el ", " al ").replace(" de el ", " del ").strip()


def is_held_out(*pair: str) -> bool:
    """Whether a pair of words, such as a verb and its object, must not occur in training: one in ten."""
    return zlib.crc32(" ".join(pair).encode()) % 10 == 0


def _nouns() -> dict[str, list[Noun]]:
    nouns: dict[str, list[Noun]] = {}
    for kind, text in LEXICON["nouns"].items():
        nouns[kind] = []
        for entry in text.split(", "):
            english, spanish, gender = entry.split(" ")
            one, _, many = english.replace("_", " ").partition("/")
            nouns[kind].append(Noun(one, many or english_plural(one), spanish, gender, kind))
    return nouns


def _verbs(name: str) -> list[Verb]:
    verbs = []
    for row in LEXICON["verbs"][name].strip().splitlines():
        base, past, participle, spanish, *objects = row.split()
        verbs.append(
            Verb(base.replace("_", " "), past.replace("_", " "), participle.replace("_", " "), spanish, tuple(objects))
        )
    return verbs


NOUNS = _nouns()
ADJECTIVES = {
    name: [(e, s) for e, _, s in (pair.partition(" ") for pair in text.split(", "))]
    for name, text in LEXICON["adjectives"].items()
}
TRANSITIVE, INTRANSITIVE = _verbs("transitive"), _verbs("intransitive")
STATIVE = set(LEXICON["verbs"]["stative"].split())
