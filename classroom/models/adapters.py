"""MiniLM with a PEFT adapter merged into it (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models")."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
import transformers
from peft import PeftModel, get_peft_model_state_dict, load_peft_weights
from safetensors.torch import load_file
from transformers import AutoConfig, BertTokenizer, PreTrainedConfig, PreTrainedModel

SEED = 42


def load_tokenizer(base: Path) -> BertTokenizer:
    """MiniLM's vocabulary in an ordinary BERT tokenizer of 512 tokens: its own file pads and cuts all texts to 128."""
    return BertTokenizer(vocab=str(base / "vocab.txt"), do_lower_case=True, model_max_length=512)


def build(model_class: type[PreTrainedModel], base: Path, config: PreTrainedConfig) -> PreTrainedModel:
    """Return a `model_class`, such as BertForTokenClassification, with MiniLM's weights below a fresh seeded head.

    Raise ValueError if `base` lacks a weight of the encoder.
    """
    torch.manual_seed(SEED)
    model = model_class(config)
    missing, _ = model.base_model.load_state_dict(load_file(base / "model.safetensors"), strict=False)
    if missing:
        raise ValueError(f"{base} lacks these weights of MiniLM: {', '.join(missing)}")
    return model


def merge(folder: Path, base: Path) -> PreTrainedModel:
    """Return the ordinary fp32 model that the adapter in `folder` makes of the MiniLM in `base`, PEFT gone from it.

    Raise as `adapt` does.
    """
    config = AutoConfig.from_pretrained(folder)
    return adapt(build(getattr(transformers, config.architectures[0]), base, config), folder)


def adapt(model: PreTrainedModel, folder: Path) -> PreTrainedModel:
    """Return `model` with the adapter in `folder` merged into it, PEFT gone from it.

    Raise KeyError if a head lacks a weight, ValueError if LoRA lacks one or if there is one too many, so that nothing
    is left as initialised.
    """
    with warnings.catch_warnings():
        # PEFT 0.21 still asks the model for a property that Transformers has renamed
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
        # and an older one does not know settings that the adapter's configuration names and leaves off.
        warnings.filterwarnings("ignore", message="Unexpected keyword arguments", category=UserWarning)
        adapted = PeftModel.from_pretrained(model, folder)
    expected = set(get_peft_model_state_dict(adapted, save_embedding_layers=False))
    differing = expected ^ set(load_peft_weights(str(folder), device="cpu"))
    if differing:
        raise ValueError(f"{folder} does not fit its model: {', '.join(sorted(differing))}")
    merged: PreTrainedModel = adapted.merge_and_unload()
    merged.eval()
    return merged
