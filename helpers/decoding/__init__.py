"""Contrastive search and diverse (group) beam search, as callables for the `custom_generate` argument of `generate`.

    model.generate(**inputs, custom_generate=contrastive_search, penalty_alpha=0.6, top_k=4)
    model.generate(**inputs, custom_generate=group_beam_search, num_beams=5, num_beam_groups=5, diversity_penalty=1.0)

Transformers had both until it moved them out of the library. These choose the same tokens as transformers 4.49 did;
`tools/benchmarks/decoding_parity.py` runs the two side by side.

`measure` and its parts say what a strategy, whichever it was, made of a text.
"""

from helpers.decoding.contrastive import contrastive_search, rank_candidates
from helpers.decoding.group_beam import group_beam_search
from helpers.decoding.measures import Measures, distinct, measure, repetition_rate, token_log_probabilities

__all__ = [
    "Measures",
    "contrastive_search",
    "distinct",
    "group_beam_search",
    "measure",
    "rank_candidates",
    "repetition_rate",
    "token_log_probabilities",
]
