"""PP-OCRv5 mobile (PaddleOCR, Cui et al. 2025) from ONNX to the classes of transformers: detection and recognition.

ONNX stores Paddle's deployed form, in which each block of parallel convolutions is folded into one. The library's
classes keep the parallel ones: one of them gets the folded convolution, the others become zero.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import (
    PPOCRV5MobileDetConfig,
    PPOCRV5MobileDetForObjectDetection,
    PPOCRV5MobileRecConfig,
    PPOCRV5MobileRecForTextRecognition,
    PreTrainedModel,
)

from classroom.models import onnx

EPSILON = 1e-5  # of the batch normalisations
BACKBONE: dict[str, Any] = {
    "model_type": "pp_lcnet_v3",
    "divisor": 16,
    "out_features": ["stage2", "stage3", "stage4", "stage5"],
    "conv_symmetric_num": 1,
}
# Kernel, channels in and out, stride, squeeze-and-excitation of each layer: strides other than the library's defaults.
RECOGNITION_BLOCKS = [
    [[3, 16, 32, 1, False]],
    [[3, 32, 64, 1, False], [3, 64, 64, 1, False]],
    [[3, 64, 128, [2, 1], False], [3, 128, 128, 1, False]],
    [[3, 128, 256, [1, 2], False], *[[5, 256, 256, 1, False]] * 4],
    [[5, 256, 512, [2, 1], True], [5, 512, 512, 1, True], [5, 512, 512, [2, 1], False], [5, 512, 512, 1, False]],
]
CHARACTERS = "ppocr_keys_v5.txt"  # one a line, "blank" first, the space last


@dataclass
class Convolution:
    """A convolution of the graph, with the bias and the batch normalisation that follow it."""

    name: str
    weight: Tensor
    bias: Tensor | None = None
    norm: list[Tensor] = field(default_factory=list)


def convert_detection(source: Path, out: Path) -> None:
    """Write text detection to `out`, from the ONNX file in `source`."""
    graph = onnx.load(source / "ppocrv5_det.onnx")
    model = PPOCRV5MobileDetForObjectDetection(PPOCRV5MobileDetConfig(backbone_config={**BACKBONE, "scale": 0.75}))
    state, rest = _backbone(model, graph)
    # Paddle numbers its convolutions in the order of the code; the two without a number end the head.
    plain = sorted((c for c in rest if _number(c)), key=_number)
    up, final = (c for c in rest if not _number(c))
    names = [f"model.layer.{i}" for i in range(4)]
    for i in range(4):
        for part in ("insert_conv", "input_conv"):
            block = f"model.neck.{part}.{i}"
            names += [f"{block}.in_conv", *(f"{block}.squeeze_excitation_block.conv{j}" for j in (1, 2))]
    names.append("head.conv_down.convolution")
    for name, convolution in [
        *zip(names, plain, strict=True),
        ("head.conv_up.convolution", up),
        ("head.conv_final", final),
    ]:
        _put(state, name, convolution)
    _put_norm(state, "head.conv_down.norm", plain[-1].norm)
    _put_norm(state, "head.conv_up.norm", up.norm)
    _save(model, state, out, {"image_processor_type": "PPOCRV5ServerDetImageProcessor"})


def convert_recognition(source: Path, out: Path) -> None:
    """Write text recognition to `out`, from the ONNX file and the list of characters in `source`."""
    graph = onnx.load(source / "ppocrv5_rec.onnx")
    characters = (source / CHARACTERS).read_text(encoding="utf-8").split("\n")[:-1]
    backbone = {**BACKBONE, "scale": 0.95, "block_configs": RECOGNITION_BLOCKS}
    config = PPOCRV5MobileRecConfig(backbone_config=backbone, head_out_channels=len(characters))
    model = PPOCRV5MobileRecForTextRecognition(config)
    state, rest = _backbone(model, graph)
    for i, convolution in enumerate(rest):
        state[f"head.encoder.conv_block.{i}.convolution.weight"] = convolution.weight
        _put_norm(state, f"head.encoder.conv_block.{i}.normalization", convolution.norm)

    def linear(name: str, number: int) -> None:
        state[f"{name}.weight"] = graph.constants[f"linear_{number}.w_0"].T.contiguous()
        state[f"{name}.bias"] = graph.constants[f"linear_{number}.b_0"]

    def layer_norm(name: str, number: int) -> None:
        state[f"{name}.weight"] = graph.constants[f"helper.reshape.{number}"].flatten()
        state[f"{name}.bias"] = graph.constants[f"helper.reshape.{number + 1}"].flatten()

    for i in range(2):
        block = f"head.encoder.svtr_block.{i}"
        for j, part in enumerate(("self_attn.qkv", "self_attn.projection", "mlp.fc1", "mlp.fc2")):
            linear(f"{block}.{part}", 4 * i + j)
        layer_norm(f"{block}.layer_norm1", 4 * i)
        layer_norm(f"{block}.layer_norm2", 4 * i + 2)
    layer_norm("head.encoder.norm", 8)
    linear("head.head", 8)
    _save(model, state, out, {"image_processor_type": "PPOCRV5ServerRecImageProcessor", "character_list": characters})


def _convolutions(graph: onnx.Graph) -> Iterator[Convolution]:
    """Yield each convolution of the graph, in order, with what follows it."""
    readers: dict[str, list[onnx.Node]] = {}
    for node in graph.nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)

    def following(name: str) -> Iterator[onnx.Node]:
        for node in readers.get(name, []):
            if node.operation == "Identity":
                yield from following(node.outputs[0])
            else:
                yield node

    for node in graph.nodes:
        if node.operation not in ("Conv", "ConvTranspose"):
            continue
        found = Convolution(node.inputs[1], graph.constants[node.inputs[1]])
        for after in following(node.outputs[0]):
            if after.operation == "Add":
                biases = [graph.constants[name] for name in after.inputs if name in graph.constants]
                found.bias = biases[0].flatten() if biases else found.bias
                norms = [n for n in following(after.outputs[0]) if biases and n.operation == "BatchNormalization"]
            else:
                norms = [after] if after.operation == "BatchNormalization" else []
            for norm in norms:
                found.norm = [graph.constants[name] for name in norm.inputs[1:]]
        yield found


def _backbone(model: PreTrainedModel, graph: onnx.Graph) -> tuple[dict[str, Tensor], list[Convolution]]:
    """Return the backbone's weights under transformers' names, and the convolutions behind it."""
    convolutions, state, encoder = _convolutions(graph), dict[str, Tensor](), "model.backbone.encoder"
    first = next(convolutions)
    state[f"{encoder}.convolution.convolution.weight"] = first.weight
    _put_norm(state, f"{encoder}.convolution.normalization", first.norm)
    affine = 0
    for i, block in enumerate(model.get_submodule(f"{encoder}.blocks").children()):
        for j, layer in enumerate(block.get_submodule("layers").children()):
            prefix = f"{encoder}.blocks.{i}.layers.{j}"
            _put_folded(state, model, f"{prefix}.depthwise_convolution", next(convolutions), graph, affine)
            if not isinstance(layer.squeeze_excitation_module, torch.nn.Identity):
                for number in (0, 2):
                    name = f"{prefix}.squeeze_excitation_module.convolutions.{number}"
                    _put(state, name, next(convolutions))
            _put_folded(state, model, f"{prefix}.pointwise_convolution", next(convolutions), graph, affine + 2)
            affine += 4
    return state, list(convolutions)


def _put_folded(
    state: dict[str, Tensor], model: PreTrainedModel, name: str, folded: Convolution, graph: onnx.Graph, affine: int
) -> None:
    """Put a folded convolution into a block of parallel ones, and the learnable scale and shift that follow."""
    for key, value in model.get_submodule(name).state_dict().items():
        state[f"{name}.{key}"] = torch.full_like(value, key.endswith("running_var"))
    branch, channels = f"{name}.conv_symmetric.0", len(folded.weight)
    assert folded.bias is not None
    state[f"{branch}.convolution.weight"] = folded.weight
    one, zero = torch.ones(channels), torch.zeros(channels)
    _put_norm(state, f"{branch}.normalization", [one, folded.bias, zero, one - EPSILON])
    for number, part in enumerate(("lab", "act.lab"), affine):
        for index, (key, default) in enumerate({"scale": 1.0, "bias": 0.0}.items()):
            constant = graph.constants.get(f"learnable_affine_block_{number}.w_{index}", torch.tensor(default))
            state[f"{name}.{part}.{key}"] = constant.flatten()


def _put(state: dict[str, Tensor], name: str, convolution: Convolution) -> None:
    state[f"{name}.weight"] = convolution.weight
    if convolution.bias is not None:
        state[f"{name}.bias"] = convolution.bias


def _put_norm(state: dict[str, Tensor], name: str, norm: list[Tensor]) -> None:
    for key, value in zip(("weight", "bias", "running_mean", "running_var"), norm, strict=True):
        state[f"{name}.{key}"] = value


def _number(convolution: Convolution) -> int:
    found = re.search(r"conv2d_(\d+)", convolution.name)
    return int(found[1]) if found else 0


def _save(model: PreTrainedModel, state: dict[str, Tensor], out: Path, processor: dict[str, Any]) -> None:
    """Write the model and the name of its image processor. Raise ValueError if a weight is left as initialised."""
    missing, unexpected = model.load_state_dict(state, strict=False)
    wrong = [name for name in missing if not name.endswith("num_batches_tracked")] + unexpected
    if wrong:
        raise ValueError(f"The ONNX file does not fit {type(model).__name__}: {', '.join(wrong)}")
    model.save_pretrained(out)
    (out / "preprocessor_config.json").write_text(json.dumps(processor, ensure_ascii=False), encoding="utf-8")
