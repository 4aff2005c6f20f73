"""What the set-up does to a kernel."""

from __future__ import annotations

import random

import numpy as np
import torch
import transformers

from classroom.client import kernel
from tests.support.client import lines, run_python


def test_seeding_gives_the_numbers_that_the_library_s_own_seeding_gives() -> None:
    def numbers() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    kernel.set_seed(7)
    ours = numbers()
    transformers.set_seed(7)
    assert ours == numbers()


def test_the_set_up_loads_no_code_of_models_so_that_its_answer_comes_soon() -> None:
    code = "import sys, helpers; helpers.setup(); print([name for name in ('peft', 'scipy') if name in sys.modules])"
    assert lines(run_python(code, 60, {"COURSE_HUB": "classroom"}))[-1] == "[]"
