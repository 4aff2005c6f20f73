"""The course's own models come with the package and need no Hub."""

from __future__ import annotations

import pytest

from classroom.client.bundled import NAMES, folder
from classroom.client.errors import SetupError
from tests.support.client import lines, run_python

pytestmark = pytest.mark.slow  # each test loads a model in a process of its own


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hub", ["hub", "classroom"])
def test_one_line_loads_them_in_both_hub_modes(name: str, hub: str, tmp_path) -> None:
    code = f"""
        import helpers
        course = helpers.setup()
        from transformers import AutoModelForCausalLM, AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained(course.bundled({name!r}))
        model = AutoModelForCausalLM.from_pretrained(course.bundled({name!r}), dtype=course.dtype)
        print(model.dtype, len(tokenizer) == model.config.vocab_size)
    """
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    assert lines(run_python(code, 120, {"COURSE_HUB": hub} | nowhere))[-1] == "torch.float32 True"


def test_another_name_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(SetupError, match="it brings gpt2-es-mini and gpt2-es-nano"):
        folder("gpt2")
