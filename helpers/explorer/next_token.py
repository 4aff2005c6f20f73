"""What a model says about the next token, and what the settings of `generate` make of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

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


class PromptError(ValueError):
    """The model cannot continue this prompt; the message says what to change."""


@dataclass(frozen=True)
class Settings:
    """Sampling arguments of `generate`, at values that leave the model's own distribution as it is."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0

    def arguments(self) -> dict[str, object]:
        """The settings as keyword arguments of `generate`."""
        return {"do_sample": True, "num_beams": 1, **asdict(self)}

    def processors(self) -> LogitsProcessorList:
        """The library's own processors for these settings, in the order in which `generate` applies them."""
        chosen = LogitsProcessorList()
        if self.repetition_penalty != 1.0:
            chosen.append(RepetitionPenaltyLogitsProcessor(self.repetition_penalty))
        if self.temperature != 1.0:
            chosen.append(TemperatureLogitsWarper(self.temperature))
        if self.top_k:
            chosen.append(TopKLogitsWarper(self.top_k))
        if self.top_p < 1.0:
            chosen.append(TopPLogitsWarper(self.top_p))
        return chosen


class NextToken:
    """The distribution after one prompt, computed once: `before` (vocabulary,) as the model gives it.

    Raises PromptError for a prompt without a token, and for one that leaves no room in the model's context.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str) -> None:
        inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
        length = inputs["input_ids"].shape[1]
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        if not prompt or not length:
            raise PromptError("The prompt is empty: write at least one word for the model to continue.")
        if context and length >= context:
            raise PromptError(
                f"The prompt has {length:,} tokens, but the model reads no more than {context:,}: shorten it."
            )
        self.room = context - length if context else None
        self._ids = inputs["input_ids"]
        with torch.no_grad():
            self._logits = model(**inputs).logits[:, -1].float()
        self.before = self._probabilities(self._logits)
        self.order = np.argsort(-self.before, kind="stable")

    def after(self, settings: Settings) -> np.ndarray:
        """The distribution (vocabulary,) that `generate` samples from with these settings; 0 for what is cut off."""
        # A processor may write into the scores that it is given.
        return self._probabilities(settings.processors()(self._ids, self._logits.clone()))

    @staticmethod
    def _probabilities(logits: torch.Tensor) -> np.ndarray:
        return logits[0].softmax(dim=-1).cpu().numpy()
