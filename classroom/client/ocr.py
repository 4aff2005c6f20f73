"""Read the words of a picture with PP-OCRv5: what the library's image processors do, in numpy.

Those processors need torchvision and OpenCV; these steps need neither, for lines of text that run from left to right.
Detection follows Liao et al. 2020, "Real-time Scene Text Detection with Differentiable Binarization"; recognition is
CTC (Graves et al. 2006).
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import hf_hub_download
from PIL import Image
from scipy import ndimage
from transformers import AutoModelForObjectDetection, AutoModelForTextRecognition, PreTrainedModel

DETECTION = "PaddlePaddle/PP-OCRv5_mobile_det_safetensors"
RECOGNITION = "PaddlePaddle/PP-OCRv5_mobile_rec_safetensors"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IS_TEXT, IS_LINE, UNCLIP = 0.3, 0.6, 1.5  # a pixel's score, a line's mean score, how far a line's box grows
HEIGHT, LONGEST = 48, 960  # pixels of a line that recognition wants; the longest side for detection

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Word:
    """A word, its box in pixels (left, top, right, bottom), and the mean score of its characters, 0 to 1."""

    text: str
    box: Box
    score: float


class Reader:
    """Both models, loaded once; `reader(image)` returns the words, line by line from top to bottom."""

    def __init__(self, detection: str = DETECTION, recognition: str = RECOGNITION) -> None:
        self.detector: PreTrainedModel = AutoModelForObjectDetection.from_pretrained(detection)
        self.recognizer: PreTrainedModel = AutoModelForTextRecognition.from_pretrained(recognition)
        settings = Path(hf_hub_download(recognition, "preprocessor_config.json")).read_text(encoding="utf-8")
        self.characters: list[str] = json.loads(settings)["character_list"]

    def __call__(self, image: Image.Image) -> list[Word]:
        """Return the words of the picture."""
        image = image.convert("RGB")
        return [word for box in self.find_lines(image) for word in self.read_line(image, box)]

    @torch.inference_mode()
    def find_lines(self, image: Image.Image) -> list[Box]:
        """Return the box of each line of text: connected pixels with a high score, grown to the letters' edges."""
        scale = min(1, LONGEST / max(image.size))
        width, height = (max(32, round(side * scale / 32) * 32) for side in image.size)
        scores = self.detector(_pixels(image.resize((width, height)), MEAN, STD)).last_hidden_state[0, 0].numpy()
        labels, _ = ndimage.label(scores > IS_TEXT)
        boxes = []
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
            tall, wide = rows.stop - rows.start, columns.stop - columns.start
            if min(tall, wide) < 3 or scores[rows, columns][labels[rows, columns] == number].mean() < IS_LINE:
                continue
            margin = UNCLIP * tall * wide / (2 * (tall + wide))  # area over circumference
            left, right = (x * image.width / width for x in (columns.start - margin, columns.stop + margin))
            top, bottom = (y * image.height / height for y in (rows.start - margin, rows.stop + margin))
            corner = min(image.width, math.ceil(right)), min(image.height, math.ceil(bottom))
            boxes.append((max(0, int(left)), max(0, int(top)), *corner))
        return sorted(boxes, key=lambda box: (round((box[1] + box[3]) / 32), box[0]))

    @torch.inference_mode()
    def read_line(self, image: Image.Image, box: Box) -> list[Word]:
        """Return the words in the box of a line; each character's place is where its score is highest."""
        line = image.crop(box)
        width = max(HEIGHT, math.ceil(HEIGHT * line.width / line.height))
        scores = self.recognizer(_pixels(line.resize((width, HEIGHT)), (0.5,) * 3, (0.5,) * 3)).last_hidden_state[0]
        best, indices = scores.max(-1)
        is_new = torch.ones(len(indices), dtype=torch.bool)
        is_new[1:] = indices[1:] != indices[:-1]
        steps = torch.nonzero(is_new & (indices != 0)).flatten().tolist()  # 0 is CTC's blank
        letters = [(self.characters[indices[step]], step, float(best[step])) for step in steps]
        spaces = [-1, *(i for i, (letter, _, _) in enumerate(letters) if letter.isspace()), len(letters)]
        words = [letters[start + 1 : end] for start, end in itertools.pairwise(spaces) if end - start > 1]
        pixels = (box[2] - box[0]) / len(indices)  # of the picture, a step
        return [_word(word, box, pixels) for word in words]


def _word(letters: list[tuple[str, int, float]], line: Box, pixels: float) -> Word:
    left, right = line[0] + (letters[0][1] - 0.5) * pixels, line[0] + (letters[-1][1] + 1.5) * pixels
    box = (max(line[0], int(left)), line[1], min(line[2], math.ceil(right)), line[3])
    return Word("".join(letter for letter, _, _ in letters), box, sum(score for *_, score in letters) / len(letters))


def _pixels(image: Image.Image, mean: tuple[float, ...], std: tuple[float, ...]) -> torch.Tensor:
    """Return a batch of one, normalised, with the colours in the order blue, green, red, as Paddle has them."""
    pixels = (np.asarray(image)[:, :, ::-1] / 255 - np.array(mean)) / np.array(std)
    return torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32))
