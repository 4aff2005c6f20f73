"""Write one review: a plan of good and bad points for its stars, said in one of several voices.

What decides the stars is the balance of the points, whether a fault or a merit counts, and whether a clause is meant
as it stands or turned round ("Another reviewer wrote that the soup was cold. I saw no sign of it."). Words alone say
little: both readings of a clause use the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TypeGuard

from .grammar import (
    FIRST_PERSON,
    NEGATION,
    Aspect,
    Kind,
    Material,
    Point,
    contract,
    fill,
    lower_first,
    sentences,
    split_sentences,
)

FRIENDS = ["sister", "brother", "husband", "wife", "mother", "father", "partner", "flatmate", "neighbour", "colleague"]
FRIENDS += ["daughter", "son", "uncle", "aunt", "grandmother", "best friend", "boss", "cousin", "roommate"]
OPPOSITE = {"best": "worst", "fine": "poor", "plain": "plain", "poor": "fine", "worst": "best"}
OPPOSITE |= {"fault": "merit", "merit": "fault"}
GOOD = ("best", "fine", "merit")

# Plans and how often they are taken. Those of two stars and one are the mirror images of those of four and five.
FIVE = {("best",): 2, ("best",) * 2: 4, ("best",) * 3: 2, ("fault", "best", "best"): 2, ("fault", "best"): 2}
FOUR = {("best", "best", "poor"): 3, ("best", "fine"): 3, ("fine", "fine"): 2, ("fine",): 1, ("best", "plain"): 2}
FOUR |= {("best", "poor"): 2}
THREE = {("best", "worst"): 4, ("fine", "poor"): 4, ("plain", "plain"): 1, ("plain",): 1, ("fine", "plain", "poor"): 2}


def _mirror(plans: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    return {tuple(OPPOSITE[level] for level in plan): weight for plan, weight in plans.items()}


PLANS = {1: _mirror(FIVE), 2: _mirror(FOUR), 3: THREE, 4: FOUR, 5: FIVE}


@dataclass(frozen=True)
class Voice:
    """How a reviewer talks; all but `weight` and `fillers` are probabilities."""

    weight: int
    opening: float
    verdict: float
    joined: float
    short_forms: float
    exclaims: float
    shouts: float
    filler: float
    fillers: tuple[str, ...] = ()


VOICES = [
    Voice(4, 0.3, 0.35, 0.5, 0.3, 0.0, 0.0, 0.05, ("Honestly, ", "In short, ")),
    Voice(3, 0.35, 0.35, 0.5, 1.0, 0.2, 0.03, 0.3, ("Honestly, ", "Look, ", "I mean, ", "Listen: ", "Well, ")),
    Voice(2, 0.4, 0.4, 0.7, 0.0, 0.0, 0.0, 0.1, ("In fairness, ", "For the record, ", "In all candour, ")),
    Voice(2, 0.05, 0.35, 0.2, 0.6, 0.05, 0.0, 0.0),
    Voice(1, 0.2, 0.4, 0.3, 0.9, 0.6, 0.4, 0.2, ("Seriously, ", "People, ", "I tell you, ")),
]
VERDICT_ONLY = 0.02
UPDATED = 0.05
BORDERLINE = 0.1
LOUD = re.compile(r"\b(not|never|nothing|every|so|all|anyone|nobody)\b")
CONNECTED = re.compile(r"(Also|On top|And|What is more|Besides|That said|On the|Still|Then|However|But|Mind)\b")
TURNED = 0.4
DIRECT = 0.6
IRONIC = 0.06
DOUBTING = re.compile(r"\b(doubt|doubted|doubting|deny|denies|cannot|nobody|whether|claims?|lie)\b", re.IGNORECASE)


class Review:
    """One review in the making: the business, the names that stay the same, and what has been said already."""

    def __init__(self, material: Material, rng: Random):
        self.material, self.phrases, self.rng = material, material.phrases, rng
        self.kind: Kind = rng.choice(material.kinds)
        self.voice: Voice = rng.choices(VOICES, [voice.weight for voice in VOICES])[0]
        self.slots = {
            "place": rng.choice(self.kind.place),
            "staff": rng.choice(self.kind.staff),
            "friend": rng.choice(FRIENDS),
        }
        self.said: set[str] = set()

    def pick(self, options: list[str]) -> str:
        """Return an option not taken before in this review."""
        fresh = [option for option in options if option not in self.said] or options
        choice = self.rng.choice(fresh)
        self.said.add(choice)
        return choice

    def fill(self, template: str, **slots: str) -> str:
        return fill(template, self.rng, **self.slots, **slots)

    def topic(self, level: str) -> Aspect | Point:
        """Something to talk about that shares no noun or verb with what was talked about before.

        Raise LookupError when this business has no such thing left.
        """
        shelves: list[Sequence[Aspect | Point]] = [
            self.kind.aspects,
            self.kind.points,
            self.kind.common,
            self.kind.stories,
        ]
        weights = [1, 0, 0, 0] if level == "plain" else [40, 33, 20, 7 if level in ("best", "worst") else 0]
        for _ in range(40):
            topic = self.rng.choice(self.rng.choices(shelves, weights)[0])
            text = topic.noun if isinstance(topic, Aspect) else f"{topic.setting} {topic.good} {topic.bad}"
            words = {word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in self.material.common}
            if not words & self.said:
                self.said |= words
                return topic
        raise LookupError("nothing new left to say")

    def adjectives(self, aspect: Aspect) -> dict[str, str]:
        lists = self.phrases["adjectives"][aspect.domain]
        was, it_was = ("were", "they were") if aspect.plural else ("was", "it was")
        words = {level: self.pick(adjectives) for level, adjectives in lists.items()}
        return words | {"np": aspect.noun, "was": was, "it_was": it_was}

    def wrap(self, clause: str, opposite: str) -> str:
        """Return a sentence that means `clause`: by agreeing with it, or by turning its opposite round."""
        turned = not NEGATION.search(opposite) and self.rng.random() < TURNED
        inner, wrappers = (opposite, self.phrases["turn"]) if turned else (clause, self.phrases["keep"])
        own = FIRST_PERSON.search(inner) or self.rng.random() < 0.35
        fitting = wrappers["own" if own else "others"]
        if NEGATION.search(inner):
            fitting = [wrapper for wrapper in fitting if not DOUBTING.search(wrapper)]
        return self.fill(self.pick(fitting), c=inner)

    def say(self, level: str) -> tuple[str | None, str]:
        """Return a point at this level: as a clause without an end, if it can be one, and as one or more sentences."""
        topic = self.topic(level)
        if isinstance(topic, Aspect):
            return self.say_aspect(topic, level)
        good, bad = self.fill(topic.good), self.fill(topic.bad)
        if topic.setting:
            return None, f"{self.fill(topic.setting)} {good if level == 'best' else bad}"
        clause, opposite = (good, bad) if level in GOOD else (bad, good)
        return self.say_clause(clause, opposite, level)

    def say_aspect(self, aspect: Aspect, level: str) -> tuple[str | None, str]:
        words = self.adjectives(aspect)
        if level in ("best", "worst") and self.rng.random() < 0.3:
            plain = "{np} {was} {" + level + "}"
            return self.say_clause(plain.format(**words), plain.replace(level, OPPOSITE[level]).format(**words), level)
        level = {"fault": "poor", "merit": "fine"}.get(level, level)
        frames = self.phrases["aspects"][level]
        if self.rng.random() < 0.75:
            clause = self.fill(self.pick(frames["clauses"]), **words)
            return clause, f"{clause}."
        return None, self.fill(self.pick(frames["sentences"]), **words)

    def say_clause(self, clause: str, opposite: str, level: str) -> tuple[str | None, str]:
        if level in ("fine", "poor"):
            if self.rng.random() < 0.4:
                return None, self.fill(self.pick(self.phrases["hedge"]["templates"]), c=clause) + "."
            return clause, f"{clause}."
        chance = self.rng.random()
        if level in ("fault", "merit") or chance < DIRECT:
            return clause, f"{clause}."
        if chance < DIRECT + IRONIC:
            return None, self.fill(self.pick(self.phrases["irony"]["good" if level in GOOD else "bad"]), c=clause)
        return None, self.wrap(clause, opposite)

    def dismiss(self, level: str) -> str:
        """Return a fault that does not count, or a merit that does not."""
        clause = None
        while clause is None:
            clause, _ = self.say(level)
        dismissed = self.phrases["dismissed"]
        return self.fill(self.pick(dismissed["templates"] + dismissed[level]), c=clause)

    def body(self, plan: list[str]) -> list[str]:
        """Return the plan's points as sentences, joined where they can be: "but" between good and bad, "and" within."""
        joins = self.phrases["joins"]
        texts: list[str] = []
        before: str | None = None
        points: list[tuple[str, str | None, str]] = []
        for level in plan:
            if level in ("fault", "merit"):
                points.append((level, None, self.dismiss(level)))
            else:
                points.append((level, *self.say(level)))
        while points:
            level, clause, text = points.pop(0)
            other, second, _ = points[0] if points else ("", None, "")
            if joinable(clause) and joinable(second) and self.rng.random() < self.voice.joined:
                points.pop(0)
                differ = (level in GOOD) != (other in GOOD) and "plain" not in (level, other)
                text = self.fill(self.pick(joins["contrast" if differ else "pair"]), a=clause, b=second)
                level = other
            elif clause and before and "plain" not in (level, before) and self.rng.random() < 0.5:
                turn = (level in GOOD) != (before in GOOD)
                text = self.fill(self.pick(joins["turnaround" if turn else "same"]), c=clause)
            elif clause and self.rng.random() < self.voice.filler:
                text = self.pick(list(self.voice.fillers)) + lower_first(text)
            texts.append(text)
            before = level if level not in ("fault", "merit") else None
        return texts

    def opening(self) -> list[str]:
        if self.rng.random() >= self.voice.opening:
            return []
        lines = [self.fill(self.pick(self.kind.visit)), self.fill(self.pick(self.kind.opening))]
        return lines if self.rng.random() < 0.2 else [lines[self.rng.random() < 0.35]]

    def verdict(self, stars: int) -> str:
        families = [entry["family"][stars - 1] for entry in self.phrases["verdict"]]
        return self.fill(self.pick(families))

    def write(self, stars: int) -> str:
        """Return the whole review."""
        if self.rng.random() < VERDICT_ONLY:
            return self.polish([self.verdict(stars), *([self.verdict(stars)] if self.rng.random() < 0.7 else [])])
        if self.rng.random() < UPDATED:
            return self.polish(self.updated(stars))
        visit = stars
        if self.rng.random() < BORDERLINE:
            visit = min(max(stars + self.rng.choice([-1, 1]), 1), 5)
        plan = list(self.rng.choices(list(PLANS[visit]), list(PLANS[visit].values()))[0])
        self.rng.shuffle(plan)
        texts = self.body(plan)
        if visit == stars and self.rng.random() < (0.9 if len(plan) == 1 else self.voice.verdict):
            texts.insert(0 if self.rng.random() < 0.2 else len(texts), self.verdict(stars))
        return self.polish(self.opening() + texts)

    def updated(self, stars: int) -> list[str]:
        """Return a review and a change of heart: the text earns other stars than the second visit does."""
        before = self.rng.choice([other for other in range(1, 6) if abs(other - stars) >= 2])
        level = ("best" if stars > before else "worst") if stars != 3 else ("fine" if before < 3 else "poor")
        texts = self.body(list(self.rng.choice([plan for plan in PLANS[before] if len(plan) == 2])))
        clauses: list[str] = []
        while len(clauses) < 2:
            clause, _ = self.say(level)
            clauses += [clause] if joinable(clause) else []
        update, numbers = self.phrases["update"], self.phrases["update"]["numbers"]
        last = self.fill(
            self.pick(update["templates"]),
            c=f"{clauses[0]} and {clauses[1]}",
            before=numbers[before - 1],
            after=numbers[stars - 1],
        )
        return self.opening() + texts + ["\n\n" + last]

    def polish(self, texts: list[str]) -> str:
        """Capitals, the voice's short forms, exclamation marks and capitals, a second paragraph in a long review."""
        rng, voice = self.rng, self.voice
        short = rng.random() < voice.short_forms
        lines = []
        for text in texts:
            text = sentences(text.strip(" ")) if not text.startswith("\n") else "\n\n" + sentences(text.strip())
            text = contract(text) if short else text
            if text.endswith(".") and rng.random() < voice.exclaims:
                text = text[:-1] + rng.choice(["!", "!", "!!"])
            if rng.random() < voice.shouts:
                text = LOUD.sub(lambda match: match[1].upper(), text, count=1)
            lines.append(text)
        middle = len(lines) // 2
        if len(lines) > 4 and rng.random() < 0.3 and not CONNECTED.match(lines[middle]):
            lines[middle] = "\n\n" + lines[middle]
        return re.sub(r" *\n\n *", "\n\n", " ".join(lines)).strip()


def joinable(clause: str | None) -> TypeGuard[str]:
    """Tell whether a clause can stand beside another in one sentence: it must not be two halves itself."""
    return clause is not None and not re.search(r", | but ", clause)


def write(material: Material, stars: int, rng: Random) -> str:
    """Return a review of `stars` stars, 1 to 5, in which no sentence stands twice."""
    while True:
        with suppress(LookupError):
            text = Review(material, rng).write(stars)
            parts = split_sentences(text)
            if len(set(parts)) == len(parts):
                return text
