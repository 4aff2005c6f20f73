"""Rehearse lessons with the published sizes: `python -m tools.rehearsal [NUMBER …]`, all when none is named.

The classroom's stand-ins are replaced by repositories of the published size and layout with random weights; real
weights stay. For each lesson it prints how many cells raise (none may) and how many print something else; what, and the
prose below, is in build/rehearsal/NN.md for the author to read, and the lesson as it came stands beside it. Exit status
1 when a cell raises that is not meant to.
"""

from __future__ import annotations

import copy
import os
import sys
import tempfile
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from classroom.cache import cache_root
from tools.fixed import FIXED_ENVIRONMENT
from tools.notebooks import ROOT, lessons, read, write
from tools.outputs import drop_widgets, hide_paths, merge_streams
from tools.rehearsal import comparison, repositories, server

REPORTS = ROOT / "build" / "rehearsal"
CELL_SECONDS = 600


def main() -> None:
    wanted = tuple(sys.argv[1:])
    paths = [path for path in lessons() if not wanted or path.name.startswith(wanted)]
    if not paths:
        sys.exit(f"No lesson starts with {' or '.join(wanted)}; name lessons by their numbers, such as 01.")
    build_for(paths)
    REPORTS.mkdir(parents=True, exist_ok=True)
    # What the client fetches and what lessons push is new in each run, as for a learner's first one.
    with tempfile.TemporaryDirectory(
        dir=cache_root(), prefix="rehearsal-run-", ignore_cleanup_errors=True
    ) as temporary:
        endpoint = server.serve(Path(temporary) / "pushed")
        raised = [path for path in paths if rehearse(path, endpoint, Path(temporary))]
    sys.exit(1 if raised else 0)


def build_for(paths: list[Path]) -> None:
    """Build the repositories whose ids, or names from before namespaces, stand anywhere in these lessons."""
    written = "".join(cell.source for path in paths for cell in read(path).cells)
    for one in repositories.published():
        if one.id in written or f'"{one.id.split("/")[1]}"' in written:
            repositories.build(one)


def rehearse(path: Path, endpoint: str, scratch: Path) -> bool:
    """Run one lesson, write its report, print its counts, and tell whether a cell raised that is not meant to."""
    started = time.monotonic()
    stored = read(path)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        fresh = execute(stored, endpoint, Path(folder))
    differences = comparison.compare(stored, fresh)
    cells = sum(cell.cell_type == "code" for cell in stored.cells)
    target = REPORTS / f"{path.name.split('_')[0]}.md"
    target.write_text(comparison.report(path.stem, cells, differences), encoding="utf-8")
    write(fresh, REPORTS / path.name)
    seconds = time.monotonic() - started
    print(f"{comparison.summary(path.stem, cells, differences)} ({seconds:.0f} s; {target.relative_to(ROOT)})")
    raised = [one for one in differences if one.error]
    for one in raised:
        print(f"  cell {one.number} raises {one.error}: {one.came.splitlines()[-1].removeprefix(f'{one.error}: ')}")
    sys.stdout.flush()
    return bool(raised)


def execute(stored: NotebookNode, endpoint: str, folder: Path) -> NotebookNode:
    """Run all cells in a fresh kernel that works in `folder`, and return the notebook with what came.

    A cell that raises, or that takes longer than ten minutes, does not end the run; the death of the kernel does.
    """
    fresh = copy.deepcopy(stored)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        fresh,
        timeout=CELL_SECONDS,
        interrupt_on_timeout=True,
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": folder}},
    )
    try:
        client.execute(env=kernel_environment(endpoint, folder))
    except DeadKernelError:
        dead = next(cell for cell in fresh.cells if cell.cell_type == "code" and not cell.execution_count)
        dead.outputs = [new_output("error", ename="DeadKernelError", evalue="", traceback=["the kernel died"])]
    for cell in fresh.cells:
        if cell.cell_type == "code":
            for tidy in (merge_streams, hide_paths, drop_widgets):
                tidy(cell)
    return fresh


def kernel_environment(endpoint: str, folder: Path) -> dict[str, str]:
    """Return the environment in which outputs are made, but for the Hub, and with a cache of the kernel's own."""
    own = {"COURSE_HUB": endpoint, "COURSE_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    usual = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return usual | FIXED_ENVIRONMENT | own


if __name__ == "__main__":
    main()
