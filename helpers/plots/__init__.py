"""Draw the figures that several lessons share, and `show` those of single cells, each with a description.

To import it gives all figures of the kernel the course's look.
"""

from helpers.plots.figures import show, token_texts
from helpers.plots.probability import bars, distributions, filtered
from helpers.plots.tokens import attention_masks, on_characters, token_boxes
from helpers.plots.trees import beam_tree, search_tree

__all__ = [
    "attention_masks",
    "bars",
    "beam_tree",
    "distributions",
    "filtered",
    "on_characters",
    "search_tree",
    "show",
    "token_boxes",
    "token_texts",
]
