"""The card of a repository: the YAML at the top of its README.md, read with care and checked."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from classroom.storage.errors import InvalidInputError

FRONT_MATTER = re.compile(r"\ufeff?\s*---[ \t]*\r?\n(.*?)(?:\r?\n)?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
LONGEST, MOST_ALIASES, MOST_ERRORS = 65_536, 20, 20
# fmt: off
# What the public Hub takes as a licence (its answer in https://github.com/huggingface/huggingface_hub/issues/4218).
LICENSES = (
    "apache-2.0", "mit", "openrail", "bigscience-openrail-m", "creativeml-openrail-m", "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m", "afl-3.0", "artistic-2.0", "bsl-1.0", "bsd", "bsd-2-clause", "bsd-3-clause",
    "bsd-3-clause-clear", "c-uda", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0",
    "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cdla-sharing-1.0",
    "cdla-permissive-1.0", "cdla-permissive-2.0", "wtfpl", "ecl-2.0", "epl-1.0", "epl-2.0", "etalab-2.0", "eupl-1.1",
    "eupl-1.2", "agpl-3.0", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "isc", "h-research",
    "intel-research", "lppl-1.3c", "ms-pl", "apple-ascl", "apple-amlr", "mpl-2.0", "odc-by", "odbl", "openmdw-1.0",
    "openrail++", "osl-3.0", "postgresql", "ofl-1.1", "ncsa", "unlicense", "zlib", "pddl", "lgpl-lr",
    "deepfloyd-if-license", "fair-noncommercial-research-license", "llama2", "llama3", "llama3.1", "llama3.2",
    "llama3.3", "llama4", "grok2-community", "gemma", "unknown", "other",
)
# fmt: on
# The shape that the Hub asks of evaluation results; a list stands for any number of such items.
RESULT = {"task": {"type": str}, "dataset": {"type": str, "name": str}, "metrics": [{"type": str, "value": object}]}
MODEL_INDEX = [{"name": str, "results": [RESULT]}]


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
    """Return the metadata of a README, empty where it is wrong, then what is wrong and what is worth a warning."""
    front = FRONT_MATTER.match(text[: LONGEST + 100])
    if not front:
        if text.lstrip().startswith("---"):
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
    return data, list(itertools.islice(_wrong(data), MOST_ERRORS)), []


def check(content: bytes) -> None:
    """Raise InvalidInputError when a README with this content has metadata that the Hub refuses."""
    wrong = read(content.decode("utf-8", "replace"))[1]
    if wrong:
        raise InvalidInputError(f"Invalid metadata in README.md: {'; '.join(wrong)}.")


def _wrong(data: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the values that the Hub checks (https://huggingface.co/docs/hub/model-cards)."""
    for key in ("tags", "language", "license", "datasets", "base_model", "metrics"):
        value = data.get(key)
        values = value if isinstance(value, list) else [value]
        if value is not None and not all(isinstance(one, str) for one in values):
            yield f'"{key}" must be text or a list of texts'
        elif key == "license" and value is not None and not set(values) <= set(LICENSES):
            yield f'"license" must be one of [{", ".join(LICENSES)}]'
    for key in ("library_name", "pipeline_tag"):
        if data.get(key) is not None and not isinstance(data[key], str):
            yield f'"{key}" must be text'
    if data.get("model-index") is not None:
        yield from _deviations(data["model-index"], MODEL_INDEX, "model-index")


def _deviations(value: object, shape: Any, where: str) -> Iterator[str]:
    """Yield in the Hub's words where a value does not have a shape."""
    if isinstance(shape, list) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _deviations(item, shape[0], f"{where}[{number}]")
    elif isinstance(shape, dict) and isinstance(value, dict):
        for key, inner in shape.items():
            if value.get(key) is None:
                yield f'"{where}.{key}" is required'
            else:
                yield from _deviations(value[key], inner, f"{where}.{key}")
    elif not isinstance(shape, type) or not isinstance(value, shape):
        yield f'"{where}" must be {"an array" if isinstance(shape, list) else "text" if shape is str else "an object"}'
