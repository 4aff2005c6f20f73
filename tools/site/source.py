"""Write what Jupyter Book builds the site from: the notebooks and pages, a front page, the table of contents.

The copies keep the repository's folders, so that links between pages and the launch buttons' addresses hold.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
from html import unescape
from pathlib import Path

from nbformat import NotebookNode

from tools import links
from tools.notebooks import ROOT, exercises, lessons, read, repository_address, solutions, write

HERE = Path(__file__).parent
DOCS = (
    "docs/install.md",
    "docs/teaching.md",
    "docs/workshops.md",
    "docs/lesson-notes.md",
    "docs/room-checklist.md",
    "docs/grading.md",
    "docs/hub.md",
    "docs/makers.md",
)
PAGES = (*DOCS, "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md", "CHANGELOG.md")
# On the front page a lesson shows its first figure; one without a figure shows what it is about.
PICTURES = {
    "00": ("images/ecosystem.svg", "The libraries around Transformers, and what each of them does."),
    "15": (
        "images/hub_front.png",
        "The classroom Hub's front page: what learners pushed, and what comes with the course.",
    ),
}
INSTALL_PROMPT = "The cell that installs the course on Colab"
PICTURE_TYPES = ("image/png", "image/svg+xml")
LABEL = re.compile(r'aria-label="([^"]+)"')  # an SVG picture describes itself


def main() -> None:
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    for path in lessons() + exercises() + solutions():
        notebook = for_the_site(read(path))
        write(notebook, target / path.relative_to(ROOT))
    for page in PAGES:
        (target / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / page, target / page)
    shutil.copytree(ROOT / "images", target / "images")
    (target / "_static").mkdir()
    shutil.copy(HERE / "site.css", target / "_static")
    front = (HERE / "index.md.in").read_text(encoding="utf-8").replace("{gallery}", gallery(target / "images"))
    (target / "index.md").write_text(front, encoding="utf-8")
    # JSON is YAML too.
    (target / "_toc.yml").write_text(json.dumps(contents(), indent=1), encoding="utf-8")
    (target / "_config.yml").write_text(json.dumps(settings(), indent=1), encoding="utf-8")


def for_the_site(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook as the site shows it: no badges, the install cell folded, pictures described."""
    first = notebook.cells[0]
    if first.source.startswith("[!["):
        first.source = first.source.split("\n", 1)[1].lstrip()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cell.source = cell.source.replace("](../README.md", f"]({repository_address()}")  # its own page stays there
            continue
        if cell.id == links.INSTALL_ID:
            cell.metadata.tags = [*cell.metadata.get("tags", []), "hide-cell"]
            cell.metadata.mystnb = {"code_prompt_show": INSTALL_PROMPT, "code_prompt_hide": INSTALL_PROMPT}
        alt = " ".join(description for _, description in pictures(cell))
        if alt:
            cell.metadata.mystnb = {"image": {"alt": alt}}
    return notebook


def pictures(cell: NotebookNode) -> list[tuple[NotebookNode, str]]:
    """Return the cell's pictures, each with its description."""
    found = []
    for output in cell.get("outputs", []):
        for kind in PICTURE_TYPES:
            if kind in output.get("data", {}):
                label = LABEL.search("".join(output.data[kind])) if kind == "image/svg+xml" else None
                found.append(
                    (output, output.metadata.get(kind, {}).get("alt") or (unescape(label[1]) if label else ""))
                )
                break
    return found


def gallery(images: Path) -> str:
    """Return a card for each lesson, with a picture; write the pictures that are outputs into the folder `images`."""
    cards = []
    for path in lessons():
        notebook, number = read(path), path.name[:2]
        head = links.HEAD.search(notebook.cells[0].source)
        assert head is not None  # `make links` sees to it
        shown = [found for cell in notebook.cells for found in pictures(cell) if "image/png" in found[0].data]
        picture, alt = PICTURES.get(number, ("", ""))
        if shown and not picture:
            picture, alt = f"images/lesson-{number}.png", shown[0][1]
            (images / f"lesson-{number}.png").write_bytes(base64.b64decode(shown[0][0].data["image/png"]))
        cards.append(card(path, head["title"], head["time"], picture, alt))
    return "\n".join(cards)


def card(path: Path, title: str, time: str, picture: str, alt: str) -> str:
    """Return a lesson's card, in the front page's grid."""
    image = f":img-top: {picture}\n:img-alt: {' '.join(alt.split())}\n" if picture else ""
    place = path.relative_to(ROOT).with_suffix("").as_posix()
    return f":::{{grid-item-card}} {path.name[:2]} · {title}\n:link: {place}\n:link-type: doc\n{image}{time}\n:::"


def contents() -> dict[str, object]:
    """Return the table of contents: below each lesson its exercises and their solutions."""
    chapters = []
    for lesson in lessons():
        below = [folder / lesson.name for folder in (lesson.parent / "exercises", lesson.parent / "solutions")]
        titled = zip(("Exercises", "Solutions"), below, strict=True)
        sections = [{"file": file_of(path), "title": title} for title, path in titled if path.exists()]
        chapters.append({"file": file_of(lesson), "sections": sections})
    around = [{"file": page.removesuffix(".md")} for page in PAGES]
    parts = [{"caption": "Lessons", "chapters": chapters}, {"caption": "Around the course", "chapters": around}]
    return {"format": "jb-book", "root": "index", "parts": parts}


def file_of(path: Path) -> str:
    """Return the page's name in the table of contents."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def settings() -> dict[str, object]:
    """Return Jupyter Book's settings."""
    return {
        "title": "The Transformers course that never breaks",
        "author": "The course's contributors",
        "copyright": "CC BY 4.0",
        "execute": {"execute_notebooks": "off"},
        "repository": {"url": repository_address(), "branch": "main"},
        "html": {"use_repository_button": True, "use_issues_button": True},
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "colab_url": "https://colab.research.google.com",
            # No button for Binder: it would stand on every page, and most lessons do not fit its 2 GB.
        },
        "sphinx": {
            "recursive_update": True,
            "config": {
                # The side bar has the search field; one in a bar on top would be a second one.
                "html_theme_options": {"navbar_persistent": [], "navbar_start": [], "navbar_end": []},
                "html_static_path": ["_static"],
                "html_css_files": ["site.css"],
                "language": "en",
                "myst_heading_anchors": 3,
                # Code cells hold what a shell or another language reads too; a lexer's doubt is no fault of a page.
                "suppress_warnings": ["mystnb.unknown_mime_type", "misc.highlighting_failure", "etoc.toctree"],
            },
        },
    }


if __name__ == "__main__":
    main()
