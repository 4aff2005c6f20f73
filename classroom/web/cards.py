"""Model cards: the YAML metadata as rows, the Markdown as sanitized HTML."""

from __future__ import annotations

import html
import itertools
import posixpath
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from classroom.storage import cards
from classroom.web.rendering import address
from classroom.web.source import highlighted

MOST_CHARACTERS = 100_000
MOST_VALUES = 30
C0_AND_SPACE = "".join(map(chr, range(33)))  # what a browser cuts off an address
UNFILLED = "[More Information Needed]"  # the stock client's template
LABELS = {
    "license": "Licence",
    "license_name": "Licence name",
    "language": "Language",
    "pipeline_tag": "Task",
    "task_categories": "Task",
    "library_name": "Library",
    "base_model": "Base model",
    "datasets": "Trained on",
    "size_categories": "Size",
    "pretty_name": "Name",
    "metrics": "Metrics",
    "sdk": "Made with",
}
# fmt: off
TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
    "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}
# fmt: on
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"align", "colspan", "rowspan"},
    "td": {"align", "colspan", "rowspan"},
    "ol": {"start"},
    "span": {"class"},
    "details": {"open"},
} | {f"h{level}": {"id"} for level in range(1, 7)}


@dataclass(frozen=True)
class Metric:
    """One evaluation result of a `model-index`."""

    name: str
    value: str
    on: str


@dataclass(frozen=True)
class Base:
    """Where a card's relative links start: a repository at a revision; `front` is the front page's address."""

    front: str
    kind: str
    name: str
    revision: str


@dataclass(frozen=True)
class Card:
    """A README.md as the pages show it.

    `html` is sanitized; `problem` is a sentence about invalid YAML; `unfilled` counts the template's placeholders left.
    """

    html: str = ""
    rows: list[tuple[str, str, list[str]]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    problem: str | None = None
    unfilled: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether the card has no text."""
        return not self.html.strip()


def read(text: str, base: Base) -> Card:
    """Return the card in a README.md; its relative links start at `base`."""
    data, errors, _ = cards.read(text)
    front = cards.FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    problem = (
        f"The YAML at the top of README.md is not valid: {errors[0]}. Correct it and push again." if errors else None
    )
    rows = [
        (key, LABELS.get(key, key.replace("_", " ").capitalize()), values)
        for key, value in sorted(data.items(), key=lambda item: _place(item[0]))
        if key != "tags" and (values := _values(value))
    ]
    return Card(
        render(_shortened(body), base),
        rows[:12],
        _values(data.get("tags")),
        _metrics(data),
        problem,
        body.count(UNFILLED),
        data,
    )


def render(markdown: str, base: Base) -> str:
    """Return Markdown as sanitized HTML.

    Only the elements and attributes below are kept, against scripts in a card (XSS); no picture comes from another
    site, which would learn who reads the card.
    """

    def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
        if attribute in ("href", "src"):
            return _link(value, base, is_picture=attribute == "src")
        if attribute == "class":  # the short names of Pygments only, so that no card dresses up as this page
            return value if re.fullmatch("[a-z]{1,2}[0-9]?", value) else None
        return value

    clean = nh3.clean(
        _markdown().render(markdown),
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=filter_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        id_prefix="card-",
    )
    return clean.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")


def _shortened(body: str) -> str:
    """Return the first `MOST_CHARACTERS` of a card, with a link to the rest, so that no card keeps the server busy."""
    return (
        body if len(body) <= MOST_CHARACTERS else f"{body[:MOST_CHARACTERS]}\n\n---\n\n[The card goes on.](README.md)"
    )


def _place(key: str) -> int:
    return list(LABELS).index(key) if key in LABELS else len(LABELS)


def _values(value: object) -> list[str]:
    """Return a scalar, or a list of scalars, as strings; nested values are left out."""
    values = value[:MOST_VALUES] if isinstance(value, list) else [value]
    return [str(item)[:200] for item in values if item is not None and not isinstance(item, dict | list | set | tuple)]


def _metrics(data: dict[str, Any]) -> list[Metric]:
    found = []
    for model in _dicts(data.get("model-index")):
        for result in _dicts(model.get("results")):
            named = result.get("dataset")
            dataset = named if isinstance(named, dict) else {}
            on = " ".join(str(dataset[key])[:60] for key in ("name", "split") if dataset.get(key))
            for metric in _dicts(result.get("metrics")):
                name = metric.get("name") or metric.get("type") or "metric"
                value = metric.get("value")
                shown = f"{value:.4g}" if isinstance(value, float) else str(value)[:40]
                found.append(Metric(str(name)[:60], shown, on))
    return found[:MOST_VALUES]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value[:MOST_VALUES] if isinstance(item, dict)] if isinstance(value, list) else []


def _link(target: str, base: Base, is_picture: bool) -> str | None:
    """Return where a link or a picture of a card leads: to another site, or below the Hub's own front page.

    Below a proxy's prefix, `/hub/logout` or `../../../hub/logout` as a picture would log its reader out of JupyterHub
    (CSRF). So the path is resolved here as a browser does it, which takes `\\` for `/` and `%2e` for `.` too.
    """
    target = re.sub(r"[\t\n\r]", "", target).strip(C0_AND_SPACE)
    if target.startswith("#"):
        return f"#card-{target[1:].removeprefix('card-')}"
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", target):
        return None if is_picture else target
    # Other percent signs stay as the author wrote them: the path is quoted already.
    written = re.split("[?#]", target, maxsplit=1)[0]
    path, rest = re.sub("%2e", ".", written.replace("\\", "/"), flags=re.IGNORECASE), target[len(written) :]
    if not path:
        return target
    start = address("/", base.kind, base.name, "resolve" if is_picture else "blob", base.revision)
    resolved = posixpath.normpath(path if path.startswith("/") else f"{start}/{path}").strip("/")
    return f"{base.front}{resolved}{'/' if resolved and path.endswith('/') else ''}{rest}"


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True, "highlight": _highlight}).enable(["table", "strikethrough"])
    made.core.ruler.push("heading_ids", _number_headings)
    return made


def _highlight(code: str, language: str, attributes: str) -> str:
    return "".join(highlighted(code, language=language)) or html.escape(code)


def _number_headings(state: StateCore) -> None:
    """Give each heading the id that links such as `#how-to-use` expect, as GitHub does."""
    seen: dict[str, int] = {}
    tokens: list[Token] = state.tokens
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", inline.content.lower()).strip().replace(" ", "-")
            seen[slug] = seen.get(slug, -1) + 1
            opening.attrSet("id", f"{slug}-{seen[slug]}" if seen[slug] else slug)
