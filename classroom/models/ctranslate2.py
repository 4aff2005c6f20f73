"""Read the weights of a CTranslate2 model file (`model.bin`, versions 4 and up).

The layout is that of CTranslate2's `python/ctranslate2/specs/model_spec.py`: little-endian numbers, strings with their
length in 16 bits and a zero at the end, each tensor with its shape, type and bytes.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np

DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def load(path: Path) -> dict[str, np.ndarray]:
    """Return every tensor of the file by its name. Raise ValueError for a file of an older version."""
    file = io.BytesIO(path.read_bytes())
    if (version := _number(file, "I")) < 4:
        raise ValueError(f"{path.name} has version {version}; versions before 4 have another layout.")
    _string(file)  # the class of the specification
    _number(file, "I")  # its revision
    tensors = {}
    for _ in range(_number(file, "I")):
        name = _string(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        dtype = DTYPES[_number(file, "B")]
        tensors[name] = np.frombuffer(file.read(_number(file, "I")), dtype).reshape(shape)
    return tensors


def _number(file: io.BytesIO, kind: str) -> int:
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))
    return int(value)


def _string(file: io.BytesIO) -> str:
    return file.read(_number(file, "H")).rstrip(b"\0").decode()
