"""Text files as lines of HTML with syntax highlighting, up to a size."""

from __future__ import annotations

import html
from dataclasses import dataclass

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

SHOWN_BYTES = 200_000
HIGHLIGHTED_CHARACTERS = 60_000
LONGEST_LINE = 1_500
LANGUAGES = {"python", "py", "pycon", "json", "yaml", "yml", "bash", "sh", "shell", "console", "toml", "ini", "diff"}
LANGUAGES |= {"jinja", "markdown", "md", "html", "css", "javascript", "js", "text", "sql", "xml", "c", "cpp", "rust"}
SUFFIXES = {"py", "json", "yaml", "yml", "toml", "sh", "md", "jinja", "cfg", "ini", "html", "css", "js", "ipynb"}


@dataclass(frozen=True)
class Source:
    """A text file on a page: `lines` as escaped HTML; `is_whole` is False when only its beginning is shown."""

    lines: list[str]
    is_whole: bool


def read(content: bytes, path: str) -> Source | None:
    """Return the lines of a file; None when it is binary."""
    if b"\0" in content[:8000]:
        return None
    try:
        text = content[:SHOWN_BYTES].decode("utf-8", "strict" if len(content) <= SHOWN_BYTES else "ignore")
    except UnicodeDecodeError:
        return None
    return Source(highlighted(text, path=path), len(content) <= SHOWN_BYTES)


def highlighted(text: str, path: str = "", language: str = "") -> list[str]:
    """Return the lines of a text as escaped HTML, each with its newline; highlighted when its language is known."""
    lexer = _lexer(path, language.strip().lower()) if len(text) <= HIGHLIGHTED_CHARACTERS else None
    if lexer is None or any(len(line) > LONGEST_LINE for line in text.splitlines()):
        return [html.escape(_cut(line)) + "\n" for line in text.splitlines()]
    return highlight(text, lexer, HtmlFormatter(nowrap=True)).splitlines(keepends=True)


def _lexer(path: str, language: str) -> Lexer | None:
    try:
        if language in LANGUAGES:
            return get_lexer_by_name(language, stripnl=False, ensurenl=False)
        if path.rsplit(".", 1)[-1].lower() in SUFFIXES:
            suffix = path.rsplit(".", 1)[-1].lower().replace("ipynb", "json")
            return get_lexer_for_filename(f"file.{suffix}", stripnl=False, ensurenl=False)
    except ClassNotFound:
        pass
    return None


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} … ({len(line):,} characters)"
