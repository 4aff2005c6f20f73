"""Renew tools/colab.txt: what Colab has installed of the packages that the lessons meet, from its published list.

    python -m tools.colab_packages [LIST]      LIST is a copy of the list; without it, the list is downloaded

Colab publishes the output of `pip freeze` on its runtimes. Only a part of it matters here: the course's dependencies,
the kernel's packages, and what shares a library with them (gradio and diffusers hold huggingface_hub below 2), each
with all that it needs.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import LEFT_OUT, install_uv
from tools.notebooks import ROOT

PUBLISHED = "https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.gpu.txt"
PACKAGES = ROOT / "tools" / "colab.txt"
PYTHON = "3.13"
# What is on Colab beside the course's dependencies, and could clash with them.
NEIGHBOURS = (
    *("diffusers", "gcsfs", "google-genai", "gradio", "imbalanced-learn", "ipykernel", "kagglehub", "langchain-core"),
    *("notebook", "psutil", "pytest", "sentence-transformers", "setuptools", "spacy", "timm", "umap-learn", "wheel"),
    *("yellowbrick",),
)
HEADER = """\
# What Colab's GPU runtime (Python {python}) has of the packages that the lessons meet, from its list of {date}.
# Written by `python -m tools.colab_packages`; do not edit.
"""
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;+]+)")


def main() -> None:
    text = Path(sys.argv[1]).read_text(encoding="utf-8") if sys.argv[1:] else download()
    listed = versions(text)
    dated = re.search(r"\d{4}-\d\d-\d\d", text.partition("\n")[0])
    date = dated[0] if dated else f"{datetime.date.today()}"
    lines = [f"{name}=={listed[name]}" for name in needed(listed) if name in listed]
    PACKAGES.write_text(HEADER.format(python=PYTHON, date=date) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} of {len(listed)} packages, list of {date}: {PACKAGES.relative_to(ROOT)}")


def download() -> str:
    """Return Colab's published list. Raise SystemExit where it cannot be had."""
    try:
        with urllib.request.urlopen(PUBLISHED, timeout=60) as answer:
            body: bytes = answer.read()
    except OSError as error:
        raise SystemExit(f"Cannot download Colab's list ({error}). Give a copy of it: {PUBLISHED}") from None
    return body.decode()


def versions(text: str) -> dict[str, str]:
    """Return version by normalised name, without the build that stands after a plus sign, as in `2.11.0+cu128`.

    Packages that were installed from an address have no version and are left out.
    """
    found = map(PINNED.match, text.splitlines())
    return {canonicalize_name(row["name"]): row["version"] for row in found if row}


def needed(listed: dict[str, str]) -> list[str]:
    """Return the names that the course and its neighbours need on Colab, sorted."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        own = [canonicalize_name(Requirement(line).name) for line in tomllib.load(file)["project"]["dependencies"]]
    roots = [name for name in (*own, *NEIGHBOURS) if name in listed]
    pins = [f"{name}=={version}" for name, version in listed.items() if not LEFT_OUT.match(name)]
    install_uv()
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    constraints = build / "colab-all.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", "--constraint", str(constraints), "--quiet"]
    command += [
        "--python-version",
        PYTHON,
        "--python-platform",
        "x86_64-manylinux_2_28",
        "--no-annotate",
        "--no-header",
    ]
    done = subprocess.run(command, input="\n".join(roots), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"uv cannot resolve Colab's own packages:\n{done.stderr}")
    return sorted(name for name in versions(done.stdout) if not LEFT_OUT.match(name))


if __name__ == "__main__":
    main()
