"""Repositories and commits, made by the stock client."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from huggingface_hub import CommitOperationAdd as Add
from huggingface_hub import CommitOperationDelete as Delete
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

from classroom.models.hub import Hub
from tests.support.client import Client, lines
from tests.support.repositories import git

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_a_repository_is_made_once_listed_and_deleted(pusher: Client, kind: str) -> None:
    done = pusher(f"""
        from huggingface_hub import HfApi
        api, how = HfApi(), dict(repo_type={kind!r}, space_sdk="gradio" if {kind!r} == "space" else None)
        print(api.create_repo("made-{kind}", **how))
        print(api.create_repo("learner/made-{kind}", exist_ok=True, **how).repo_id)
        try:
            api.create_repo("made-{kind}", **how)
        except Exception as error:
            print(error.response.status_code, error.server_message)
        print([found.id for found in getattr(api, "list_{kind}s")(author="learner", search="MADE-{kind}", limit=5)])
        print(api.repo_exists("learner/made-{kind}", repo_type={kind!r}))
        api.delete_repo("made-{kind}", repo_type={kind!r})
        print(api.repo_exists("learner/made-{kind}", repo_type={kind!r}))
        api.delete_repo("made-{kind}", repo_type={kind!r}, missing_ok=True)
    """)
    prefix = {"model": "", "dataset": "datasets/", "space": "spaces/"}[kind]
    url, same, refused, listed, there, gone = lines(done)
    assert url.endswith(f"/{prefix}learner/made-{kind}") and same == f"learner/made-{kind}"
    assert refused == f"409 You already created this {kind} repo: learner/made-{kind}"
    assert (listed, there, gone) == (f"['learner/made-{kind}']", "True", "False")


def test_a_commit_adds_copies_and_deletes_and_is_a_git_commit(pusher: Client, hub: Hub) -> None:
    done = pusher("""
        from huggingface_hub import CommitOperationAdd as Add, CommitOperationCopy as Copy
        from huggingface_hub import CommitOperationDelete as Delete, HfApi
        api = HfApi()
        api.create_repo("commits")
        api.create_commit("learner/commits", commit_message="Three files", commit_description="and why", operations=[
            Add("a/é 1.txt", b"one"), Add("a/two.txt", b"two"), Add("w.bin", b"w" * 99)])
        made = api.create_commit("learner/commits", commit_message="Copy and delete", operations=[
            Copy("a/two.txt", "copied.txt"), Copy("w.bin", "v/w.bin"), Delete("a/two.txt"), Delete("w.bin")])
        print(made.oid)
        api.delete_folder("a", "learner/commits")
        api.upload_file(path_or_fileobj=b"#!", path_in_repo="run.sh", repo_id="learner/commits", revision="main")
        print(api.list_repo_files("learner/commits"))
        print([entry.title for entry in api.list_repo_commits("learner/commits")])
    """)
    oid, files, titles = lines(done)
    assert files == "['.gitattributes', 'copied.txt', 'run.sh', 'v/w.bin']"
    assert titles == str(
        [
            "Upload run.sh with huggingface_hub",
            "Delete folder a with huggingface_hub",
            "Copy and delete",
            "Three files",
            "initial commit",
        ]
    )
    written = git(hub, "learner/commits", "log", "-1", "--format=%an|%ae|%s", "main~2").strip()
    assert written == "learner|learner@localhost|Copy and delete"
    assert "Three files\n\nand why" in git(hub, "learner/commits", "log", "-1", "--format=%B", "main~3")
    assert git(hub, "learner/commits", "rev-parse", "main~2").strip() == oid
    assert "99" in git(hub, "learner/commits", "show", "main:v/w.bin").splitlines()[2]
    git(hub, "learner/commits", "fsck", "--strict", "--full")


def test_what_cannot_be_committed_is_said_in_the_clients_own_errors(pusher: Client) -> None:
    done = pusher("""
        from huggingface_hub import CommitOperationAdd as Add, CommitOperationDelete as Delete, HfApi
        api = HfApi()
        api.create_repo("refusals")
        first = api.upload_file(path_or_fileobj=b"1", path_in_repo="n.txt", repo_id="learner/refusals")
        api.upload_file(path_or_fileobj=b"2", path_in_repo="n.txt", repo_id="learner/refusals", parent_commit=first.oid)
        attempts = [
            lambda: api.upload_file(path_or_fileobj=b"3", path_in_repo="n.txt", repo_id="learner/refusals",
                                    parent_commit=first.oid),
            lambda: api.delete_file("missing.txt", "learner/refusals"),
            lambda: api.delete_folder("n.txt", "learner/refusals"),
            lambda: api.upload_file(path_or_fileobj=b"3", path_in_repo="n.txt/inside", repo_id="learner/refusals"),
            lambda: api.upload_file(path_or_fileobj=b"3", path_in_repo="x", repo_id="learner/refusals", revision="no"),
            lambda: api.upload_file(path_or_fileobj=b"3", path_in_repo="x", repo_id="learner/nowhere"),
            lambda: api.upload_file(path_or_fileobj=b"3", path_in_repo="x", repo_id="openai-community/gpt2"),
            lambda: api.create_repo("bad--name"),
            lambda: api.upload_file(path_or_fileobj=b"---\\ntags: [a\\n---\\n", path_in_repo="README.md",
                                    repo_id="learner/refusals"),
        ]
        for attempt in attempts:
            try:
                attempt()
            except Exception as error:
                print(type(error).__name__, getattr(getattr(error, "response", None), "status_code", ""),
                      "|", " ".join(str(error).split()))
        print(len(api.list_repo_commits("learner/refusals")))
    """)
    *refused, commits = lines(done)
    assert commits == "3"
    expected = [
        ("HfHubHTTPError 412", "The branch was updated since you opened this page"),
        ("RemoteEntryNotFoundError 404", "A file with this name doesn't exist: 'missing.txt'"),
        ("RemoteEntryNotFoundError 404", "A folder with this name doesn't exist: 'n.txt'"),
        ("BadRequestError 400", "lies inside a file"),
        ("RevisionNotFoundError 404", "Invalid rev id: no"),
        ("RepositoryNotFoundError 404", "learner/nowhere"),
        ("HfHubHTTPError 403", "openai-community/gpt2"),
        ("HFValidationError", "--"),
        ("ValueError", "line 2, column 9"),
    ]
    for line, (kind, words) in zip(refused, expected, strict=True):
        assert line.startswith(kind) and words in line, (line, kind, words)


CLASHES = [("README.md", "readme.md"), ("data/a.txt", "Data/b.txt"), ("caf\u00e9", "cafe\u0301")]


@pytest.mark.parametrize(("there", "added"), CLASHES)
def test_two_names_that_macos_and_windows_take_for_one_are_refused(
    api: HfApi, repo: str, there: str, added: str
) -> None:
    api.upload_file(path_or_fileobj=b"1", path_in_repo=there, repo_id=repo)
    with pytest.raises(BadRequestError, match="are the same name on macOS and Windows"):
        api.upload_file(path_or_fileobj=b"2", path_in_repo=added, repo_id=repo)
    changes = [Add(added, b"2"), Delete(there)]  # a rename
    api.create_commit(repo, changes, commit_message="Rename")
    assert set(api.list_repo_files(repo)) == {".gitattributes", added}


def test_a_folder_is_deleted_with_or_without_a_slash(api: HfApi, repo: str) -> None:
    files = [Add("one/a.txt", b"1"), Add("one/deep/b.txt", b"1"), Add("two/c.txt", b"1")]
    api.create_commit(repo, files, commit_message="Three files")
    api.create_commit(repo, [Delete("one"), Delete("two/")], commit_message="No files")
    assert api.list_repo_files(repo) == [".gitattributes"]


def test_a_path_that_no_disk_can_hold_is_not_processable(api: HfApi, repo: str) -> None:
    with pytest.raises(HfHubHTTPError) as refused:
        api.upload_file(path_or_fileobj=b"1", path_in_repo="..\\up", repo_id=repo)
    assert refused.value.response.status_code == 422


RESULT = "{task: {type: x}, dataset: {type: y, name: z}, metrics: [{type: accuracy, value: 0.5}]}"
BROKEN_CARDS = {
    "license: asdf": '"license" must be one of [apache-2.0, mit',
    "license: [mit, asdf]": '"license" must be one of',
    "model-index: foo": '"model-index" must be an array',
    "model-index: [{results: []}]": '"model-index[0].name" is required',
    "model-index: [{name: x}]": '"model-index[0].results" is required',
    f"model-index: [{{name: x, results: [{RESULT.replace('type: y, ', '')}]}}]": "results[0].dataset.type",
    f"model-index: [{{name: x, results: [{RESULT.replace(', value: 0.5', '')}]}}]": "metrics[0].value",
    f"model-index: [{{name: 7, results: [{RESULT}]}}]": '"model-index[0].name" must be text',
    "tags: [a": "line 2, column 9",
}


@pytest.mark.parametrize("card", BROKEN_CARDS)
def test_a_broken_card_is_refused_before_and_at_the_commit(api: HfApi, repo: str, card: str) -> None:
    with pytest.raises(ValueError, match="Invalid metadata in README") as refused:
        api.upload_file(path_or_fileobj=f"---\n{card}\n---\n".encode(), path_in_repo="README.md", repo_id=repo)
    assert BROKEN_CARDS[card] in str(refused.value)
    with patch.object(HfApi, "_validate_yaml"), pytest.raises(BadRequestError) as refused:  # as an old client does
        api.upload_file(path_or_fileobj=f"---\n{card}\n---\n".encode(), path_in_repo="README.md", repo_id=repo)
    assert BROKEN_CARDS[card] in str(refused.value)
    good = f"---\nlicense: other\nmodel-index: [{{name: x, results: [{RESULT}]}}]\n---\n"
    api.upload_file(path_or_fileobj=good.encode(), path_in_repo="README.md", repo_id=repo)
    assert api.model_info(repo).card_data.eval_results[0].metric_value == 0.5


def test_an_unchanged_file_makes_no_commit_and_ignored_files_stay_out(pusher: Client) -> None:
    done = pusher("""
        import os
        from huggingface_hub import HfApi
        api = HfApi()
        api.create_repo("twice", repo_type="dataset")
        os.makedirs("folder/deep")
        for name, content in {"a.txt": "a", "deep/b.parquet": "b", "deep/c.log": "c", ".gitignore": "*.log\\n"}.items():
            open(f"folder/{name}", "w").write(content)
        upload = lambda: api.upload_folder(folder_path="folder", repo_id="learner/twice", repo_type="dataset")
        print(upload().oid == upload().oid)
        print(api.list_repo_files("learner/twice", repo_type="dataset"))
        upload = lambda: api.upload_folder(folder_path="folder/deep", repo_id="learner/twice", repo_type="dataset",
                                           path_in_repo="deep", delete_patterns="*.parquet", allow_patterns="none")
        upload()
        print(api.list_repo_files("learner/twice", repo_type="dataset"))
    """)
    same, files, after = lines(done)
    assert same == "True"
    assert files == "['.gitattributes', '.gitignore', 'a.txt', 'deep/b.parquet']"
    assert after == "['.gitattributes', '.gitignore', 'a.txt']"


def test_a_private_repository_shows_itself_to_its_owner_only(pusher: Client, token) -> None:
    done = pusher(f"""
        from huggingface_hub import HfApi
        mine, theirs, nobody = HfApi(), HfApi(token={token("ada")!r}), HfApi(token=False)
        mine.create_repo("secret", private=True)
        mine.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="learner/secret")
        def seen():
            for api in (mine, theirs, nobody):
                print(api.repo_exists("learner/secret"), api.file_exists("learner/secret", "x.txt"),
                      [model.id for model in api.list_models(author="learner", search="secret")])
        seen()
        print(mine.model_info("learner/secret").private)
        mine.update_repo_settings("learner/secret", visibility="public")
        seen()
        for attempt in (lambda: theirs.upload_file(path_or_fileobj=b"y", path_in_repo="y", repo_id="learner/secret"),
                        lambda: theirs.delete_repo("learner/secret"),
                        lambda: theirs.move_repo("learner/secret", "ada/mine"),
                        lambda: nobody.create_repo("learner/other")):
            try:
                attempt()
            except Exception as error:
                print(error.response.status_code)
    """)
    found = lines(done)
    assert found[:4] == ["True True ['learner/secret']", "False False []", "False False []", "True"]
    assert found[4:7] == ["True True ['learner/secret']"] * 3
    assert found[7:] == ["403", "403", "403", "401"]


def test_a_moved_repository_is_still_found_under_its_old_name(pusher: Client) -> None:
    done = pusher("""
        from huggingface_hub import HfApi
        api = HfApi()
        api.create_repo("before")
        api.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="learner/before")
        api.move_repo("learner/before", "learner/after")
        print(api.model_info("learner/before").id, open(api.hf_hub_download("learner/before", "x.txt")).read())
        api.upload_file(path_or_fileobj=b"y", path_in_repo="y.txt", repo_id="learner/before")
        print(api.list_repo_files("learner/after"))
        api.create_repo("before")
        print(api.model_info("learner/before").id, api.list_repo_files("learner/before"))
        try:
            api.move_repo("learner/before", "learner/after")
        except Exception as error:
            print(error.response.status_code)
    """)
    assert lines(done) == [
        "learner/after x",
        "['.gitattributes', 'x.txt', 'y.txt']",
        "learner/before ['.gitattributes']",
        "409",
    ]
