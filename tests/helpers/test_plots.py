"""Figures for any model and tokenizer: how tokens are written, and that strange ones break no figure."""

from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from helpers import plots
from helpers.plots import beam_tree, search_tree
from helpers.plots.figures import printable, shortened, token_texts


@pytest.fixture(scope="module")
def spanish(checkpoint):
    return AutoTokenizer.from_pretrained(checkpoint("gpt2-es-mini"))


def byte_level(pieces: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def sentencepiece(pieces: list[str]) -> PreTrainedTokenizerFast:
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


@pytest.mark.parametrize(
    ("token", "drawn"),
    [
        ("ĠniÃ±o", "␣niño"),
        ("Ċ", "↵"),
        (" niño", "␣niño"),
        ("ñ", "ñ"),
        ("¿Qué", "¿Qué"),
        ("«sí»", "«sí»"),
        ("▁casa", "␣casa"),
        ("##ft", "##ft"),
        ("a\tb", "a⇥b"),
        ("miał", "miał"),
        ("שלום", "שלום"),
        ("ä½ł", "<4F60>"),
        ("$5", "$5"),
        ("", ""),
    ],
)
def test_a_token_is_drawn_as_what_it_stands_for(token: str, drawn: str) -> None:
    assert printable(token) == drawn


@pytest.fixture
def drawn(monkeypatch):
    """The figures that a test draws, left open."""
    figures = []
    monkeypatch.setattr("helpers.plots.figures.plt.close", figures.append)
    yield figures
    monkeypatch.undo()
    plt.close("all")


def test_bars_show_the_space_of_a_token_but_not_those_between_words(drawn, capsys) -> None:
    plots.bars([" niño", "always the same answer"], [0.4, 0.2], "Two bars", unit="accuracy")
    (axes,) = drawn[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["always the same answer", "␣niño"]
    assert "bar chart, Two bars:  niño 0.40, always the same answer 0.20." in capsys.readouterr().out


def test_half_a_character_is_shown_as_its_bytes() -> None:
    tokenizer = byte_level(["Ã", "±", "Ġa", "âĢ", "Ã±", "ĠÃ"])
    assert token_texts(tokenizer, range(6)) == ["<C3>", "<B1>", " a", "<E2><80>", "ñ", " <C3>"]


def test_a_byte_that_stands_for_itself_is_shown_as_its_value() -> None:
    tokenizer = sentencepiece(["▁casa", "s", "<0xE2>", "<0x0A>"])
    assert token_texts(tokenizer, range(4)) == [" casa", "s", "<E2>", "\n"]


def test_a_word_with_a_letter_that_is_also_a_byte_sign_stays(spanish) -> None:
    ids = spanish("El niño soñó: «¿Qué?» —sí")["input_ids"]
    assert "".join(token_texts(spanish, ids)) == "El niño soñó: «¿Qué?» —sí"


def test_every_token_of_a_vocabulary_can_be_drawn_without_a_warning(spanish) -> None:
    figure, axes = plt.subplots()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in token_texts(spanish, range(0, len(spanish), 8)):
            axes.text(0, 0, printable(text), parse_math=False)
        figure.canvas.draw()
    plt.close(figure)


def test_a_long_token_keeps_its_beginning_and_its_end() -> None:
    assert shortened("Donaudampfschifffahrt", 12) == "Donauda…ahrt"
    assert len(shortened("x" * 200, 12)) == 12
    assert shortened("short", 12) == "short"


STRANGE = [
    "Ã",
    "±",
    "Ġ×©×ľ×ķ×Ŀ",
    "ĠÙħØ±ØŃØ¨Ø§",
    "ä½łå¥½",
    "ĠDonaudampfschifffahrt",
    "$",
    "Ċ",
    "ðŁĻĤ",
    "Ġa",
]


def test_trees_draw_half_characters_long_tokens_and_every_script(capsys) -> None:
    tokenizer, ids = byte_level(STRANGE), range(len(STRANGE))
    paths = [[(a, 0.3), (b, 0.2)] for a in ids for b in ids[:3]]
    steps = [
        [(-float(i), (i,)) for i in ids],
        [(-2.0 - i, (i % 5, i)) for i in ids],
        [(-3.0 - i, (i % 5, i % 5, i)) for i in ids],
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search_tree(tokenizer, paths, {"greedy": paths[0], "most probable": paths[4]}, "a prompt for $5 " * 9)
        beam_tree(tokenizer, steps, 5, "שלום")
    told = capsys.readouterr().out
    assert "tree of 30 continuations, 2 tokens long. greedy: '<C3><C3>', 6.00 %; most probable: '<B1><B1>'" in told
    assert "5 beams over 3 steps, 15 pruned candidates shown; best in the end: '<C3><C3><C3>'" in told


def test_no_text_in_a_tree_lies_on_other_text(drawn) -> None:
    tokenizer, ids = byte_level(STRANGE), range(4, 7)
    paths = [[(a, 0.5), (b, 0.5), (c, 0.5)] for a in ids for b in ids for c in ids]
    search_tree(tokenizer, paths, {"one": paths[0], "other": paths[-1]}, "Me encanta aprender de todo corazón")
    boxes = [text.get_window_extent() for text in drawn[0].axes[0].texts if text.get_text()]
    assert len(boxes) > 60
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


def test_a_figure_is_shown_with_its_description(capsys) -> None:
    figure, _ = plt.subplots()
    plots.show(figure, "a line that falls.")
    assert "Figure: a line that falls." in capsys.readouterr().out
    assert not plt.fignum_exists(figure.number)


def test_masks_and_spans_tell_their_numbers(capsys) -> None:
    tokens = [["Ã", "$x$", "PAD"], ["שלום", "a", "b"]]
    plots.attention_masks({"mask": [[1, 1, 0], [1, 1, 1]]}, {"mask": tokens}, mark_last=True)
    plots.on_characters(["to be or"], [[(0, 2), (3, 3), (3, 5)]])
    plots.on_characters(["Zoë in Paris"], [[(0, 3), (4, 6), (7, 12)]], [["person", None, "location"]])
    shown = capsys.readouterr().out
    assert "ignored positions in each row, mask: 1, 0." in shown
    assert "tokens on the characters they cover: to|be." in shown
    assert "spans on the characters they cover: Zoë person, Paris location." in shown
