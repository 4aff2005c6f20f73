"""A generation that can be watched and stopped: text as it comes, tokens a second, a Stop button.

`generate` returns when all is written, so it runs in a thread of its own, and a `TextIteratorStreamer` hands its text
over piece by piece (https://huggingface.co/docs/transformers/internal/generation_utils#transformers.TextStreamer).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import perf_counter

import ipywidgets as widgets
import torch
from transformers import (
    BatchEncoding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
    set_seed,
)


def widget_bundle(box: widgets.DOMWidget, plain: str) -> dict[str, object]:
    """What displays `box` where widgets work, and `plain` where they do not."""
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"application/vnd.jupyter.widget-view+json": view, "text/plain": plain}


class StopWhenAsked(StoppingCriteria):
    """Ends a generation at its next token once `stop` is set, and counts the new tokens of each row meanwhile."""

    def __init__(self, prompt_length: int) -> None:
        self.stop = Event()
        self.prompt_length = prompt_length
        self.new_tokens = 0
        self.cut_short = False

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **kwargs: object) -> torch.BoolTensor:
        self.new_tokens = max(self.new_tokens, input_ids.shape[1] - self.prompt_length)
        self.cut_short = self.stop.is_set()
        return torch.full((len(input_ids),), self.cut_short, device=input_ids.device)


def pieces(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    inputs: BatchEncoding,
    watch: StopWhenAsked | None = None,
    seed: int | None = None,
    **generation: object,
) -> Iterator[str]:
    """The continuation of `inputs` (one text; ids and mask of shape (1, tokens)) in pieces, as they are written.

    `generation` goes to `generate`; `seed` is set right before it. `watch.stop.set()` ends it early. What `generate`
    raises is raised here, in the thread that reads.
    """
    watch = watch or StopWhenAsked(inputs["input_ids"].shape[1])
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            if seed is not None:
                set_seed(seed)
            stopping = StoppingCriteriaList([watch])
            model.generate(**inputs, streamer=streamer, stopping_criteria=stopping, **generation)
        except BaseException as error:
            failures.append(error)
            # Whoever waits for the next piece would wait for ever.
            streamer.text_queue.put(streamer.stop_signal)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield from streamer
    finally:
        watch.stop.set()
        thread.join()
    if failures:
        raise failures[0]


class StreamPanel:
    """A box in which a generation is written as it comes, with its speed and a Stop button.

    `box` is the widget; `text` what has been written so far; `new_tokens` and `seconds` how much and how long.
    `start` returns at once; `wait` returns the text when it is complete, which needs no front end.
    """

    def __init__(self, on_change: Callable[[bool], None] | None = None) -> None:
        self.text = ""
        self.new_tokens = 0
        self.seconds = 0.0
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.stop_button.on_click(lambda _: self.stop())
        self.status = widgets.Label()
        self.page = widgets.HTML()
        self.box = widgets.VBox([self.page, widgets.HBox([self.stop_button, self.status])])
        self._on_change = on_change or (lambda running: None)
        self._thread: Thread | None = None
        self._watch: StopWhenAsked | None = None

    @property
    def running(self) -> bool:
        """Whether a generation is being written."""
        return self._thread is not None and self._thread.is_alive()

    def start(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        prompt: str,
        seed: int | None = None,
        **generation: object,
    ) -> None:
        """Write on from `prompt`, in a thread of its own; one that is still being written is stopped first."""
        self.stop()
        if self._thread:
            self._thread.join()
        inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
        self._watch = StopWhenAsked(inputs["input_ids"].shape[1])
        self.text, self.new_tokens, self.seconds = "", 0, 0.0
        self._show(prompt, "")
        source = pieces(model, tokenizer, inputs, self._watch, seed, **generation)
        self._thread = Thread(target=self._follow, args=(source, prompt), daemon=True)
        self._set_running(True)
        self._thread.start()

    def stop(self) -> None:
        """End at the next token; nothing happens when nothing is being written."""
        if self._watch:
            self._watch.stop.set()

    def wait(self) -> str:
        """Wait until all is written and return the text, without the prompt."""
        if self._thread:
            self._thread.join()
        return self.text

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return widget_bundle(self.box, "A box for text as it is written, with a Stop button.")

    def _follow(self, source: Iterator[str], prompt: str) -> None:
        began = perf_counter()
        try:
            for piece in source:
                self.text += piece
                self.new_tokens, self.seconds = self._watch.new_tokens, perf_counter() - began
                self._show(prompt, f"{self.new_tokens} tokens · {self.new_tokens / self.seconds:.0f} tokens/s")
            if self._watch.cut_short:
                self.status.value += " · stopped"
        except Exception as error:
            self.status.value = f"{type(error).__name__}: {error}"
        finally:
            self._set_running(False)

    def _set_running(self, running: bool) -> None:
        self.stop_button.disabled = not running
        self._on_change(running)

    def _show(self, prompt: str, status: str) -> None:
        written = f"<b>{html.escape(prompt)}</b>{html.escape(self.text)}"
        self.page.value = (
            f'<div class="stream-text" dir="auto" style="white-space: pre-wrap; line-height: 1.5">{written}</div>'
        )
        self.status.value = status
