"""Every figure drawn in a lesson: one style, readable in greyscale, and each with a text that says what it shows."""

from helpers.plots.architecture import bodies_and_heads
from helpers.plots.base import token_texts, use_style
from helpers.plots.chat import side_by_side, token_roles
from helpers.plots.distributions import coloured_text, cut_points, distributions, filtered
from helpers.plots.scores import bars, pipeline_steps
from helpers.plots.spans import start_end, token_strip
from helpers.plots.speculative import draft_steps, speed_up
from helpers.plots.strategies import likely_and_repetitive
from helpers.plots.tokens import attention_masks, batch_speed, on_characters, padding_effect
from helpers.plots.training import confusion, learning_curves, lengths, step_losses
from helpers.plots.trees import beam_tree, search_tree
from helpers.plots.vectors import similarity
from helpers.plots.weights import activations, losses, parameters

__all__ = [
    "activations",
    "attention_masks",
    "bars",
    "batch_speed",
    "beam_tree",
    "bodies_and_heads",
    "coloured_text",
    "confusion",
    "cut_points",
    "distributions",
    "draft_steps",
    "filtered",
    "learning_curves",
    "lengths",
    "likely_and_repetitive",
    "losses",
    "on_characters",
    "padding_effect",
    "parameters",
    "pipeline_steps",
    "search_tree",
    "side_by_side",
    "similarity",
    "speed_up",
    "start_end",
    "step_losses",
    "token_roles",
    "token_strip",
    "token_texts",
    "use_style",
]
