"""The explorer: sliders over a model's next-token distribution, and a button that samples with the same settings."""

from helpers.explorer.next_token import NextToken, PromptError, Settings
from helpers.explorer.widget import Explorer, explore

__all__ = ["Explorer", "NextToken", "PromptError", "Settings", "explore"]
