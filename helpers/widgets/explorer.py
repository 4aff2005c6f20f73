"""Explore a next-token distribution with sliders, and sample text with the same settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

import ipywidgets as widgets
import numpy as np
import torch
from transformers import (
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from helpers.plots.figures import shortened, token_texts, visible
from helpers.plots.probability import BLUE, kept_in_words, percent
from helpers.widgets.stream import StreamPanel, bundle

ROWS = 14
WIDTH, LABELS, BARS, ROW = 600, 120, 350, 21  # pixels
SCALES = (0.05, 0.1, 0.2, 0.5, 1.0)


class PromptError(ValueError):
    """Say why a model cannot continue a prompt, and what to change."""


@dataclass(frozen=True)
class Settings:
    """Hold sampling arguments of `generate`; the defaults leave the model's distribution as it is."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0

    def processors(self) -> LogitsProcessorList:
        """Return the library's processors for these settings, in the order in which `generate` applies them."""
        penalty = RepetitionPenaltyLogitsProcessor(self.repetition_penalty)
        filters = TopKLogitsWarper(self.top_k or 10**9), TopPLogitsWarper(self.top_p)  # 10**9: keep all
        return LogitsProcessorList((penalty, TemperatureLogitsWarper(self.temperature), *filters))


class NextToken:
    """Compute the distribution after one prompt: `before` (vocabulary,), and its `order`, most likely token first.

    Raise PromptError for a prompt without tokens, and for one that leaves no room in the model's context.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str) -> None:
        inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
        length = inputs["input_ids"].shape[1]
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        if not prompt or not length:
            raise PromptError("The prompt is empty: write at least one word for the model to continue.")
        if context and length >= context:
            raise PromptError(f"The prompt has {length:,} tokens, but the model reads {context:,} at most: shorten it.")
        self.room = context - length if context else None
        self._ids = inputs["input_ids"]
        with torch.no_grad():
            self._logits = model(**inputs).logits[:, -1].float()
        self.before = self.after(Settings())
        self.order = np.argsort(-self.before, kind="stable")

    def after(self, settings: Settings) -> np.ndarray:
        """Return the distribution (vocabulary,) that `generate` samples from; 0 for tokens that are cut."""
        # A processor may write into the scores that it is given.
        scores = settings.processors()(self._ids, self._logits.clone())
        return scores[0].softmax(dim=-1).cpu().numpy()


class Explorer:
    """Show sliders over the next token after `prompt`; where widgets do not work, a figure of the first settings.

    `box` is the widget; its parts have the names of what they set, such as `temperature`.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._next: NextToken | None = None
        style = {"description_width": "130px"}
        slider, number = {"style": style, "layout": {"width": "360px"}}, {"style": style, "layout": {"width": "250px"}}
        self.temperature = widgets.FloatSlider(1.0, description="temperature", min=0.05, max=2.0, step=0.05, **slider)
        self.top_k = widgets.IntSlider(50, description="top_k (0: off)", min=0, max=200, **slider)
        self.top_p = widgets.FloatSlider(1.0, description="top_p (1: off)", min=0.01, max=1.0, step=0.01, **slider)
        self.repetition_penalty = widgets.FloatSlider(1.0, min=1.0, max=2.0, step=0.05, **slider)
        self.repetition_penalty.description = "repetition_penalty"
        self.seed = widgets.BoundedIntText(42, description="seed", min=0, max=2**31 - 1, **number)
        self.length = widgets.BoundedIntText(80, description="max_new_tokens", min=1, max=1000, **number)
        self.sample_button = widgets.Button(description="Sample", icon="play", button_style="primary")
        self.prompt = widgets.Text(prompt, description="prompt", continuous_update=False, layout={"width": "98%"})
        self.message, self.panel = widgets.HTML(), StreamPanel()
        self.figure = widgets.HTML(layout={"flex": "1 1 420px", "max_width": "620px"})
        sliders = [self.temperature, self.top_k, self.top_p, self.repetition_penalty]
        controls = widgets.VBox([*sliders, self.seed, self.length, self.sample_button], layout={"flex": "0 0 auto"})
        middle = widgets.HBox([controls, self.figure], layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([self.prompt, self.message, middle, self.panel.box])
        self.prompt.observe(lambda _: self._read_prompt(), names="value")
        for control in sliders:
            control.observe(lambda _: self._draw(), names="value")
        self.sample_button.on_click(lambda _: self.sample())
        self._read_prompt()

    @property
    def settings(self) -> Settings:
        """The settings of the sliders."""
        return Settings(self.temperature.value, self.top_k.value, self.top_p.value, self.repetition_penalty.value)

    def sample(self) -> None:
        """Start to generate a continuation with these settings and the seed; return at once."""
        if self._next is None:
            return
        pad, settings = self._tokenizer.pad_token_id, asdict(self.settings)
        settings["max_new_tokens"] = min(self.length.value, self._next.room or self.length.value)
        settings["pad_token_id"] = self._tokenizer.eos_token_id if pad is None else pad
        settings |= {"do_sample": True, "seed": self.seed.value}
        self.panel.start(self._model, self._tokenizer, self.prompt.value, **settings)

    def _read_prompt(self) -> None:
        self._next, self.message.value, self.figure.value = None, "", ""
        try:
            self._next = NextToken(self._model, self._tokenizer, self.prompt.value)
        except PromptError as error:
            self.message.value = f'<b role="alert">{escape(str(error))}</b>'
        else:
            texts = token_texts(self._tokenizer, self._next.order[:ROWS])
            self._labels = [visible(shortened(text, 14)) for text in texts]
            self._draw()
        self.sample_button.disabled = self._next is None

    def _draw(self) -> None:
        if self._next is not None:
            rows, before = self._next.order[:ROWS], self._next.before
            self.figure.value = drawing(self._labels, rows, before, self._next.after(self.settings))

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        if self._next is None:
            return bundle(self.box, "An explorer whose prompt cannot be continued.")
        words = ", ".join(f"{name} {value:g}" for name, value in vars(self.settings).items())
        kept = kept_in_words(self._next.before, self._next.after(self.settings))
        plain = f"Figure: explorer, {self.prompt.value} … ({words}): {kept}."
        return bundle(self.box, plain, **{"image/svg+xml": self.figure.value})


def drawing(labels: Sequence[str], rows: np.ndarray, before: np.ndarray, after: np.ndarray) -> str:
    """Return an SVG image with a bar for each token of `rows`, outlined before and filled after, and what is kept.

    `labels` are the texts of these tokens; `before` and `after` are distributions (vocabulary,).
    """
    old, new = before[rows], after[rows]
    scale = BARS / next(bound for bound in SCALES if max(old.max(), new.max()) <= bound + 1e-6)
    parts = []
    for i, label in enumerate(labels):
        top, outline, fill = i * ROW, old[i] * scale, new[i] * scale
        value, dashes = f"{percent(old[i])} → {percent(new[i])}", ""
        if not fill:
            value, dashes = "cut", 'stroke-dasharray="3 3"'
        parts.append(
            f'<text x="{LABELS - 8}" y="{top + 15}" text-anchor="end" font-family="monospace">'
            f'<tspan unicode-bidi="isolate">{escape(label)}</tspan></text>'
            f'<rect x="{LABELS}" y="{top + 5}" width="{fill:.0f}" height="11" fill="{BLUE}"/>'
            f'<rect x="{LABELS}" y="{top + 2}" width="{outline:.0f}" height="17" fill="none" stroke="currentColor"'
            f' {dashes}/><text x="{LABELS + max(outline, fill) + 6:.0f}" y="{top + 15}" font-size="12">{value}</text>'
        )
    summary, below = kept_in_words(before, after), ROW * len(labels)
    lines = "; ".join(f'<tspan x="1" dy="17">{line}</tspan>' for line in summary.split("; "))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="explorer-figure" role="img" aria-label="{escape(summary)}"'
        f' viewBox="0 0 {WIDTH} {below + 48}" width="100%" fill="currentColor" font-family="sans-serif" font-size="13">'
        f'{"".join(parts)}<text class="explorer-summary" y="{below + 6}">{lines}</text></svg>'
    )


explore = Explorer  # the name by which lessons call it
