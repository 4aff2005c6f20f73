"""The table of what a lesson loads: each id, who answers it, how large it is, under which licence."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from huggingface_hub import constants
from IPython.display import display

from classroom.client import offline
from classroom.client.hub_mode import HubMode
from classroom.client.rows import Row, ask

HEADINGS = Row("id", "answered by", "parameters", "download", "licence")
SECONDS = 5.0  # for the whole table
SECONDS_HERE = 60.0  # this machine's own classroom answers however busy the machine is


class Contents:
    """The table, for a notebook's page and for plain text."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [HEADINGS, *rows]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*map(astuple, self.rows), strict=True)]
        layout = "  ".join(f"{{:{side}{width}}}" for side, width in zip("<<>><", widths, strict=True))
        return "\n".join(layout.format(*astuple(row)).rstrip() for row in self.rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first, *rest = (
            "".join(
                f'<{tag} style="text-align: {side}">{html.escape(cell)}</{tag}>'
                for cell, side in zip(astuple(row), ("left", "left", "right", "right", "left"), strict=True)
            )
            for row, tag in zip(self.rows, ["th", *["td"] * (len(self.rows) - 1)], strict=True)
        )
        body = "".join(f"<tr>{row}</tr>\n" for row in rest)
        return f"<table>\n<thead><tr>{first}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def show_contents(ids: offline.Ids, mode: HubMode) -> None:
    """Show the table for the ids, given by repository type ("model", "dataset", "space").

    Say below it when the public Hub failed for all of them, so that only the cache is used from then on, and when the
    disk has no room for what is still to be downloaded.
    """
    answers = ask(ids, SECONDS_HERE if mode.is_here else SECONDS)
    if not answers:
        return
    display(Contents([answer.row for answer in answers]))
    if mode.name == "hub" and not constants.is_offline_mode() and not any(answer.is_from_hub for answer in answers):
        offline.switch(on=True)
        print("The Hub stopped answering: only what is in your cache loads. To ask it again, run this cell again.")
    missing, free = sum(answer.missing_bytes for answer in answers), _free_bytes(Path(constants.HF_HUB_CACHE))
    if missing > free:
        print(
            f"Only {free / 1e9:.1f} GB are free in {constants.HF_HUB_CACHE}, and {missing / 1e9:,.1f} GB are to come:"
            f" free some space there, or set {'HF_HOME' if mode.name == 'hub' else 'COURSE_CACHE'} to another folder."
        )


def _free_bytes(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
