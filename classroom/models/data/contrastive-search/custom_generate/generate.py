"""Contrastive search, as `generate(custom_generate="transformers-community/contrastive-search")` loads it."""

from functools import partial

try:
    from helpers.decoding import contrastive_search
except ImportError as error:
    raise ImportError(
        "This stand-in runs code of the Transformers course: use it where the course's `helpers` package is installed."
    ) from error


def generate(model, *, streamer=None, **arguments):
    """What `model.generate` returns for these arguments; the streamer goes along because `generate` would drop it."""
    return model.generate(custom_generate=partial(contrastive_search, streamer=streamer), **arguments)
