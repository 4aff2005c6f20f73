"""Searching for repositories, as `list_models` and `list_datasets` do."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import numpy
import pytest
from huggingface_hub import CommitOperationAdd as Add
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError
from safetensors.numpy import save

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")

NUMBERS = save({"weight": numpy.zeros((30, 40), "float32")})
CARDS = {
    "english": "license: mit\nlanguage: en\npipeline_tag: text-generation\nlibrary_name: transformers\ntags: [tiny]",
    "spanish": "license: apache-2.0\nlanguage: [es, ca]\npipeline_tag: text-classification\ndatasets: [learner/rows]",
    "plain": "license: mit",
}


@pytest.fixture(scope="module")
def shelf(hub_endpoint: str, token: Callable[..., str]) -> str:
    """A namespace with three models, made in this order, and a data set."""
    owner = f"shelf-{secrets.token_hex(4)}"
    api = HfApi(endpoint=hub_endpoint, token=token(owner))
    for name, card in CARDS.items():
        api.create_repo(f"{owner}/{name}")
        files = {"README.md": f"---\n{card}\n---\n".encode(), "config.json": b'{"model_type": "gpt2"}'}
        files |= {"model.safetensors": NUMBERS} if name == "english" else {}
        api.create_commit(f"{owner}/{name}", [Add(*pair) for pair in files.items()], commit_message=name)
    api.create_repo(f"{owner}/rows", repo_type="dataset")
    card = b"---\nlanguage: es\ntask_categories: [text-classification]\nsize_categories: [n<1K]\n---\n"
    api.upload_file(path_or_fileobj=card, path_in_repo="README.md", repo_id=f"{owner}/rows", repo_type="dataset")
    return owner


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"english", "spanish", "plain"}),
        ({"pipeline_tag": "text-generation"}, {"english"}),
        ({"filter": "transformers"}, {"english"}),
        ({"filter": ["license:mit", "tiny"]}, {"english"}),
        ({"filter": "license:mit"}, {"english", "plain"}),
        ({"filter": "ca"}, {"spanish"}),
        ({"filter": "language:es"}, {"spanish"}),
        ({"filter": "gpt2"}, {"english", "spanish", "plain"}),
        ({"filter": "safetensors"}, {"english"}),
        ({"trained_dataset": "learner/rows"}, {"spanish"}),
        ({"search": "ISH"}, {"english", "spanish"}),
        ({"num_parameters": "min:1K,max:2K"}, {"english"}),
        ({"num_parameters": "min:1M"}, set()),
        ({"filter": "no-such-tag"}, set()),
        ({"gated": True}, set()),
        ({"gated": False, "search": "plain"}, {"plain"}),
        ({"inference": "warm"}, set()),
    ],
)
def test_a_filter_finds_the_models_that_have_what_it_asks_for(
    stranger: HfApi, shelf: str, query: dict, expected: set
) -> None:
    assert {model.id.split("/")[1] for model in stranger.list_models(author=shelf.upper(), **query)} == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"language": "es"}, True),
        ({"language": ["es", "en"]}, False),
        ({"task_categories": "text-classification", "size_categories": "n<1K"}, True),
        ({"dataset_name": "row", "search": "shelf"}, True),
        ({"dataset_name": "row", "search": "nothing"}, False),
    ],
)
def test_a_filter_finds_the_data_sets_that_have_what_it_asks_for(
    stranger: HfApi, shelf: str, query: dict, found: bool
) -> None:
    assert len(list(stranger.list_datasets(author=shelf, **query))) == found


def test_filters_apply_before_a_list_is_cut_into_pages(stranger: HfApi, shelf: str) -> None:
    (found,) = stranger.list_models(author=shelf, filter="ca", limit=1)
    assert found.id == f"{shelf}/spanish"


def test_a_list_is_sorted_newest_first(api: HfApi, stranger: HfApi, shelf: str) -> None:
    found = [model.created_at for model in stranger.list_models(author=shelf, sort="created_at")]
    assert len(found) == 3 and found == sorted(found, reverse=True)
    for sort in ("last_modified", "likes", "downloads", "trending_score"):
        assert len(list(stranger.list_models(author=shelf, sort=sort))) == 3
    with pytest.raises(BadRequestError, match="Sort by createdAt"):
        list(stranger.list_models(sort="colour"))


def test_a_list_tells_as_much_as_it_is_asked_for(stranger: HfApi, shelf: str) -> None:
    (brief,) = stranger.list_models(author=shelf, search="english")
    assert (brief.pipeline_tag, brief.library_name, brief.siblings, brief.card_data) == (
        *("text-generation", "transformers"),
        *(None, None),
    )
    assert brief.tags == ["transformers", "text-generation", "tiny", "en", "license:mit", "safetensors", "gpt2"]
    (full,) = stranger.list_models(author=shelf, search="english", full=True)
    assert "config.json" in [file.rfilename for file in full.siblings]
    (with_card,) = stranger.list_models(author=shelf, search="english", cardData=True, fetch_config=True)
    assert (with_card.card_data.license, with_card.config) == ("mit", {"model_type": "gpt2"})
    (expanded,) = stranger.list_models(author=shelf, search="english", expand=["likes", "safetensors"])
    assert (expanded.likes, expanded.safetensors.total, expanded.tags) == (0, 1200, None)
    info = stranger.model_info(f"{shelf}/english", expand=["createdAt"])
    assert (info.created_at, info.sha) == (brief.created_at, None)


def test_the_models_of_the_course_are_found_by_their_task_before_they_are_assembled(stranger: HfApi) -> None:
    found = {model.id for model in stranger.list_models(pipeline_tag="text-generation", filter="stand-in")}
    assert "openai-community/gpt2" in found
    assert all("stand-in" in model.tags for model in stranger.list_models(filter="stand-in"))


def test_all_tags_are_listed_by_their_type(stranger: HfApi, shelf: str) -> None:
    tags = stranger.get_model_tags()
    assert {"id": "license:apache-2.0", "label": "apache-2.0", "type": "license"} in tags["license"]
    assert {"id": "dataset:learner/rows", "label": "learner/rows", "type": "dataset"} in tags["dataset"]
    assert {"transformers"} <= {tag["id"] for tag in tags["library"]}
    assert "size_categories:n<1K" in {tag["id"] for tag in stranger.get_dataset_tags()["size_categories"]}
