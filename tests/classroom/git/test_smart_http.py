"""Stock git and git-lfs clone, pull and push; what one client wrote is what the other reads."""

from __future__ import annotations

import base64
import concurrent.futures
import gzip
import os
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from classroom.models.hub import Hub

# The stock client uploads through a spelling that its own HTTP library has given up.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")]

LARGE = bytes(range(256)) * 5000
LFS = {
    "filter.lfs.clean": "git-lfs clean -- %f",
    "filter.lfs.smudge": "git-lfs smudge -- %f",
    "filter.lfs.process": "git-lfs filter-process",
    "filter.lfs.required": "true",
}
needs_lfs = pytest.mark.skipif(
    not shutil.which("git-lfs") and not os.environ.get("CI"),
    reason="git-lfs is missing; `apt-get install git-lfs` (or https://git-lfs.com) makes these tests run",
)

Git = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def git(tmp_path: Path, token: Callable[..., str]) -> Git:
    """Runs git with no configuration of this machine's; `user` logs in when the Hub asks, nobody without one."""

    def run(*arguments: str, user: str | None = None, cwd: Path = tmp_path, **variables: str):
        settings = {**LFS, "user.name": "Ana", "user.email": "ana@example.org", "init.defaultBranch": "main"}
        if user:
            answer = f'!f() {{ test "$1" = get && echo username={user} && echo "password={token(user)}"; }}; f'
            settings["credential.helper"] = answer
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        own |= {"HOME": str(tmp_path), "GIT_CONFIG_COUNT": str(len(settings)), "LC_ALL": "C.UTF-8"}
        for number, (key, value) in enumerate(settings.items()):
            own |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        command = ["git", *arguments]
        return subprocess.run(command, cwd=cwd, env=os.environ | own | variables, capture_output=True, text=True)

    return run


@pytest.fixture
def api(hub_endpoint: str, token: Callable[..., str]) -> HfApi:
    """The stock client, logged in as `learner`."""
    return HfApi(endpoint=hub_endpoint, token=token("learner"))


@pytest.fixture
def repo(api: HfApi) -> str:
    """A repository of `learner` with one small file."""
    name = f"learner/git-{secrets.token_hex(6)}"
    api.create_repo(name)
    api.upload_file(path_or_fileobj=b'{"a": 1}\n', path_in_repo="config.json", repo_id=name)
    return name


@pytest.fixture
def clone(git: Git, repo: str, hub_endpoint: str, tmp_path: Path) -> Path:
    """A clone of that repository."""
    done = git("clone", f"{hub_endpoint}/{repo}", "clone")
    assert done.returncode == 0, done.stderr
    return tmp_path / "clone"


def commit(git: Git, clone: Path, path: str, content: bytes | str, message: str = "More") -> None:
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    (clone / path).write_bytes(content.encode() if isinstance(content, str) else content)
    assert git("add", "--all", cwd=clone).returncode == 0
    done = git("commit", "-m", message, cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr


def fetched(api: HfApi, repo: str, path: str, tmp_path: Path, **how: str) -> bytes:
    return Path(api.hf_hub_download(repo, path, cache_dir=tmp_path / "cache", **how)).read_bytes()


@needs_lfs
def test_what_the_client_uploads_is_what_git_clones(api: HfApi, repo: str, git: Git, hub_endpoint: str, tmp_path: Path):
    api.upload_file(path_or_fileobj=LARGE, path_in_repo="sub/model.safetensors", repo_id=repo)
    done = git("clone", f"{hub_endpoint}/{repo}", "clone")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "clone/sub/model.safetensors").read_bytes() == LARGE
    assert (tmp_path / "clone/config.json").read_bytes() == b'{"a": 1}\n'
    assert git("fsck", "--strict", cwd=tmp_path / "clone").returncode == 0


