"""Questions made by rules from running text, in the manner of Lewis et al. 2019, "Unsupervised Question Answering by
Cloze Translation": take a date, number, name or noun phrase out of a clause and put a question word in its place."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tools.standins.english_text import sentences
from tools.standins.fact_questions import Example

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBER = (
    r"(?:\d[\d,.]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty)"
)
BIG = r"(?: (?:hundred|thousand|million|billion))?"
UNITS = r"(?:km|kilometres|miles|mi|metres|meters|m|feet|ft|inches|in|acres|kg|pounds|lb|tons|tonnes|knots|mph|°C|%)"
TIME_UNITS = r"(?:seconds|minutes|hours|days|nights|weeks|months|years|decades|centuries)"
FUNCTION = (
    r"of|in|on|at|to|for|with|by|from|as|was|were|is|are|had|has|have|and|or|but|that|which|who|when|while|where|after"
    r"|before|during|into|under|between|because|would|could|did|won|led|wrote|took|made|became|began|[a-z]+ed"
)
ENDS = rf"(?= (?:{FUNCTION})\b|[,.;)]|'s\b)"
NAME = rf"[A-Z][\w-]*(?:(?: (?:of|of the|de|von|and))? [A-Z][\w-]*)*{ENDS}"
ADJECTIVES = r"(?:(?!(?:" + FUNCTION + r") )[a-z-]+ ){0,2}"
NOUN_PHRASE = rf"(?:the|a|an|his|her|its|their) {ADJECTIVES}(?!(?:{FUNCTION})\b)[a-z-]+{ENDS}"
BARE_NOUNS = rf"(?!(?:the|a|an|his|her|its|their|this|these) ){ADJECTIVES}(?!(?:{FUNCTION})\b)[a-z-]+(?=[,.;)]| and\b)"
KINDS = [  # weight, what stands before, the answer, question words
    (3, r"", rf"(?:\d{{1,2}} )?\b(?:{MONTHS})\b(?: \d{{1,2}}\b)?(?:,? \d{{4}})?", ["When", "On what date"]),
    (3, r"", r"\b1\d\d\d\b|\b20[01]\d\b", ["When", "In what year", "What year"]),
    (3, r"", rf"[$£€]\d(?:[\d.,]*\d)?{BIG}|\b\d[\d.,]* ?(?:percent|%)", ["How much", "What", "What percentage of"]),
    (2, r"", rf"\b{NUMBER}{BIG} {UNITS}\b", ["How far", "How long", "How much", "How high", "How large"]),
    (2, r"", rf"\b{NUMBER}{BIG} {TIME_UNITS}\b", ["How long", "For how long"]),
    (5, r"", rf"\b{NUMBER}{BIG}(?= [a-z]+)(?! (?:{UNITS}|{TIME_UNITS})\b)", ["How many"]),
    (5, r"\b(?:in|at|near|from|to|around) (?:the )?", NAME, ["Where", "Where", "In which place", "What place"]),
    (6, r"\b(?:by|with|against|and|for|said|told) ", NAME, ["Who", "Who", "Whom", "What"]),
    (6, r"^(?:The )?|[,;] ", NAME, ["Who", "What", "Which"]),
    (6, r"", NAME, ["What", "Who", "Which", "What was the name of"]),
    (2, r"\b(?:because of|due to|owing to|because) ", r"[a-z][\w' -]{8,60}(?=[,.;])", ["Why", "What caused"]),
    (2, r"\bto ", r"[a-z]+ (?:the|a|his|her|its|their) [a-z -]{4,40}(?=[,.;])", ["Why", "For what purpose"]),
    (3, r"\b(?:of|with|for|by|from|into|including|as) ", BARE_NOUNS, ["What", "What", "Which", "What kind of thing"]),
    (8, r"", NOUN_PHRASE, ["What", "What", "What", "Which", "What kind of thing", "What type of thing"]),
]
PATTERNS = [(w, re.compile(f"({before})({answer})"), words) for w, before, answer, words in KINDS]
AUXILIARY = re.compile(r" (was|were|is|are|had|has|have|can|could|would|will|may|must|did) ")
LEADING = re.compile(
    r"^(?:and|but|or|nor|that|which|who|where|while|when|although|however|also|then|so|as) ", re.IGNORECASE
)
TRAILING = re.compile(r" (?:in|on|at|to|of|by|for|from|with|the|a|an|and|near|around)$")
NOT_NAMES = re.compile(
    r"^(?:The|A|An|In|On|At|He|She|It|They|There|For|From|By|With|However|Both|Some|Most|Since|During|His|Her|Its|This"
    r"|These|When|While|After|Although|As|I)\b"
)


def split_clause(sentence: str, start: int, end: int, rng: random.Random) -> tuple[str, str]:
    """The words of the clause before and after the answer `sentence[start:end]`; longer if they are few."""
    left, right = sentence[:start], sentence[end:]
    wanted = rng.randint(4, 12)
    parts, kept = re.split(r"(?<=[,;:(])\s", left), ""
    while parts and len(kept.split()) < wanted:
        kept = f"{parts.pop()} {kept}".strip()
    wanted -= len(kept.split())
    following, after = re.split(r"[,;:()]\s?", right), ""
    while following and len(after.split()) < max(wanted, 1):
        after = f"{after} {following.pop(0)}".strip()
    return kept.strip(' ,;:()"'), after.strip(' ,;:()".')


def noisy(text: str, rng: random.Random) -> str:
    """`text` without one word in twenty."""
    return " ".join(word for word in text.split() if rng.random() > 1 / 20)


def ask(words: str, left: str, right: str, rng: random.Random) -> str:
    """A question from the question words and what stands on both sides of the answer."""
    left = LEADING.sub("", left)
    if words in ("When", "Where", "Why", "How long", "In what year", "On what date", "In which place", "For how long"):
        left = TRAILING.sub("", left)
    if words == "How many" and (noun := re.match(r"(?:[a-z-]+ ){0,2}?[a-z-]+s\b", right)):
        words, right = f"{words} {noun[0]}", right[noun.end() :].strip()
    if left:
        padded = f" {left} "
        if found := AUXILIARY.search(padded):
            left = f"{found[1]} {padded[: found.start()].strip()} {padded[found.end() :].strip()}"
        elif rng.random() < 0.6:
            left = f"did {left}"
    question = " ".join(f"{words} {noisy(left, rng)} {noisy(right, rng)}".split())
    return question[0].upper() + question[1:] + "?"


def candidates(sentence: str) -> Iterator[tuple[float, int, int, list[str]]]:
    """What could be asked for in a sentence: weight, start, end, question words."""
    for weight, pattern, words in PATTERNS:
        found = [match for match in pattern.finditer(sentence) if match[2]]
        for match in found:
            start, end = match.span(2)
            if "UNK" in match[2] or NOT_NAMES.match(match[2]) or end - start > 60:
                continue
            yield weight / len(found), start, end, words


def cloze_questions(paragraphs: list[str], seed: int) -> Iterator[Example]:
    """Endless examples, each on one to three neighbouring sentences of a paragraph. Rare words should be `[UNK]`."""
    rng = random.Random(seed)
    split = [parts for paragraph in paragraphs if len(parts := sentences(paragraph)) > 1]
    while True:
        parts = rng.choice(split)
        chosen = rng.randrange(len(parts))
        options = list(candidates(parts[chosen])) if parts[chosen].count("[UNK]") < 3 else []
        if not options:
            continue
        _, start, end, words = rng.choices(options, [option[0] for option in options])[0]
        left, right = split_clause(parts[chosen], start, end, rng)
        if len(f"{left} {right}".split()) < 4:
            continue
        first = max(0, chosen - rng.randint(0, 1))
        window = parts[first : chosen + 1 + rng.randint(0, 1)]
        offset = sum(len(part) + 1 for part in parts[first:chosen]) + start
        context = " ".join(window)
        answer = parts[chosen][start:end]
        yield Example(context, ask(rng.choice(words), left, right, rng), answer, offset)
