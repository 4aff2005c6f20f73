"""The card of a repository: the YAML at the top of its README.md, read with care and checked."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
LONGEST, MOST_ALIASES = 65_536, 20


class _Loader(yaml.SafeLoader):
    """Refuses the nested repetitions with which a few lines of YAML can be made to fill the memory."""

    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise yaml.constructor.ConstructorError(
                    None, None, f"more than {MOST_ALIASES} aliases", parent.start_mark if parent else None
                )
        return super().compose_node(parent, index)


def read(text: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """The metadata of a README, what is wrong with it, and what is worth a warning. Wrong metadata reads as empty."""
    front = FRONT_MATTER.match(text[: LONGEST + 100])
    if not front:
        if text.startswith("---"):
            return {}, ["The metadata begins with --- but no second --- ends it."], []
        return {}, [], ["empty or missing yaml metadata in repo card"]
    try:
        loaded = yaml.load(front[1], _Loader)
        # Dates become text, and what JSON cannot hold is found here.
        data = json.loads(json.dumps(loaded, default=str, allow_nan=False))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 2}, column {mark.column + 1} of README.md)" if mark else ""
        return {}, [f"{error.problem or error.context}{where}"], []
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        return {}, [" ".join(str(error).split())[:300]], []
    if data is None:
        return {}, [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(data, dict):
        return {}, ["The metadata must be a list of `key: value` lines."], []
    return data, _wrong_types(data), []


def _wrong_types(data: dict[str, Any]) -> list[str]:
    """Keys whose kind of value the Hub checks (https://huggingface.co/docs/hub/model-cards)."""
    wrong = []
    for key in ("tags", "language", "license", "datasets", "base_model", "metrics"):
        value = data.get(key)
        values = value if isinstance(value, list) else [value]
        if value is not None and not all(isinstance(one, str) for one in values):
            wrong.append(f'"{key}" must be text or a list of texts')
    for key in ("library_name", "pipeline_tag"):
        if data.get(key) is not None and not isinstance(data[key], str):
            wrong.append(f'"{key}" must be text')
    return wrong
