"""Train whisper-music-genres, the stand-in for sanchit-gandhi/distilhubert-finetuned-gtzan: the genre of a piece.

    python -m tools.standins.make_music_genres --sources SOURCES --work WORK

SOURCES holds `mma` (Debian's mma 21.09, the folder usr/share/mma, and its program in bin/), `music21` (the folder
corpus of PyPI's music21 10.5.1; Bach's chorales are read with that package), and the SoundFonts FluidR3_GM.sf2
(fluid-soundfont-gm), sf_GMbank.sf2 (csound-soundfont) and TimGM6mb.sf2 (timgm6mb-soundfont). `fluidsynth` must be
installed. WORK keeps the rendered clips and their features: a run that is stopped goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import sys
import wave
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm
from transformers import WhisperForAudioClassification

from classroom.models.catalogue import DATA
from tools.standins import music_styles
from tools.standins.sound_encoder import CLIP, RATE, Examples, build, cached, features, joined, logits, save, train

FOLDER = DATA / "whisper-music-genres"
CARD = Path(__file__).parent / "music_genres_card.md"
GENRES = sorted([*music_styles.FILES, "classical"])
FONTS = {False: ("FluidR3_GM.sf2", "sf_GMbank.sf2"), True: ("TimGM6mb.sf2", "TimGM6mb.sf2")}  # by held out or not
FILES = {False: 3, True: 2}  # of a genre, in turn with one SoundFont and the other
PIECES, SCORES = {False: 10, True: 6}, {False: 6, True: 4}  # of a file, and scores of classical music
CLIPS = {False: 30, True: 16}  # of a file at most, evenly spread
CHORALES = {False: "bwv[1-3]*.mxl", True: "bwv4*.mxl"}  # of Bach, in music21's corpus
# General MIDI programs of the parts: piano, strings, harpsichord, woodwinds, organ, choir, harp.
ENSEMBLES = ([0] * 8, [40, 40, 41, 42], [48] * 6, [6] * 6, [40, 73, 41, 42], [68, 71, 60, 70], [19] * 6, [52] * 6)
LIMIT = 30  # seconds for one rendering
ATTEMPTS = 8  # some grooves do not go with each other, and music21 cannot repeat every score
STEPS, LEARNING_RATE, DROPOUT = 800, 2e-3, 0.5


def render(midi: Path, font: Path, seconds: int) -> np.ndarray:
    """Return the sound of a MIDI file, mono, 16 kHz, cut to that many seconds."""
    out = midi.with_suffix(".wav")
    command = ["fluidsynth", "-ni", "-q", "-g", ".4", "-R", "0", "-C", "0", "-r", str(RATE), "-F", str(out)]
    # A score whose notes never end would be played for ever.
    subprocess.run([*command, str(font), str(midi)], check=True, capture_output=True, timeout=LIMIT)
    with wave.open(str(out)) as file:
        samples = np.frombuffer(file.readframes(seconds * RATE), "<i2").reshape(-1, 2)
    return np.asarray(samples.mean(1) / 32_768, np.float32)


def write_band(sources: Path, genre: str, held_out: bool, rng: random.Random, midi: Path) -> None:
    """Write pieces of the genre by MMA."""
    text = midi.with_suffix(".mma")
    text.write_text(
        music_styles.score(sources / "mma" / "lib", genre, PIECES[held_out], held_out, rng), encoding="utf-8"
    )
    program = [sys.executable, str(sources / "mma" / "bin" / "mma"), "-f", str(midi), str(text)]
    subprocess.run(program, check=True, capture_output=True, env=os.environ | {"MMA_HOME": str(sources / "mma")})


def write_classical(sources: Path, held_out: bool, rng: random.Random, midi: Path) -> None:
    """Write a chorale of music21's corpus for an ensemble. Raise ValueError if that fails."""
    import music21

    files = sorted((sources / "music21" / "bach").glob(CHORALES[held_out]))
    piece: Any = music21.converter.parse(rng.choice(files))
    programs = rng.choice(ENSEMBLES)
    for number, part in enumerate(piece.parts):
        for old in list(part.recurse().getElementsByClass(music21.instrument.Instrument)):
            old.activeSite.remove(old)
        instrument = music21.instrument.Instrument()
        instrument.midiProgram = programs[number % len(programs)]
        part.insert(0, instrument)
    try:
        piece.write("midi", midi)
    except music21.exceptions21.Music21Exception as error:
        raise ValueError("music21 cannot repeat a part of this score") from error


def file_of_clips(sources: Path, work: Path, genre: str, held_out: bool, number: int) -> np.ndarray:
    """Return five-second clips of the genre, evenly spread over what is rendered with one SoundFont."""
    rng, midi = random.Random(f"{genre} {held_out} {number}"), work / "piece.mid"
    sounds: list[np.ndarray] = []
    for _ in range(ATTEMPTS):
        if len(sounds) == (SCORES[held_out] if genre == "classical" else 1):
            break
        with contextlib.suppress(subprocess.SubprocessError, ValueError):
            if genre == "classical":
                write_classical(sources, held_out, rng, midi)
            else:
                write_band(sources, genre, held_out, rng, midi)
            sounds.append(render(midi, sources / FONTS[held_out][number % 2], 40 if genre == "classical" else 220))
    cut = [sound[start : start + CLIP] for sound in sounds for start in range(0, len(sound) - CLIP, CLIP)]
    clips = [clip / np.abs(clip).max() / 2 for clip in cut if np.sqrt((clip**2).mean()) > 0.002]
    chosen = np.linspace(0, len(clips) - 1, min(CLIPS[held_out], len(clips))).astype(int)
    return np.array([clips[index] for index in chosen])


def examples(model: WhisperForAudioClassification, sources: Path, work: Path, held_out: bool) -> Examples:
    """Return features and genres of all genres' files of clips."""

    def part(genre: str, number: int) -> Examples:
        found = features(model, file_of_clips(sources, work, genre, held_out, number))
        return found, torch.full((len(found),), GENRES.index(genre))

    name, todo = (
        "test" if held_out else "train",
        [(genre, number) for genre in GENRES for number in range(FILES[held_out])],
    )
    return joined(
        cached(work / f"{name}-{genre}-{number}.npz", partial(part, genre, number))
        for genre, number in tqdm(todo, name)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    told = parser.parse_args()
    torch.set_num_threads(1)
    told.work.mkdir(parents=True, exist_ok=True)
    model = build(GENRES, told.work)
    testing = examples(model, told.sources, told.work, held_out=True)
    training = examples(model, told.sources, told.work, held_out=False)
    train(model, training, partial(F.cross_entropy, label_smoothing=0.05), STEPS, LEARNING_RATE, DROPOUT)
    with torch.inference_mode():
        guesses = logits(model, testing[0]).argmax(1)
    accuracy = float((guesses == testing[1]).float().mean())
    by_genre = ", ".join(
        f"{genre} {float((guesses[testing[1] == i] == i).float().mean()):.2f}" for i, genre in enumerate(GENRES)
    )
    print(f"accuracy {accuracy:.3f}: {by_genre}")
    card = CARD.read_text(encoding="utf-8")
    save(
        model,
        FOLDER,
        card.format(accuracy=accuracy, by_genre=by_genre, clips=len(testing[0]), trained=len(training[0])),
    )


if __name__ == "__main__":
    main()
