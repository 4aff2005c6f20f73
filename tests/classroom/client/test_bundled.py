"""The course's own models and samples come with the package and need no Hub."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from PIL import Image

from classroom.client.bundled import DATA, NAMES, path, samples
from classroom.client.errors import SetupError
from tests.support.client import lines, run_python

MEGABYTE = 1_000_000


@pytest.mark.slow  # each loads models in a process of its own
@pytest.mark.parametrize("hub", ["hub", "classroom"])
def test_one_line_loads_them_in_both_hub_modes(hub: str, tmp_path: Path) -> None:
    code = f"""
        import helpers
        course = helpers.setup()
        from transformers import AutoModelForCausalLM, AutoTokenizer
        for name in {NAMES!r}:
            tokenizer = AutoTokenizer.from_pretrained(course.bundled(name))
            model = AutoModelForCausalLM.from_pretrained(course.bundled(name), dtype=course.dtype)
            print(name, model.dtype, len(tokenizer) == model.config.vocab_size)
    """
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    printed = lines(run_python(code, 120, {"COURSE_HUB": hub} | nowhere))
    assert printed[-len(NAMES) :] == [f"{name} torch.float32 True" for name in NAMES]


def test_another_name_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(SetupError, match=r"it brings gpt2-es-mini, gpt2-es-nano, .*cat\.jpg"):
        path("gpt2")


@pytest.mark.parametrize("name", [name for name in samples() if name.endswith(".wav")])
def test_a_sound_is_what_speech_models_want(name: str) -> None:
    with wave.open(path(name)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        assert sound.getnframes() / 16_000 <= 10


@pytest.mark.parametrize("name", [name for name in samples() if not name.endswith(".wav")])
def test_a_picture_opens(name: str) -> None:
    assert max(Image.open(path(name)).size) <= 1_300  # the invoice is a page


def test_the_samples_are_small_and_each_has_an_origin_and_a_licence() -> None:
    files = [Path(path(name)) for name in samples()]
    rows = [line.split(" | ") for line in (DATA / "samples" / "README.md").read_text("utf-8").splitlines()]
    assert sum(file.stat().st_size for file in files) < 3 * MEGABYTE
    assert {row[0].strip("| ") for row in rows if len(row) == 4} >= set(samples())
