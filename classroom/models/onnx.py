"""Read the graph of an ONNX file: its nodes, in order, and its constant tensors.

ONNX is a protocol buffer (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Its package and protobuf weigh more
than the few fields that are read here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

FLOAT = 1
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # protocol buffers' wire types


@dataclass(frozen=True)
class Node:
    """An operation, such as Conv, with the names of its inputs and outputs."""

    operation: str
    inputs: list[str]
    outputs: list[str]


@dataclass(frozen=True)
class Graph:
    """The nodes in order, and each float32 constant, read-only, by its name; Identity nodes are other names of it."""

    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, torch.Tensor] = field(default_factory=dict)


def load(path: Path) -> Graph:
    """Return the graph of the file."""
    graph, result = _fields(_fields(path.read_bytes())[7][0]), Graph()
    for tensor in map(_fields, graph[5]):
        if tensor[2][0] == FLOAT:
            result.constants[tensor[8][0].decode()] = _tensor(tensor)
    for node in map(_fields, graph[1]):
        inputs, outputs = ([name.decode() for name in node[number]] for number in (1, 2))
        operation = node[4][0].decode()
        result.nodes.append(Node(operation, inputs, outputs))
        if operation == "Identity" and inputs[0] in result.constants:
            result.constants[outputs[0]] = result.constants[inputs[0]]
        if operation == "Constant":
            value = next((a[5][0] for a in map(_fields, node[5]) if a[1][0] == b"value"), None)
            if value is not None and (tensor := _fields(value))[2][0] == FLOAT:
                result.constants[outputs[0]] = _tensor(tensor)
    return result


def _tensor(tensor: dict[int, list[Any]]) -> torch.Tensor:
    raw = tensor[9][0] if tensor[9] else b"".join(tensor[4])  # float_data is packed
    shape: list[int] = []
    for dims in tensor[1]:
        shape += _packed(dims) if isinstance(dims, bytes) else [dims]
    return torch.from_numpy(np.frombuffer(raw, "<f4").reshape(shape).copy())


def _packed(data: bytes) -> list[int]:
    values, position = [], 0
    while position < len(data):
        value, position = _varint(data, position)
        values.append(value)
    return values


def _fields(message: bytes) -> defaultdict[int, list[Any]]:
    """Return the values of each field number: integers or bytes."""
    fields: defaultdict[int, list[Any]] = defaultdict(list)
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, position = _varint(message, position)
            fields[number].append(value)
            continue
        length, position = (8 if kind == FIXED64 else 4, position) if kind != BYTES else _varint(message, position)
        fields[number].append(message[position : position + length])
        position += length
    return fields


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and the position behind it."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
