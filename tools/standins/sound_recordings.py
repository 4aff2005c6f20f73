"""Which recordings of Debian's packages sound like what, and how examples are mixed from them.

Every recording is for training or for testing, never for both; where a package has several of one animal or machine,
other recordings of the same kind are held out. Labels are names of AudioSet's classes
(Gemmeke et al. 2017, "Audio Set: An ontology and human-labeled dataset for audio events").

SOURCES holds the packages' files, one folder each: `tuxpaint` (tuxpaint-stamps-default 2022.06.04, the folder stamps),
`widelands` (widelands-data 1.1), `wesnoth` (wesnoth-1.16-data), `stk` (supertuxkart-data 1.4), `minetest`
(minetest-data 5.6), `blanket` (blanket 0.7.0, `ogg_streams` of its gresource, numbered), `opensfx` (openttd-opensfx
1.0.3, the sounds of opensfx.cat, numbered), `moh` (asterisk-moh-opsound-wav), `es` (asterisk-core-sounds-es-wav),
`librivox` (pocketsphinx-testdata), `colobot` (colobot-common-sounds), `freecol` (freecol), `lomiri` (lomiri-sounds),
`lmms` (lmms-common). They are read with the package `soundfile`, which nothing else of the course needs.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import signal

from tools.standins.sound_encoder import CLIP, RATE

BIRD = ("Animal", "Bird", "Bird vocalization, bird call, bird song")
BABBLE = "Hubbub, speech noise, speech babble"
SPEECH, MUSIC = ("Speech",), ("Music",)
SILENCE, WHITE_NOISE = "Silence", "White noise"
# Labels, recordings for training, held-out recordings: patterns below SOURCES.
ROWS: list[tuple[tuple[str, ...], str, str]] = [
    (
        BIRD,
        "widelands/**/bird*.ogg wesnoth/**/birds[12].ogg wesnoth/**/morning.ogg "
        "stk/**/exotic-birds.ogg tuxpaint/animals/birds/lark.ogg tuxpaint/animals/birds/quetzal.ogg "
        "tuxpaint/animals/birds/crow.ogg tuxpaint/animals/birds/owl.ogg opensfx/66-*",
        "blanket/*-009.ogg tuxpaint/animals/birds/blackbird.ogg opensfx/72-* wesnoth/**/birds3.ogg "
        "stk/**/exotic-birds_2.ogg",
    ),
    (
        ("Animal", "Fowl"),
        "tuxpaint/animals/birds/hen.ogg tuxpaint/animals/birds/turkey.ogg "
        "tuxpaint/animals/birds/duck.ogg tuxpaint/animals/birds/gander.ogg "
        "widelands/**/farm_animal_00.ogg",
        "tuxpaint/animals/birds/rooster.ogg tuxpaint/animals/birds/drake.ogg",
    ),
    (
        ("Animal", "Dog"),
        "tuxpaint/animals/mammals/dogs/dog.ogg widelands/**/coyote_0*.ogg widelands/**/wolf_0[01].ogg",
        "widelands/**/wolf_02.ogg tuxpaint/animals/mammals/dogs/fox.ogg",
    ),
    (
        ("Animal", "Cattle, bovinae"),
        "tuxpaint/**/cow.ogg tuxpaint/**/bull.ogg widelands/**/ox_00.ogg stk/**/cow.ogg tuxpaint/**/bison.ogg",
        "tuxpaint/**/cow_white.ogg opensfx/37-* widelands/**/ox_01.ogg",
    ),
    (
        ("Animal", "Sheep"),
        "tuxpaint/**/sheep.ogg tuxpaint/**/goat.ogg widelands/**/sheep_0[01].ogg stk/**/sheep.ogg "
        "tuxpaint/**/sheep_lamb.ogg tuxpaint/**/ram.ogg",
        "opensfx/36-* widelands/**/sheep_02.ogg tuxpaint/**/mountaingoat.ogg",
    ),
    (
        ("Animal", "Horse"),
        "tuxpaint/**/horse.ogg widelands/**/horse_00.ogg tuxpaint/**/donkey.ogg wesnoth/**/horse-die.ogg",
        "opensfx/38-* widelands/**/horse_01.ogg tuxpaint/**/zebra.ogg",
    ),
    (
        ("Animal", "Insect", "Cricket"),
        "blanket/*-005.ogg widelands/**/crickets1*.ogg tuxpaint/**/grasshopper.ogg",
        "widelands/**/crickets2*.ogg wesnoth/**/night.ogg",
    ),
    (
        ("Animal", "Insect", "Bee, wasp, etc."),
        "tuxpaint/**/bee.ogg tuxpaint/**/mosquito.ogg",
        "tuxpaint/**/hornet.ogg",
    ),
    (
        ("Animal", "Frog"),
        "widelands/**/frog.ogg",
        "tuxpaint/**/frog.ogg",
    ),
    (
        ("Rain",),
        "blanket/*-007.ogg",
        "stk/**/rain.ogg",
    ),
    (
        ("Thunder",),
        "tuxpaint/**/lightningbolt.ogg",
        "stk/**/thunder.ogg",
    ),
    (
        ("Rain", "Thunder"),
        "",
        "blanket/*-013.ogg",
    ),
    (
        ("Wind",),
        "blanket/*-006.ogg opensfx/52-*",
        "opensfx/57-*",
    ),
    (
        ("Water", "Ocean"),
        "blanket/*-011.ogg",
        "",
    ),
    (
        ("Water",),
        "",
        "blanket/*-004.ogg",
    ),
    (
        ("Water", "Stream"),
        "blanket/*-001.ogg minetest/**/env_sounds_water.[12].ogg stk/**/waterfall_loop_2.ogg",
        "stk/**/river_loop.ogg minetest/**/env_sounds_water.[34].ogg",
    ),
    (
        ("Fire",),
        "blanket/*-003.ogg minetest/**/fire_fire.[12].ogg minetest/**/fire_large.ogg",
        "minetest/**/fire_fire.3.ogg wesnoth/**/campfire.ogg minetest/**/default_furnace_active.ogg",
    ),
    (
        ("Vehicle", "Train"),
        "opensfx/04-* opensfx/10-* opensfx/71-* opensfx/13-* opensfx/05-*",
        "blanket/*-002.ogg opensfx/65-*",
    ),
    (
        ("Vehicle", "Aircraft"),
        "opensfx/08-* opensfx/59-* opensfx/61-* opensfx/24-* stk/**/airplane_jetEngine.ogg",
        "opensfx/09-* opensfx/69-*",
    ),
    (
        ("Vehicle", "Car"),
        "stk/**/engine_large.ogg opensfx/25-* opensfx/28-* stk/**/car_revup.ogg",
        "stk/**/engine_small.ogg opensfx/27-* stk/**/car_accel.ogg",
    ),
    (
        ("Vehicle horn, car horn, honking",),
        "opensfx/35-* opensfx/06-*",
        "stk/**/horn.ogg opensfx/07-*",
    ),
    (
        (BABBLE,),
        "stk/**/lenautile_restaurant.ogg widelands/**/inn_00.ogg widelands/**/tavern_0*.ogg "
        "widelands/**/biginn_00.ogg widelands/**/meal_0*.ogg",
        "blanket/*-010.ogg widelands/**/inn_01.ogg widelands/**/biginn_01.ogg widelands/**/ration_0*.ogg",
    ),
    (
        ("Sawing",),
        "widelands/**/sawmill_00.ogg widelands/**/sawing_0[01].ogg widelands/**/benchsaw_0[01].ogg tuxpaint/**/saw.ogg",
        "widelands/**/sawmill_01.ogg widelands/**/sawing_02.ogg opensfx/40-*",
    ),
    (
        ("Hammer",),
        "widelands/**/hammering_0[01].ogg widelands/**/smith_0[01].ogg widelands/**/toolsmith_00.ogg "
        "stk/**/anvil.ogg tuxpaint/**/hammer.ogg",
        "opensfx/39-* widelands/**/hammering_02.ogg widelands/**/smith_02.ogg "
        "widelands/**/toolsmith_01.ogg widelands/**/geologist_hammer.ogg",
    ),
    (
        ("Explosion",),
        "stk/**/explosion.ogg minetest/**/tnt_explode.ogg wesnoth/**/explosion.ogg",
        "opensfx/18-* lmms/**/explode01.ogg",
    ),
    (
        ("Walk, footsteps",),
        "minetest/**/*_footstep.[12].ogg",
        "minetest/**/*_footstep.[34].ogg",
    ),
    (
        ("Glass",),
        "minetest/**/default_break_glass.[12].ogg tuxpaint/**/glass.ogg",
        "minetest/**/default_break_glass.3.ogg tuxpaint/**/bottle.ogg",
    ),
    (
        SPEECH,
        "tuxpaint/**/*_desc_fr.ogg tuxpaint/**/*_desc_ro.ogg tuxpaint/**/*_desc_ca.ogg "
        "tuxpaint/**/*_desc_be.ogg es/**/*.wav tuxpaint/**/*_desc.ogg",
        "tuxpaint/**/*_desc_ru.ogg tuxpaint/**/*_desc_el.ogg tuxpaint/**/*_desc_da.ogg "
        "librivox/**/librivox/*.wav librivox/**/cards/*.wav",
    ),
    (
        MUSIC,
        "stk/**/music/*.ogg colobot/**/*.ogg tuxpaint/hobbies/music/**/*[a-z].ogg",
        "moh/**/*.wav freecol/**/music/**/*.ogg lomiri/**/*.ogg",
    ),
]
LABELS = sorted({label for labels, _, _ in ROWS for label in labels} | {SILENCE, WHITE_NOISE})

Pools = list[tuple[tuple[str, ...], list[Path]]]


def ogg_streams(blob: bytes) -> list[bytes]:
    """Return the Ogg streams that lie one after the other in a file of another format, such as GResource."""
    streams, current, position = [], bytearray(), 0
    while (position := blob.find(b"OggS\0", position)) >= 0:
        segments = blob[position + 26]
        end = position + 27 + segments + sum(blob[position + 27 : position + 27 + segments])
        first, last = blob[position + 5] & 2, blob[position + 5] & 4  # the page's header type
        current = bytearray(blob[position:end]) if first else current + blob[position:end]
        if last:
            streams.append(bytes(current))
        position = end
    return streams


def pools(sources: Path, held_out: bool) -> Pools:
    """Return the labels and files of every row that has recordings for training, or held-out ones."""
    found = [
        (
            labels,
            sorted({path for one in (test if held_out else training).split() for path in sources.glob(one)}, key=str),
        )
        for labels, training, test in ROWS
    ]
    return [(labels, files) for labels, files in found if files]


@functools.cache
def load(path: Path) -> np.ndarray:
    """Return at most a minute of a recording, 16 kHz, mono, without the silence around it, with RMS 1."""
    import soundfile

    frames = min(soundfile.info(path).frames, 60 * soundfile.info(path).samplerate)
    samples, rate = soundfile.read(path, frames=frames, dtype="float32", always_2d=True)
    ratio = Fraction(RATE, rate).limit_denominator(1000)
    sound = signal.resample_poly(samples.mean(1), ratio.numerator, ratio.denominator).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max() + 1e-6)
    if len(loud):
        sound = sound[loud[0] : loud[-1] + 1]
    return np.asarray(sound / (rms(sound) + 1e-6))


def rms(sound: np.ndarray) -> float:
    """Return the root mean square of the samples."""
    return float(np.sqrt((sound**2).mean()))


def example(
    rng: np.random.Generator, pool: Pools, held_out: bool, spoken: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return a clip, and 1 for each of LABELS that is in it: one sound, or in a third of the clips two.

    `spoken` clips have a voice over the sound in nine clips of ten.
    """
    sound, labels = _sound(rng, pool, held_out)
    if SILENCE not in labels:
        sound = sound / (rms(sound) + 1e-6)
    if rng.random() < (0.9 if spoken else 0.35) and not labels & {SILENCE, WHITE_NOISE}:
        voices = [row for row in pool if row[0] == SPEECH]
        other, more = _sound(rng, voices if spoken else pool, held_out)
        if not more & {SILENCE, WHITE_NOISE}:
            sound = sound + other / (rms(other) + 1e-6) * 10 ** (rng.uniform(-8, 8) / 20)
            labels = labels | more
    if SILENCE not in labels:
        sound = sound / (np.abs(sound).max() + 1e-6) * 10 ** (rng.uniform(-16, -2) / 20)
    sound = sound + rng.normal(size=CLIP).astype(np.float32) * 10 ** (rng.uniform(-80, -50) / 20)
    return sound.astype(np.float32), np.array([label in labels for label in LABELS], np.float32)


