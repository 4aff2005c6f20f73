"""Sound and vision: published weights from packages, through the stock pipelines, on the course's own samples."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from transformers import AutomaticSpeechRecognitionPipeline, ImageClassificationPipeline, pipeline

from classroom.client.bundled import path
from classroom.client.ocr import Reader

pytestmark = pytest.mark.slow  # converts Whisper on the first run
GREEDY = {"num_beams": 1}
INVOICE = [
    "FACTURA 2026-0417",
    "Fecha: 14 de octubre de 2026",
    "Cliente: Pedro Núñez",
    "1 mochila 32,00 €",
    "TOTAL: 39,50 €",
]


def sound(name: str) -> np.ndarray:
    with wave.open(path(name)) as opened:
        return np.frombuffer(opened.readframes(opened.getnframes()), "<i2").astype(np.float32) / 32_768


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.fixture(scope="module")
def transcriber() -> AutomaticSpeechRecognitionPipeline:
    return pipeline("automatic-speech-recognition", "openai/whisper-base")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "speech-en.wav",
            "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do"
            " for them.",
        ),
        ("speech-es.wav", "Por el momento, usted es la única persona en la conferencia."),
    ],
)
def test_whisper_transcribes_every_word(transcriber: AutomaticSpeechRecognitionPipeline, name: str, said: str) -> None:
    assert words(transcriber(sound(name), generate_kwargs=GREEDY)["text"]) == words(said)


def test_whisper_translates_into_english(transcriber: AutomaticSpeechRecognitionPipeline) -> None:
    told = {"language": "spanish", "task": "translate"} | GREEDY
    assert "person in the conference" in transcriber(sound("speech-es.wav"), generate_kwargs=told)["text"]


def test_whisper_says_of_every_word_when_it_begins_and_ends(transcriber: AutomaticSpeechRecognitionPipeline) -> None:
    heard = transcriber(sound("command-en.wav"), return_timestamps="word", generate_kwargs=GREEDY)
    assert [chunk["text"].strip() for chunk in heard["chunks"]] == ["Go", "forward", "10", "meters."]
    moments = [moment for chunk in heard["chunks"] for moment in chunk["timestamp"]]
    assert moments == sorted(moments)
    assert 0 <= moments[0] < 1 < moments[-1] < 3


@pytest.fixture(scope="module")
def classifier() -> ImageClassificationPipeline:
    return pipeline("image-classification", "google/efficientnet-b0")


@pytest.mark.parametrize(
    ("name", "label", "score"),
    [("cat", "Egyptian cat", 0.80), ("coffee", "espresso", 0.88), ("camera", "tripod", 0.95)],
)
def test_efficientnet_names_what_is_in_a_photograph(
    classifier: ImageClassificationPipeline, name: str, label: str, score: float
) -> None:
    best = classifier(path(f"{name}.jpg"))[0]
    assert (best["label"], best["score"]) == (label, pytest.approx(score, abs=0.02))


def test_efficientnets_features_are_a_vector_of_1280_numbers() -> None:
    features = pipeline("image-feature-extraction", "google/efficientnet-b0", return_tensors=True, pool=True)
    assert features(path("cat.jpg")).shape == (1, 1280)


def test_pp_ocr_reads_an_invoice_line_by_line() -> None:
    page = Image.new("RGB", (640, 360), "white")
    font = ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", 24)
    for number, line in enumerate(INVOICE):
        ImageDraw.Draw(page).text((40, 30 + 60 * number), line, fill="black", font=font)
    found = Reader()(page)
    assert " ".join(word.text for word in found) == " ".join(INVOICE)
    assert all(0.85 < word.score <= 1 for word in found)
    left, top, right, bottom = ImageDraw.Draw(page).textbbox((40, 30), INVOICE[0], font=font)
    box = found[1].box  # of the invoice's number, the second half of the first line
    assert (left + right) / 3 < box[0] < (left + right) / 2 and abs(box[2] - right) < 15
    assert box[1] < top and box[3] > bottom
