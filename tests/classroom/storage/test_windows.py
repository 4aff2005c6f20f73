"""Nothing is renamed or deleted while it is open, which Windows would refuse; tried under its rules on Linux."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError

from classroom.auth.accounts import AccountError, Accounts, as_name
from classroom.storage.store import Store
from tests.support.client import lines, run_python

pytestmark = [
    pytest.mark.slow,  # each test starts servers of its own
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc/self/fd"),
    pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("windows")


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[HfApi]:
    """The stock client, logged in to a Hub whose process keeps to Windows's rules."""
    accounts = Accounts(folder / "pushed")
    accounts.add("ana")
    command = [sys.executable, "-m", "tests.support.windows", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield HfApi(endpoint=server.stdout.readline().strip(), token=accounts.new_token("ana"))
        server.kill()


@pytest.fixture
def nothing_refused(folder: Path) -> Iterator[None]:
    """What is refused fails the test, even where the code goes on without it; nor is anything left unfinished."""
    yield
    refused = folder / "refused"
    found = refused.read_text().split("\n\n") if refused.exists() else []
    # What Windows deletes by itself when the lock is released.
    assert [one for one in found if one.strip() and not re.match(r"unlink \S*/incoming/\w+\.lock,", one.strip())] == []
    assert not list((folder / "pushed").glob("incoming/*/*"))


def push_packed(api: HfApi, name: str, folder: Path) -> None:
    """Push so many files with git that it keeps them in a pack, which the Hub then reads."""
    target = f"{api.endpoint.replace('://', f'://ana:{api.token}@')}/{name}"
    subprocess.run(["git", "clone", "-q", target, folder], env=os.environ | {"GIT_LFS_SKIP_SMUDGE": "1"}, check=True)
    for number in range(150):
        (folder / f"{number}.txt").write_text(f"{number}\n")
    author = ("-c", "user.name=ana", "-c", "user.email=ana@localhost")
    for words in (["add", "."], ["commit", "-qm", "Many"], ["push", "-q", "origin", "main"]):
        subprocess.run(["git", *author, *words], cwd=folder, check=True)


@pytest.mark.usefixtures("nothing_refused")
def test_a_repository_is_made_written_copied_moved_and_deleted(api: HfApi, tmp_path: Path, folder: Path) -> None:
    api.create_repo("ana/film")
    first = [CommitOperationAdd("a.txt", b"a"), CommitOperationAdd("big.bin", os.urandom(3 * 2**20))]
    api.create_commit("ana/film", [*first, CommitOperationAdd("small.bin", b"x")], commit_message="First")
    api.upload_file(path_or_fileobj=b"b", path_in_repo="a.txt", repo_id="ana/film")
    changed = [CommitOperationCopy("big.bin", "copy.bin"), CommitOperationDelete("small.bin")]
    api.create_commit("ana/film", changed, commit_message="Change")
    push_packed(api, "ana/film", tmp_path / "clone")
    assert list((folder / "pushed" / "models" / "ana" / "film.git" / "objects" / "pack").glob("*.pack"))
    assert len(api.list_repo_files("ana/film")) > 150
    proposed = api.create_commit(
        "ana/film", [CommitOperationAdd("pr.txt", b"pr")], commit_message="Propose", create_pr=True
    )
    api.merge_pull_request("ana/film", proposed.pr_num)
    api.create_branch("ana/film", branch="other")
    for tag in ("v1", "v2"):
        api.create_tag("ana/film", tag=tag)
    api.delete_branch("ana/film", branch="other")
    api.delete_tag("ana/film", tag="v1")
    api.update_repo_settings("ana/film", private=True)
    api.duplicate_repo("ana/film", "ana/double")
    api.super_squash_history("ana/film")
    api.move_repo("ana/film", "ana/movie")
    assert api.hf_hub_download("ana/film", "3.txt", local_dir=tmp_path / "got")
    assert len(api.list_repo_files("ana/double")) == len(api.list_repo_files("ana/movie")) > 150
    for name in ("ana/movie", "ana/double"):
        api.delete_repo(name)
    assert api.list_models(author="ana") is not None and not api.repo_exists("ana/movie")


@pytest.mark.usefixtures("nothing_refused")
def test_a_mirror_is_fetched_and_renewed_and_a_folder_imported(api: HfApi, tmp_path: Path, folder: Path) -> None:
    api.create_repo("ana/source")
    code = f"""
        from pathlib import Path
        from tests.support import windows
        windows.apply(Path({str(folder)!r}, "refused"))
        from classroom.models import mirror
        from classroom.storage.store import Store
        store = Store(Path({str(tmp_path)!r}, "mirror"))
        mirror.fetch(store, mirror.parse(["ana/source"]), {api.endpoint!r})
        for _ in range(2):
            store.import_folder("models", "ana/folder", Path({str(tmp_path)!r}, "folder"), "Import")
            found = store.repository("models", "ana/folder")
            print(len(found.tree(found.resolve("main"))))
    """
    (tmp_path / "folder").mkdir()
    for name in ("a.txt", "b.bin"):
        (tmp_path / "folder" / name).write_bytes(b"content")
    for content in (b"one", b"two"):
        api.upload_file(path_or_fileobj=content, path_in_repo="weights.bin", repo_id="ana/source")
        assert lines(run_python(code, 120, {}))[-2:] == ["3", "3"]


def test_what_is_being_downloaded_is_not_deleted_and_a_sentence_says_so(api: HfApi, folder: Path) -> None:
    content = os.urandom(64 * 2**20)
    api.create_repo("ana/large")
    api.upload_file(path_or_fileobj=content, path_in_repo="weights.bin", repo_id="ana/large")
    with httpx.stream("GET", f"{api.endpoint}/ana/large/resolve/main/weights.bin", follow_redirects=True) as download:
        pieces = download.iter_raw(2**20)
        first = next(pieces)
        for change in (lambda: api.delete_repo("ana/large"), lambda: api.move_repo("ana/large", "ana/other")):
            with pytest.raises(HfHubHTTPError, match="Somebody is reading this repository; try again in a minute"):
                change()
        assert first + b"".join(pieces) == content
    (folder / "refused").unlink()
    api.delete_repo("ana/large")


def test_a_moment_in_which_a_file_is_read_is_waited_for(tmp_path: Path) -> None:
    code = f"""
        import threading
        from pathlib import Path
        from tests.support import windows
        folder = Path({str(tmp_path)!r})
        windows.apply(folder / "refused")
        from classroom.storage import atomic
        atomic.write(folder / "note", b"old")
        reader = (folder / "note").open("rb")
        threading.Timer(0.5, reader.close).start()
        atomic.write(folder / "note", b"new")
        print((folder / "note").read_text(), (folder / "refused").exists())
    """
    assert lines(run_python(code, 60, {})) == ["new True"]


def test_what_a_dead_server_left_is_taken_away_though_git_made_it_read_only(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from tests.support import windows
        windows.apply(Path({str(tmp_path)!r}, "refused"))
        from classroom.storage import scratch
        scratch.clean(Path({str(tmp_path)!r}, "incoming"))
    """
    left = tmp_path / "incoming" / "tmpdead" / "made.git" / "objects" / "aa"
    left.mkdir(parents=True)
    (left / "object").touch(mode=0o444)
    (tmp_path / "incoming" / "tmpdead.lock").touch()
    assert run_python(code, 60, {}).stderr == ""
    assert not (tmp_path / "incoming" / "tmpdead").exists()


def test_a_python_in_a_folder_with_spaces_and_backslashes_checks_a_push(tmp_path: Path) -> None:
    """As in `C:\\Program Files`: git for Windows runs the hook in a shell of its own."""
    folder = tmp_path / "Program Files\\Python"
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    accounts = Accounts(tmp_path / "pushed")
    accounts.add("ana")
    # The console's encoding there, which the sentence for whoever pushes must not be in.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment |= {"PYTHONIOENCODING": "cp1252"}
    command = [str(folder / "python"), "-m", "tests.support.windows", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        api = HfApi(endpoint=server.stdout.readline().strip(), token=accounts.new_token("ana"))
        api.create_repo("ana/film")
        push_packed(api, "ana/film", tmp_path / "clone")
        assert "149.txt" in api.list_repo_files("ana/film")
        entry = f"160000,{'1' * 40},данные"
        subprocess.run(["git", "update-index", "--add", "--cacheinfo", entry], cwd=tmp_path / "clone", check=True)
        author = ("-c", "user.name=ana", "-c", "user.email=ana@localhost")
        subprocess.run(["git", *author, "commit", "-qm", "Submodule"], cwd=tmp_path / "clone", check=True)
        refused = subprocess.run(["git", "push"], cwd=tmp_path / "clone", capture_output=True)
        assert "данные is a submodule" in refused.stderr.decode()
        server.kill()


@pytest.mark.parametrize("name", ["con", "NUL", "aux.v2", "com1", "Lpt9.tar"])
def test_a_name_that_windows_keeps_for_a_device_is_refused_everywhere(api: HfApi, name: str) -> None:
    """So that a store may be moved to any disk, and that no request opens a device there."""
    api.create_repo("ana/plain", exist_ok=True)
    for refused in (
        lambda: api.create_repo(f"ana/{name}"),
        lambda: api.create_branch("ana/plain", branch=name),
        lambda: api.create_tag("ana/plain", tag=f"feature/{name}"),
    ):
        with pytest.raises(HfHubHTTPError, match="cannot be the name of a"):
            refused()
    with pytest.raises(AccountError, match="choose another one"):
        as_name(name)
    api.create_branch("ana/plain", branch=f"my-{name}", exist_ok=True)


def test_no_dot_at_the_end_makes_another_spelling_of_a_name(api: HfApi, folder: Path) -> None:
    """Windows opens `ana` when it is asked for `ana.`, whose private repositories would be a stranger's then."""
    store = Store(folder / "pushed")
    assert store.repository("models", "ana./plain") is None
    with pytest.raises(ValueError, match="is not a repository id"):
        store.path("models", "ana./plain")
