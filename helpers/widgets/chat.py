"""Chat with a model, beside the exact text that it reads.

Every answer formats the whole history with the tokenizer's template
(https://huggingface.co/docs/transformers/chat_templating) and is shown while it is written.
"""

from __future__ import annotations

import html
import re
from typing import Any

import ipywidgets as widgets
from jinja2.exceptions import TemplateError
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.widgets.stream import Stream, bundle

PAGE = '<pre dir="auto" style="white-space: pre-wrap">{}</pre>'
CELL = '<{0} style="text-align: left; vertical-align: top">{1}</{0}>'


class ChatError(ValueError):
    """Say why the conversation cannot go on, and what to do."""


class Chat(Stream):
    """Hold a conversation with `model`, as a widget, or with `say` where there is no front end.

    `system` is the system message; `settings` go to `generate`, by default greedy and at most 60 new tokens.
    `messages` is the history; `prompt` is the text that the model read last. Raise ChatError for a tokenizer without a
    chat template, and for a template that refuses a system message.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, system: str | None = None, **settings: Any
    ) -> None:
        super().__init__()
        if tokenizer.chat_template is None:
            raise ChatError("This tokenizer has no chat template: assign one to tokenizer.chat_template first.")
        self._model, self._tokenizer = model, tokenizer
        self._settings: dict[str, Any] = {"max_new_tokens": 60, "do_sample": False, **settings}
        self._first = [{"role": "system", "content": system}] if system else []
        self._special = re.compile("|".join(map(re.escape, tokenizer.all_special_tokens)) or "(?!)")
        self.message_box = widgets.Text(placeholder="Write a message and press Enter", layout={"width": "100%"})
        self.send_button = widgets.Button(description="Send", icon="paper-plane", button_style="primary")
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.clear_button = widgets.Button(description="New chat", icon="refresh")
        self.conversation_page, self.prompt_page, self.status = widgets.HTML(), widgets.HTML(), widgets.Label()
        self.send_button.on_click(lambda _: self._send())
        # on_submit is deprecated, and observing the value would send whenever the box loses the focus.
        self.message_box.on_msg(lambda _, message, __: self._send() if message.get("event") == "submit" else None)
        self.stop_button.on_click(lambda _: self.stop())
        self.clear_button.on_click(lambda _: self.clear())
        buttons = widgets.HBox([self.send_button, self.stop_button, self.clear_button])
        left = [self.conversation_page, self.message_box, buttons, self.status]
        half = {"width": "50%", "min_width": "300px", "padding": "0 8px", "flex": "1 1 300px"}
        panes = [widgets.VBox(left, layout=half), widgets.VBox([self.prompt_page], layout=half)]
        self.box = widgets.HBox(panes, layout={"flex_flow": "row wrap"})
        self.clear()

    def clear(self) -> None:
        """Begin a new conversation with the same system message."""
        self.stop()
        self.wait()
        self.messages = list(self._first)
        self.prompt, self.text = self._formatted(self.messages) if self.messages else "", ""
        self.show()
        self.status.value = ""

    def say(self, text: str) -> str:
        """Send a message, wait for the answer and return it. Raise ChatError, and what `generate` raises."""
        self.send(text)
        answer = self.wait()
        if self.error:
            raise self.error
        return answer

    def send(self, text: str) -> None:
        """Send a message and return at once. Raise ChatError for one that cannot be answered."""
        self.wait()
        if not text.strip():
            raise ChatError("Write a message first.")
        messages = [*self.messages, {"role": "user", "content": text}]
        prompt = self._formatted(messages, prompt_answer=True)
        inputs = self._tokenizer(prompt, add_special_tokens=False, return_tensors="pt")
        tokens, new = inputs["input_ids"].shape[1], self._settings["max_new_tokens"]
        limit = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        if limit and tokens + new > limit:
            raise ChatError(
                f"This conversation has {tokens:,} tokens; with an answer of {new} that is more than the {limit:,}"
                " that the model can read: send a shorter message, or begin a new chat."
            )
        self.messages, self.prompt = messages, prompt
        self._begin(self._model, self._tokenizer, inputs.to(self._model.device), **self._settings)

    def show(self) -> None:
        """Show the conversation, the prompt and the progress; keep the answer when it is complete."""
        if not self.running and self.messages and self.messages[-1]["role"] == "user":
            if self.error:
                self.messages, self.text = self.messages[:-1], ""
            else:
                self.messages = [*self.messages, {"role": "assistant", "content": self.text}]
        self.status.value = self.progress if self.error else f"{self.prompt_tokens} tokens read · {self.progress}"
        self.conversation_page.value = f"<h4>The conversation</h4>{self._conversation_html()}"
        self.prompt_page.value = f"<h4>What the model reads, and writes</h4>{self._prompt_html()}"
        self.send_button.disabled = self.clear_button.disabled = self.running
        self.stop_button.disabled = not self.running

    def _send(self) -> None:
        if self.running:
            return
        try:
            self.send(self.message_box.value)
        except ChatError as error:
            self.status.value = str(error)
        else:
            self.message_box.value = ""

    def _formatted(self, messages: list[dict[str, str]], prompt_answer: bool = False) -> str:
        template = self._tokenizer.apply_chat_template
        try:
            return str(template(messages, tokenize=False, add_generation_prompt=prompt_answer))
        except TemplateError as error:
            raise ChatError(f"The tokenizer's template refuses this conversation: {error}") from error

    def _turns(self) -> list[tuple[str, str]]:
        turns = [(message["role"], message["content"]) for message in self.messages]
        return [*turns, ("assistant", self.text)] if self.running else turns

    def _conversation_html(self) -> str:
        turns = (PAGE.format(f"<b>{role}</b>\n{html.escape(text)}") for role, text in self._turns())
        return "".join(turns) or "<p>No messages yet.</p>"

    def _prompt_html(self) -> str:
        """Return the prompt with its special tokens in bold, and the model's answer underlined."""
        texts, tokens = self._special.split(self.prompt), [*self._special.findall(self.prompt), ""]
        escaped = ((html.escape(text), html.escape(token)) for text, token in zip(texts, tokens, strict=True))
        read = "".join(text + (f"<b>{token}</b>" if token else "") for text, token in escaped)
        return PAGE.format(read + (f"<ins>{html.escape(self.text)}</ins>" if self.text else ""))

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        turns = "\n".join(f"{role}: {text}" for role, text in self._turns()) or "(no messages yet)"
        plain = f"A chat.\n{turns}\n\nWhat the model read last:\n{self.prompt}"
        cells = "".join(CELL.format("td", page) for page in (self._conversation_html(), self._prompt_html()))
        head = "".join(CELL.format("th", title) for title in ("conversation", "read, and underlined: written"))
        return bundle(self.box, plain, **{"text/html": f"<table><tr>{head}</tr><tr>{cells}</tr></table>"})


chat = Chat  # the name by which lessons call it
