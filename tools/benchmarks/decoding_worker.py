"""Answer generation requests under whichever transformers runs it: 4.49's own searches, or the repositories' code.

`decoding_parity.py` beside it starts one of these in each environment. A request is one line of JSON on stdin, the
answer one line on stdout. Models are built from plain settings and safetensors weights, which both versions read.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

DATA = Path(__file__).parents[2] / "classroom/models/data"  # this runs where the course is not installed
REPOSITORIES = {
    "contrastive_search": DATA / "contrastive-search",
    "group_beam_search": DATA / "group-beam-search",
}
HAS_BOTH = transformers.__version__ == "4.49.0"
Json = dict[str, Any]
KINDS: dict[str, tuple[type[PreTrainedConfig], type[PreTrainedModel]]] = {
    "gpt2": (GPT2Config, GPT2LMHeadModel),
    "llama": (LlamaConfig, LlamaForCausalLM),
}


@cache
def load(folder: str, dtype: str) -> PreTrainedModel:
    """The model of `folder` (settings.json, model.safetensors) in `dtype`, every weight read from the file."""
    settings = json.loads((Path(folder) / "settings.json").read_text(encoding="utf-8"))
    config, architecture = KINDS[settings.pop("kind")]
    model = architecture(config(**settings))
    missing, unexpected = model.load_state_dict(load_file(Path(folder) / "model.safetensors"), strict=False)
    if unexpected or set(missing) - {"lm_head.weight"}:
        raise ValueError(f"{folder}: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    model.to(getattr(torch, dtype)).eval()
    return model


def generate(request: Json) -> list[list[int]]:
    """Run the request with the library's own search where it has one, with `custom_generate` elsewhere."""
    ours: Json = {}
    if not HAS_BOTH:
        ours = {"custom_generate": str(REPOSITORIES[request["search"]]), "trust_remote_code": True}
    model: Any = load(request["model"], request["dtype"])  # mypy finds no `generate` in what the two models share
    sequences: list[list[int]] = model.generate(
        torch.tensor(request["input_ids"]),
        attention_mask=torch.tensor(request["attention_mask"]),
        **request["settings"],
        **ours,
    ).tolist()
    return sequences


def answer(request: Json) -> Json:
    """The tokens, and the seconds of processor time that `generate` took."""
    start = time.process_time()
    sequences = generate(request)
    seconds = time.process_time() - start
    return {"sequences": sequences, "seconds": seconds}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)  # small models, and a fair race on a busy machine
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
