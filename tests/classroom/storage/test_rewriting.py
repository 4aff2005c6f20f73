"""Large files as what fills the disk: listed, and deleted for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd as Add
from huggingface_hub import HfApi
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

from classroom.models.hub import Hub
from tests.support.repositories import git

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.fixture
def filled(api: HfApi, repo: str) -> str:
    """A repository with a large and a small file on main, tagged, and another large one on a branch."""
    files = [Add("deep/a.bin", b"a" * 50), Add("a.txt", b"small")]
    api.create_commit(repo, files, commit_message="Two files")
    api.create_tag(repo, tag="v1", tag_message="The first")
    api.create_branch(repo, branch="side")
    api.upload_file(path_or_fileobj=b"b" * 60, path_in_repo="b.bin", repo_id=repo, revision="side")
    return repo


def test_large_files_are_listed_with_a_path_and_a_ref(api: HfApi, stranger: HfApi, filled: str) -> None:
    found = {file.filename: (file.ref, file.size) for file in api.list_lfs_files(filled)}
    assert found == {"deep/a.bin": ("refs/heads/main", 50), "b.bin": ("refs/heads/side", 60)}
    with pytest.raises(HfHubHTTPError):
        list(stranger.list_lfs_files(filled))


def test_a_deleted_large_file_is_gone_from_the_disk_and_from_every_commit(
    api: HfApi, filled: str, hub: Hub, tmp_path: Path
) -> None:
    (file,) = [file for file in api.list_lfs_files(filled) if file.filename == "deep/a.bin"]
    api.permanently_delete_lfs_files(filled, [file])
    assert [file.filename for file in api.list_lfs_files(filled)] == ["b.bin"]
    for revision in ("main", "v1", "side"):
        assert "a.txt" in api.list_repo_files(filled, revision=revision)
        with pytest.raises(EntryNotFoundError):
            api.hf_hub_download(filled, "deep/a.bin", revision=revision, cache_dir=tmp_path)
    assert [made.title for made in api.list_repo_commits(filled)] == ["Two files", "initial commit"]
    assert Path(api.hf_hub_download(filled, "b.bin", revision="side", cache_dir=tmp_path)).read_bytes() == b"b" * 60
    git(hub, filled, "fsck", "--strict")


def test_what_no_ref_leads_to_any_more_is_listed_too(api: HfApi, filled: str) -> None:
    api.delete_branch(filled, branch="side")
    (lost,) = [file for file in api.list_lfs_files(filled) if file.ref is None]
    api.permanently_delete_lfs_files(filled, [lost], rewrite_history=False)
    assert [file.filename for file in api.list_lfs_files(filled)] == ["deep/a.bin"]
