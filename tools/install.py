"""Make `.venv` with exactly the versions of requirements.lock, and fetch the models that the classroom serves.

    python3.11 tools/install.py

Needs nothing but a Python from 3.11 to 3.14. What is already done is not done again.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.sha256"
# Measured on Linux with `du`: .venv 2.4 GB with the CPU build of PyTorch, the prepared models 2.7 GB, what the lessons'
# client downloads from them up to 2.5 GB. The default build of PyTorch, for CUDA, takes about 3.5 GB more.
NEEDED_BYTES = 8_000_000_000
NEEDED = "8 GB (11.5 GB where pip takes PyTorch's CUDA build)"
# nbgrader makes the exercises; its menus for grading, and JupyterLab's news, are not a learner's concern.
TEACHERS_TOOLS = ("@jupyter/nbgrader", "@jupyterlab/apputils-extension:announcements")
PROGRESS = ("Collecting ", "Downloading ", "Processing ", "Installing ")


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a character shows a question mark
    if not (3, 11) <= sys.version_info < (3, 15):
        stop(f"This is Python {sys.version.split()[0]}; the course needs 3.11 to 3.14: make lab PYTHON=python3.11")
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256(
        (ROOT / "requirements.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    ).hexdigest()
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
        make_venv(python)
        say("Installing the pinned packages into .venv (several minutes the first time) …")
        pip(python, "install", "-r", str(ROOT / "requirements.lock"))
        pip(python, "install", "--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT))
        for extension in TEACHERS_TOOLS:
            command = [str(python), "-m", "jupyter", "labextension", "disable", "--level=sys_prefix", extension]
            subprocess.run(command, capture_output=True, check=True)
        STAMP.write_text(wanted, encoding="utf-8")
    done = subprocess.run([python, "-m", "classroom", "prepare"], cwd=ROOT)
    if done.returncode:
        sys.exit(1)


def make_venv(python: Path) -> None:
    """A fresh .venv unless there is one that starts."""
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES and not VENV.exists():
        stop(f"Only {free / 1e9:.1f} GB are free here; the course needs {NEEDED}. Free some space and run it again.")
    if python.exists() and subprocess.run([python, "-c", ""]).returncode == 0:
        return
    say("Making .venv …")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        reason = (done.stdout + done.stderr).strip()
        if "ensurepip" in reason:
            stop("Python's venv module is not complete here. On Debian and Ubuntu: apt install python3-venv")
        stop(f"Cannot make {VENV}: {reason.splitlines()[-1] if reason else 'no reason given'}")


def pip(python: Path, *arguments: str) -> None:
    """Run pip, showing one line for every package; end with one sentence when it fails."""
    command = [
        str(python),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        *arguments,
        "--progress-bar",
        "off",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdout is not None
    tail: deque[str] = deque(maxlen=200)
    for line in process.stdout:
        tail.append(line)
        if line.strip().startswith(PROGRESS):
            print("   " + line.strip()[:110], flush=True)
    if process.wait():
        stop(reason_for("".join(tail)))


def reason_for(output: str) -> str:
    """One sentence for a failed pip run, from what it printed."""
    if "No space left" in output or "Errno 28" in output:
        return f"The disk is full: the course needs {NEEDED}. Free some and run it again; what was downloaded is kept."
    signs = (
        "Connection",
        "Temporary failure in name resolution",
        "timed out",
        "getaddrinfo",
        "Max retries",
        "SSLError",
    )
    if any(sign in output for sign in signs):
        return "pip cannot reach PyPI: check the network connection (or the proxy settings) and run it again."
    errors = [line.strip() for line in output.splitlines() if line.startswith("ERROR")]
    return f"pip failed: {errors[-1] if errors else output.strip().splitlines()[-1]}"


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> None:
    sys.exit(f"Cannot install the course. {text}")


if __name__ == "__main__":
    main()
