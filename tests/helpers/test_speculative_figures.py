"""The figures of lesson 08 say in words what they show, whatever the tokens look like."""

from __future__ import annotations

import warnings

import pytest
from transformers import AutoTokenizer

from helpers import plots


@pytest.fixture(scope="module")
def spanish(checkpoint):
    return AutoTokenizer.from_pretrained(checkpoint("gpt2-es-nano"))


@pytest.fixture
def described(capsys):
    """Draws a figure, with no warning allowed, and returns its description."""

    def draw(figure, *arguments: object) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure(*arguments)
        return capsys.readouterr().out

    return draw


def test_each_step_says_how_many_of_its_drafts_were_accepted(spanish, described) -> None:
    drafts = [spanish("la vida y la casa")["input_ids"], [], [5, 6]]
    text = described(plots.draft_steps, spanish, drafts, [3, 0, 0], [7, 8, 9])
    assert "3 steps, each with one token of the large model's own" in text
    assert f"it accepted 3 of {len(drafts[0])}, 0 of 0, 0 of 2" in text


def test_many_drafts_and_any_token_of_the_vocabulary_can_be_drawn(spanish, described) -> None:
    described(plots.draft_steps, spanish, [range(200), range(0, 8192, 41)], [200, 3], [0, 8191])


def test_steps_of_unequal_number_are_refused(spanish) -> None:
    with pytest.raises(ValueError, match="zip"):
        plots.draft_steps(spanish, [[1], [2]], [1], [3, 4])


def test_measured_speed_stands_in_words_that_comparisons_leave_out(described) -> None:
    text = described(plots.speed_up, [0, 1, 2], {"a pair": [1, 1.2, 1.1]}, {1: 0.704})
    assert "at 1 0.70 times faster" in text
