"""The rehearsal: repositories of the published size, a Hub without stand-ins, and a report of what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tokenizers import Tokenizer

from classroom.models.catalogue import DATA
from classroom.storage.store import Store
from tests.support.client import lines, run_python
from tools.rehearsal import comparison, repositories, server, vocabularies
from tools.rehearsal.__main__ import execute

GATED = "mistralai/Mistral-7B-Instruct-v0.1"


@pytest.mark.parametrize("words_of", ["gpt2-es-mini", "mistral-chat-tokenizer"])
@pytest.mark.parametrize("one", [one for one in repositories.published() if one.special], ids=lambda one: one.id)
def test_a_resized_tokenizer_has_the_published_number_of_tokens_and_still_reads_words(
    one: repositories.Published, words_of: str
) -> None:
    shape, words = (
        json.loads((DATA / name / "tokenizer.json").read_text(encoding="utf-8")) for name in ("gpt2-es-mini", words_of)
    )
    if words_of == "mistral-chat-tokenizer":
        words = vocabularies.byte_level(words)
    tokenizer = Tokenizer.from_str(json.dumps(vocabularies.resized(shape, words, one.special, one.tokens)))
    assert tokenizer.get_vocab_size() == one.tokens
    assert {token: tokenizer.token_to_id(token) for token in one.special} == dict(one.special)
    text = "Me encanta aprender de la vida, señor."
    pieces = tokenizer.encode(text)
    assert tokenizer.decode(pieces.ids) == text
    assert len(pieces.ids) < len(text) / 2


def test_every_stand_in_of_a_model_or_of_data_has_a_published_counterpart() -> None:
    from classroom.models.catalogue import entries

    built = {(one.kind, one.id) for one in repositories.published()}
    assert {(entry.kind, entry.id) for entry in entries() if not server.is_alike(entry)} <= built


GATED_AND_MISSING = f"""
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
print(HfApi().model_info({GATED!r}).gated)
for call in (
    lambda: hf_hub_download({GATED!r}, "config.json"),
    lambda: hf_hub_download({GATED!r}, "config.json", token="hf_any"),
    lambda: HfApi().model_info("flax-community/gpt-2-spanish"),
):
    try:
        call()
    except (GatedRepoError, RepositoryNotFoundError) as error:
        print(type(error).__name__, error.response.status_code)
"""


@pytest.mark.slow
def test_gated_repositories_refuse_their_files_and_no_stand_in_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Store(tmp_path / "built")  # the words come from the prepared cache
    monkeypatch.setattr(repositories, "store", lambda: built)
    repositories.build(next(one for one in repositories.published() if one.gated))
    variables = {"HF_ENDPOINT": server.serve(tmp_path / "pushed"), "HF_HOME": str(tmp_path / "client")}
    assert lines(run_python(GATED_AND_MISSING, 120, variables)) == [
        "auto",
        "GatedRepoError 401",
        "GatedRepoError 403",
        "RepositoryNotFoundError 404",
    ]


def printed(source: str, text: str, **metadata: list[str]) -> dict:
    return new_code_cell(source, outputs=[new_output("stream", text=text)], metadata=metadata)


def failed(source: str, **metadata: list[str]) -> dict:
    error = new_output("error", ename="OSError", evalue="gone", traceback=["in a cell", "\x1b[31mOSError\x1b[0m: gone"])
    return new_code_cell(source, outputs=[error], metadata=metadata)


def test_the_report_has_what_is_stored_what_came_and_the_prose_below() -> None:
    prose = [new_markdown_cell("It took long."), new_markdown_cell("A *loop*.")]
    stored = [printed("a", "done in 3.1 s"), printed("b", "the same"), *prose, printed("c", "x")]
    came = [printed("a", "done in 99.0 s"), printed("b", "again and again"), *prose, failed("c")]
    found = comparison.compare(new_notebook(cells=stored), new_notebook(cells=came))
    assert [(one.number, one.error) for one in found] == [(1, ""), (4, "OSError")]  # time is no difference
    report = comparison.report("07_title", 3, found)
    assert "07_title: 3 cells, 1 print something else, 1 raise" in report
    for part in (
        "## Cell 1",
        "the same",
        "again and again",
        "> It took long.",
        "> A *loop*.",
        "## Cell 4: raises OSError",
    ):
        assert part in report
    assert "\x1b" not in report


def test_an_error_that_is_meant_counts_as_output_only() -> None:
    meant = failed("c", tags=["raises-exception"])
    assert comparison.compare(new_notebook(cells=[meant]), new_notebook(cells=[meant])) == []


@pytest.mark.slow
def test_a_cell_that_raises_does_not_end_the_run_and_the_kernel_asks_the_rehearsals_hub(tmp_path: Path) -> None:
    sources = ["1 / 0", "import os; print(os.environ['COURSE_HUB'], os.getcwd())"]
    stored = new_notebook(cells=[new_code_cell(source) for source in sources])
    fresh = execute(stored, "http://127.0.0.1:1", tmp_path)
    found = comparison.compare(stored, fresh)
    assert [one.error for one in found] == ["ZeroDivisionError", ""]
    assert found[1].came == f"http://127.0.0.1:1 {tmp_path}"