@needs_lfs
def test_what_git_pushes_is_what_the_client_downloads(api: HfApi, repo: str, git: Git, clone: Path, tmp_path: Path):
    assert git("lfs", "install", "--local", cwd=clone).returncode == 0
    commit(git, clone, "model.safetensors", LARGE, "Weights")
    commit(git, clone, "notes/é è.txt", "naïve\n", "Notes")
    done = git("push", user="learner", cwd=clone)
    assert done.returncode == 0, done.stderr
    assert fetched(api, repo, "model.safetensors", tmp_path) == LARGE
    assert fetched(api, repo, "notes/é è.txt", tmp_path).decode() == "naïve\n"
    assert [made.title for made in api.list_repo_commits(repo)][:2] == ["Notes", "Weights"]
    assert api.get_paths_info(repo, ["model.safetensors"])[0].lfs.size == len(LARGE)


def test_both_clients_take_turns(api: HfApi, repo: str, git: Git, clone: Path, tmp_path: Path):
    commit(git, clone, "a.txt", "from git\n", "Git's")
    api.upload_file(path_or_fileobj=b"from Python\n", path_in_repo="b.txt", repo_id=repo, commit_message="Python's")
    behind = git("push", user="learner", cwd=clone)
    assert behind.returncode != 0 and "fetch first" in behind.stderr
    assert git("pull", "--rebase", cwd=clone).returncode == 0
    assert (clone / "b.txt").read_text() == "from Python\n"
    assert git("push", user="learner", cwd=clone).returncode == 0
    assert [made.title for made in api.list_repo_commits(repo)][:2] == ["Git's", "Python's"]
    api.upload_file(path_or_fileobj=b"again\n", path_in_repo="a.txt", repo_id=repo)
    assert git("pull", cwd=clone).returncode == 0
    assert (clone / "a.txt").read_text() == "again\n"
    assert fetched(api, repo, "b.txt", tmp_path) == b"from Python\n"


@pytest.mark.parametrize("kind, prefix", [("model", ""), ("dataset", "/datasets"), ("space", "/spaces")])
@pytest.mark.parametrize("suffix", ["", ".git"])
def test_the_addresses_are_those_of_the_hub(
    api: HfApi, git: Git, hub_endpoint: str, kind: str, prefix: str, suffix: str
):
    name = "learner/of-each-kind"
    api.create_repo(name, repo_type=kind, exist_ok=True, space_sdk="static" if kind == "space" else None)
    api.upload_file(path_or_fileobj=kind.encode(), path_in_repo="kind.txt", repo_id=name, repo_type=kind)
    done = git("clone", "--depth", "1", f"{hub_endpoint}{prefix}/{name}{suffix}", "clone")
    assert done.returncode == 0, done.stderr


