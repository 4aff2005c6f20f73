"""EfficientNet-Lite0 from the PyTorch port's checkpoint to EfficientNetForImageClassification.

"Lite" is EfficientNet-B0 without squeeze-and-excitation and with ReLU6 (Liu 2020, "Higher accuracy on vision models
with EfficientNet-Lite", TensorFlow blog). The library's class always has the excitation gates: their weights become
zero and their biases large, so that each gate is 1.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import EfficientNetConfig, EfficientNetForImageClassification, EfficientNetImageProcessorPil

OPEN = 30.0  # sigmoid(30) is 1 in float32
SIZE = 224
BODY = "efficientnet."
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
# in a block: our convolution and normalisation, the port's
BLOCK = (
    ("expansion.expand_conv", "expansion.expand_bn", "_expand_conv", "_bn0"),
    ("depthwise_conv.depthwise_conv", "depthwise_conv.depthwise_norm", "_depthwise_conv", "_bn1"),
    ("projection.project_conv", "projection.project_bn", "_project_conv", "_bn2"),
)


def convert(weights: Path, names: list[str], out: Path) -> None:
    """Write the model, with `names` of ImageNet's 1,000 classes in order, and its image processor to `out`."""
    config = EfficientNetConfig(
        width_coefficient=1.0,
        depth_coefficient=1.0,
        image_size=SIZE,
        hidden_dim=1280,
        hidden_act="relu6",
        dropout_rate=0.2,
        depthwise_padding=[],
        batch_norm_eps=1e-3,
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    model = EfficientNetForImageClassification(config)
    gates = {name: value for name, value in model.state_dict().items() if ".squeeze_excite." in name}
    state = {name: torch.full_like(v, OPEN * name.endswith("expand.bias")) for name, v in gates.items()}
    model.load_state_dict(state | _state(torch.load(weights, map_location="cpu", weights_only=True)))
    model.save_pretrained(out)
    EfficientNetImageProcessorPil(
        size={"height": SIZE, "width": SIZE},
        do_center_crop=False,
        image_mean=[127 / 255] * 3,
        image_std=[128 / 255] * 3,
        include_top=False,
        rescale_offset=False,
        resample=3,
    ).save_pretrained(out)


def _state(port: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights under transformers' names."""
    state = {"classifier.weight": port["_fc.weight"], "classifier.bias": port["_fc.bias"]}

    def put(convolution: str, norm: str, their_convolution: str, their_norm: str) -> None:
        state[f"{BODY}{convolution}.weight"] = port[f"{their_convolution}.weight"]
        state.update({f"{BODY}{norm}.{name}": port[f"{their_norm}.{name}"] for name in NORM})

    put("embeddings.convolution", "embeddings.batchnorm", "_conv_stem", "_bn0")
    put("encoder.top_conv", "encoder.top_bn", "_conv_head", "_bn1")
    for number in {name.split(".")[1] for name in port if name.startswith("_blocks.")}:
        ours, theirs = f"encoder.blocks.{number}.", f"_blocks.{number}."
        for convolution, norm, their_convolution, their_norm in BLOCK:
            if f"{theirs}{their_convolution}.weight" in port:  # the first block does not expand
                put(ours + convolution, ours + norm, theirs + their_convolution, theirs + their_norm)
    return state
