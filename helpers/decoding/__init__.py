"""Contrastive search and diverse (group) beam search, as callables for the `custom_generate` argument of `generate`.

    model.generate(**inputs, custom_generate=contrastive_search, penalty_alpha=0.6, top_k=4)
    model.generate(**inputs, custom_generate=group_beam_search, num_beams=5, num_beam_groups=5, diversity_penalty=1.0)

Transformers had both until it moved them out of the library. These choose the same tokens as transformers 4.49 did;
`benchmarks/decoding_parity.py` runs the two side by side.
"""

from helpers.decoding.contrastive import contrastive_search, rank_candidates
from helpers.decoding.group_beam import group_beam_search

__all__ = ["contrastive_search", "group_beam_search", "rank_candidates"]
