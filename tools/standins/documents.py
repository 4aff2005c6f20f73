"""Invoices, receipts and letters in many layouts: their words with boxes, questions on them, and a picture.

The layout of a document is a tuple of choices; one layout in five is held out, with a fourth of the names and other
words of `documents.toml` and its held-out questions.
"""

from __future__ import annotations

import datetime
import random
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.standins.document_page import Box, Document

TEXTS = tomllib.loads((Path(__file__).parent / "documents.toml").read_text(encoding="utf-8"))


class Writer:
    """Write documents, all from held-out layouts and words or all from the others."""

    def __init__(self, rng: random.Random, held_out: bool) -> None:
        """Draw from `rng`."""
        self.rng, self.held_out = rng, held_out

    def pick(self, name: str) -> str:
        """An entry of a list, of its held-out fourth or of the rest."""
        entries = TEXTS["lists"][name]
        return self.rng.choice([e for n, e in enumerate(entries) if name == "month" or (n % 4 == 3) == self.held_out])

    def label(self, name: str) -> str:
        """What a document writes before a field. The first label of a list, the usual one, is never held out."""
        return self.rng.choice(TEXTS["labels"][name])

    def person(self) -> str:
        """A first and a last name."""
        return f"{self.pick('first')} {self.pick('last')}"

    def company(self) -> str:
        """Such as Northwind Books Ltd."""
        return " ".join(
            (self.pick("brand"), self.pick("trade"), *([self.pick("suffix")] if self.rng.random() < 0.6 else []))
        )

    def day(self) -> datetime.date:
        """A day of five years."""
        return datetime.date(2023, 1, 1) + datetime.timedelta(self.rng.randrange(1800))

    def date(self, day: datetime.date) -> str:
        """In one of four ways."""
        month = TEXTS["lists"]["month"][day.month - 1]
        ways = (f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}")
        return self.rng.choice(ways)

    def layout(self, *choices: int) -> tuple[int, ...]:
        """A number below each of `choices`; together they are a layout that is held out, or is not."""
        while True:
            layout = tuple(self.rng.randrange(n) for n in choices)
            if (zlib.crc32(bytes(layout)) % 5 == 0) == self.held_out:
                return layout

    def money(self) -> list[str]:
        """A way to write amounts: what stands before and after the number."""
        return self.rng.choice((["$", ""], ["€", ""], ["", " EUR"], ["", ""], ["£", ""], ["", " USD"]))

    def fields(self, page: Document, style: int, x: float, y: float, rows: list[tuple[str, str]], size: int) -> float:
        """Labels with values: after a colon, in two columns, value under label, or labels above their values."""
        for n, (name, value) in enumerate(rows):
            label = self.label(name)
            if style == 0:
                page.put(value, x, y + 1.6 * n * size, size, name, label=f"{label}:")
            elif style == 1:
                page.put(label, x, y + 1.6 * n * size, size)
                page.put(value, x + 8 * size, y + 1.6 * n * size, size, name)
            elif style == 2:
                page.put(label, x, y + 3.2 * n * size, size)
                page.put(value, x, y + (3.2 * n + 1.4) * size, size, name)
            else:
                column = 60 + n * 290
                page.put(label, column, y, size)
                page.put(value, column, y + 1.5 * size, size, name)
        return y + size * {0: 1.6 * len(rows), 1: 1.6 * len(rows), 2: 3.2 * len(rows), 3: 3.2}[style]

    def invoice(self) -> Document:
        """Seller, number, dates, customer, a table of items, totals."""
        style, side, customer_style, columns, totals = self.layout(4, 2, 3, 3, 3)
        page, size, currency = Document("invoice"), self.rng.randint(22, 30), self.money()
        left, y = (60 if side == 0 else 560), self.rng.uniform(40, 110)
        page.put(self.company(), left, y, size + 6, "seller")
        page.put(self.pick("street"), left, y + 2 * size, size)
        page.put(self.pick("city"), left, y + 3.4 * size, size)
        page.put(self.rng.choice(("INVOICE", "Invoice")), 620 - left if side else 700, y, size + 14)
        y += 6 * size
        number = self.rng.choice(("INV-", "", "A", "2026/", "No-", "F")) + str(self.rng.randint(100, 99999))
        day = self.day()
        due = day + datetime.timedelta(self.rng.randint(7, 60))
        rows = [("number", number), ("date", self.date(day)), ("due", self.date(due))]
        self.rng.shuffle(rows)
        bottom = self.fields(page, style, 560 - left + 60 if style < 3 else 60, y, rows, size)
        if style == 3:
            y = bottom + size
        label, name = self.label("customer"), self.person() if self.rng.random() < 0.6 else self.company()
        if customer_style == 0:
            page.put(name, left, y, size, "customer", label=f"{label}:")
        else:
            page.put(label, left, y, size)
            page.put(name, left, y + 1.5 * size, size, "customer")
            page.put(self.pick("street"), left, y + 3 * size, size)
        y = max(bottom, y + 5 * size) + size
        total = self.table(page, columns, y, size, currency)
        self.totals(page, totals, y + (1.8 + 1.6 * len(page.items)) * size + size, size, currency, total)
        return page

    def amount(self, cents: int, currency: list[str]) -> str:
        """Such as $1,250.00."""
        return f"{currency[0]}{cents / 100:,.2f}{currency[1]}"

    def table(self, page: Document, columns: int, y: float, size: int, currency: list[str]) -> int:
        """Put one to four items in columns; return their sum in cents."""
        order = (
            ("item", "quantity", "price", "amount"),
            ("quantity", "item", "price", "amount"),
            ("item", "price", "quantity", "amount"),
        )[columns]
        places = dict(zip(order, (60, 200 if columns == 1 else 470, 640, 820), strict=True))
        for name in order:
            page.put(self.label("description" if name == "item" else name), places[name], y, size)
        total = 0
        for n, item in enumerate(dict.fromkeys(self.pick("item") for _ in range(self.rng.randint(1, 4)))):
            count, cents = self.rng.randint(1, 12), self.rng.randint(2, 400) * self.rng.choice((25, 50, 100))
            total += count * cents
            values = {
                "item": item,
                "quantity": str(count),
                "price": self.amount(cents, currency),
                "amount": self.amount(count * cents, currency),
            }
            page.items[str(n)] = item
            for name, value in values.items():
                page.put(value, places[name], y + (1.8 + 1.6 * n) * size, size, "" if name == "item" else f"{name}{n}")
        return total

    def totals(self, page: Document, style: int, y: float, size: int, currency: list[str], total: int) -> None:
        """Put subtotal, tax and total at the right, after a colon or in a column of their own, or the total alone."""
        tax = total // 5
        rows = [("subtotal", total), ("tax", tax), ("total", total + tax)]
        for n, (name, cents) in enumerate(rows if style < 2 else [("total", total)]):
            value = self.amount(cents, currency)
            if style == 1:
                page.put(value, 560, y + 1.6 * n * size, size, name, label=f"{self.label(name)}:")
            else:
                page.put(self.label(name), 560, y + 1.6 * n * size, size)
                page.put(value, 820, y + 1.6 * n * size, size, name)

    def receipt(self) -> Document:
        """A shop's name, date, time, cashier, items with their price, total, cash and change."""
        top, rows_style, end = self.layout(3, 2, 3)
        page, size, currency = Document("receipt"), self.rng.randint(24, 32), self.money()
        left, right = self.rng.randint(60, 260), self.rng.randint(680, 860)
        y = self.rng.uniform(40, 120)
        page.put(self.company(), left + (100 if top == 1 else 0), y, size + 6, "seller")
        page.put(self.pick("street"), left, y + 2 * size, size)
        y += 4 * size
        clock = f"{self.rng.randint(8, 21)}:{self.rng.randint(0, 59):02}"
        y = (
            self.fields(
                page,
                min(top, 1),
                left,
                y,
                [("date", self.date(self.day())), ("time", clock), ("cashier", self.pick("first"))],
                size,
            )
            + size
        )
        total = 0
        for n, item in enumerate(dict.fromkeys(self.pick("item") for _ in range(self.rng.randint(2, 5)))):
            cents = self.rng.randint(3, 90) * 25
            total += cents
            page.items[str(n)] = item
            page.put(f"{item}" if rows_style else f"1 x {item}", left, y, size)
            page.put(self.amount(cents, currency), right, y, size, f"amount{n}", right=True)
            y += 1.5 * size
        cash = (total // 1000 + 1) * 1000
        y += 0.6 * size
        for name, cents in [("total", total), ("cash", cash), ("change", cash - total)][: 1 if end == 2 else 3]:
            if end == 1:
                page.put(self.amount(cents, currency), left, y, size, name, label=f"{self.label(name)}:")
            else:
                page.put(self.label(name), left, y, size)
                page.put(self.amount(cents, currency), right, y, size, name, right=True)
            y += 1.5 * size
        return page

    def letter(self) -> Document:
        """Sender, recipient, date, subject, a few lines and a signature."""
        sender_side, date_place, subject_style = self.layout(2, 3, 3)
        page, size = Document("letter"), self.rng.randint(24, 30)
        sender, recipient, subject, city = self.person(), self.person(), self.pick("subject"), self.pick("city")
        left, y = (60 if sender_side == 0 else 600), self.rng.uniform(40, 120)
        page.put(sender, left, y, size)
        page.put(self.pick("street"), left, y + 1.5 * size, size)
        page.put(city, left, y + 3 * size, size, "city")
        date = self.date(self.day())
        page.put(
            date,
            60 if date_place == 0 else 640,
            y + (6 + date_place) * size,
            size,
            "date",
            label="Date:" if date_place == 2 else "",
        )
        y += 10 * size
        page.put(recipient, 60, y, size, "recipient", label=self.rng.choice(("", "To:")))
        page.put(self.pick("street"), 60, y + 1.5 * size, size)
        y += 5 * size
        label = ("Subject:", "Re:", "")[subject_style]
        page.put(subject, 60, y, size + (0 if label else 4), "subject", label=label)
        lines = [
            f"Dear {recipient},",
            *self.rng.sample(LINES, self.rng.randint(1, 3)),
            self.rng.choice(("Yours sincerely,", "Kind regards,")),
        ]
        for n, line in enumerate(lines):
            page.put(line, 60, y + (2.4 + 1.7 * n) * size, size)
        page.put(sender, 60, y + (3.2 + 1.7 * len(lines)) * size, size, "sender")
        return page

    def document(self) -> Document:
        """An invoice, more often than a receipt or a letter."""
        return self.rng.choice((self.invoice, self.invoice, self.receipt, self.letter))()

    def question(self, page: Document, name: str) -> str:
        """A question for a field such as total, or price2 for the price of item 2."""
        number = name.lstrip("abcdefghijklmnopqrstuvwxyz")
        wordings = TEXTS["held_out" if self.held_out else "questions"][name.removesuffix(number)]
        asked: str = self.rng.choice(wordings)
        return asked.format(kind=page.kind, item=page.items.get(number, "").lower())


LINES = [
    "thank you for your message of last week.",
    "we are glad to tell you that everything is ready.",
    "please call us if you have any questions.",
    "the work will begin on Monday at nine.",
    "I would like to hear from you soon.",
    "please bring this letter with you.",
    "we are sorry that it took so long.",
]


@dataclass
class Asked:
    """A question on a document, and the words that answer it (first, last + 1)."""

    question: str
    words: list[tuple[str, Box]]
    answer: tuple[int, int]
    name: str

    @property
    def text(self) -> str:
        """The answer's words."""
        return " ".join(word for word, _ in self.words[slice(*self.answer)])


def questions(seed: int, held_out: bool = False) -> Iterator[Asked]:
    """Questions without end, each on a document of its own."""
    writer = Writer(random.Random(seed), held_out)
    while True:
        page = writer.document()
        words, answers = page.words(whole_lines=writer.rng.random() < 0.4)
        name = writer.rng.choice(sorted(answers))
        yield Asked(writer.question(page, name), words, answers[name], name.rstrip("0123456789"))
