"""Which styles of MMA belong to which genre, and the instruments that are added to them.

MMA (Musical MIDI Accompaniment, https://www.mellowood.ca/mma/, Debian's package `mma` 21.09) has about two thousand
"grooves", which musicians wrote: drums, bass and chords of a style. Some are drums only, so that a genre's typical
figures are added. The genres are GTZAN's (Tzanetakis and Cook 2002).
"""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

# Files of MMA's library, without `.mma`.
FILES = {
    "blues": (
        "stdlib/blues",
        "stdlib/slowblues",
        "stdlib/fastblues",
        "stdlib/blues68",
        "stdlib/blues128",
        "stdlib/countryblues",
        "casio/blues",
        "stdlib/shuffleboggie",
        "casio/shuffleboogie",
        "stdlib/boggiewoggie",
    ),
    "country": (
        "stdlib/hillcountry",
        "stdlib/countryswing",
        "stdlib/slowcountry",
        "stdlib/bluegrass",
        "stdlib/westernswing",
        "yamaha/western",
        "kara/kwestballad",
        "zoom/country",
        "zoom/cntry",
    ),
    "disco": (
        "casio/discosoul",
        "stdlib/boneym",
        "stdlib/dsoul",
        "casio/dance1",
        "casio/dance2",
        "casio/8beatdance",
        "casio/dancepop1",
        "casio/dancepop2",
        "zoom/dance",
    ),
    "hiphop": (
        "alexis/hiphop",
        "casio/hip-hop",
        "zoom/hiphop",
        "zoom/trip",
        "casio/triphop",
        "zoom/rnb",
    ),
    "jazz": (
        "stdlib/swing",
        "stdlib/bebop",
        "stdlib/jazzcombo",
        "stdlib/modernjazz",
        "stdlib/mellowjazz",
        "stdlib/slowjazz",
        "stdlib/nitejazz",
        "stdlib/jazzguitar",
        "stdlib/bigband",
        "yamaha/jazzbasie",
        "yamaha/jazztrio",
        "yamaha/jazzswing",
        "yamaha/jazzGrtrio",
        "casio/jazzcombo",
        "casio/modernjazz",
        "casio/fastbigband",
        "stdlib/easyswing",
        "stdlib/fastswing",
        "stdlib/evansish",
        "stdlib/dixie",
    ),
    "metal": (
        "casio/heavymetal",
        "pflib/metal1",
        "pflib/metal2",
        "zoom/mtl",
        "zoom/thr",
        "zoom/hrk",
    ),
    "pop": (
        "casio/pop",
        "casio/popballad",
        "casio/80spop",
        "casio/8beatpop1",
        "casio/8beatpop2",
        "casio/8beatpop3",
        "casio/electricpop",
        "casio/soulpop",
        "casio/worldpop",
        "stdlib/popballad",
        "casio/popshuffle1",
        "casio/60spop",
    ),
    "reggae": (
        "zoom/reggae",
        "zoom/ska",
        "stdlib/ska",
    ),
    "rock": (
        "stdlib/basicrock",
        "stdlib/rock-128",
        "stdlib/60srock",
        "stdlib/bubblerock",
        "stdlib/softrock",
        "stdlib/folkrock",
        "casio/rock1",
        "casio/rock2",
        "casio/digitalrock",
        "pflib/rock1",
        "casio/poprock1",
        "casio/poprock2",
        "casio/60srock",
        "zoom/rock",
        "stdlib/rockballad",
        "casio/shufflerock",
    ),
}
# Beats a minute, from and to.
TEMPO = {
    "blues": (70, 130),
    "country": (90, 150),
    "disco": (110, 130),
    "hiphop": (80, 104),
    "jazz": (100, 200),
    "metal": (130, 190),
    "pop": (84, 124),
    "reggae": (68, 92),
    "rock": (100, 150),
}
# Chords, one a bar.
CHORDS = {
    "blues": ("C7 C7 C7 C7 F7 F7 C7 C7",),
    "jazz": ("Dm7 G7 CM7 A7", "CM7 Am7 Dm7 G7", "Dm7 G7 CM7 CM7 Fm7 Bb7 EbM7 EbM7"),
    "metal": ("Em Em C D", "Em G A Em", "Am F G Am"),
    "rock": ("A D E D", "E A B A", "G C D C"),
    "reggae": ("Am Dm Am G", "C F G F", "Em Am"),
    "disco": ("Am F C G", "Dm G Em Am"),
    "hiphop": ("Am Am F G", "Dm Dm Am Am", "Em C"),
    "pop": ("C G Am F", "F G Em Am", "Am F C G"),
    "country": ("G C G D", "C F G C", "D G A D"),
}
EIGHTHS = (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5)
BARS = 8


def grooves(library: Path, genre: str, held_out: bool) -> list[str]:
    """Return the genre's grooves for training, or the three in ten that are held out; none that only begin or end."""
    names = []
    for file in FILES[genre]:
        text = (library / f"{file}.mma").read_text(encoding="utf-8", errors="ignore")
        found = re.findall(r"(?im)^\s*DefGroove\s+(\S+)", text)
        names += [name for name in found if not re.search(r"(?i)intro|end|fill|F[AB]$|E$", name)] or found
    return [name for name in names if (int(hashlib.md5(name.encode()).hexdigest(), 16) % 10 >= 7) == held_out]


