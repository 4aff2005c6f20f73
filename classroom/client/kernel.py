"""What every kernel of the course needs in its environment, before the libraries read it."""

from __future__ import annotations

import os
import platform
import random
import sysconfig
from importlib.metadata import version


def set_environment() -> None:
    """Set the variables that the libraries read when they are imported; a value of the learner's own stays."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # Threads that wait let others work: several times faster on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # `!hf` and `!accelerate` mean this environment's, where Jupyter was started without activating it.
    folder = sysconfig.get_path("scripts")
    if folder not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"]


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and PyTorch on all devices.

    The same as `transformers.set_seed`, which imports the models' and PEFT's code first and takes seconds longer.
    """
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)


def versions(*libraries: str) -> str:
    """Return the versions of Python and of these libraries, in one line."""
    found = (f"{name} {version(name).partition('+')[0]}" for name in libraries)
    return f"Python {platform.python_version()}, {', '.join(found)}"
