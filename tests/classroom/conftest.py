"""The stock client in this process, logged in to the Hub that may be written to."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from huggingface_hub import HfApi


@pytest.fixture
def api(hub_endpoint: str, token: Callable[..., str]) -> HfApi:
    """The stock client, logged in as `learner`."""
    return HfApi(endpoint=hub_endpoint, token=token("learner"))


@pytest.fixture
def stranger(hub_endpoint: str) -> HfApi:
    """The stock client without a token."""
    return HfApi(endpoint=hub_endpoint, token=False)


@pytest.fixture
def repo(api: HfApi) -> str:
    """A new repository of `learner`."""
    return api.create_repo(f"learner/repo-{secrets.token_hex(6)}").repo_id
