"""Run the notebooks and store their outputs: `python -m tools.outputs [NUMBER …]`, all when none is named.

A notebook that fails is left as it was; the failing cell is printed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, lessons, read, solutions, write

WIDGET = "application/vnd.jupyter.widget-view+json"
INSTALLED = re.compile(r"[^\s(]*[/\\]site-packages")


def main() -> None:
    wanted = sys.argv[1:]
    paths = [path for path in lessons() + solutions() if not wanted or path.name.startswith(tuple(wanted))]
    if not paths:
        sys.exit(f"No lesson starts with {' or '.join(wanted)}; name lessons by their numbers, such as 01.")
    os.environ |= FIXED_ENVIRONMENT
    for path in paths:
        started = time.monotonic()
        print(f"{path.relative_to(ROOT)} … ", end="", flush=True)
        try:
            execute(path)
        except CellExecutionError as error:
            sys.exit(f"failed, left as it was:\n{error}")
        print(f"{time.monotonic() - started:.0f} s")


def execute(path: Path) -> None:
    """Run the notebook in a fresh kernel and store its outputs. Raises CellExecutionError for an error not meant."""
    notebook = read(path)
    NotebookClient(notebook, timeout=600, record_timing=False, resources={"metadata": {"path": path.parent}}).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            merge_streams(cell)
            hide_paths(cell)
            drop_widgets(cell)
    write(notebook, path)


def merge_streams(cell: NotebookNode) -> None:
    """Join neighbouring pieces of one stream, which arrive split at random."""
    merged: list[NotebookNode] = []
    for output in cell.outputs:
        if merged and output.output_type == "stream" == merged[-1].output_type and output.name == merged[-1].name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    cell.outputs = merged


def hide_paths(cell: NotebookNode) -> None:
    """Take the machine's own folders out of error messages."""
    for output in cell.outputs:
        if output.output_type == "error":
            output.evalue = INSTALLED.sub("…/site-packages", output.evalue)
            output.traceback = [INSTALLED.sub("…/site-packages", line) for line in output.traceback]


def drop_widgets(cell: NotebookNode) -> None:
    """Leave of a widget what shows without a kernel: its number is random, and stored views do not render on GitHub."""
    for output in cell.outputs:
        output.get("data", {}).pop(WIDGET, None)


if __name__ == "__main__":
    main()
