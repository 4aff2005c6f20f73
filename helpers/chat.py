"""A small chat: the conversation, and beside it the exact text that the model reads.

For every answer all messages go through the tokenizer's own template, as a lesson does it by hand
(https://huggingface.co/docs/transformers/chat_templating); the answer is written as it comes.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Sequence
from threading import Thread
from time import perf_counter

import ipywidgets as widgets
from jinja2.exceptions import TemplateError
from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

from helpers.streaming import StopWhenAsked, pieces, widget_bundle

NEW_TOKENS = 60
Messages = list[dict[str, str]]


class ChatError(ValueError):
    """The conversation cannot go on like this; the message says what to do."""


def chat(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, system: str | None = None, **generation: object
) -> Chat:
    """A conversation with `model`, as a widget, or by `say` where there is no front end.

    `system` is the system message; `generation` goes to `generate`, by default greedy and at most 60 new tokens.
    Raises ChatError for a tokenizer without a template, and for a template that refuses a system message.
    """
    return Chat(model, tokenizer, system, **generation)


class Chat:
    """Keeps the history, formats it for every answer, and shows both; made by `chat`.

    `messages` is the history, the system message included; `prompt` the text that the model read last.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, system: str | None, **generation: object
    ) -> None:
        if tokenizer.chat_template is None:
            raise ChatError("This tokenizer has no chat template: assign one to tokenizer.chat_template first.")
        self._model, self._tokenizer = model, tokenizer
        self._generation: dict[str, object] = {"max_new_tokens": NEW_TOKENS, "do_sample": False} | generation
        self._first: Messages = [{"role": "system", "content": system}] if system else []
        self._marks = re.compile("|".join(map(re.escape, tokenizer.all_special_tokens)) or "(?!)")
        self._watch: StopWhenAsked | None = None
        self._thread: Thread | None = None
        self._failure: Exception | None = None
        self._make_widgets()
        self.clear()

    def clear(self) -> None:
        """Begin a new conversation, with the same system message."""
        self.stop()
        self._join()
        self.messages: Messages = list(self._first)
        self.prompt = self._formatted(self.messages) if self.messages else ""
        self._answer = ""
        self.status.value = ""
        self._show()

    def say(self, text: str) -> str:
        """Send a message, wait for the answer and return it. Raises ChatError, and what `generate` raises."""
        self._begin(text)
        return self.wait()

    def wait(self) -> str:
        """Wait until the answer is complete and return it. Raises what `generate` raises."""
        self._join()
        if self._failure:
            raise self._failure
        return self._answer

    def send(self, text: str) -> bool:
        """Send a message and return at once, as the widget does; what goes wrong stands in the status line.

        False says that the message was not sent.
        """
        try:
            self._begin(text)
        except ChatError as error:
            self.status.value = str(error)
            return False
        return True

    def stop(self) -> None:
        """End the answer at its next token."""
        if self._watch:
            self._watch.stop.set()

    def _join(self) -> None:
        if self._thread:
            self._thread.join()

    def _begin(self, text: str) -> None:
        self._join()
        if not text.strip():
            raise ChatError("Write a message first.")
        asked = [*self.messages, {"role": "user", "content": text}]
        prompt = self._formatted(asked, add_generation_prompt=True)
        inputs = self._tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt")
        self._check_room(inputs["input_ids"].shape[1])
        self.messages, self.prompt, self._answer, self._failure = asked, prompt, "", None
        self._watch = StopWhenAsked(inputs["input_ids"].shape[1])
        self._set_running(True)
        self._show()
        self._thread = Thread(target=self._follow, args=(inputs.to(self._model.device), self._watch), daemon=True)
        self._thread.start()

    def _follow(self, inputs: BatchEncoding, watch: StopWhenAsked) -> None:
        began = perf_counter()
        try:
            for piece in self._written(inputs, watch):
                self._answer += piece
                rate = watch.new_tokens / (perf_counter() - began)
                self.status.value = (
                    f"{watch.prompt_length} tokens read · {watch.new_tokens} written · {rate:.0f} tokens/s"
                )
                self._show()
            self.messages.append({"role": "assistant", "content": self._answer})
            if watch.cut_short:
                self.status.value += " · stopped"
        except Exception as error:
            self._failure = error
            self.messages.pop()
            self.status.value = f"{type(error).__name__}: {error}"
        finally:
            self._set_running(False)
            self._show()

    def _written(self, inputs: BatchEncoding, watch: StopWhenAsked) -> Iterator[str]:
        return pieces(self._model, self._tokenizer, inputs, watch, **self._generation)

    def _formatted(self, messages: Messages, add_generation_prompt: bool = False) -> str:
        try:
            return self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=add_generation_prompt
            )
        except TemplateError as error:
            raise ChatError(f"The tokenizer's template refuses this conversation: {error}") from error

    def _check_room(self, tokens: int) -> None:
        limit = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        new = self._generation["max_new_tokens"]
        if limit and tokens + new > limit:
            raise ChatError(
                f"This conversation has {tokens:,} tokens; with an answer of {new} that is more than the {limit:,}"
                " that the model can read: send a shorter message, or begin a new chat."
            )

    def _make_widgets(self) -> None:
        wide = widgets.Layout(width="100%")
        self.box_for_text = widgets.Text(placeholder="Write a message and press Enter", layout=wide)
        self.send_button = widgets.Button(description="Send", icon="paper-plane", button_style="primary")
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.clear_button = widgets.Button(description="New chat", icon="refresh")
        self.conversation_page, self.prompt_page = widgets.HTML(), widgets.HTML()
        self.status = widgets.Label()
        self.send_button.on_click(lambda _: self._send_what_is_written())
        # on_submit is deprecated, and a change of the value would send when the box is merely left.
        self.box_for_text.on_msg(self._on_message)
        self.stop_button.on_click(lambda _: self.stop())
        self.clear_button.on_click(lambda _: self.clear())
        buttons = widgets.HBox([self.send_button, self.stop_button, self.clear_button])
        left = [self.conversation_page, self.box_for_text, buttons, self.status]
        half = {"width": "50%", "min_width": "300px", "padding": "0 8px", "flex": "1 1 300px"}
        panes = [widgets.VBox(left, layout=half), widgets.VBox([self.prompt_page], layout=half)]
        self.box = widgets.HBox(panes, layout=widgets.Layout(flex_flow="row wrap"))

    def _on_message(self, box: widgets.Text, message: dict[str, str], buffers: list) -> None:
        if message.get("event") == "submit":
            self._send_what_is_written()

    def _send_what_is_written(self) -> None:
        if not self.send_button.disabled and self.send(self.box_for_text.value):
            self.box_for_text.value = ""

    def _set_running(self, running: bool) -> None:
        self.send_button.disabled = self.clear_button.disabled = running
        self.stop_button.disabled = not running

    def _show(self) -> None:
        self.conversation_page.value = f"<h4>The conversation</h4>{self._conversation_html()}"
        self.prompt_page.value = f"<h4>What the model reads, and writes</h4>{self._prompt_html()}"

    def _turns(self) -> Sequence[tuple[str, str]]:
        turns = [(message["role"], message["content"]) for message in self.messages]
        return [*turns, ("assistant", self._answer)] if turns and turns[-1][0] == "user" else turns

    def _conversation_html(self) -> str:
        turns = (
            f'<p dir="auto" style="white-space: pre-wrap"><b>{role}</b><br>{html.escape(text)}</p>'
            for role, text in self._turns()
        )
        return "".join(turns) or "<p>Nobody has said anything yet.</p>"

    def _prompt_html(self) -> str:
        """The prompt with the special tokens in bold, and underlined what the model wrote."""
        read, place = "", 0
        for mark in self._marks.finditer(self.prompt):
            read += f"{html.escape(self.prompt[place : mark.start()])}<b>{html.escape(mark.group())}</b>"
            place = mark.end()
        read += html.escape(self.prompt[place:])
        written = f"<ins>{html.escape(self._answer)}</ins>" if self._answer else ""
        return f'<pre dir="auto" style="white-space: pre-wrap">{read}{written}</pre>'

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        said = "\n".join(f"{role}: {text}" for role, text in self._turns()) or "(nobody has said anything yet)"
        plain = f"A chat.\n{said}\n\nWhat the model read last:\n{self.prompt}"
        columns = f"<td>{self._conversation_html()}</td><td>{self._prompt_html()}</td>"
        if "google.colab" in sys.modules:  # there widgets always work, so leave it no choice
            return widget_bundle(self.box, plain)
        page = f"<table><tr><th>conversation</th><th>read, and underlined: written</th></tr><tr>{columns}</tr></table>"
        return widget_bundle(self.box, plain) | {"text/html": page}
