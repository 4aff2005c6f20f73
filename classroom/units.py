"""Numbers for people: sizes in bytes, counts of parameters."""

from __future__ import annotations


def size(count: int) -> str:
    """Return a number of bytes in powers of 1000, as the Hub writes them: 14.2 MB."""
    if count < 1000:
        return f"{count} {'Byte' if count == 1 else 'Bytes'}"
    power = min(4, (len(str(round(count * 1.0005))) - 1) // 3)
    value = count / 1000**power
    return f"{value:.{1 if value < 9.95 else 0}f} {('kB', 'MB', 'GB', 'TB')[power - 1]}"


def number(count: int) -> str:
    """Return a count of parameters: 135 M."""
    for value, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= value:
            return f"{count / value:.3g} {unit}"
    return str(count)
