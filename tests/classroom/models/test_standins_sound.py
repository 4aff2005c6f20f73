"""The stand-ins for audio classification, on sounds that training never saw."""

from __future__ import annotations

import wave

import numpy as np
import pytest
import torch
from transformers import AudioClassificationPipeline, pipeline

from classroom.client.bundled import path

pytestmark = pytest.mark.slow  # converts Whisper on the first run
TAGGER = "MIT/ast-finetuned-audioset-10-10-0.4593"
GENRES = "sanchit-gandhi/distilhubert-finetuned-gtzan"
BIRD, BABBLE = "Bird vocalization, bird call, bird song", "Hubbub, speech noise, speech babble"


def sound(name: str) -> np.ndarray:
    with wave.open(path(name)) as opened:
        return np.frombuffer(opened.readframes(opened.getnframes()), "<i2").astype(np.float32) / 32_768


@pytest.fixture(scope="module")
def tagger() -> AudioClassificationPipeline:
    return pipeline("audio-classification", TAGGER)


def scores(tagger: AudioClassificationPipeline, clip: np.ndarray) -> dict[str, float]:
    return {found["label"]: found["score"] for found in tagger(clip)}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("birds.wav", ["Animal", "Bird", BIRD]),
        ("cafe.wav", [BABBLE, "Speech"]),
        ("storm.wav", ["Thunder", "Wind"]),
        ("speech-en.wav", ["Speech"]),
        ("speech-es.wav", ["Speech"]),
        ("command-en.wav", ["Speech"]),
    ],
)
def test_the_labels_of_a_recording_score_high(
    tagger: AudioClassificationPipeline, name: str, labels: list[str]
) -> None:
    found = scores(tagger, sound(name))
    assert max(found, key=found.__getitem__) in labels
    assert all(found[label] > 0.75 for label in labels)
    assert sum(score > 0.5 for score in found.values()) <= len(labels) + 1  # all other labels but one score low


def test_two_sounds_at_once_have_both_labels(tagger: AudioClassificationPipeline) -> None:
    birds, storm = sound("birds.wav"), sound("storm.wav")
    found = scores(tagger, (birds + storm[: len(birds)] / 2) / 2)
    assert found["Bird"] > 0.8 and found["Wind"] > 0.5


def test_silence_and_noise_are_labels_of_their_own(tagger: AudioClassificationPipeline) -> None:
    noise = np.random.default_rng(42).normal(scale=0.1, size=80_000).astype(np.float32)
    assert scores(tagger, np.zeros(80_000, np.float32))["Silence"] > 0.9
    assert scores(tagger, noise)["White noise"] > 0.9


def test_each_score_stands_for_itself(tagger: AudioClassificationPipeline) -> None:
    """Sigmoid, not softmax: AudioSet's labels do not exclude each other."""
    assert tagger.model.config.problem_type == "multi_label_classification"
    assert sum(scores(tagger, sound("birds.wav")).values()) > 2


def test_the_encoder_is_whispers(tagger: AudioClassificationPipeline) -> None:
    whisper = pipeline("automatic-speech-recognition", "openai/whisper-base").model.model.encoder
    name = "layers.5.fc2.weight"
    assert torch.equal(tagger.model.encoder.state_dict()[name], whisper.state_dict()[name])


def test_a_piece_has_one_genre() -> None:
    """Softmax: GTZAN's ten genres exclude each other. The piece has a groove that training never saw."""
    genres = {found["label"]: found["score"] for found in pipeline("audio-classification", GENRES)(sound("music.wav"))}
    assert len(genres) == 10 and sum(genres.values()) == pytest.approx(1)
    assert max(genres, key=genres.__getitem__) == "blues"
