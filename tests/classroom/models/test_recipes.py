"""A bundled repository is made anew when what makes it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from classroom.models import catalogue, recipes


def test_a_changed_converter_makes_its_models_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whisper = catalogue.find("models", "openai/whisper-base")
    assert whisper is not None and recipes.is_assembled(whisper)
    shutil.copy(Path(recipes.__file__).with_name("whisper.py"), tmp_path)
    with (tmp_path / "whisper.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    monkeypatch.setattr(recipes, "__file__", str(tmp_path / "recipes.py"))
    monkeypatch.setattr(recipes, "_fingerprint", recipes._fingerprint.__wrapped__)  # not the remembered one
    assert not recipes.is_assembled(whisper)