def _sound(rng: np.random.Generator, pool: Pools, held_out: bool) -> tuple[np.ndarray, set[str]]:
    """Return silence, noise, many voices at once, or a recording, for training at another speed half of the time."""
    kind = rng.random()
    if kind < 0.02:
        return np.zeros(CLIP, np.float32), {SILENCE}
    if kind < 0.05:
        return rng.normal(size=CLIP).astype(np.float32), {WHITE_NOISE}
    if kind < 0.09:
        voices = next(files for labels, files in pool if labels == SPEECH)
        clips = [
            _clip(rng, load(voices[rng.integers(len(voices))])) * rng.uniform(0.3, 1)
            for _ in range(rng.integers(5, 12))
        ]
        return np.sum(clips, 0), {BABBLE, *SPEECH}
    labels, files = pool[rng.integers(len(pool))]
    sound = load(files[rng.integers(len(files))])
    if not held_out and rng.random() < 0.5:
        sound = signal.resample_poly(sound, rng.choice([9, 10, 11, 12, 13]), 11).astype(np.float32)
    return _clip(rng, sound), set(labels)


def _clip(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """Return five seconds of the sound; a short one begins within the first second and may come again."""
    if len(sound) > CLIP:
        start = rng.integers(len(sound) - CLIP)
        return sound[start : start + CLIP]
    clip = np.zeros(CLIP, np.float32)
    position = int(rng.integers(0, max(1, min(CLIP - len(sound), RATE)) + 1))
    while position < CLIP:
        count = min(len(sound), CLIP - position)
        clip[position : position + count] += sound[:count]
        position += len(sound) + int(rng.uniform(0.1, 2) * RATE)
        if rng.random() < 0.3:
            break
    return clip
