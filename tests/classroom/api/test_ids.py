"""Ids are the same in any case, and keep the spelling that they were made with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.fixture
def mixed(api: HfApi) -> str:
    name = "learner/MiXed"
    api.delete_repo(name, missing_ok=True)
    api.create_repo(name)
    api.upload_file(path_or_fileobj=b"1", path_in_repo="n.txt", repo_id="LEARNER/mixed")
    return name


def test_a_repository_is_read_and_written_in_any_case(api: HfApi, mixed: str, tmp_path: Path) -> None:
    assert api.model_info("learner/mixed").id == mixed
    assert Path(api.hf_hub_download("Learner/MIXED", "n.txt", cache_dir=tmp_path)).read_text() == "1"
    assert [model.id for model in api.list_models(author="LEARNER", search="mixed")] == [mixed]
    assert api.create_tag("learner/MIXED", tag="v1") is None
    assert [tag.name for tag in api.list_repo_refs(mixed).tags] == ["v1"]
    assert api.model_info("OpenAI-community/GPT2").id == "openai-community/gpt2"


def test_pages_lead_to_the_ids_own_spelling(hub_endpoint: str, mixed: str) -> None:
    for page in ("", "/tree/main", "/blob/main/n.txt"):
        led = httpx.get(f"{hub_endpoint}/LEARNER/mixed{page}")
        assert led.status_code == 307 and led.headers["location"].endswith(f"/{mixed}{page}"), page
    assert f'href="./{mixed}"' in httpx.get(f"{hub_endpoint}/LEARNER", headers={"Accept": "text/html"}).text


def test_an_id_that_differs_in_case_only_is_taken(api: HfApi, mixed: str) -> None:
    assert api.create_repo("Learner/mixed", exist_ok=True).repo_id == mixed
    api.create_repo("learner/other", exist_ok=True)
    attempts = {
        "create": lambda: api.create_repo("learner/MIXED"),
        "move": lambda: api.move_repo("learner/other", "learner/mixeD"),
        "duplicate": lambda: api.duplicate_repo("learner/other", "learner/mIXED"),
    }
    for what, attempt in attempts.items():
        with pytest.raises(HfHubHTTPError) as refused:
            attempt()
        assert refused.value.response.status_code == 409, what


def test_a_new_repository_lies_under_the_accounts_own_spelling(api: HfApi) -> None:
    api.delete_repo("learner/spelled", missing_ok=True)
    assert api.create_repo("LeArNeR/spelled").repo_id == "learner/spelled"


def test_a_repository_is_moved_and_deleted_in_any_case(api: HfApi, mixed: str) -> None:
    api.move_repo("LEARNER/mixed", "learner/mixed")  # to another spelling of itself
    assert api.model_info("learner/MIXED").id == "learner/mixed"
    api.move_repo("learner/Mixed", "Learner/Moved-on")
    assert api.model_info("LEARNER/MIXED").id == "learner/Moved-on"
    api.delete_repo("learner/MOVED-ON")
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("learner/Moved-on")


def test_a_private_repository_stays_hidden_in_any_case(
    api: HfApi, mixed: str, stranger: HfApi, hub_endpoint: str, token: Callable[..., str]
) -> None:
    api.update_repo_settings("learner/mixed", private=True)
    other = HfApi(endpoint=hub_endpoint, token=token("somebody"))
    for name in (mixed, "learner/mixed", "LEARNER/MIXED"):
        for client in (stranger, other):
            with pytest.raises(RepositoryNotFoundError):
                client.model_info(name)
        with pytest.raises(HfHubHTTPError):
            other.upload_file(path_or_fileobj=b"2", path_in_repo="n.txt", repo_id=name)
        assert api.model_info(name).id == mixed
