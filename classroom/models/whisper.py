"""Whisper (Radford et al. 2023) from a CTranslate2 file to the classes of transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)

from classroom.models import ctranslate2

# The special tokens of the multilingual vocabulary, as openai/whisper's tokenizer.py numbers them.
END, START, TRANSLATE, TRANSCRIBE, PREVIOUS, NO_TIMESTAMPS = 50257, 50258, 50358, 50359, 50361, 50363
LAYERS, WIDTH, HEADS = 6, 512, 8  # the size "base"


def convert(weights: Path, folder: Path, out: Path) -> None:
    """Write Whisper base to `out`, in float32: model, generation config, tokenizer, feature extractor.

    `weights` is CTranslate2's file in float16; `folder` has its config.json and tokenizer.json.
    """
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = WhisperTokenizer(
        tokenizer_file=str(folder / "tokenizer.json"), bos_token="<|endoftext|>", pad_token="<|endoftext|>"
    )
    model = WhisperForConditionalGeneration(base_config())
    model.load_state_dict(state(weights))
    model.generation_config = GenerationConfig(
        decoder_start_token_id=START,
        bos_token_id=END,
        eos_token_id=END,
        pad_token_id=END,
        max_length=448,
        is_multilingual=True,
        task="transcribe",
        lang_to_id={tokenizer.convert_ids_to_tokens(number): number for number in told["lang_ids"]},
        task_to_id={"transcribe": TRANSCRIBE, "translate": TRANSLATE},
        no_timestamps_token_id=NO_TIMESTAMPS,
        prev_sot_token_id=PREVIOUS,
        suppress_tokens=told["suppress_ids"],
        begin_suppress_tokens=told["suppress_ids_begin"],
        alignment_heads=told["alignment_heads"],  # these heads follow the sound: word-level timestamps
        max_initial_timestamp_index=50,
        return_timestamps=False,
    )
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    WhisperFeatureExtractor(feature_size=80).save_pretrained(out)


def base_config(**changes: Any) -> WhisperConfig:
    """Return the config of Whisper base, with `changes`."""
    return WhisperConfig(
        vocab_size=51865,
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=4 * WIDTH,
        decoder_ffn_dim=4 * WIDTH,
        decoder_start_token_id=START,
        bos_token_id=END,
        eos_token_id=END,
        pad_token_id=END,
        **changes,
    )


def state(weights: Path) -> dict[str, torch.Tensor]:
    """Return the weights in CTranslate2's file, in float32, under transformers' names.

    Query, key and value are one matrix in CTranslate2.
    """
    tensors, state = ctranslate2.load(weights), dict[str, torch.Tensor]()

    def read(name: str) -> torch.Tensor:
        return torch.from_numpy(tensors[name].astype(np.float32))

    def put(name: str, source: str, weight: str = "weight", bias: str = "bias") -> None:
        state[f"{name}.weight"], state[f"{name}.bias"] = read(f"{source}/{weight}"), read(f"{source}/{bias}")

    def split(name: str, parts: str, source: str) -> None:
        rows = zip(parts, read(f"{source}/weight").split(WIDTH), read(f"{source}/bias").split(WIDTH), strict=True)
        for part, weight, bias in rows:
            state[f"{name}.{part}_proj.weight"] = weight.clone()
            if part != "k":  # Whisper's keys have no bias; CTranslate2 stores zeros
                state[f"{name}.{part}_proj.bias"] = bias.clone()

    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            ours, theirs = f"model.{side}.layers.{layer}", f"{side}/layer_{layer}"
            put(f"{ours}.self_attn_layer_norm", f"{theirs}/self_attention/layer_norm", "gamma", "beta")
            split(f"{ours}.self_attn", "qkv", f"{theirs}/self_attention/linear_0")
            put(f"{ours}.self_attn.out_proj", f"{theirs}/self_attention/linear_1")
            if side == "decoder":
                put(f"{ours}.encoder_attn_layer_norm", f"{theirs}/attention/layer_norm", "gamma", "beta")
                put(f"{ours}.encoder_attn.q_proj", f"{theirs}/attention/linear_0")
                split(f"{ours}.encoder_attn", "kv", f"{theirs}/attention/linear_1")
                put(f"{ours}.encoder_attn.out_proj", f"{theirs}/attention/linear_2")
            put(f"{ours}.final_layer_norm", f"{theirs}/ffn/layer_norm", "gamma", "beta")
            put(f"{ours}.fc1", f"{theirs}/ffn/linear_0")
            put(f"{ours}.fc2", f"{theirs}/ffn/linear_1")
        put(f"model.{side}.layer_norm", f"{side}/layer_norm", "gamma", "beta")
        state[f"model.{side}.embed_positions.weight"] = read(f"{side}/position_encodings/encodings")
    put("model.encoder.conv1", "encoder/conv1")
    put("model.encoder.conv2", "encoder/conv2")
    state["model.decoder.embed_tokens.weight"] = state["proj_out.weight"] = read("decoder/embeddings/weight")
    return state
