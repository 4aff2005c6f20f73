"""Every repository of the catalogue: honest, small enough, and loaded by the stock client in silence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.models.catalogue import DATA, Entry, current_id, entries
from classroom.models.recipes import RECIPES
from tests.support.client import Client, lines, run_python

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


def test_all_weights_together_stay_under_fifty_megabytes() -> None:
    weights = [path for path in DATA.rglob("*") if path.suffix in (".safetensors", ".parquet", ".npz")]
    assert 0 < sum(path.stat().st_size for path in weights) < 50 * MEGABYTE


def test_the_list_names_every_id_and_why_a_stand_in_answers() -> None:
    done = subprocess.run([sys.executable, "-m", "classroom", "list"], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [entry.id for entry in entries()]
    assert all(line.endswith(entry.reason) for line, entry in zip(lines, entries(), strict=True))


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_each_stand_in_has_a_reason_and_real_weights_need_none(entry: Entry) -> None:
    assert bool(entry.reason) != entry.real


def test_who_reads_real_weights_at_another_precision_is_told_so() -> None:
    told = {entry.id: entry.origin for entry in entries() if entry.real}
    assert told == {
        "HuggingFaceTB/SmolLM2-135M-Instruct": "real weights, 4-bit copy",
        "sentence-transformers/all-MiniLM-L6-v2": "real weights",
        "unsloth/gemma-3-270m": "real weights, 4-bit copy",
        "openai/whisper-base": "real weights, 16-bit copy",
        "PaddlePaddle/PP-OCRv5_mobile_det_safetensors": "real weights",
        "PaddlePaddle/PP-OCRv5_mobile_rec_safetensors": "real weights",
    }


def test_a_name_from_before_namespaces_stands_for_the_id_that_the_public_hub_redirects_it_to() -> None:
    assert current_id("models", "gpt2") == "openai-community/gpt2"
    assert current_id("models", "bert-base-cased") == "google-bert/bert-base-cased"  # not its stand-in's first id
    assert current_id("datasets", "yelp_review_full") == "Yelp/yelp_review_full"
    assert current_id("models", "yelp_review_full") == "yelp_review_full"
    assert current_id("models", "a/b") == "a/b"


OLD_NAMES = """
from datasets import load_dataset
from huggingface_hub import HfApi, hf_hub_download
print(HfApi().model_info("gpt2").id, HfApi().dataset_info("yelp_review_full").id)
print(open(hf_hub_download("yelp_review_full", "README.md", repo_type="dataset")).readline().strip())
try:
    load_dataset("yelp_review_full")
except Exception as error:
    print(type(error).__name__)
"""


def test_old_names_are_answered_as_by_the_public_hub(client: Client) -> None:
    """The Hub redirects them; `load_dataset` then makes an address of the old name, which its own parser refuses.

    https://github.com/huggingface/datasets/issues/8612
    """
    assert lines(client(OLD_NAMES)) == ["openai-community/gpt2 Yelp/yelp_review_full", "---", "HfUriError"]


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
