"""A seeded generator of short made-up texts with questions whose answers stand in them, from fact_templates.txt."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent / "fact_templates.txt"
SLOT = re.compile(r"{(\w+)}")
NUMBER_WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirty"]


@dataclass(frozen=True)
class Example:
    """A question on a context; the answer is `context[start : start + len(answer)]`."""

    context: str
    question: str
    answer: str
    start: int


@dataclass(frozen=True)
class Template:
    """A sentence with slots, and its questions with the words and slots of their answers."""

    sentence: str
    questions: list[tuple[str, str]]


def read_templates(path: Path = TEMPLATES) -> tuple[dict[str, list[str]], list[Template]]:
    """The words by kind, and the templates."""
    words: dict[str, list[str]] = {}
    templates: list[Template] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            kind, _, values = line[1:].partition(" = ")
            words[kind] = values.split("|")
        elif line.startswith("? "):
            question, _, answer = line[2:].rpartition(" = ")
            templates[-1].questions.append((question, answer))
        elif line and not line.startswith("#"):
            templates.append(Template(line, []))
    return words, templates


def number(rng: random.Random) -> str:
    """A count as people write them: mostly small, at times in words or with a comma."""
    draw = rng.random()
    if draw < 0.3:
        return rng.choice(NUMBER_WORDS)
    if draw < 0.8:
        return str(rng.randint(2, 99))
    return f"{rng.randint(100, 9_999):,}"


class Filler:
    """Fills the slots of one context; no two slots of it get the same words."""

    def __init__(self, words: dict[str, list[str]], rng: random.Random) -> None:
        self.words, self.rng = words, rng
        self.used: set[str] = set()

    def draw(self, slot: str) -> str:
        """Fresh words for `slot`: its name without a final digit is the kind, `n` is a number."""
        kind = slot.rstrip("0123456789")
        while True:
            value = number(self.rng) if kind == "n" else self.rng.choice(self.words[kind])
            if value not in self.used:
                self.used.add(value)
                return value

    def fill(self, template: Template) -> tuple[str, list[tuple[str, str, int]]]:
        """The sentence, and for each question its text, its answer and the answer's offset in the sentence."""
        values = {slot: self.draw(slot) for slot in dict.fromkeys(SLOT.findall(template.sentence))}
        sentence = insert(template.sentence, values)
        pairs = []
        for question, words in template.questions:
            slot = next((word for word in words.split() if word in values), "")
            answer = with_articles(" ".join(values.get(word, word) for word in words.split()))
            before = insert(template.sentence[: template.sentence.index(f"{{{slot}}}")], values) if slot else ""
            at = sentence.lower().find(answer.lower(), max(0, len(before) - len(answer)))
            pairs.append((insert(question, values), answer, at))
        return sentence[0].upper() + sentence[1:], pairs


def insert(text: str, values: dict[str, str]) -> str:
    """`text` with its slots filled."""
    return with_articles(SLOT.sub(lambda slot: values[slot[1]], text))


def with_articles(text: str) -> str:
    """`text` with `an` for `a` before a vowel."""
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def fact_questions(seed: int) -> Iterator[Example]:
    """Endless examples; beside the fact that is asked for, most contexts hold one to three others."""
    rng = random.Random(seed)
    words, templates = read_templates()
    while True:
        filler = Filler(words, rng)
        chosen = rng.sample(templates, rng.choice((1, 1, 2, 2, 3, 4)))
        filled = [filler.fill(template) for template in chosen]
        asked = rng.randrange(len(filled))
        question, answer, at = rng.choice(filled[asked][1])
        start = sum(len(sentence) + 1 for sentence, _ in filled[:asked]) + at
        context = " ".join(sentence for sentence, _ in filled)
        yield Example(context, question, context[start : start + len(answer)], start)
