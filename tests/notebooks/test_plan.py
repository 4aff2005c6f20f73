"""Lesson 13's plan looks at what it loaded: a body of the published size trains no longer than the stand-in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tools.notebooks import lessons, read

SMALL, PUBLISHED = 10_794_624, 85_054_464  # parameters of the encoders of the stand-in and of BERT base


def plan_for(encoder: int, device: str) -> dict[str, float]:
    """What the lesson's own cell chooses."""
    [path] = [path for path in lessons() if path.name.startswith("13_")]
    [cell] = [cell for cell in read(path).cells if cell.id == "plan-2"]
    names = {"course": SimpleNamespace(device=device), "encoder": encoder}
    exec(cell.source, names)
    return names["plan"]


def work(encoder: int, device: str) -> float:
    """Parameters times tokens that both trainings and all measurements go through; three times for training."""
    plan = plan_for(encoder, device)
    reviews = 3 * (5 * plan["recipe"] + plan["rows"]) + 10 * plan["validation"] + 2 * plan["test"]
    return encoder * reviews * plan["tokens"]


def test_the_published_body_takes_no_longer_than_the_stand_in_on_a_cpu() -> None:
    assert work(PUBLISHED, "cpu") <= work(SMALL, "cpu")


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_gpu_gets_the_classic_recipe_in_full(device: str) -> None:
    assert plan_for(PUBLISHED, device)["recipe"] == 1000
