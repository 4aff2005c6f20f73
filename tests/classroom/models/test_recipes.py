"""A bundled repository is made anew when what makes it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from classroom.models import catalogue, recipes


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("openai/whisper-base", "whisper.py"),
        ("openai/whisper-base", "ctranslate2.py"),  # which whisper.py imports
        ("impira/layoutlm-document-qa", "adapters.py"),
        ("impira/layoutlm-document-qa", "data/minilm-layout/README.md"),
        ("impira/layoutlm-document-qa", "data/minilm-qa/README.md"),  # the model that it starts from
    ],
)
def test_a_changed_source_makes_its_models_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, changed: str
) -> None:
    entry = catalogue.find("models", name)
    assert entry is not None
    for path in catalogue.HERE.glob("*.py"):
        shutil.copy(path, tmp_path)
    for folder in (entry.folder, catalogue.DATA / "minilm-qa"):
        shutil.copytree(folder, tmp_path / "data" / folder.name)
    monkeypatch.setattr(recipes, "__file__", str(tmp_path / "recipes.py"))
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    monkeypatch.setattr(recipes, "_fingerprint", recipes._fingerprint.__wrapped__)  # not the remembered one
    assert recipes.is_assembled(entry)
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not recipes.is_assembled(entry)
