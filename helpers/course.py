"""`setup`: the one call at the top of every lesson."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classroom.client import bundled, hub_mode, kernel, local_hub, pages

if TYPE_CHECKING:
    import torch

SEED = 42


@dataclass(frozen=True)
class Course:
    """Where a lesson runs: the `device` and `dtype` to load models with, and which `hub` answers."""

    device: str
    dtype: torch.dtype
    hub: str

    def bundled(self, name: str) -> str:
        """Return the path of a model ("gpt2-es-mini") or sample ("cat.jpg") that comes with the course, Hub or not."""
        return bundled.path(name)


def setup(
    models: str | Sequence[str] = (), datasets: str | Sequence[str] = (), spaces: str | Sequence[str] = ()
) -> Course:
    """Prepare a lesson, before transformers is imported, and print what it loads and where that comes from.

    `models`, `datasets` and `spaces` are the ids that it loads. Raise SetupError when the lesson could not work.
    """
    given = {"model": models, "dataset": datasets, "space": spaces}
    ids = {kind: [named] if isinstance(named, str) else list(named) for kind, named in given.items()}
    mode = hub_mode.activate(ids)
    kernel.set_environment()
    if mode.is_here:
        local_hub.prepare(name for names in ids.values() for name in names)

    from classroom.client.contents import show_contents
    from helpers import device

    if spaces and os.environ.get("HF_HUB_DISABLE_PROGRESS_BARS"):
        from evaluate.utils import disable_progress_bar

        disable_progress_bar()  # evaluate has no environment variable for it
    # The client says so at every push of a Trainer where the bars were switched off for good.
    warnings.filterwarnings("ignore", message="Cannot enable progress bars")
    chosen = device.pick_device()
    course = Course(chosen, device.pick_dtype(chosen), mode.name)
    kernel.set_seed(SEED)
    print(f"Hub      {mode.name} ({mode.reason})")
    if mode.is_here and not pages.address(mode.endpoint).startswith(mode.endpoint):
        print(f"Pages    {pages.address(mode.endpoint)} (this Hub, in your browser)")
    print(f"Device   {device.describe_device(chosen)}, {str(course.dtype).removeprefix('torch.')}")
    print(f"Seed     {SEED}")
    print(f"Versions {kernel.versions('transformers', 'torch', 'huggingface_hub')}")
    show_contents(ids, mode)
    return course