def test_a_shallow_clone_without_large_files_is_small(
    api: HfApi, repo: str, git: Git, hub_endpoint: str, tmp_path: Path
):
    api.upload_file(path_or_fileobj=LARGE, path_in_repo="model.safetensors", repo_id=repo)
    done = git("clone", "--depth", "1", f"{hub_endpoint}/{repo}", "clone", GIT_LFS_SKIP_SMUDGE="1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "clone/model.safetensors").read_text().startswith("version https://git-lfs")
    assert len(git("log", "--oneline", cwd=tmp_path / "clone").stdout.splitlines()) == 1


def test_branches_and_tags_go_both_ways(api: HfApi, repo: str, git: Git, clone: Path, tmp_path: Path):
    commit(git, clone, "new.txt", "new\n")
    assert git("push", "origin", "HEAD:refs/heads/trial", user="learner", cwd=clone).returncode == 0
    assert git("tag", "-a", "v1", "-m", "First", cwd=clone).returncode == 0
    assert git("push", "origin", "v1", user="learner", cwd=clone).returncode == 0
    assert {branch.name for branch in api.list_repo_refs(repo).branches} == {"main", "trial"}
    assert fetched(api, repo, "new.txt", tmp_path, revision="v1") == b"new\n"
    api.create_branch(repo, branch="from-python")
    assert git("fetch", cwd=clone).returncode == 0
    assert "origin/from-python" in git("branch", "--remotes", cwd=clone).stdout
    assert git("push", "origin", ":trial", user="learner", cwd=clone).returncode == 0
    assert "trial" not in {branch.name for branch in api.list_repo_refs(repo).branches}


def test_history_may_be_rewritten_but_main_not_deleted(api: HfApi, repo: str, git: Git, clone: Path):
    assert git("commit", "--amend", "-m", "Rewritten", cwd=clone).returncode == 0
    assert git("push", user="learner", cwd=clone).returncode != 0
    assert git("push", "--force", user="learner", cwd=clone).returncode == 0
    assert api.list_repo_commits(repo)[0].title == "Rewritten"
    done = git("push", "origin", ":main", user="learner", cwd=clone)
    assert done.returncode != 0 and "refusing to delete the current branch" in done.stderr


def test_a_pull_request_is_pushed_to_by_who_opened_it_and_by_the_owner(
    api: HfApi, repo: str, git: Git, clone: Path, hub_endpoint: str, token: Callable[..., str]
):
    guest = HfApi(endpoint=hub_endpoint, token=token("guest"))
    guest.upload_file(path_or_fileobj=b"proposed\n", path_in_repo="p.txt", repo_id=repo, create_pr=True)
    assert git("fetch", "origin", "refs/pr/1:proposal", cwd=clone).returncode == 0
    assert git("checkout", "proposal", cwd=clone).returncode == 0
    for user in ("guest", "learner"):
        commit(git, clone, f"{user}.txt", "mine\n")
        done = git("push", "origin", "proposal:refs/pr/1", user=user, cwd=clone)
        assert done.returncode == 0, done.stderr
    found = api.list_repo_files(repo, revision="refs/pr/1")
    assert {"p.txt", "guest.txt", "learner.txt"} <= set(found)
    assert "guest.txt" not in api.list_repo_files(repo)
    for user, ref in (("guest", "main"), ("guest", "refs/tags/v1"), ("guest", "refs/pr/2"), ("other", "refs/pr/1")):
        done = git("push", "--force", "origin", f"HEAD:{ref}", user=user, cwd=clone)
        assert done.returncode != 0 and any(words in done.stderr for words in ("did not take", "403")), done.stderr


def test_no_other_ref_than_branches_tags_and_pull_requests_is_pushed(api: HfApi, repo: str, git: Git, clone: Path):
    api.upload_file(path_or_fileobj=b"proposed\n", path_in_repo="p.txt", repo_id=repo, create_pr=True)
    commit(git, clone, "q.txt", "mine\n")
    for source, ref in (("", "refs/pr/1"), ("HEAD", "refs/pr/2"), ("HEAD", "refs/convert/x")):
        done = git("push", "--force", "origin", f"{source}:{ref}", user="learner", cwd=clone)
        assert done.returncode != 0 and "did not take this push" in done.stderr, done.stderr


def test_a_clone_is_made_in_any_case(git: Git, repo: str, hub_endpoint: str):
    done = git("clone", f"{hub_endpoint}/{repo.upper()}", "clone")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("card", ["license: asdf", "model-index: foo", "tags: [a"])
def test_a_push_with_a_broken_card_is_refused(git: Git, clone: Path, card: str):
    commit(git, clone, "docs/README.md", f"---\n{card}\n---\n")  # no card
    assert git("push", user="learner", cwd=clone).returncode == 0
    commit(git, clone, "README.md", f"---\n{card}\n---\n")
    done = git("push", user="learner", cwd=clone)
    assert done.returncode != 0 and "Invalid metadata in README.md" in done.stderr, done.stderr
    commit(git, clone, "README.md", "---\nlicense: mit\n---\n")
    done = git("push", user="learner", cwd=clone)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("there", "added"), [("README.md", "readme.md"), ("a/1", "A/2"), ("é", "e\u0301")])
