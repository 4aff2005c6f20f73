"""Branches, tags, pull requests and discussions, by the stock client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RevisionNotFoundError

from tests.support.client import Client, lines

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


def test_branches_and_tags_come_and_go(pusher: Client) -> None:
    done = pusher("""
        from huggingface_hub import HfApi
        api, repo = HfApi(), "learner/refs"
        api.create_repo(repo)
        first = api.upload_file(path_or_fileobj=b"1", path_in_repo="n.txt", repo_id=repo).oid
        api.create_branch(repo, branch="dev/one")
        api.create_branch(repo, branch="old", revision=first[:7])
        api.create_tag(repo, tag="v1.0", tag_message="The first")
        api.upload_file(path_or_fileobj=b"2", path_in_repo="n.txt", repo_id=repo, revision="dev/one")
        api.create_tag(repo, tag="v2", revision="dev/one")
        refs = api.list_repo_refs(repo)
        print([branch.name for branch in refs.branches], [tag.name for tag in refs.tags])
        for name in ("v1.0", "v2", "old", "dev/one"):
            print(open(api.hf_hub_download(repo, "n.txt", revision=name)).read())
        def attempt(function, **arguments):
            try:
                function(repo, **arguments)
            except Exception as error:
                print(type(error).__name__, error.response.status_code)
        attempt(api.create_branch, branch="old")
        api.create_branch(repo, branch="old", exist_ok=True)
        attempt(api.create_tag, tag="v2")
        api.create_tag(repo, tag="v2", exist_ok=True)
        attempt(api.create_branch, branch="dev")
        attempt(api.create_branch, branch="a..b")
        attempt(api.create_branch, branch="new", revision="nowhere")
        attempt(api.delete_branch, branch="main")
        attempt(api.delete_tag, tag="v3")
        api.delete_branch(repo, branch="old")
        api.delete_tag(repo, tag="v1.0")
        api.super_squash_history(repo, branch="dev/one", commit_message="All in one")
        refs = api.list_repo_refs(repo)
        print([branch.name for branch in refs.branches], [tag.name for tag in refs.tags])
        print([entry.title for entry in api.list_repo_commits(repo, revision="dev/one")])
    """)
    assert lines(done) == [
        "['dev/one', 'main', 'old'] ['v1.0', 'v2']",
        *("1", "2", "1", "2"),
        "HfHubHTTPError 409",
        "HfHubHTTPError 409",
        "HfHubHTTPError 409",
        "BadRequestError 400",
        "RevisionNotFoundError 404",
        "HfHubHTTPError 403",
        "RevisionNotFoundError 404",
        "['dev/one', 'main'] ['v2']",
        "['All in one']",
    ]


def test_a_pull_request_is_proposed_discussed_and_merged(pusher: Client, token) -> None:
    done = pusher(f"""
        from huggingface_hub import HfApi
        mine, ada, repo = HfApi(), HfApi(token={token("ada")!r}), "learner/open"
        mine.create_repo(repo)
        mine.upload_file(path_or_fileobj=b"one\\n", path_in_repo="n.txt", repo_id=repo)
        made = ada.upload_file(path_or_fileobj=b"two\\n", path_in_repo="n.txt", repo_id=repo, create_pr=True,
                               commit_message="Better", commit_description="because")
        print(made.pr_num, made.pr_revision, made.pr_url.endswith("/learner/open/discussions/1"))
        ada.upload_file(path_or_fileobj=b"w" * 2_000_000, path_in_repo="w.bin", repo_id=repo, revision="refs/pr/1")
        mine.comment_discussion(repo, 1, "Thanks")
        found = mine.get_discussion_details(repo, 1)
        print(found.title, found.author, found.status, found.conflicting_files, found.target_branch)
        print([(event.type, event.author) for event in found.events])
        print([line for line in found.diff.splitlines() if line[:1] in "+-" and "txt" not in line][:2])
        print(mine.list_repo_files(repo), mine.list_repo_files(repo, revision="refs/pr/1"))
        print([pull.name for pull in mine.list_repo_refs(repo, include_pull_requests=True).pull_requests])
        try:
            ada.merge_pull_request(repo, 1)
        except Exception as error:
            print(error.response.status_code)
        mine.upload_file(path_or_fileobj=b"!", path_in_repo="meanwhile.txt", repo_id=repo)
        mine.merge_pull_request(repo, 1, comment="In it goes")
        found = mine.get_discussion_details(repo, 1)
        print(found.status, found.merge_commit_oid == mine.model_info(repo).sha, mine.list_repo_files(repo))
        print(open(mine.hf_hub_download(repo, "n.txt")).read().strip())
        print([(pull.num, pull.status) for pull in mine.get_repo_discussions(repo, discussion_type="pull_request")])
    """)
    assert lines(done) == [
        "1 refs/pr/1 True",
        "Better ada open [] refs/heads/main",
        "[('comment', 'ada'), ('commit', 'ada'), ('comment', 'learner')]",
        "['-one', '+two']",
        "['.gitattributes', 'n.txt'] ['.gitattributes', 'n.txt', 'w.bin']",
        "['1']",
        "403",
        "merged True ['.gitattributes', 'meanwhile.txt', 'n.txt', 'w.bin']",
        "two",
        "[(1, 'merged')]",
    ]


def test_a_pull_request_that_clashes_is_not_merged_and_a_discussion_is_closed(pusher: Client) -> None:
    done = pusher("""
        from huggingface_hub import HfApi
        api, repo = HfApi(), "learner/clash"
        api.create_repo(repo)
        pull = api.create_pull_request(repo, "An empty one")
        print(pull.num, pull.status, pull.is_pull_request)
        api.upload_file(path_or_fileobj=b"theirs", path_in_repo="n.txt", repo_id=repo, revision=pull.git_reference)
        api.upload_file(path_or_fileobj=b"ours", path_in_repo="n.txt", repo_id=repo)
        print(api.get_discussion_details(repo, 1).conflicting_files)
        try:
            api.merge_pull_request(repo, 1)
        except Exception as error:
            print(error.response.status_code, error.server_message)
        talk = api.create_discussion(repo, "A question", description="Why?")
        comment = api.comment_discussion(repo, talk.num, "Becuase")
        print(api.edit_discussion_comment(repo, talk.num, comment.id, new_content="Because").content)
        print(api.change_discussion_status(repo, talk.num, "closed", comment="Done").new_status)
        print([(one.num, one.title) for one in api.get_repo_discussions(repo, discussion_status="closed")])
    """)
    assert lines(done) == [
        "1 draft True",
        "['n.txt']",
        "409 Both sides changed 'n.txt': cannot merge.",
        "Because",
        "closed",
        "[(2, 'A question')]",
    ]


def test_the_last_tag_and_the_only_branch_of_a_folder_can_be_deleted(api: HfApi, repo: str) -> None:
    api.create_tag(repo, tag="v1")
    api.create_tag(repo, tag="release/v2")
    api.create_branch(repo, branch="feature/one")
    api.delete_branch(repo, branch="feature/one")
    api.delete_tag(repo, tag="release/v2")
    api.delete_tag(repo, tag="v1")
    refs = api.list_repo_refs(repo)
    assert ([branch.name for branch in refs.branches], refs.tags) == (["main"], [])
    api.create_branch(repo, branch="feature/one")


def test_refs_are_refused_in_the_hubs_words(api: HfApi, repo: str) -> None:
    with pytest.raises(HfHubHTTPError, match="Reference refs/heads/main already exists"):
        api.create_branch(repo, branch="main")
    with pytest.raises(HfHubHTTPError, match="Cannot delete refs/heads/main"):
        api.delete_branch(repo, branch="main")
    with pytest.raises(RevisionNotFoundError):
        api.create_tag(repo, tag="not a tag", revision="nowhere")


def test_a_pull_request_is_squashed_by_who_opened_it(
    api: HfApi, repo: str, hub_endpoint: str, token: Callable[..., str]
) -> None:
    guest, other = (HfApi(endpoint=hub_endpoint, token=token(name)) for name in ("guest", "other"))
    guest.upload_file(path_or_fileobj=b"1", path_in_repo="a.txt", repo_id=repo, create_pr=True)
    with pytest.raises(HfHubHTTPError):
        other.super_squash_history(repo, branch="refs/pr/1")
    guest.super_squash_history(repo, branch="refs/pr/1", commit_message="One & all")
    (made,) = api.list_repo_commits(repo, revision="refs/pr/1", formatted=True)
    assert (made.title, made.formatted_title, made.formatted_message) == ("One & all", "One &amp; all", "")
    with pytest.raises(HfHubHTTPError):
        guest.super_squash_history(repo)
