"""Subjects, objects and places in English and Spanish, for parallel_sentences.py."""

from __future__ import annotations

import random

from tools.standins.parallel_words import (
    ADJECTIVES,
    KINDS,
    NAMES,
    NOUNS,
    NUMBERS,
    POSSESSIVES,
    PRONOUNS,
    Noun,
    Phrase,
    agree,
    is_held_out,
    spanish_plural,
)

OWNED = ("thing", "clothes", "openable", "readable", "fragile", "animal", "music")


class Phrases:
    """Write phrases of both languages; `held_out` tells whether the last one has a held-out pair of words."""

    def __init__(self, rng: random.Random) -> None:
        """Draw from `rng`."""
        self.rng, self.held_out = rng, False

    def combine(self, *pair: str) -> None:
        """Note a pair of words that the sentence puts together."""
        self.held_out |= is_held_out(*pair)

    def noun_phrase(self, kinds: tuple[str, ...], verb: str = "", definite: bool = False) -> Phrase:
        """Determiner, noun and sometimes an adjective, of one of the kinds; the object of `verb` when that is given."""
        noun = self.rng.choice(NOUNS[self.rng.choice(kinds)])
        if verb:
            self.combine(verb, noun.english)
        uncountable = noun.kind in ("mass", "drink")
        plural = not uncountable and self.rng.random() < 0.3
        english, spanish = (
            (noun.english_plural, spanish_plural(noun.spanish)) if plural else (noun.english, noun.spanish)
        )
        if self.rng.random() < 0.35:
            adjective = self.rng.choice(ADJECTIVES[KINDS.get(noun.kind, noun.kind)])
            self.combine(adjective[0], noun.english)
            english, spanish = f"{adjective[0]} {english}", f"{spanish} {agree(adjective[1], noun.gender, plural)}"
        if uncountable and not definite and verb and self.rng.random() < 0.5:
            return Phrase(english, spanish, "3s", noun.gender, noun)
        if noun.kind in OWNED and self.rng.random() < 0.08:
            return self.owned(noun, plural, english, spanish)
        pair = self.determiner(noun, plural, english, definite or (uncountable and self.rng.random() < 0.5))
        return Phrase(f"{pair[0]} {english}", f"{pair[1]} {spanish}", "3p" if plural else "3s", noun.gender, noun)

    def owned(self, noun: Noun, plural: bool, english: str, spanish: str) -> Phrase:
        """*the girl's shoes*: *los zapatos de la niña*."""
        if self.rng.random() < 0.3:
            owner = name = self.rng.choice(NAMES)
        else:
            person = self.rng.choice(NOUNS["person"])
            owner, name = f"the {person.english}", f"{'el' if person.gender == 'm' else 'la'} {person.spanish}"
        article = self.determiner(noun, plural, english, True)[1]
        person_number = "3p" if plural else "3s"
        return Phrase(f"{owner}'s {english}", f"{article} {spanish} de {name}", person_number, noun.gender, noun)

    def determiner(self, noun: Noun, plural: bool, english: str, definite: bool) -> tuple[str, str]:
        """The determiner of a noun in both languages; `english` is the word after it."""
        uncountable = noun.kind in ("mass", "drink")
        feminine = noun.gender != "m"
        choice = self.rng.random()
        if definite or choice < 0.4:
            if plural:
                return "the", "las" if feminine else "los"
            return "the", "la" if noun.gender == "f" else "el"
        if choice < 0.6 and not uncountable:
            if plural:
                number = self.rng.choice(list(NUMBERS))
                return number, NUMBERS[number]
            vowel = english[0] in "aeiou" and not english.startswith(("uni", "use"))
            return "an" if vowel else "a", "una" if feminine else "un"
        if choice < 0.85 or noun.gender == "e":
            owner = self.rng.choice(list(POSSESSIVES))
            spanish = POSSESSIVES[owner]
            if spanish == "nuestro":
                return owner, agree(spanish, noun.gender, plural)
            return owner, spanish + ("s" if plural else "")
        near = self.rng.random() < 0.5
        stem, singular = ("est", "este") if near else ("es", "ese")
        if plural:
            return "these" if near else "those", stem + ("as" if feminine else "os")
        return "this" if near else "that", stem + "a" if feminine else singular

    def subject(self, kinds: tuple[str, ...] = ("person", "person", "animal")) -> Phrase:
        """A pronoun, a name, somebody's relative or a noun phrase."""
        choice = self.rng.random()
        if choice < 0.4:
            english = self.rng.choice(list(PRONOUNS))
            return Phrase(english, *PRONOUNS[english], "f" if english == "she" else "m")
        if choice < 0.5:
            name = self.rng.choice(NAMES)
            return Phrase(name, name, "3s", "f" if name in ("Ana", "Marta", "Lucía", "Elena", "Sofía") else "m")
        return self.noun_phrase(kinds)

    def place(self) -> tuple[str, str]:
        """Where something happens."""
        noun = self.noun_phrase(("place",), definite=True)
        return f"in {noun.english}", f"en {noun.spanish}"
