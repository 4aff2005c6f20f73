"""Which device to compute on, and in which number format."""

from __future__ import annotations

import torch


def pick_device() -> str:
    """Return the fastest device that PyTorch sees: "cuda", "xpu", "mps" or "cpu"."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return accelerator.type if accelerator else "cpu"


def pick_dtype(device: str) -> torch.dtype:
    """Return the number format for models on `device`: bfloat16 on accelerators that compute in it, else float32.

    On a CPU it is float32: bfloat16 would be rounded differently by different CPUs, and the lessons compare
    outputs. Never float16, the fast format of older GPUs such as the T4: Gemma 3's activations exceed its range, and
    the model then generates nothing.
    """
    if device == "cpu" or (device == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)):
        return torch.float32
    return torch.bfloat16


def describe_device(device: str) -> str:
    """Return the device in words, such as "cuda (NVIDIA T4, 15 GB)"."""
    if device == "cuda":
        gpu = torch.cuda.get_device_properties(0)
        return f"cuda ({gpu.name}, {gpu.total_memory / 1e9:.0f} GB)"
    return device
