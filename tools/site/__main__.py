"""Build the web site into build/site/_build/html, with Jupyter Book in an environment of its own.

    python -m tools.site

Needs nothing but Python: no lesson is run, the pages show the stored outputs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "build" / "site"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def main() -> None:
    python = environment(SITE / "venv")
    shutil.rmtree(SITE / "_build", ignore_errors=True)
    run(python, "-m", "tools.site.source", str(SITE / "source"))
    # -W: a broken link between pages, or a page that the table of contents lacks, fails the build.
    book = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"  # also where scripts have no paths
    run(python, "-c", book, "build", "-W", "--keep-going", "--path-output", str(SITE), str(SITE / "source"))
    print((SITE / "_build" / "html" / "index.html").as_uri())


def environment(folder: Path) -> Path:
    """Return the Python of an environment that has exactly the site's tools."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        run(Path(sys.executable), "-m", "venv", "--clear", str(folder))
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS))
        stamp.write_text(wanted, encoding="utf-8")
    return python


def run(python: Path, *arguments: str) -> None:
    """Run Python in the repository's root; end with its status when it fails."""
    done = subprocess.run([python, *arguments], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
