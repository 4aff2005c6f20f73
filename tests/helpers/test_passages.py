"""The passages by people that lesson 08 measures come with the package."""

from __future__ import annotations

from importlib.resources import files


def test_ten_authors_have_a_passage_long_enough_to_measure() -> None:
    text = (files("helpers") / "passages.txt").read_text(encoding="utf-8")
    passages = dict(passage.split("\n") for passage in text.strip().split("\n\n"))
    assert len({source.split(",")[0] for source in passages}) == 10
    assert all(source[-4:].isdigit() and int(source[-4:]) < 1930 for source in passages)
    assert min(len(passage.split()) for passage in passages.values()) >= 60
