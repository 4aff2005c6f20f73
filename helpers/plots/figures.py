"""What all figures share: the style, the display with a description, and the text of tokens."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from tokenizers.decoders import ByteLevel
from transformers import PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

MONOSPACED = ["DejaVu Sans Mono", "DejaVu Sans"]  # the first lacks Hebrew and emoji
VISIBLE = {" ": "␣", "\n": "↵", "\r": "↵", "\t": "⇥"}
REPLACEMENT = "\ufffd"

plt.style.use(Path(__file__).parent.parent / "course.mplstyle")  # for the figures of a lesson's own cells, too


def show(figure: Figure, alt: str) -> None:
    """Display a figure and close it; screen readers, terminals and failed images show `alt`."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    width, height = (round(inches * 96) for inches in figure.get_size_inches())
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"Figure: {alt}"}
    display(data, metadata={"image/png": {"alt": alt, "width": width, "height": height}}, raw=True)


def token_texts(tokenizer: PreTrainedTokenizerBase, ids: Iterable[int]) -> list[str]:
    """Return the text of every token alone, with its leading space; an incomplete character is shown as `<C3>`."""
    byte_of = {sign: byte for byte, sign in bytes_to_unicode().items()}
    texts = []
    for token_id in map(int, ids):
        text, piece = str(tokenizer.decode([token_id])), str(tokenizer.convert_ids_to_tokens(token_id))
        if piece.startswith("▁"):  # decoding one of these alone would drop the space
            text = piece.replace("▁", " ")
        elif REPLACEMENT in text and re.fullmatch(r"<0x..>", piece):
            text = piece.replace("0x", "")
        elif REPLACEMENT in text and all(sign in byte_of for sign in piece):
            text = bytes(byte_of[sign] for sign in piece).decode(errors="backslashreplace")
            text = re.sub(r"\\x(..)", lambda byte: f"<{byte[1].upper()}>", text)
        texts.append(text)
    return texts


def visible(text: str) -> str:
    """Return `text` with signs for spaces, newlines and tabs, and code points for what cannot be printed."""
    return "".join(VISIBLE.get(c) or (c if c.isprintable() else f"<{ord(c):04X}>") for c in text)


def printable(token: str) -> str:
    """Return a token as the figures' font can draw it: byte-level pieces decoded, other characters as code points.

    Draw it with `parse_math=False`, since a token may hold `$`.
    """
    text = ByteLevel().decode([token.replace("▁", " ")])
    text = visible(token.replace("▁", " ") if REPLACEMENT in text else text)
    return "".join(c if _in_font(c) else f"<{ord(c):04X}>" for c in text)


def shortened(text: str, longest: int) -> str:
    """Return `text`, or its beginning and end joined by … when it has more than `longest` characters."""
    if len(text) <= longest:
        return text
    head = (longest - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


@cache
def _in_font(character: str) -> bool:
    return get_font(findfont("DejaVu Sans")).get_char_index(ord(character)) > 0