def test_a_push_of_two_names_that_are_one_elsewhere_is_refused(git: Git, clone: Path, there: str, added: str):
    commit(git, clone, there, "1")
    commit(git, clone, added, "2")
    done = git("push", user="learner", cwd=clone)
    assert done.returncode != 0 and "same name on macOS and Windows" in done.stderr, done.stderr


def test_a_large_file_without_lfs_is_refused_in_a_sentence(api: HfApi, repo: str, git: Git, clone: Path):
    commit(git, clone, "big.dat", os.urandom(11 * 2**20))
    done = git("push", user="learner", cwd=clone)
    assert done.returncode != 0
    assert "Files over 10 MB have to be in git-lfs: big.dat (12 MB)" in done.stderr
    assert {file.path for file in api.list_repo_tree(repo)} == {".gitattributes", "config.json"}


def test_a_pointer_without_its_content_is_refused(api: HfApi, repo: str, git: Git, clone: Path):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 5\n"
    (clone / ".gitattributes").unlink()
    commit(git, clone, "lost.bin", pointer)
    done = git("push", "--no-verify", user="learner", cwd=clone)
    assert done.returncode != 0
    assert "large files whose content has not arrived: lost.bin" in done.stderr
    assert "lost.bin" not in {file.path for file in api.list_repo_tree(repo)}


def tree(git: Git, clone: Path, *entries: bytes) -> str:
    """Write a tree object just as it is, whatever git thinks of it, with a commit, and return the commit's id."""
    (clone / "raw").write_bytes(b"".join(entries))
    command = ("hash-object", "-t", "tree", "-w", "--literally", "raw")
    oid = git(*command, cwd=clone).stdout.strip()
    made = git("commit-tree", oid, "-m", "Hostile", cwd=clone)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.mark.parametrize("name", [b".git", b"..", b".GiT", b"git~1", b"a\\b", b"bell\x07", b"\xff\xfe", b"a/../b"])
def test_hostile_names_stay_out(repo: str, git: Git, clone: Path, name: bytes):
    blob = bytes.fromhex(git("rev-parse", "HEAD:config.json", cwd=clone).stdout.strip())
    made = tree(git, clone, b"100644 " + name + b"\0" + blob)
    done = git("push", "origin", f"{made}:refs/heads/hostile", user="learner", cwd=clone)
    assert done.returncode != 0
    assert "hostile" not in git("ls-remote", "origin", cwd=clone).stdout


def test_submodules_stay_out(repo: str, git: Git, clone: Path):
    made = tree(git, clone, b"160000 other\0" + bytes(range(20)))
    done = git("push", "origin", f"{made}:refs/heads/hostile", user="learner", cwd=clone)
    assert done.returncode != 0 and "other is a submodule" in done.stderr


def test_a_push_needs_a_token_of_the_owner(repo: str, git: Git, clone: Path, hub_endpoint: str):
    commit(git, clone, "new.txt", "new\n")
    nobody = git("push", cwd=clone)
    assert nobody.returncode != 0 and "could not read Username" in nobody.stderr
    wrong = git("push", hub_endpoint.replace("://", "://learner:hf_wrong@") + f"/{repo}", "main", cwd=clone)
    assert wrong.returncode != 0 and "Authentication failed" in wrong.stderr
    other = git("push", user="bruno", cwd=clone)
    assert other.returncode != 0 and "403" in other.stderr and "bruno may write to bruno/" in other.stderr
    assert git("push", user="learner", cwd=clone).returncode == 0


def test_a_token_that_may_only_read_pushes_nothing(repo: str, git: Git, clone: Path, hub_endpoint: str, token):
    commit(git, clone, "new.txt", "new\n")
    address = hub_endpoint.replace("://", f"://learner:{token('learner', role='read')}@")
    done = git("push", f"{address}/{repo}", "main", cwd=clone)
    assert done.returncode != 0 and "403" in done.stderr


