"""What every lesson imports: `helpers.setup(...)` first, then `plots`, `widgets` and `measures`.

This module imports neither transformers nor huggingface_hub: those read the Hub's address when they are imported, and
`setup` is what chooses it.
"""

from helpers.course import Course, setup

__all__ = ["Course", "setup"]
