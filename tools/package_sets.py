"""Run the lessons, strictly compared, with the packages that people will really have: the newest, Colab's, the oldest.

    python -m tools.package_sets newest|colab|lowest [LESSON…]

Each set gets an environment of its own in build/. `TORCH` names another PyTorch for it, as a machine without an NVIDIA
GPU wants it: TORCH="torch==2.13.0". `SET_PYTHON` names its Python; Colab's set wants the Python that Colab has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import colab_packages
from tools.notebooks import ROOT, lessons, solutions

# What runs and compares the notebooks, beside the classroom's own packages.
RUNNERS = ("nbclient", "nbformat", "nbval", "nest-asyncio2", "pytest", "pytest-timeout", "pytest-xdist")
LESSONS_ONLY = ("seqeval",)  # what a lesson loads by name, through `evaluate`
# Colab's jupyter_client, which starts the kernels, is older than its Python. Each kernel watches its lesson itself.
OF_THE_TOOLS = ("-W", "ignore::DeprecationWarning")
# Of several libraries with different ages one calls the other by an old name, which no lesson can mend.
OF_OLDER_LIBRARIES = ("-o", "deprecations=tell")


def main() -> None:
    name, *numbers = sys.argv[1:] or [""]
    if name not in SETS:
        raise SystemExit(f"Name a set: python -m tools.package_sets {'|'.join(SETS)} [LESSON…]")
    python = make_environment(ROOT / "build" / name)
    SETS[name](python)
    run(python, "-m", "classroom", "prepare")
    # Matplotlib says once that it builds its list of fonts; a lesson shall not be where it does.
    run(python, "-c", "import matplotlib.font_manager")
    print_versions(python)
    told = () if name == "newest" else OF_OLDER_LIBRARIES
    run(python, "-m", "pytest", "-n", "2", *OF_THE_TOOLS, *told, *chosen(numbers))


def make_environment(folder: Path) -> Path:
    """Make a fresh environment in `folder`; return its Python."""
    subprocess.run([os.environ.get("SET_PYTHON") or sys.executable, "-m", "venv", "--clear", folder], check=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install_newest(python: Path) -> None:
    """Install the newest release of everything that pyproject.toml names."""
    pip(python, "--editable", f"{ROOT}[dev]", *torch())
    run(python, "-m", "pip", "check")


def install_as_on_colab(python: Path) -> None:
    """Install what Colab has, add what the install cell adds, and only then what runs the comparison.

    Raise SystemExit where the install cell changes Colab's PyTorch or breaks a package that was there.
    """
    # Colab's packages come as they are, whatever they say about each other. Only PyTorch brings its own.
    pip(python, *(torch() or [f"torch=={listed()['torch']}"]))
    others = [f"{name}=={version}" for name, version in listed().items() if name != "torch"]
    pip(python, "--no-deps", *others)
    before, broken_before = frozen(python), complaints(python)
    pip(python, f"{ROOT}[colab]")  # the install cell's command, on this copy
    after, broken = frozen(python), complaints(python) - broken_before
    for name in sorted(after):
        if after[name] != before.get(name):
            print(f"install cell: {name} {before.get(name, 'added')} -> {after[name]}", flush=True)
    if after["torch"] != before["torch"]:
        raise SystemExit(f"The install cell replaces Colab's PyTorch {before['torch']} with {after['torch']}.")
    if broken:
        raise SystemExit("The install cell breaks what Colab has:\n" + "\n".join(sorted(broken)))
    kept = ROOT / "build" / "colab-kept.txt"
    kept.write_text("\n".join(f"{name}=={version}" for name, version in after.items()), encoding="utf-8")
    pip(python, "--constraint", str(kept), *RUNNERS, *LESSONS_ONLY, *classroom_requirements())


def install_lowest(python: Path) -> None:
    """Install the lowest version that pyproject.toml admits of each package that it names."""
    lowest = ROOT / "build" / "lowest.txt"
    pip(python, "uv")
    resolve = ["uv", "pip", "compile", "pyproject.toml", "--extra", "classroom", "--resolution", "lowest-direct"]
    run(python, "-m", *resolve, "--python", str(python), "--quiet", "--output-file", str(lowest))
    pip(python, "--requirement", str(lowest))
    pip(python, "--no-deps", "--editable", str(ROOT))
    pip(python, "--constraint", str(lowest), *RUNNERS, *LESSONS_ONLY)


SETS: dict[str, Callable[[Path], None]] = {
    "newest": install_newest,
    "colab": install_as_on_colab,
    "lowest": install_lowest,
}


def torch() -> list[str]:
    """Return the PyTorch that TORCH names, in a list; empty without one."""
    return [os.environ["TORCH"]] if os.environ.get("TORCH") else []


def listed() -> dict[str, str]:
    """Return Colab's version of each package, by normalised name."""
    return colab_packages.versions(colab_packages.PACKAGES.read_text(encoding="utf-8"))


def classroom_requirements() -> list[str]:
    """Return what the classroom Hub needs, from pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        requirements: list[str] = tomllib.load(file)["project"]["optional-dependencies"]["classroom"]
    return requirements


def pip(python: Path, *arguments: str) -> None:
    """Install with pip, which says nothing but what goes wrong."""
    print("pip install", *arguments[:8], "…" if arguments[8:] else "", flush=True)
    run(python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *arguments)


def run(python: Path, *arguments: str) -> None:
    """Run that environment's Python in the repository's root; end with its status when it fails."""
    done = subprocess.run([python, *arguments], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


def frozen(python: Path) -> dict[str, str]:
    """Return the installed version of each package, by normalised name; the course's own is left out."""
    done = subprocess.run([python, "-m", "pip", "freeze", "--all"], capture_output=True, text=True, check=True)
    return colab_packages.versions(done.stdout)


def complaints(python: Path) -> set[str]:
    """Return what `pip check` says, a line for each conflict."""
    done = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True)
    return set(done.stdout.splitlines()) if done.returncode else set()


def print_versions(python: Path) -> None:
    """Print the version of each package that pyproject.toml names for the lessons, on one line."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        named = [canonicalize_name(Requirement(line).name) for line in tomllib.load(file)["project"]["dependencies"]]
    have = frozen(python)
    print("versions:", ", ".join(f"{name} {have[name]}" for name in named), flush=True)


def chosen(numbers: list[str]) -> list[str]:
    """Return the notebooks to run: those of the lessons with these numbers, or all of them."""
    paths = [path for path in lessons() + solutions() if not numbers or path.name[:2] in numbers]
    if not paths:
        raise SystemExit(f"There is no lesson {' '.join(numbers)}.")
    return [str(path) for path in paths]


if __name__ == "__main__":
    main()
