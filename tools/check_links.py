"""Check every link in the prose: notebooks and Markdown files; those within the repository, and those on the web.

    python -m tools.check_links

A page is broken when its server answers 404 or 410, or cannot be found. A server that refuses programs (403, 429) or
fails (5xx) proves nothing: such links are printed and let pass.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import httpx
from markdown_it import MarkdownIt

from tools.notebooks import ROOT, read

BROKEN = (404, 410)
PLACEHOLDER = "_OWNER_"  # this copy has no address yet: `make links`
MADE_UP = ("127.0.0.1", "localhost", "example.com", "example.org")


def main() -> None:
    files = tracked(".md", ".ipynb")
    broken = [f"{path}: {target}" for path, target in missing_files(files)]
    places = defaultdict(list)
    for path, target in links(files):
        if target.startswith(("http://", "https://")) and not any(word in target for word in (PLACEHOLDER, *MADE_UP)):
            places[target.partition("#")[0]].append(path)
    with ThreadPoolExecutor(8) as pool:
        for target, problem in zip(places, pool.map(problem_of, places), strict=True):
            line = f"{', '.join(sorted(set(places[target])))}: {target} ({problem})"
            if problem.startswith("broken"):
                broken.append(line)
            elif problem:
                print(f"unsure: {line}")
    for line in broken:
        print(f"broken: {line}")
    print(f"{len(files)} files, {len(places)} addresses on the web, {len(broken)} broken links")
    sys.exit(bool(broken))


def tracked(*endings: str) -> list[Path]:
    """Return the files that git knows with one of these endings; models' cards belong to their models and stay out."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(endings) and not name.startswith("classroom/")]


def links(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the target of each link and picture, with the file's name before it."""
    parser = MarkdownIt("commonmark").enable("table")
    for path in files:
        for token in parser.parse(prose(path)):
            for child in token.children or []:
                target = child.attrGet("href") or child.attrGet("src")
                if target:
                    yield path.relative_to(ROOT).as_posix(), str(target)


def prose(path: Path) -> str:
    """Return the Markdown in a file; of a notebook, that of its text cells."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def missing_files(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Return the links to files of this repository that are not there, with the file's name before each."""
    inside = [(path, unquote(target.partition("#")[0])) for path, target in links(files) if ":" not in target]
    return [(path, target) for path, target in inside if target and not (ROOT / path).parent.joinpath(target).exists()]


def problem_of(address: str) -> str:
    """Return what is wrong with a page on the web, `broken: …` where it is certain; empty where nothing is."""
    try:
        with httpx.stream("GET", address, follow_redirects=True, timeout=30) as answer:
            if answer.is_success:
                return ""
            return f"{'broken: ' * (answer.status_code in BROKEN)}{answer.status_code}"
    except httpx.ConnectError as error:
        return f"broken: {error}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
