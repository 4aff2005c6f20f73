"""Generate in a thread, so that text can be shown, and stopped, while it is written.

See https://huggingface.co/docs/transformers/internal/generation_utils#transformers.TextStreamer
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable
from threading import Event, Thread
from time import perf_counter
from typing import Any, cast

import ipywidgets as widgets
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, StoppingCriteria, StoppingCriteriaList, TextStreamer


def bundle(box: widgets.DOMWidget, plain: str, **others: str) -> dict[str, object]:
    """Return what displays `box` where widgets work, and elsewhere `plain` or the `others`, by MIME type.

    On Colab widgets always work, so leave it no choice.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    data: dict[str, object] = {"application/vnd.jupyter.widget-view+json": view, "text/plain": plain}
    return data if "google.colab" in sys.modules else {**data, **others}


class Stream(StoppingCriteria):
    """Run `generate` in a thread; call `show`, which subclasses define, after every piece of text and at the end.

    `text`, `new_tokens` and `seconds` grow meanwhile; `error` holds what `generate` raised. As a stopping criterion, it
    stops `generate` itself.
    """

    def __init__(self) -> None:
        self.text, self.prompt_tokens, self.new_tokens, self.seconds = "", 0, 0, 0.0
        self.running, self.stopped = False, False
        self.error: Exception | None = None
        self._asked_to_stop, self._thread = Event(), Thread()

    def show(self) -> None:
        """Show the present state."""

    def stop(self) -> None:
        """Stop after the next token."""
        self._asked_to_stop.set()

    def wait(self) -> str:
        """Wait for the end and return the text, without the prompt."""
        if self._thread.ident:
            self._thread.join()
        return self.text

    @property
    def progress(self) -> str:
        """The number of tokens and the speed, or the error, in words."""
        if self.error:
            return f"{type(self.error).__name__}: {self.error}"
        speed = f"{self.new_tokens} tokens · {self.new_tokens / max(self.seconds, 1e-9):.0f} tokens/s"
        return speed + " · stopped" * self.stopped

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **kwargs: object) -> torch.BoolTensor:
        """Count the new tokens, and return whether each row must stop, (rows,)."""
        self.new_tokens, self.stopped = input_ids.shape[1] - self.prompt_tokens, self._asked_to_stop.is_set()
        return cast(torch.BoolTensor, torch.full((len(input_ids),), self.stopped, device=input_ids.device))

    def _begin(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, inputs: Any, **settings: Any) -> None:
        """Start to continue one prompt, its ids and mask of shape (1, tokens); a `seed` is set right before."""
        self.text, self.prompt_tokens, self.new_tokens, self.seconds = "", inputs["input_ids"].shape[1], 0, 0.0
        self.running, self.stopped, self.error = True, False, None
        self._asked_to_stop.clear()
        seed, began = settings.pop("seed", None), perf_counter()

        def add(text: str) -> None:
            self.text, self.seconds = self.text + text, perf_counter() - began
            self.show()

        def work() -> None:
            try:
                if seed is not None:
                    torch.manual_seed(seed)
                streamer, criteria = _Streamer(tokenizer, add), StoppingCriteriaList([self])
                model.generate(**inputs, streamer=streamer, stopping_criteria=criteria, **settings)  # type: ignore[operator]
            except Exception as error:
                self.error = error
            self.running = False
            self.show()

        self.show()
        self._thread = Thread(target=work, daemon=True)
        self._thread.start()


class _Streamer(TextStreamer):
    """Call `add` with every piece of the new text."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, add: Callable[[str], None]) -> None:
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self._add = add

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        self._add(text)


class StreamPanel(Stream):
    """Show a generation as it is written, with its speed and a Stop button; `box` is the widget."""

    def __init__(self) -> None:
        super().__init__()
        self._prompt = ""
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.stop_button.on_click(lambda _: self.stop())
        self.status, self.page = widgets.Label(), widgets.HTML()
        self.box = widgets.VBox([self.page, widgets.HBox([self.stop_button, self.status])])

    def start(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, **settings: Any) -> None:
        """Stop what runs, begin to continue `prompt` with the `settings` of `generate` and a `seed`, and return."""
        self.stop()
        self.wait()
        self._prompt = prompt
        self._begin(model, tokenizer, tokenizer(prompt, return_tensors="pt").to(model.device), **settings)

    def show(self) -> None:
        """Show the text, the speed and whether it can be stopped."""
        text, style = f"<b>{html.escape(self._prompt)}</b>{html.escape(self.text)}", "white-space: pre-wrap"
        self.page.value = f'<div class="stream-text" dir="auto" style="{style}; line-height: 1.5">{text}</div>'
        self.status.value, self.stop_button.disabled = self.progress, not self.running

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return bundle(self.box, "A box for text as it is written, with a Stop button.")
