"""Synthetic reviews of one to five stars, written by a seeded grammar, as a data set repository.

`tools/standins/make_reviews.py` measures how hard they are and writes the card.
"""

from classroom.models.reviews.build import CONFIG, SEED, SIZES, STARS, build, generate, save

__all__ = ["CONFIG", "SEED", "SIZES", "STARS", "build", "generate", "save"]
