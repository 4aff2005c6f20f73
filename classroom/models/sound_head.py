"""Audio classification with Whisper's encoder, frozen, and a trained head, merged into one ordinary model.

Gong et al. 2023, "Whisper-AT: Noise-Robust Automatic Speech Recognizers are Also Strong General Audio Event Taggers":
the layers' outputs are summed by learnt weights and averaged over time; the head is linear.
"""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForAudioClassification

from classroom.models import whisper

POSITIONS = "encoder.embed_positions.weight"
POSITIONS_PER_SECOND = 50


def build(config: WhisperConfig, weights: Path) -> WhisperForAudioClassification:
    """Return the encoder in `weights`, CTranslate2's file, below a fresh head.

    `config.max_source_positions` cuts the encoder's positions, so that it listens to fewer than 30 seconds.
    """
    model = WhisperForAudioClassification(config)
    state = whisper.state(weights)
    encoder = {name.removeprefix("model."): v for name, v in state.items() if name.startswith("model.encoder.")}
    encoder[POSITIONS] = encoder[POSITIONS][: config.max_source_positions]
    model.load_state_dict(model.state_dict() | encoder)
    model.eval()
    return model


def merge(folder: Path, weights: Path) -> WhisperForAudioClassification:
    """Return the encoder in `weights` with the config and the head in `folder`.

    Raise RuntimeError if the head lacks a weight or has one too many.
    """
    model = build(WhisperConfig.from_pretrained(folder), weights)
    encoder = {name: value for name, value in model.state_dict().items() if name.startswith("encoder.")}
    head = {name: value.float() for name, value in load_file(folder / "head.safetensors").items()}
    model.load_state_dict(encoder | head)
    return model


def feature_extractor(config: WhisperConfig) -> WhisperFeatureExtractor:
    """Return Whisper's feature extractor; it pads and cuts sounds to what the model listens to."""
    return WhisperFeatureExtractor(
        feature_size=config.num_mel_bins, chunk_length=config.max_source_positions // POSITIONS_PER_SECOND
    )
