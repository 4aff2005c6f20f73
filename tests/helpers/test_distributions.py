"""The figures of distributions and of shaded texts tell the numbers they were given, for any token."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from helpers import plots
from helpers.plots.probability import entropy, percent
from helpers.plots.tokens import wrapped

PIECES = ["Ġa", "Ã", "ĊĊ", "×©×ľ", "$x$", "w" * 90, "äł", "Ġ"]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """Tokens that are hard to draw: half characters, newlines, Hebrew, mathematics, one longer than a line."""
    tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(PIECES)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def falling(size: int = len(PIECES)) -> np.ndarray:
    weights = 0.5 ** np.arange(size)
    return weights / weights.sum()


def test_entropy_counts_the_bits_of_a_fair_draw() -> None:
    assert entropy(np.full(8, 1 / 8)) == pytest.approx(3)
    assert entropy([1.0, 0.0]) == 0


@pytest.mark.parametrize(("share", "written"), [(0.694, "69.4 %"), (1, "100.0 %"), (0, "0.0 %"), (1e-5, "under 0.1 %")])
def test_a_small_share_is_told_apart_from_none(share: float, written: str) -> None:
    assert percent(share) == written


def test_a_filter_s_figure_tells_what_is_kept_and_what_is_cut(
    tokenizer: PreTrainedTokenizerFast, capsys: pytest.CaptureFixture[str]
) -> None:
    before = falling()
    after = np.where(np.arange(8) < 3, before, 0)
    after /= after.sum()
    plots.filtered(tokenizer, before, after, "three of eight", top=2)
    shown = capsys.readouterr().out
    assert "3 of 8 tokens kept, which hold 87.8 % of the model's probability" in shown
    assert "␣a 50.2 % → 57.1 %" in shown and "<C3> 25.1 % → 28.6 %" in shown
    assert "1 others kept 12.5 % → 14.3 %" in shown and "5 others cut 12.2 % → cut" in shown


def test_hard_tokens_break_no_figure(tokenizer: PreTrainedTokenizerFast, capsys: pytest.CaptureFixture[str]) -> None:
    before = falling()
    tokens, kinds = plots.token_texts(tokenizer, range(8)), ["rare", "likely"] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.distributions(tokenizer, {"as it is": before, "even": np.full(8, 1 / 8)}, "hard tokens", top=8)
        plots.filtered(tokenizer, before, before, "all are kept", top=8)
        plots.token_boxes({"1": (tokens, kinds), "2": ([], [])}, {"likely": "white", "rare": "#08306B"}, "Texts")
    shown = capsys.readouterr().out
    assert "even: 3.0 bits" in shown
    assert "Texts, tokens by colour: 1: 4 likely, 4 rare" in shown


def test_tokens_and_kinds_of_unequal_number_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        plots.token_boxes({"": (["a", "b"], ["one"])}, {"one": "white"}, "Texts")


def test_no_line_of_boxes_is_too_long() -> None:
    places = wrapped([" palabra"] * 40 + ["世界"] * 60 + ["x" * 200], 70)
    assert all(column + len(text) <= 70 for _, column, text in places)


def test_a_newline_begins_a_new_line() -> None:
    assert [place[:2] for place in wrapped(["a", ".\n", "b"], 70)] == [(0, 0), (0, 1), (1, 0)]
