"""A generation that is watched writes what `generate` writes, can be stopped, and shows its errors."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import ModuleType

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase, set_seed

from helpers.widgets import StreamPanel
from helpers.widgets.stream import bundle

PROMPT = "Me encanta aprender de"
Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]


@pytest.fixture(scope="module")
def loaded(checkpoint: Callable[[str], str]) -> Loaded:
    name = checkpoint("gpt2-es-nano")
    tokenizer = AutoTokenizer.from_pretrained(name, pad_token="<|endoftext|>")
    return AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32), tokenizer


def test_the_text_is_what_generate_writes_and_comes_in_pieces(loaded: Loaded) -> None:
    model, tokenizer = loaded
    seen = []

    class Watched(StreamPanel):
        def show(self) -> None:
            super().show()
            seen.append(self.text)

    panel = Watched()
    panel.start(model, tokenizer, PROMPT, seed=3, do_sample=True, max_new_tokens=20)
    text = panel.wait()
    set_seed(3)
    inputs = tokenizer(PROMPT, return_tensors="pt")
    output = model.generate(**inputs, do_sample=True, max_new_tokens=20)
    assert text == tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert len(set(seen)) > 3 and all(text.startswith(part) for part in seen)


def test_the_panel_fills_without_a_front_end(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, seed=1, do_sample=True, max_new_tokens=15)
    text = panel.wait()
    assert text and panel.new_tokens == 15
    assert f"<b>{PROMPT}</b>" in panel.page.value and text.split()[0] in panel.page.value
    assert panel.status.value.endswith(" tokens/s")
    assert panel.stop_button.disabled and not panel.running


def test_the_panel_returns_at_once_and_its_button_stops_it(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, min_new_tokens=400, max_new_tokens=400)
    assert panel.running and not panel.stop_button.disabled
    while not panel.text:
        time.sleep(0.01)
    panel.stop_button.click()
    panel.wait()
    assert panel.new_tokens < 400 and panel.status.value.endswith("stopped")


def test_a_new_start_takes_the_place_of_the_old(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, min_new_tokens=400, max_new_tokens=400)
    panel.start(*loaded, "El niño", do_sample=False, max_new_tokens=5)
    panel.wait()
    assert panel.new_tokens == 5 and "<b>El niño</b>" in panel.page.value


def test_the_panel_tells_an_error_in_a_sentence(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, do_sample=True, temperature=0.0, max_new_tokens=5)
    panel.wait()
    assert "temperature" in panel.status.value and panel.stop_button.disabled
    assert isinstance(panel.error, ValueError)


def test_the_panel_can_be_started_again_after_an_error_or_a_stop(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, PROMPT, do_sample=True, temperature=0.0, max_new_tokens=5)
    panel.stop()
    panel.start(*loaded, PROMPT, do_sample=False, max_new_tokens=5)
    panel.wait()
    assert panel.error is None and panel.new_tokens == 5 and "stopped" not in panel.status.value


def test_on_colab_there_is_only_the_widget_to_choose(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"image/svg+xml": "<svg/>"}
    assert "image/svg+xml" in bundle(StreamPanel().box, "plain", **others)
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    assert "image/svg+xml" not in bundle(StreamPanel().box, "plain", **others)


def test_markup_in_a_text_is_shown_as_text(loaded: Loaded) -> None:
    panel = StreamPanel()
    panel.start(*loaded, "<script>", do_sample=False, max_new_tokens=2)
    panel.wait()
    assert "<script>" not in panel.page.value and "&lt;script&gt;" in panel.page.value
