"""Diverse beam search, as `generate(custom_generate="transformers-community/group-beam-search")` loads it.

Shapes: `batch` prompts, `rows` for all beams of all prompts, that is batch * num_beams. Runs with transformers 5.20 or
newer; needs nothing else but torch.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from transformers import Cache, GenerationConfig, LogitsProcessorList, PreTrainedModel, StoppingCriteriaList
from transformers.generation import BaseStreamer, GenerateBeamDecoderOnlyOutput


def generate(
    model: PreTrainedModel, *, streamer: BaseStreamer | None = None, **arguments
) -> torch.LongTensor | GenerateBeamDecoderOnlyOutput:
    """Return what `model.generate(**arguments)` returns with diverse beam search. Raise ValueError for a streamer."""
    return model.generate(custom_generate=partial(group_beam_search, streamer=streamer), **arguments)


@torch.no_grad()
def group_beam_search(
    model: PreTrainedModel,
    input_ids: torch.LongTensor,
    logits_processor: LogitsProcessorList,
    stopping_criteria: StoppingCriteriaList,
    generation_config: GenerationConfig,
    streamer: BaseStreamer | None = None,
    **model_kwargs,
) -> torch.LongTensor | GenerateBeamDecoderOnlyOutput:
    """Diverse beam search (Vijayakumar et al. 2016, arXiv:1610.02424; AAAI 2018) with the Hamming diversity.

    The beams form `num_beam_groups` groups, each a beam search of its own. At every step the groups choose one after
    another, and a token loses `diversity_penalty` (in nats) for every beam of an earlier group of the same prompt that
    has just chosen it. One forward pass a step serves all groups.

    Args:
        input_ids: prompts, each repeated `num_beams` times, (batch * num_beams, length), padded on the left.
        generation_config: read for `num_beams`, `num_beam_groups`, `diversity_penalty`, `num_return_sequences`,
            `length_penalty` and `early_stopping`. A beam ends with an end-of-sequence token; any other stopping
            criterion ends the search once it holds for every beam.
    Returns:
        (batch * num_return_sequences, length + new tokens) int64, best first; with `return_dict_in_generate` also
        `beam_indices` and, if asked for, `sequences_scores`, `logits` and `scores` (a (rows, vocabulary) tensor a step,
        the latter with the diversity in it), but no cache.
    Raises:
        ValueError: a setting is missing or not supported.
    """
    _check_groups(model, generation_config, model_kwargs, streamer)
    search = _GroupSearch(input_ids, generation_config)
    outputs = model._prefill(input_ids, generation_config, model_kwargs)
    scores, raw_logits, prefixes = (), (), input_ids
    while True:
        model_kwargs = model._update_model_kwargs_for_generation(outputs, model_kwargs)
        logits = outputs.logits[:, -1].to(input_ids.device, torch.float32)
        step_scores, rows = search.step(logits.log_softmax(dim=-1), prefixes, logits_processor)
        if generation_config.output_scores:
            scores += (step_scores,)
        if generation_config.output_logits:
            raw_logits += (logits,)
        if (cache := _cache_of(model_kwargs)) is not None:
            cache.reorder_cache(rows)
        prefixes = search.prefixes()
        if search.done.all() or stopping_criteria(prefixes, scores).all():
            break
        step = model.prepare_inputs_for_generation(
            prefixes, next_sequence_length=1 if model_kwargs["use_cache"] else None, **model_kwargs
        )
        outputs = model(**step, return_dict=True)

    sequences, sequences_scores, beam_indices = search.best(generation_config.num_return_sequences)
    if not generation_config.return_dict_in_generate:
        return sequences
    return GenerateBeamDecoderOnlyOutput(
        sequences=sequences,
        sequences_scores=sequences_scores if generation_config.output_scores else None,
        scores=scores or None,
        logits=raw_logits or None,
        beam_indices=beam_indices,
    )


class _Choice(NamedTuple):
    """One group's step: its best continuation's score (batch,), and the rest (batch, beams in a group)."""

    best: torch.Tensor
    tokens: torch.LongTensor
    rows: torch.LongTensor  # that the tokens continue
    scores: torch.Tensor
    ended: torch.Tensor  # scores of beams that end with this step, -inf for none
    ended_rows: torch.LongTensor


class _GroupSearch:
    """The running and the ended beams of all groups; tensors start with (batch, groups, beams in a group).

    A beam is a (2, max_length) int64 tensor: its tokens, and beside each new token the row that it came from, else -1.
    `scores` are sums of log-probabilities; those of ended beams are divided by the length penalty, best beam first.
    """

    def __init__(self, input_ids: torch.LongTensor, config: GenerationConfig):
        self.config, self.eos, self.pad = config, config._eos_token_tensor, config._pad_token_tensor
        self.groups, self.size = config.num_beam_groups, config.num_beams // config.num_beam_groups
        self.prompt_length = self.length = input_ids.shape[1]
        room = (0, config.max_length - self.length)
        tokens = F.pad(input_ids, room, value=0 if self.pad is None else self.pad.item())
        beams = torch.stack([tokens, torch.full_like(tokens, -1)], dim=1)
        self.beams = self.ended = beams.view(-1, self.groups, self.size, 2, config.max_length)
        self.scores = torch.full(self.beams.shape[:3], -1e9, device=tokens.device)
        self.scores[..., 0] = 0.0  # one live beam a group: copies of the prompt would find the same tokens again
        self.ended_scores = torch.full_like(self.scores, -torch.inf)
        self.done = torch.zeros_like(self.scores[..., 0], dtype=torch.bool)

    def prefixes(self) -> torch.LongTensor:
        """Return the running beams as the model reads them, (rows, length)."""
        return self.beams[..., 0, : self.length].flatten(0, 2)

    def step(
        self, log_probs: torch.Tensor, prefixes: torch.LongTensor, logits_processor: LogitsProcessorList
    ) -> tuple[torch.Tensor, torch.LongTensor]:
        """Extend every beam by one token, given the next token's `log_probs` (rows, vocabulary).

        Return the processed log-probabilities, (rows, vocabulary), and the row that each new beam continues, (rows,).
        """
        log_probs = log_probs.view(*self.scores.shape, -1)
        taken = torch.zeros_like(log_probs[:, 0, 0])  # (batch, vocabulary): by how many beams of earlier groups
        processed, choices = torch.empty_like(log_probs), []
        for group in range(self.groups):
            diverse = log_probs - self.config.diversity_penalty * taken[:, None, None]
            # processors may know their rows (padding, prompts), so they always get all of them
            processed[:, group] = logits_processor(prefixes, diverse.flatten(0, 2)).view_as(log_probs)[:, group]
            choices.append(self._choose(processed[:, group] + self.scores[:, group, :, None], group))
            taken.scatter_add_(1, choices[-1].tokens, torch.ones_like(self.scores[:, group]))
        choice = _Choice(*(torch.stack(parts, dim=1) for parts in zip(*choices, strict=True)))

        self.length += 1
        if choice.ended.isfinite().any():
            self._keep(self._extended(choice.ended_rows, self.eos[0]), choice.ended)
        self.beams, self.scores = self._extended(choice.rows, choice.tokens), choice.scores
        self.done |= self._cannot_improve(choice.best)
        return processed.flatten(0, 2), choice.rows.flatten()

    def _choose(self, totals: torch.Tensor, group: int) -> _Choice:
        """Return one group's best continuations by their scores, `totals` (batch, beams in a group, vocabulary)."""
        vocabulary = totals.shape[2]
        # a beam has at most one continuation for each end-of-sequence token, so this many leave `size` running
        top = totals.flatten(1).topk(self.size * max(2, 1 + (0 if self.eos is None else len(self.eos))))
        tokens = top.indices % vocabulary
        first_rows = torch.arange(len(totals), device=totals.device) * self.config.num_beams + group * self.size
        rows = first_rows.unsqueeze(1) + top.indices // vocabulary
        ends = torch.zeros_like(tokens, dtype=torch.bool) if self.eos is None else torch.isin(tokens, self.eos)
        running = ends.int().argsort(dim=1, stable=True)[:, : self.size]
        done = self.done[:, group, None]
        following = tokens.gather(1, running)
        if self.pad is not None:  # a finished group chooses padding, which counts for the groups after it
            following = torch.where(done, self.pad, following)
        return _Choice(
            best=top.values[:, 0],
            tokens=following,
            rows=rows.gather(1, running),
            scores=top.values.gather(1, running),
            ended=torch.where(ends & ~done, top.values, -torch.inf)[:, : self.size],  # no end ranks lower and counts
            ended_rows=rows[:, : self.size],
        )

    def _extended(self, rows: torch.LongTensor, tokens: torch.LongTensor) -> torch.LongTensor:
        """Return the beams at `rows`, extended by `tokens`."""
        beams = self.beams.flatten(0, 2)[rows]
        beams[..., 0, self.length - 1] = tokens
        beams[..., 1, self.length - 1] = rows
        return beams

    def _keep(self, beams: torch.LongTensor, scores: torch.Tensor) -> None:
        """Add ended `beams` to their group's best, by their `scores` over the length penalty."""
        scores = scores / (self.length - self.prompt_length) ** self.config.length_penalty
        merged = torch.cat([self.ended_scores, scores], dim=2)
        order = merged.sort(dim=2, descending=True, stable=True).indices[..., : self.size]
        self.ended_scores = merged.gather(2, order)
        self.ended = torch.cat([self.ended, beams], dim=2).take_along_dim(order[..., None, None], dim=2)

    def _cannot_improve(self, best: torch.Tensor) -> torch.Tensor:
        """Return which groups `early_stopping` ends, (batch, groups); `best` holds their best running scores."""
        worst = self.ended_scores[..., -1]  # -inf until the group has as many ended beams as running ones
        if self.config.early_stopping is True:
            return worst.isfinite()
        far = self.config.early_stopping == "never" and self.config.length_penalty > 0
        steps = (self.config.max_length if far else self.length) - self.prompt_length
        return worst >= best / steps**self.config.length_penalty

    def best(self, count: int) -> tuple[torch.LongTensor, torch.Tensor, torch.LongTensor]:
        """Return each prompt's `count` best beams: tokens (batch * count, length), scores and source rows."""
        self._keep(self.beams, self.scores.masked_fill(self.done.unsqueeze(2), -torch.inf))
        scores, beams = self.ended_scores.flatten(1).flip(1), self.ended.flatten(1, 2).flip(1)  # later groups win ties
        scores, order = scores.sort(dim=1, descending=True, stable=True)
        beams = beams.take_along_dim(order[:, :count, None, None], dim=1).flatten(0, 1)
        end = self.prompt_length + (beams[:, 1] >= 0).sum(dim=1).max()
        return beams[:, 0, :end], scores[:, :count].flatten(), beams[:, 1, self.prompt_length : end]


def _check_groups(
    model: PreTrainedModel, config: GenerationConfig, model_kwargs: dict, streamer: BaseStreamer | None
) -> None:
    _check_common("Group beam search", model, config)
    beams, groups, wanted = config.num_beams, config.num_beam_groups, config.num_return_sequences
    if groups < 1 or beams % groups:
        raise ValueError(f"num_beams ({beams}) must be a multiple of num_beam_groups ({groups}).")
    if groups > 1 and config.diversity_penalty <= 0:
        raise ValueError(
            f"diversity_penalty must be above 0, but is {config.diversity_penalty}: all groups would be the same."
        )
    if groups == 1 and config.diversity_penalty > 0:
        raise ValueError("diversity_penalty acts between groups: set num_beam_groups to 2 or more.")
    if wanted > beams:
        raise ValueError(f"num_return_sequences ({wanted}) cannot be more than num_beams ({beams}).")
    if streamer is not None:
        raise ValueError(
            "A streamer needs tokens that are final, but beams change until the end: use it without beams."
        )
    if config.use_cache and _cache_of(model_kwargs) is None:
        raise ValueError("Group beam search cannot reorder this model's cache: pass use_cache=False.")


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
