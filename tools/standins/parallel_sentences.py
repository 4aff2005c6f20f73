"""English sentences with their Spanish translation, written by one grammar for both from the words of `parallel.toml`.

The grammar is deterministic from English to Spanish: gender, number, *ser* and *estar*, *al* and *del*, personal *a*,
dropped pronouns. One pair in ten of verb and object, and of noun and adjective, is held out (`is_held_out`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tools.standins import spanish_verbs as es
from tools.standins.parallel_phrases import Phrases
from tools.standins.parallel_words import (
    ADJECTIVES,
    BE,
    INTRANSITIVE,
    KINDS,
    LEXICON,
    NOUNS,
    NUMBERS,
    POSITIONS,
    STATES,
    STATIVE,
    TIMES,
    TRANSITIVE,
    Phrase,
    Verb,
    agree,
    ing,
    join,
    spanish_plural,
    third_person,
)

Sentence = tuple[str, str, str]  # English, Spanish, and statement, negation or question
LIKES = (("I", "me"), ("you", "te"), ("we", "nos"), ("he", "a él le"), ("she", "a ella le"), ("they", "a ellos les"))
TENSES = ("present", "present", "past", "past", "future", "progressive", "perfect", "want", "can", "going", "must")
PHRASES = LEXICON["phrases"]["pairs"].strip().splitlines()


class Grammar(Phrases):
    """Write sentence pairs."""

    def clause(self) -> Sentence:
        """Subject, verb, object; statement, negation or question in one of nine tenses and constructions."""
        subject = self.subject()
        english_object = spanish_object = ""
        if self.rng.random() < 0.75:
            verb = self.rng.choice(TRANSITIVE)
            thing = self.noun_phrase(verb.objects, verb.base)
            english_object, spanish_object = thing.english, thing.spanish
            if thing.noun and thing.noun.kind == "person":
                spanish_object = f"a {spanish_object}"
        else:
            verb = self.rng.choice(INTRANSITIVE)
        tense = self.rng.choice(TENSES)
        if (tense == "progressive" and verb.base in STATIVE) or (tense == "want" and verb.base in ("want", "need")):
            tense = "present"
        if tense == "past" and verb.base == verb.past:  # *I read the book* would have two translations
            tense = "present"
        english, spanish, mood = self.verb_phrase(subject, verb, tense, english_object, spanish_object)
        extra = self.rng.random()
        if extra < 0.2:
            place = self.place()
            english, spanish = join(english, place[0]), join(spanish, place[1])
        elif extra < 0.4:
            times = TIMES.get(tense, {}) | TIMES["any"]
            time = self.rng.choice(list(times))
            english, spanish = f"{english} {time}", f"{spanish} {times[time]}"
        return english, spanish, mood

    def verb_phrase(
        self, subject: Phrase, verb: Verb, tense: str, english_object: str, spanish_object: str
    ) -> Sentence:
        """The clause in one of the tenses, as a statement, a negation or a question."""
        mood = self.rng.choices(("statement", "negation", "question"), (6, 2, 2))[0]
        person = subject.person
        third = person == "3s"
        auxiliary, main = {
            "present": ("does" if third else "do", verb.base),
            "past": ("did", verb.base),
            "future": ("will", verb.base),
            "progressive": (BE[person][0], ing(verb.base)),
            "perfect": ("has" if third else "have", verb.participle),
            "want": ("does" if third else "do", f"want to {verb.base}"),
            "can": ("can", verb.base),
            "going": (BE[person][0], f"going to {verb.base}"),
            "must": ("must", verb.base),
        }[tense]
        if mood == "question":
            english = join(auxiliary, subject.english, main, english_object)
        elif mood == "negation":
            english = join(subject.english, self.negate(auxiliary), main, english_object)
        elif tense in ("present", "past", "want"):
            stated = {"present": verb.base, "past": verb.past, "want": f"want to {verb.base}"}[tense]
            if third and tense != "past":
                stated = third_person(stated)
            english = join(subject.english, stated, english_object)
        else:
            english = join(subject.english, auxiliary, main, english_object)
        spanish = {
            "present": lambda: es.finite(verb.spanish, "present")[person],
            "past": lambda: es.finite(verb.spanish, "past")[person],
            "future": lambda: es.finite(verb.spanish, "future")[person],
            "progressive": lambda: f"{es.ESTAR[person]} {es.gerund(verb.spanish)}",
            "perfect": lambda: f"{es.HABER[person]} {es.participle(verb.spanish)}",
            "want": lambda: f"{es.finite('querer', 'present')[person]} {verb.spanish}",
            "can": lambda: f"{es.PODER[person]} {verb.spanish}",
            "going": lambda: f"{es.IR[person]} a {verb.spanish}",
            "must": lambda: f"{es.finite('deber', 'present')[person]} {verb.spanish}",
        }[tense]()
        return english, join(subject.spanish, "no" if mood == "negation" else "", spanish, spanish_object), mood

    def negate(self, auxiliary: str) -> str:
        """*does not* or *doesn't*."""
        if auxiliary == "can":
            return self.rng.choice(("cannot", "can't"))
        short = {"will": "won't", "must": "must not", "am": "am not"}.get(auxiliary, f"{auxiliary}n't")
        return self.rng.choice((f"{auxiliary} not", short))

    def description(self) -> Sentence:
        """Somebody or something is so (*ser*) or in a state (*estar*)."""
        kind = self.rng.choice(list(NOUNS))
        role = KINDS.get(kind, kind)
        subject = self.subject((kind,)) if role == "living" else self.noun_phrase((kind,), definite=True)
        states = [name for name in (STATES.get(kind), STATES.get(role)) if name]
        state = bool(states) and self.rng.random() < 0.5
        english, spanish = self.rng.choice(ADJECTIVES[self.rng.choice(states) if state else role])
        self.combine(english, subject.noun.english if subject.noun else "")
        predicate = agree(spanish, subject.gender, subject.person.endswith("p"))
        return self.copula(subject, english, predicate, es.ESTAR if state else es.SER)

    def copula(self, subject: Phrase, english: str, spanish: str, verb: es.Forms) -> Sentence:
        """Subject, form of *be*, predicate."""
        mood = self.rng.choices(("statement", "negation", "question"), (6, 2, 2))[0]
        be = BE[subject.person][0]
        if mood == "question":
            told = join(be, subject.english, english)
        else:
            told = join(subject.english, self.negate(be) if mood == "negation" else be, english)
        return told, join(subject.spanish, "no" if mood == "negation" else "", verb[subject.person], spanish), mood

    def location(self) -> Sentence:
        """Something is somewhere, or there is something somewhere."""
        place = self.place()
        if self.rng.random() < 0.4:
            thing = self.noun_phrase(("place", "thing", "fragile"), definite=True)
            english = self.rng.choice(list(POSITIONS))
            place = f"{english} {thing.english}", join(POSITIONS[english], thing.spanish)
        kinds = ("animal", "thing", "openable", "readable", "clothes", "person", "fragile", "food")
        if self.rng.random() < 0.3:
            noun = self.rng.choice(NOUNS[self.rng.choice(kinds)])
            number = self.rng.choice(["one", *NUMBERS])
            if number == "one":
                article = "an" if noun.english[0] in "aeiou" else "a"
                one = f"{'un' if noun.gender == 'm' else 'una'} {noun.spanish}"
                return f"there is {article} {noun.english} {place[0]}", f"hay {one} {place[1]}", "statement"
            many = f"{NUMBERS[number]} {spanish_plural(noun.spanish)}"
            return f"there are {number} {noun.english_plural} {place[0]}", f"hay {many} {place[1]}", "statement"
        subject = self.noun_phrase(kinds, definite=self.rng.random() < 0.6)
        return self.copula(subject, *place, es.ESTAR)

    def liking(self) -> Sentence:
        """*I like the red car*: *me gusta el coche rojo*."""
        english, spanish = self.rng.choice(LIKES)
        thing = self.noun_phrase(("food", "thing", "clothes", "idea", "place", "animal", "readable"), "like", True)
        gusta = "gustan" if thing.person == "3p" else "gusta"
        mood = self.rng.choices(("statement", "negation", "question"), (5, 2, 2))[0]
        third = english in ("he", "she")
        auxiliary = "does" if third else "do"
        told = {
            "statement": f"{english} {'likes' if third else 'like'} {thing.english}",
            "negation": f"{english} {self.negate(auxiliary)} like {thing.english}",
            "question": f"{auxiliary} {english} like {thing.english}",
        }[mood]
        who, _, clitic = spanish.rpartition(" ")
        return told, join(who, "no" if mood == "negation" else "", clitic, gusta, thing.spanish), mood

    def question(self) -> Sentence:
        """A question with *where*, *what* or *who*; the subject stands after the verb in Spanish."""
        choice = self.rng.random()
        if choice < 0.4:
            kinds = ("place", "thing", "openable", "clothes", "person", "animal", "readable")
            thing = self.noun_phrase(kinds, "where", True)
            verb = es.ESTAR[thing.person]
            return f"where {BE[thing.person][0]} {thing.english}", f"dónde {verb} {thing.spanish}", "question"
        verb = self.rng.choice([v for v in TRANSITIVE if "person" not in v.objects])
        tense = self.rng.choice(("present", "past"))
        if choice < 0.7:
            subject = self.subject()
            auxiliary = "did" if tense == "past" else "does" if subject.person == "3s" else "do"
            spanish = es.finite(verb.spanish, tense)[subject.person]
            return (
                f"what {auxiliary} {subject.english} {verb.base}",
                join("qué", spanish, subject.spanish),
                "question",
            )
        thing = self.noun_phrase(verb.objects, verb.base)
        told = verb.past if tense == "past" else third_person(verb.base)
        return (
            f"who {told} {thing.english}",
            join("quién", es.finite(verb.spanish, tense)["3s"], thing.spanish),
            "question",
        )

    def sentence(self) -> tuple[str, str]:
        """One sentence in both languages, capitals and punctuation included."""
        self.held_out = False
        if self.rng.random() < 0.03:
            english, _, spanish = self.rng.choice(PHRASES).partition(" | ")
            return english, spanish
        writers = (self.clause, self.description, self.location, self.liking, self.question)
        english, spanish, mood = self.rng.choices(writers, (11, 4, 4, 2, 3))[0]()
        if mood == "statement" and self.rng.random() < 0.06:
            other = self.clause()
            if other[2] == "statement":
                link = self.rng.choice(("and y", "but pero", "because porque")).split()
                english, spanish = f"{english} {link[0]} {other[0]}", f"{spanish} {link[1]} {other[1]}"
        if self.rng.random() < 0.3:
            english = contract(english)
        spanish = join(spanish)
        english, spanish = english[0].upper() + english[1:], spanish[0].upper() + spanish[1:]
        return (f"{english}?", f"¿{spanish}?") if mood == "question" else (f"{english}.", f"{spanish}.")


def contract(english: str) -> str:
    """*I'm* for *I am* at the start of a clause, and so on."""
    for long, short in {"I am ": "I'm ", "you are ": "you're ", "we are ": "we're ", "they are ": "they're "}.items():
        if english.startswith(long):
            return short + english[len(long) :]
    for long, short in {"he is ": "he's ", "she is ": "she's ", "where is ": "where's "}.items():
        if english.startswith(long):
            return short + english[len(long) :]
    return english


def sentence_pairs(seed: int, held_out: bool = False) -> Iterator[tuple[str, str]]:
    """English and Spanish sentences without end, all with a held-out pair of words, or none."""
    grammar = Grammar(random.Random(seed))
    while True:
        pair = grammar.sentence()
        if grammar.held_out == held_out:
            yield pair


def exam() -> list[tuple[str, str]]:
    """The hand-written sentence pairs."""
    rows = LEXICON["exam"]["pairs"].strip().splitlines()
    return [(english, spanish) for english, _, spanish in (row.partition(" | ") for row in rows)]
