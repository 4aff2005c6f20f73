"""Contrastive search, as `generate(custom_generate="transformers-community/contrastive-search")` loads it.

Shapes: `batch` prompts, `k` candidates for each, `width` of the model's hidden states. Runs with transformers 5.20 or
newer; needs nothing else but torch.
"""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from transformers import Cache, GenerationConfig, LogitsProcessorList, PreTrainedModel, StoppingCriteriaList
from transformers.generation import BaseStreamer, GenerateDecoderOnlyOutput
from transformers.utils import ModelOutput


def generate(
    model: PreTrainedModel, *, streamer: BaseStreamer | None = None, **arguments
) -> torch.LongTensor | GenerateDecoderOnlyOutput:
    """Return what `model.generate(**arguments)` returns with contrastive search.

    `generate` hands its `streamer` to a repository's code but not to a callable, hence the partial.
    """
    return model.generate(custom_generate=partial(contrastive_search, streamer=streamer), **arguments)


@torch.no_grad()
def contrastive_search(
    model: PreTrainedModel,
    input_ids: torch.LongTensor,
    logits_processor: LogitsProcessorList,
    stopping_criteria: StoppingCriteriaList,
    generation_config: GenerationConfig,
    streamer: BaseStreamer | None = None,
    **model_kwargs,
) -> torch.LongTensor | GenerateDecoderOnlyOutput:
    """Contrastive search (Su et al. 2022, "A Contrastive Framework for Neural Text Generation", arXiv:2202.06417).

    Of the `top_k` most likely tokens choose the one with the highest `(1 - penalty_alpha) * probability -
    penalty_alpha * similarity`. The similarity is the largest cosine between the hidden state that the token would get
    and those of all tokens before it, so repetition is penalized. One forward pass a step runs the candidates of all
    prompts together; only their own position is computed.

    Args:
        input_ids: prompts, (batch, length), padded on the left.
        generation_config: read for `penalty_alpha` (0 is greedy search, 1 ignores the probabilities) and `top_k`.
        streamer: receives the prompt and then every token.
    Returns:
        (batch, length + new tokens) int64; with `return_dict_in_generate` also, if asked for, the processed `scores`
        and the raw `logits` (a (batch, vocabulary) tensor a step), but no cache.
    Raises:
        ValueError: a setting is missing or not supported.
    """
    _check_contrastive(model, generation_config, model_kwargs)
    alpha, k = generation_config.penalty_alpha, generation_config.top_k
    pad = generation_config._pad_token_tensor
    cache = _cache_of(model_kwargs)
    device = input_ids.device
    prompts = torch.arange(len(input_ids), device=device)
    if streamer is not None:
        streamer.put(input_ids.cpu())

    model_kwargs["output_hidden_states"] = True
    outputs = model._prefill(input_ids, generation_config, model_kwargs)
    model_kwargs = model._update_model_kwargs_for_generation(outputs, model_kwargs)
    context = _without_padding(
        F.normalize(outputs.hidden_states[-1].to(device), dim=-1), model_kwargs.get("attention_mask")
    )
    logits = outputs.logits[:, -1].to(device, torch.float32)
    _, model_kwargs = model._expand_inputs_for_generation(expand_size=k, **model_kwargs)
    winners, unfinished, scores, raw_logits = prompts, torch.ones_like(prompts, dtype=torch.bool), (), ()
    while unfinished.any():
        step_scores = logits_processor(input_ids, logits)
        if generation_config.output_scores:
            scores += (step_scores,)
        if generation_config.output_logits:
            raw_logits += (logits,)
        probabilities, candidates = step_scores.softmax(dim=-1).topk(k)
        cache.reorder_cache(winners.repeat_interleave(k))  # every candidate starts from its prompt's last winner
        step = model.prepare_inputs_for_generation(candidates.view(-1, 1), **model_kwargs)
        ranking = Ranking(probabilities, context, alpha)
        with model.base_model.register_forward_hook(ranking.drop_losers):
            outputs = model(**step, return_dict=True)
        model_kwargs = model._update_model_kwargs_for_generation(outputs, model_kwargs)

        winners = prompts * k + ranking.choice
        context = torch.cat([context, ranking.ahead[prompts, ranking.choice].unsqueeze(1)], dim=1)
        logits = outputs.logits[:, -1].to(device, torch.float32)
        tokens = candidates[prompts, ranking.choice]
        if pad is not None:
            tokens = torch.where(unfinished, tokens, pad)
        input_ids = torch.cat([input_ids, tokens.unsqueeze(1)], dim=1)
        if streamer is not None:
            streamer.put(tokens.cpu())
        unfinished &= ~stopping_criteria(input_ids, scores)

    if streamer is not None:
        streamer.end()
    if not generation_config.return_dict_in_generate:
        return input_ids
    return GenerateDecoderOnlyOutput(sequences=input_ids, scores=scores or None, logits=raw_logits or None)