def score(library: Path, genre: str, pieces: int, held_out: bool, rng: random.Random) -> str:
    """Return MMA's text of that many pieces of eight bars, each with its own tempo, key, groove and chords."""
    text, names = "", grooves(library, genre, held_out)
    for _ in range(pieces):
        name, chords = rng.choice(names), rng.choice(CHORDS[genre]).split()
        text += f"Tempo {rng.randint(*TEMPO[genre])}\nTranspose {rng.choice([-5, -3, -2, 0, 2, 3, 5])}\nSeqClear\n"
        text += f"Groove {name}\n{_figures(genre, rng)}"
        text += "".join(f"{chords[bar % len(chords)]}\n" for bar in range(BARS))
    return text


def _figures(genre: str, rng: random.Random) -> str:
    """Return the tracks that are added to a groove of the genre; rock and country get theirs three times in five."""
    if genre == "metal":
        guitar = rng.choice(["DistortionGuitar", "OverdriveGuitar"])
        gallop = (1, 1.25, 1.5, 2, 2.25, 2.5, 3, 3.25, 3.5, 4, 4.25, 4.5)
        beats = rng.choice([EIGHTHS, gallop, (1, 2, 2.5, 3, 4, 4.5)])
        return _chords(guitar, beats, 8, 110, "Octave 3") + _bass(
            "PickedBass", " ".join(f"{b} 8 1 110;" for b in EIGHTHS)
        )
    if genre == "reggae":
        voice = rng.choice(["JazzGuitar", "MutedGuitar", "Organ3", "CleanGuitar", "NylonGuitar"])
        beats = rng.choice([(2, 4), (1.5, 2.5, 3.5, 4.5), (2, 2.5, 4, 4.5)])
        line = rng.choice(
            [
                "1 4 1 100; 2.5 8 3 90; 3.5 8 5 90;",
                "1.5 8 1 100; 2 8 1 90; 3 4 5 90; 4.5 8 3 90;",
                "1 8 1 100; 1.5 8 1 90; 3 8 5 100; 3.5 8 3 90;",
            ]
        )
        return _chords(voice, beats, 16, 100, "Articulate 40") + _bass("FingeredBass", line)
    if genre == "hiphop":
        voice = rng.choice(["Piano1", "EPiano", "SlowStrings", "WarmPad", "Vibraphone"])
        beats = rng.choice([(1,), (1, 2.5), (1, 3.75), (1.5, 3.5)])
        line = rng.choice(
            [
                "1 4 1 110; 2.75 8 1 100; 3.5 8 5 90;",
                "1 2 1 110; 3.5 8 3 90;",
                "1 8 1 110; 1.75 8 1 90; 3 4 1 100;",
            ]
        )
        return _chords(voice, beats, 2, 70) + _bass(rng.choice(["SynthBass1", "SynthBass2", "FretlessBass"]), line)
    if genre == "disco":
        octaves = " ".join(f"{b} 8 {note} 100;" for b, note in zip(EIGHTHS, ("1", "1+") * 4, strict=True))
        kick, hat = (" ".join(f"{b} 0 {v};" for b in beats) for beats, v in (((1, 2, 3, 4), 110), (EIGHTHS[1::2], 80)))
        return (
            _bass(rng.choice(["SlapBass1", "SynthBass1", "FingeredBass"]), octaves)
            + _chords(rng.choice(["Strings", "SynthStrings1"]), (1, 2.5), 4, 75, "Octave 6")
            + f"Begin Drum-Kick\n Tone KickDrum1\n Sequence {{ {kick} }}\nEnd\n"
            + f"Begin Drum-Hat\n Tone OpenHiHat\n Sequence {{ {hat} }}\nEnd\n"
        )
    if genre == "rock" and rng.random() < 0.6:
        voice = rng.choice(["OverdriveGuitar", "CleanGuitar", "SteelGuitar"])
        beats = rng.choice([EIGHTHS, (1, 2.5, 3, 4), (1, 2, 3, 3.5, 4)])
        return _chords(voice, beats, 8, rng.choice([70, 85]), "Octave 4")
    if genre == "country" and rng.random() < 0.6:
        notes = " ".join(f"{b} 8 80;" for b in EIGHTHS)
        voice = rng.choice(["Banjo", "SteelGuitar", "Fiddle"])
        return f"Begin Arpeggio-Pick\n Voice {voice}\n Sequence {{ {notes} }}\nEnd\n"
    return ""


def _chords(voice: str, beats: tuple[float, ...], length: int, volume: int, more: str = "") -> str:
    notes = " ".join(f"{beat} {length} {volume};" for beat in beats)
    return f"Begin Chord-Added\n Voice {voice}\n Sequence {{ {notes} }}\n {more}\nEnd\n"


def _bass(voice: str, notes: str) -> str:
    return f"Begin Bass-Added\n Voice {voice}\n Sequence {{ {notes} }}\nEnd\n"
