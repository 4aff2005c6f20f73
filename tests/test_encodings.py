"""Text files are read and written as UTF-8 wherever the course runs, whatever the system's encoding is."""

from __future__ import annotations

import ast

from tools.notebooks import ROOT

SOURCES = sorted(path for folder in ("classroom", "helpers", "tools") for path in (ROOT / folder).rglob("*.py"))


def without_encoding(source: str) -> list[int]:
    """The lines that read or write a text file and leave the encoding to the system."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("read_text", "write_text")
        and not any(keyword.arg == "encoding" for keyword in call.keywords)
    ]


def test_every_text_file_names_its_encoding() -> None:
    found = {str(path): without_encoding(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert SOURCES and {path: lines for path, lines in found.items() if lines} == {}


def test_a_missing_encoding_is_found() -> None:
    assert without_encoding("from pathlib import Path\nPath('a').read_text()\n") == [2]
