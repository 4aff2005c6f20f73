"""Spanish sentences with a Universal Dependencies tag a word, written by the grammar in `spanish_tagged.toml`."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

GRAMMAR = tomllib.loads((Path(__file__).parent / "spanish_tagged.toml").read_text(encoding="utf-8"))
WORDS: dict[str, list[str]] = {name: words.split() for name, words in GRAMMAR["words"].items()}
Tagged = list[tuple[str, str]]
DETERMINERS = {
    ("m", False): "el un este ese mi tu su nuestro aquel ningún cada otro",
    ("f", False): "la una esta esa mi tu su nuestra aquella ninguna cada otra",
    ("m", True): "los unos estos esos mis tus sus nuestros algunos muchos",
    ("f", True): "las unas estas esas mis tus sus nuestras algunas muchas",
}
# person and tense to the endings of -ar verbs and of -er and -ir verbs
ENDINGS = {
    "present": ("a", "e"),
    "presents": ("an", "en"),
    "past": ("ó", "ió"),
    "command": ("e", "a"),
    "first": ("o", "o"),
    "participle": ("ado", "ido"),
    "gerund": ("ando", "iendo"),
}
IRREGULAR = {("romper", "participle"): "roto", ("abrir", "participle"): "abierto", ("cubrir", "participle"): "cubierto"}
IRREGULAR |= {("escribir", "participle"): "escrito", ("leer", "past"): "leyó", ("leer", "gerund"): "leyendo"}
SPELLING = {"c": "qu", "g": "gu", "z": "c"}  # before e


def conjugate(infinitive: str, form: str) -> str:
    """A form of a regular verb, such as ("tocar", "command"): "toque"."""
    if (infinitive, form) in IRREGULAR:
        return IRREGULAR[infinitive, form]
    stem, first = infinitive[:-2], infinitive.endswith("ar")
    ending = ENDINGS[form][0 if first else 1]
    if first and form == "command" and stem[-1] in SPELLING:
        stem = stem[:-1] + SPELLING[stem[-1]]
    return stem + ending


def plural(word: str) -> str:
    """The plural of a noun or adjective: juez, jueces; camión, camiones; casa, casas."""
    if word[-1] in "aeiouéá":
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    if word[-2:] in ("ón", "ín"):
        return word[:-2] + {"ón": "ones", "ín": "ines"}[word[-2:]]
    return word + "es"


class Grammar:
    """Fill the slots of a sentence with words that are all held out, or all not. Closed classes are never held out."""

    def __init__(self, rng: random.Random, held_out: bool) -> None:
        """Draw from `rng`."""
        self.rng, self.held_out = rng, held_out

    def pick(self, name: str) -> str:
        """A word of a list, of its held-out fourth or of the rest."""
        closed = name in ("adverbs", "numbers", "interjections")
        return self.rng.choice([w for n, w in enumerate(WORDS[name]) if closed or (n % 4 == 3) == self.held_out])

    def adjective(self, gender: str, plural_form: bool = False) -> str:
        """An adjective that agrees."""
        if self.rng.random() < 0.4:
            word = self.pick("adjectives_both")
        else:
            word = self.pick("adjectives")[:-1] + ("o" if gender == "m" else "a")
        return plural(word) if plural_form else word

    def noun_phrase(self, plural_form: bool) -> Tagged:
        """Determiner, noun, and often an adjective after or before it."""
        gender = self.rng.choice("mf")
        noun = self.pick(gender)
        determiner = self.rng.choice(DETERMINERS[gender, plural_form].split())
        if self.rng.random() < 0.4:
            determiner = {"m": "el los", "f": "la las"}[gender].split()[plural_form]
        phrase = [(determiner, "DET"), (plural(noun) if plural_form else noun, "NOUN")]
        if self.rng.random() < 0.3:
            phrase.insert(2 if self.rng.random() < 0.85 else 1, (self.adjective(gender, plural_form), "ADJ"))
        return phrase

    def fill(self, slot: str) -> Tagged:
        """The words that stand for a slot."""
        if slot in ("np", "nps"):
            return self.noun_phrase(slot == "nps")
        if slot in ENDINGS or slot == "infinitive":
            verb = self.pick("verbs")
            return [(verb if slot == "infinitive" else conjugate(verb, slot), "VERB")]
        gender = self.rng.choice("mf")
        write: dict[str, Callable[[], tuple[str, str]]] = {
            "n": lambda: (self.pick(gender), "NOUN"),
            "ns": lambda: (plural(self.pick(gender)), "NOUN"),
            "adj": lambda: (self.adjective(gender), "ADJ"),
            "adj.m": lambda: (self.adjective("m"), "ADJ"),
            "name": lambda: (self.pick("names"), "PROPN"),
            "place": lambda: (self.pick("places"), "PROPN"),
            "adverb": lambda: (self.pick("adverbs"), "ADV"),
            "num": lambda: (self.pick("numbers"), "NUM"),
            "interjection": lambda: (self.pick("interjections"), "INTJ"),
        }
        return [write[slot]()]

    def sentence(self, template: str) -> Tagged:
        """The template with every slot filled."""
        filled: Tagged = []
        for part in template.split():
            filled += self.fill(part[1:-1]) if part.startswith("{") else read(part)
        return filled


def read(line: str) -> Tagged:
    """The words and tags of a line of `word/TAG`."""
    pairs = [part.rpartition("/") for part in line.split()]
    return [(word, tag) for word, _, tag in pairs]


def tagged_sentences(seed: int, held_out: bool = False) -> Iterator[Tagged]:
    """Sentences without end, from training templates and words or from held-out ones."""
    rng = random.Random(seed)
    templates = GRAMMAR["sentences"]["held_out" if held_out else "training"].strip().splitlines()
    grammar = Grammar(rng, held_out)
    while True:
        yield grammar.sentence(rng.choice(templates))


def exam(part: str) -> list[Tagged]:
    """The hand-written sentences of a part, `corte` or `everyday`."""
    return [read(line) for line in GRAMMAR["exam"][part].strip().splitlines()]