class Ranking:
    """The choice of each prompt's best candidate by the rule of Su et al. 2022, between the last layer and the head.

    `probabilities` is (batch, k), and `context` (batch, length, width) holds the normalized hidden states of all tokens
    so far. `ahead` (batch, k, width) gets those of the candidates, and `choice` (batch,) the winners' indices.
    """

    def __init__(self, probabilities: torch.Tensor, context: torch.Tensor, alpha: float):
        self.probabilities, self.context, self.alpha = probabilities, context, alpha

    def drop_losers(self, base_model: torch.nn.Module, inputs: tuple, outputs: ModelOutput) -> None:
        """Leave the head the winners' states only: the logits of the others would cost much and be read by nobody."""
        batch, k = self.probabilities.shape
        device = self.context.device
        self.ahead = F.normalize(outputs.hidden_states[-1][:, -1].to(device), dim=-1).view(batch, k, -1)
        similarity = torch.matmul(self.context, self.ahead.transpose(1, 2)).amax(dim=1)
        self.choice = ((1 - self.alpha) * self.probabilities - self.alpha * similarity).argmax(dim=-1)
        winners = torch.arange(batch, device=device) * k + self.choice
        # A model without a body of its own, as some code from the Hub is, has computed all logits by now.
        part = "last_hidden_state" if "last_hidden_state" in outputs else "logits"
        outputs[part] = outputs[part][winners.to(outputs[part].device)]


def _without_padding(states: torch.Tensor, attention_mask: torch.Tensor | None) -> torch.Tensor:
    """Return `states` (batch, length, width) with padding's replaced by a real token's, which changes no maximum."""
    if attention_mask is None:
        return states
    mask = attention_mask[:, : states.shape[1]].bool()
    real = states[torch.arange(len(states), device=states.device), mask.int().argmax(dim=1)]
    return torch.where(mask.unsqueeze(2), states, real.unsqueeze(1))


def _check_contrastive(model: PreTrainedModel, config: GenerationConfig, model_kwargs: dict) -> None:
    _check_common("Contrastive search", model, config)
    alpha, cache = config.penalty_alpha, _cache_of(model_kwargs)
    if alpha is None:
        raise ValueError("Contrastive search needs penalty_alpha, a number from 0 to 1; the paper uses 0.6.")
    if not 0 <= alpha <= 1:
        raise ValueError(f"penalty_alpha must lie between 0 and 1, but is {alpha}.")
    if config.top_k is None or config.top_k < 2:
        raise ValueError(
            f"Contrastive search chooses among top_k candidates: top_k must be 2 or more, but is {config.top_k}."
        )
    if max(config.num_beams, config.num_return_sequences) > 1:
        raise ValueError("Contrastive search follows one sequence: num_beams and num_return_sequences must be 1.")
    if cache is None or not config.use_cache:
        raise ValueError("Contrastive search needs a model with a key-value cache, and use_cache=True.")
    if cache.get_seq_length() > 0:
        raise ValueError("Contrastive search must see the whole prompt: do not pass a cache that holds tokens.")


def _check_common(name: str, model: PreTrainedModel, config: GenerationConfig) -> None:
    """Raise ValueError, in one sentence, for what no custom search here can do."""
    if model.config.is_encoder_decoder:
        raise ValueError(f"{name} is for decoder-only models; {type(model).__name__} has an encoder too.")
    if config.do_sample:
        raise ValueError(f"{name} does not sample: leave do_sample out or set it to False.")
    if config.return_dict_in_generate and (config.output_attentions or config.output_hidden_states):
        raise ValueError(f"{name} returns no attentions or hidden states: leave out what asks for them.")


def _cache_of(model_kwargs: dict) -> Cache | None:
    """Return the cache that `generate` prepared: `cache` from transformers 5.24 on, `past_key_values` before."""
    return model_kwargs.get("cache", model_kwargs.get("past_key_values"))
