"""Who sends a request: accounts, wrong and withdrawn tokens, and the number that every answer has."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from classroom.auth.accounts import Accounts
from classroom.models.hub import Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.mark.parametrize(
    "address",
    [
        "/api/models/{repo}",
        "/api/models",
        "/api/models/{repo}/tree/main",
        "/{repo}/resolve/main/.gitattributes",
        "/{repo}.git/info/refs?service=git-upload-pack",
        "/api/whoami-v2",
    ],
)
def test_a_withdrawn_token_reads_nothing_that_is_public_either(
    hub: Hub, hub_endpoint: str, repo: str, token: Callable[..., str], address: str
) -> None:
    accounts, secret = Accounts(hub.pushed.root), token("withdrawn")
    ask = lambda: httpx.get(hub_endpoint + address.format(repo=repo), headers={"Authorization": f"Bearer {secret}"})  # noqa: E731
    assert ask().status_code == 200
    accounts.revoke(accounts.tokens("withdrawn"))
    refused = ask()
    assert refused.status_code == 401 and "Invalid credentials" in refused.text
    assert httpx.get(hub_endpoint + address.format(repo=repo)).status_code == (401 if "whoami" in address else 200)


def test_a_hub_that_knows_no_accounts_takes_no_offence_at_a_token(endpoint: str) -> None:
    assert HfApi(endpoint=endpoint, token="hf_of_another_hub").model_info("someone/tiny").id == "someone/tiny"


def test_every_answer_has_a_number_that_the_clients_errors_name(
    api: HfApi, hub_endpoint: str, repo: str, stranger: HfApi
) -> None:
    addresses = ("/", "/api/models", f"/{repo}/resolve/main/.gitattributes", "/-/icon.svg", "/api/no", "/nobody-at")
    numbers = {
        httpx.get(hub_endpoint + address, headers={"Accept": "text/html"}).headers["X-Request-Id"]
        for address in addresses
    }
    assert len(numbers) == len(addresses)
    with pytest.raises(HfHubHTTPError, match=r"\(Request ID: [0-9a-f]{16}\)"):
        stranger.model_info("learner/nowhere")


def test_an_account_has_a_name_a_picture_and_no_likes(api: HfApi, repo: str, hub_endpoint: str) -> None:
    picture = api.whoami()["avatarUrl"]
    assert httpx.get(picture).headers["content-type"].startswith("image/")
    user = api.get_user_overview("LEARNER")
    assert (user.username, user.avatar_url) == ("learner", picture)
    assert api.list_liked_repos("learner").total == 0 and list(api.list_repo_likers(repo)) == []
    api.unlike(repo)
    with pytest.raises(HfHubHTTPError):
        api.get_user_overview("nobody-here")
