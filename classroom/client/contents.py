"""The table of what a lesson loads: each id, who answers it, how large it is, under which licence."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.hf_api import RepoSibling
from IPython.display import display

# What a lesson downloads of a repository: not the copies of the same weights for other libraries.
SKIPPED = (".bin", ".pt", ".pth", ".h5", ".msgpack", ".onnx", ".ot", ".tflite", ".gguf", ".mlmodel", ".md", ".py")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    id: str
    answered_by: str
    parameters: str
    download: str
    licence: str


HEADINGS = Row("id", "answered by", "parameters", "download", "licence")


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


def show_contents(ids: Mapping[str, Sequence[str]]) -> None:
    """Show the table for the ids, given by repository type ("model", "dataset", "space")."""
    rows = [_row(kind, name) for kind, names in ids.items() for name in names]
    if rows:
        display(Contents(rows))


def _row(kind: str, name: str) -> Row:
    try:
        info = HfApi().repo_info(name, repo_type=kind, files_metadata=True)
    except RepositoryNotFoundError:
        return Row(name, "nobody: there is no such id here", "", "", "")
    except (HfHubHTTPError, OSError):
        return Row(name, "your cache" if _is_cached(kind, name) else "nobody: the Hub did not answer", "", "", "")
    weights = getattr(info, "safetensors", None)
    files: list[RepoSibling] = getattr(info, "siblings", None) or []
    size = sum(file.size or 0 for file in files if not file.rfilename.endswith(SKIPPED))
    return Row(
        name,
        _origin(info, kind, name),
        f"{weights.total / 1e6:,.1f} M" if weights else "",
        f"{size / 1e6:,.1f} MB",
        str((getattr(info, "card_data", None) or {}).get("license", "not stated")),
    )


def _origin(info: object, kind: str, name: str) -> str:
    classroom = getattr(info, "classroom", None)
    if classroom:
        return f"classroom: {classroom['origin']}"
    if constants.ENDPOINT != constants._HF_DEFAULT_ENDPOINT:
        return constants.ENDPOINT
    return "your cache" if _is_cached(kind, name) else "Hub"


def _is_cached(kind: str, name: str) -> bool:
    folder = repo_folder_name(repo_id=name, repo_type=kind)
    return Path(constants.HF_HUB_CACHE, folder, "snapshots").is_dir()
