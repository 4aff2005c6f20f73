"""What all figures share: the style, how they are displayed, and how tokens are written."""

from __future__ import annotations

import base64
import codecs
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

STYLE = Path(__file__).parent.parent / "course.mplstyle"
MONOSPACED = ["DejaVu Sans Mono", "DejaVu Sans"]  # the first lacks Hebrew and emoji
VISIBLE = {" ": "␣", "\n": "↵", "\r": "↵", "\t": "⇥", "$": r"\$"}
BYTE_FALLBACK = re.compile(r"<0x[0-9A-F]{2}>")


def use_style() -> None:
    """Give all figures of this kernel the course's look."""
    plt.style.use(STYLE)


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its description: `alt` is what a screen reader, a terminal or a failed image shows."""
    data, metadata = picture(figure, alt)
    display(data, metadata=metadata, raw=True)


def picture(figure: Figure, alt: str) -> tuple[dict[str, str], dict[str, dict]]:
    """The figure and its description as what a notebook displays: data and metadata by MIME type. Closes the figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    width, height = (round(inches * 96) for inches in figure.get_size_inches())
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"Figure: {alt}"}
    return data, {"image/png": {"alt": alt, "width": width, "height": height}}


def printable(token: str) -> str:
    """A token as it can be drawn, in any script.

    Blanks and line ends become visible, byte-level pieces such as `ĠniÃ±o` what they stand for, characters that the
    font lacks their code point, and `$` is not taken for mathematics. `token_texts` is surer where a tokenizer is at
    hand: it also knows the pieces that are half a character.
    """
    text = _read_bytes(token.replace("▁", " "))
    return "".join(VISIBLE.get(c) or (c if _in_font(c) else f"<{ord(c):04X}>") for c in text)


def token_texts(tokenizer: PreTrainedTokenizerBase, ids: Iterable[int]) -> list[str]:
    """The text of every token alone, its blank in front kept; bytes that are not a whole character as `<C3>`."""
    texts = []
    for token_id in map(int, ids):
        text, piece = tokenizer.decode([token_id]), str(tokenizer.convert_ids_to_tokens(token_id))
        if "\ufffd" in text and BYTE_FALLBACK.fullmatch(piece):
            text = piece.replace("0x", "")
        elif "\ufffd" in text and all(c in BYTE_OF for c in piece):
            text = bytes(BYTE_OF[c] for c in piece).decode("utf-8", errors="course_hex")
        elif piece.startswith("▁"):  # decoding one of these alone would drop the blank
            text = piece.replace("▁", " ")
        texts.append(text)
    return texts


def shortened(text: str, longest: int) -> str:
    """`text`, or its beginning and end with … between them where it has more than `longest` characters."""
    if len(text) <= longest:
        return text
    head = (longest - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


def _read_bytes(token: str) -> str:
    """`token` with the alphabet of byte-level tokenizers undone where it spells whole characters in UTF-8."""
    if all(c in BYTE_OF for c in token.replace(" ", "")):
        try:
            return bytes(BYTE_OF.get(c, 0x20) for c in token).decode("utf-8")
        except UnicodeDecodeError:
            pass
    return token.replace("Ġ", " ").replace("Ċ", "\n")


def _hex(error: UnicodeError) -> tuple[str, int]:
    """What stands for bytes that are no UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"<{byte:02X}>" for byte in error.object[error.start : error.end]), error.end


def _byte_alphabet() -> dict[str, int]:
    """Which byte each sign of a byte-level tokenizer stands for: itself if it can be seen, else one from U+0100 on."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(0x100 + i): byte for i, byte in enumerate(hidden)}


@cache
def _in_font(character: str) -> bool:
    """Whether the font of the figures can draw it."""
    return get_font(findfont("DejaVu Sans")).get_char_index(ord(character)) > 0


codecs.register_error("course_hex", _hex)
BYTE_OF = _byte_alphabet()
