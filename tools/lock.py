"""Write requirements.lock: the exact version of every package, for Linux, macOS and Windows at once.

What is locked stays at its version while pyproject.toml allows it; `--upgrade` takes the newest of everything.

PyTorch's own CUDA packages stay out: PyTorch pins them itself, and machines without an NVIDIA chip need none.
"""

from __future__ import annotations

import re
import subprocess
import sys

from tools.notebooks import ROOT

# The libraries that the lessons were written with, and the PyTorch that every machine gets.
PINS = """\
torch==2.13.0
transformers==5.24.0
huggingface-hub==2.4.0
datasets==5.2.0
tokenizers==0.23.3
accelerate==1.15.0
evaluate==0.4.6
nbval==0.11.0
"""
HEADER = """\
# Every package that `make` installs, exactly. Written by `make lock` from pyproject.toml; do not edit.
"""
LEFT_OUT = re.compile(r"(cuda-|nvidia-|triton)")


def main() -> None:
    install_uv()
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal"]
    command += ["--python-version", "3.11", "--no-annotate", "--no-header", "--quiet", "--constraint", "-"]
    lock = ROOT / "requirements.lock"
    command += ["--output-file", str(lock), *sys.argv[1:]]
    subprocess.run(command, cwd=ROOT, input=PINS, text=True, stdout=subprocess.DEVNULL, check=True)
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not LEFT_OUT.match(line)]
    lock.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def install_uv() -> None:
    """Install uv, which resolves for other machines too and which nothing else here needs."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)


if __name__ == "__main__":
    main()
