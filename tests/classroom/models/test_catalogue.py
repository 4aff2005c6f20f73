"""Every repository of the catalogue: honest, small enough, and loaded by the stock client in silence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.models.catalogue import DATA, Entry, entries
from classroom.models.recipes import RECIPES
from tests.support.client import run_python

SECTIONS = ("What it stands in for", "How it was made", "Data and licence", "Measured quality", "Limits")
OURS = [entry for entry in entries() if entry.recipe != "minilm"]
MODELS = [entry for entry in entries() if entry.kind == "models"]
MEGABYTE = 1_000_000


def card(entry: Entry) -> str:
    return (entry.folder / "README.md").read_text(encoding="utf-8")


def test_ids_are_answered_once() -> None:
    ids = [(entry.kind, name) for entry in entries() for name in (entry.id, *entry.aliases)]
    assert len(ids) == len(set(ids))
    assert all(entry.recipe in RECIPES for entry in entries())


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.id)
def test_the_card_says_what_it_is(entry: Entry) -> None:
    parts = re.split(r"^## (.+)$", card(entry), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert tuple(sections) == SECTIONS
    assert all(len(text.split()) >= 3 for text in sections.values())
    assert re.search(r"^license: \S+$", parts[0], re.MULTILINE)
    assert re.search(r"\d", sections["Measured quality"])
    assert entry.real or entry.id in sections["What it stands in for"]


def test_all_weights_together_stay_under_forty_megabytes() -> None:
    weights = [path for path in DATA.rglob("*") if path.suffix in (".safetensors", ".parquet", ".npz")]
    assert 0 < sum(path.stat().st_size for path in weights) < 40 * MEGABYTE


def test_the_list_names_every_id() -> None:
    done = subprocess.run([sys.executable, "-m", "classroom", "list"], capture_output=True, text=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [entry.id for entry in entries()]


def test_an_id_that_the_classroom_lacks_cannot_be_prepared() -> None:
    done = subprocess.run([sys.executable, "-m", "classroom", "prepare", "a/b"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == "The classroom has no a/b; `python -m classroom list` shows what it has.\n"


LOAD_ALL = """
import sys, warnings
import transformers
warnings.simplefilter("error")
transformers.logging.set_verbosity_warning()
for name in sys.stdin.read().split():
    config = transformers.AutoConfig.from_pretrained(name)
    files = {file.rfilename for file in __import__("huggingface_hub").HfApi().model_info(name).siblings}
    if "tokenizer.json" in files:
        transformers.AutoTokenizer.from_pretrained(name)
    if "model.safetensors" in files:
        model, report = getattr(transformers, config.architectures[0]).from_pretrained(name, output_loading_info=True)
        assert not any(report.values()), (name, report)
        print(name, f"{model.num_parameters():,}")
"""


@pytest.mark.slow
def test_every_model_loads_without_a_warning_and_without_a_missing_weight(tmp_path: Path) -> None:
    with_config = [e.id for e in MODELS if "config.json" in {f.name for f in _files(e)} or e.recipe != "folder"]
    code = LOAD_ALL.replace("sys.stdin.read()", repr(" ".join(with_config)))
    done = run_python(code, 300, {"TRANSFORMERS_VERBOSITY": "warning"})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def _files(entry: Entry) -> list[Path]:
    return list(entry.folder.glob("*"))