def test_a_private_repository_is_cloned_by_its_owner_only(api: HfApi, git: Git, hub_endpoint: str):
    api.create_repo("learner/hidden", private=True)
    api.upload_file(path_or_fileobj=b"mine\n", path_in_repo="a.txt", repo_id="learner/hidden")
    address = f"{hub_endpoint}/learner/hidden"
    nobody = git("clone", address, "nobody")
    assert nobody.returncode != 0 and "could not read Username" in nobody.stderr
    missing = git("clone", f"{hub_endpoint}/learner/not-there", "missing")
    assert missing.stderr.replace("not-there", "hidden").splitlines()[-1] == nobody.stderr.splitlines()[-1]
    other = git("clone", address, "other", user="bruno")
    assert other.returncode != 0 and "not found" in other.stderr
    assert git("clone", address, "own", user="learner").returncode == 0


def test_a_repository_that_moved_is_found_under_its_old_address(api: HfApi, repo: str, git: Git, clone: Path):
    api.move_repo(repo, f"{repo}-moved")
    commit(git, clone, "new.txt", "new\n")
    assert git("push", user="learner", cwd=clone).returncode == 0
    assert {file.path for file in api.list_repo_tree(f"{repo}-moved")} >= {"new.txt"}


def test_of_many_pushes_at_once_to_one_branch_one_wins(
    api: HfApi, repo: str, git: Git, hub_endpoint: str, tmp_path: Path
):
    clones = [tmp_path / f"clone{number}" for number in range(4)]
    for number, folder in enumerate(clones):
        assert git("clone", f"{hub_endpoint}/{repo}", folder.name).returncode == 0
        commit(git, folder, f"{number}.txt", f"{number}\n", f"Number {number}")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda folder: git("push", user="learner", cwd=folder), clones))
    winners = [number for number, push in enumerate(done) if push.returncode == 0]
    assert len(winners) == 1
    assert api.list_repo_commits(repo)[0].title == f"Number {winners[0]}"


def ask(address: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(address, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_requests_may_be_gzipped_and_a_bomb_is_put_out(repo: str, hub_endpoint: str):
    address = f"{hub_endpoint}/{repo}/git-upload-pack"
    headers = {"Git_Protocol": "version=2", "Content_Type": "application/x-git-upload-pack-request"}
    status, listed = ask(address, gzip.compress(b"0014command=ls-refs\n0000"), Content_Encoding="gzip", **headers)
    assert status == 200 and b"refs/heads/main" in listed
    bomb = gzip.compress(bytes(2**26), 9)
    assert ask(address, bomb, Content_Encoding="gzip", **headers)[0] == 413
    assert ask(address, b"\x1f\x8bno gzip", Content_Encoding="gzip", **headers)[0] == 400
    assert ask(address, b"nonsense", **headers)[0] == 400


def test_a_push_that_was_cut_off_changes_nothing(hub: Hub, repo: str, git: Git, clone: Path, hub_endpoint: str, token):
    commit(git, clone, "new.txt", "new\n")
    old, new = (git("rev-parse", name, cwd=clone).stdout.strip() for name in ("origin/main", "main"))
    pack = clone / "pack"
    revisions = f"{new}\n^{old}\n".encode()
    with pack.open("wb") as file:
        subprocess.run(["git", "pack-objects", "--revs", "--stdout", "-q"], cwd=clone, input=revisions, stdout=file)
    line = f"{old} {new} refs/heads/main\0 report-status\n".encode()
    whole = f"{len(line) + 4:04x}".encode() + line + b"0000" + pack.read_bytes()
    login = {"Authorization": "Basic " + base64.b64encode(f"learner:{token('learner')}".encode()).decode()}
    address = f"{hub_endpoint}/{repo}/git-receive-pack"
    for length in range(len(line) + 8, len(whole), 40):
        _, answer = ask(address, whole[:length], Content_Type="application/x-git-receive-pack-request", **login)
        assert b"ok refs/heads/main" not in answer
    assert hub.repository("models", repo).resolve("main") == old
