"""The figures of distributions and of shaded texts tell the numbers they were given, for any token."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from helpers import plots
from helpers.plots.distributions import LINE_CHARACTERS, _lines, draw_filtered, entropy, percent

PIECES = ["Ġa", "Ã", "ĊĊ", "×©×ľ", "$x$", "w" * 90, "äł", "Ġ"]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """Tokens that are hard to draw: half characters, line ends, Hebrew, mathematics, one longer than a line."""
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


def test_a_filter_s_figure_tells_what_is_kept_and_what_is_cut(tokenizer: PreTrainedTokenizerFast) -> None:
    before = falling()
    after = np.where(np.arange(8) < 2, before, 0)
    after /= after.sum()
    _, alt = draw_filtered(tokenizer, before, after, "two of eight", top=8)
    assert "2 of 8 tokens are kept and hold 75.3 % of the probability" in alt
    assert "␣a 50.2 % 66.7 %" in alt and "<C3> 25.1 % 33.3 %" in alt and "↵↵ 12.5 % cut" in alt


def test_hard_tokens_break_no_figure(tokenizer: PreTrainedTokenizerFast, capsys: pytest.CaptureFixture[str]) -> None:
    before = falling()
    plots.distributions(tokenizer, {"as it is": before, "even": np.full(8, 1 / 8)}, "hard tokens", top=8)
    plots.cut_points({"falling": before, "even": np.full(8, 1 / 8)}, top_k=2, top_p=0.9)
    tokens = plots.token_texts(tokenizer, range(8))
    plots.coloured_text({"first": (tokens, before), "second": (tokens, before)})
    shown = capsys.readouterr().out
    assert "even: 3.0 bits" in shown
    assert "falling: the first 2 tokens hold 75.3 %, 0.9 is reached by 4" in shown
    assert "2 from 10 %" in shown


def test_no_line_of_a_shaded_text_is_too_long() -> None:
    places = _lines([" palabra"] * 40 + ["世界"] * 60 + ["x" * 200])
    assert all(column + width <= LINE_CHARACTERS for _, column, width in places)


def test_a_line_end_begins_a_new_line() -> None:
    assert [place[:2] for place in _lines(["a", ".\n", "b"])] == [(0, 0), (0, 1), (1, 0)]
