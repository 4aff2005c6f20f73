"""The explorer as a widget: prompt, sliders, the picture, and text that is sampled with the same settings."""

from __future__ import annotations

import sys
from html import escape

import ipywidgets as widgets
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.explorer.next_token import NextToken, PromptError, Settings
from helpers.explorer.page import drawing
from helpers.plots.base import picture, printable, shortened, token_texts
from helpers.plots.distributions import draw_filtered
from helpers.streaming import StreamPanel, widget_bundle

ROWS = 14
NEW_TOKENS = 80
LONGEST = 14
VISIBLE = {" ": "␣", "\n": "↵", "\r": "↵", "\t": "⇥"}


def explore(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str = "Me encanta aprender de"
) -> Explorer:
    """Sliders for temperature, top-k, top-p and repetition penalty over what `model` says may follow `prompt`.

    The last line of a cell displays it; where widgets do not work, it shows a figure of the settings it opens with.
    """
    return Explorer(model, tokenizer, prompt)


class Explorer:
    """The widget; its parts have the names of what they set, such as `temperature`, and `box` holds them all."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._next: NextToken | None = None
        self._labels: list[str] = []
        self._make_controls(prompt)
        self.figure = widgets.HTML(layout=widgets.Layout(flex="1 1 420px", max_width="620px"))
        self.message = widgets.HTML()
        self.panel = StreamPanel()
        self.box = self._arranged()
        self.prompt.observe(lambda _: self._read_prompt(), names="value")
        for control in (self.temperature, self.top_k, self.top_p, self.repetition_penalty):
            control.observe(lambda _: self._draw(), names="value")
        self.sample_button.on_click(lambda _: self.sample())
        self._read_prompt()

    @property
    def settings(self) -> Settings:
        """What the sliders stand at."""
        return Settings(self.temperature.value, self.top_k.value, self.top_p.value, self.repetition_penalty.value)

    def sample(self) -> None:
        """Start to write a continuation with the present settings and seed; returns at once."""
        if self._next is None:
            return
        end = self._tokenizer.pad_token_id
        self.panel.start(
            self._model,
            self._tokenizer,
            self.prompt.value,
            seed=self.seed.value,
            max_new_tokens=min(self.length.value, self._next.room or self.length.value),
            pad_token_id=self._tokenizer.eos_token_id if end is None else end,
            **self.settings.arguments(),
        )

    def _make_controls(self, prompt: str) -> None:
        style = {"description_width": "130px"}
        wide, small = widgets.Layout(width="360px"), widgets.Layout(width="250px")

        def slider(kind: type[widgets.Widget], name: str, value: float, least: float, most: float, step: float):
            return kind(description=name, value=value, min=least, max=most, step=step, style=style, layout=wide)

        self.prompt = widgets.Text(
            value=prompt,
            description="prompt",
            continuous_update=False,
            style=style,
            layout=widgets.Layout(width="98%", max_width="960px"),
        )
        self.temperature = slider(widgets.FloatSlider, "temperature", 1.0, 0.05, 2.0, 0.05)
        self.top_k = slider(widgets.IntSlider, "top_k (0: off)", 50, 0, 200, 1)
        self.top_p = slider(widgets.FloatSlider, "top_p (1: off)", 1.0, 0.01, 1.0, 0.01)
        self.repetition_penalty = slider(widgets.FloatSlider, "repetition_penalty", 1.0, 1.0, 2.0, 0.05)
        self.seed = widgets.BoundedIntText(
            value=42, min=0, max=2**31 - 1, description="seed", style=style, layout=small
        )
        self.length = widgets.BoundedIntText(
            value=NEW_TOKENS, min=1, max=1000, description="max_new_tokens", style=style, layout=small
        )
        self.sample_button = widgets.Button(description="Sample", icon="play", button_style="primary")

    def _arranged(self) -> widgets.VBox:
        sliders = [self.temperature, self.top_k, self.top_p, self.repetition_penalty, self.seed, self.length]
        panel = widgets.VBox([*sliders, self.sample_button], layout=widgets.Layout(flex="0 0 auto"))
        middle = widgets.HBox([panel, self.figure], layout=widgets.Layout(flex_flow="row wrap"))
        return widgets.VBox([self.prompt, self.message, middle, self.panel.box])

    def _read_prompt(self) -> None:
        try:
            self._next = NextToken(self._model, self._tokenizer, self.prompt.value)
        except PromptError as error:
            self._next = None
            self.message.value = f'<b role="alert">{escape(str(error))}</b>'
            self.figure.value = ""
        else:
            self.message.value = ""
            self._labels = [_label(text) for text in token_texts(self._tokenizer, self._next.order[:ROWS])]
            self._draw()
        self.sample_button.disabled = self._next is None

    def _draw(self) -> None:
        if self._next is not None:
            rows = self._next.order[:ROWS]
            self.figure.value = drawing(self._labels, rows, self._next.before, self._next.after(self.settings))

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict[str, object], dict[str, object]]:
        if self._next is None:
            return widget_bundle(self.box, "An explorer whose prompt cannot be continued."), {}
        words = ", ".join(f"{name} {value:g}" for name, value in vars(self.settings).items())
        after = self._next.after(self.settings)
        prompt = printable(shortened(self.prompt.value, 40)).replace("␣", " ")
        title = f"{prompt} … ({words.replace('_', ' ')})"
        data, metadata = picture(*draw_filtered(self._tokenizer, self._next.before, after, title))
        data |= widget_bundle(self.box, data["text/plain"])
        if "google.colab" in sys.modules:
            # There widgets always work, so leave it no choice.
            del data["image/png"]
        return data, metadata


def _label(text: str) -> str:
    """A token's text for a browser, which has fonts for all scripts, but no sign for blanks and control characters."""
    return "".join(
        VISIBLE.get(c, c) if c.isprintable() or c in VISIBLE else f"<{ord(c):04X}>" for c in shortened(text, LONGEST)
    )
