"""The stock client downloads from the classroom Hub as it does from the public one."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.error
import urllib.request

import pytest

from classroom.storage.store import Store
from tests.support.client import Client

BIG = bytes(range(256)) * 8192


def get(address: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.mark.parametrize("revision", ["main", "v1", "other", "refs/pr/1", "{commit}"])
def test_a_file_is_found_by_branch_tag_ref_and_commit(client: Client, store: Store, revision: str) -> None:
    revision = revision.format(commit=store.repository("models", "someone/tiny").resolve("main"))
    done = client(f"""
        from huggingface_hub import hf_hub_download
        print(open(hf_hub_download("someone/tiny", "sub folder/é.txt", revision={revision!r})).read())
    """)
    assert done.stdout == "naïve\n", done.stderr


def test_a_snapshot_holds_every_file_byte_for_byte(client: Client) -> None:
    done = client("""
        import hashlib, json, pathlib
        from huggingface_hub import snapshot_download
        root = pathlib.Path(snapshot_download("someone/tiny"))
        files = [path for path in root.rglob("*") if path.is_file()]
        print(json.dumps({p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}))
    """)
    files = json.loads(done.stdout)
    assert set(files) == {".gitattributes", "README.md", "big.bin", "config.json", "sub folder/é.txt"}
    assert files["big.bin"] == hashlib.sha256(BIG).hexdigest()


@pytest.mark.slow
def test_load_dataset_and_spaces_work_like_models(client: Client) -> None:
    done = client("""
        from datasets import load_dataset
        from huggingface_hub import hf_hub_download
        print(load_dataset("someone/rows", split="train")["text"][:])
        print(open(hf_hub_download("someone/app", "app.py", repo_type="space")).read())
    """)
    assert done.stdout == "['a', 'b', 'c']\nprint('hello')\n\n", done.stderr


def test_the_api_tells_files_sizes_hashes_refs_and_history(client: Client, store: Store) -> None:
    done = client("""
        from huggingface_hub import HfApi
        api = HfApi()
        info = api.model_info("someone/tiny", files_metadata=True)
        large = next(file for file in info.siblings if file.rfilename == "big.bin")
        print(info.card_data.license, info.tags, large.size, large.lfs.sha256)
        refs = api.list_repo_refs("someone/tiny")
        print([branch.name for branch in refs.branches], [tag.name for tag in refs.tags])
        print([commit.title for commit in api.list_repo_commits("someone/tiny")])
        print([entry.path for entry in api.list_repo_tree("someone/tiny")])
        print([entry.path for entry in api.get_paths_info("someone/tiny", ["sub folder", "missing"])])
        print([model.id for model in api.list_models(author="someone")])
    """)
    assert done.stdout.splitlines() == [
        f"mit ['tiny', 'license:mit', 'pytorch', 'gpt2'] {len(BIG)} {hashlib.sha256(BIG).hexdigest()}",
        "['main', 'other'] ['v1']",
        "['First']",
        "['.gitattributes', 'README.md', 'big.bin', 'config.json', 'sub folder']",
        "['sub folder']",
        "['someone/tiny']",
    ], done.stderr


@pytest.mark.parametrize("name", ["big.bin", "README.md"])
def test_a_range_gives_those_bytes_only(endpoint: str, name: str) -> None:
    address = f"{endpoint}/someone/tiny/resolve/main/{name}"
    _, _, whole = get(address)
    status, headers, part = get(address, Range="bytes=5-9")
    assert (status, part) == (206, whole[5:10])
    assert headers["content-range"] == f"bytes 5-9/{len(whole)}"
    assert get(address, Range=f"bytes={len(whole)}-")[0] == 416
    assert get(address, Range="bytes=-4")[2] == whole[-4:]


def test_head_names_the_commit_and_the_content(endpoint: str, store: Store) -> None:
    status, headers, body = get(f"{endpoint}/someone/tiny/resolve/main/big.bin", method="HEAD")
    assert (status, body) == (200, b"")
    assert headers["x-repo-commit"] == store.repository("models", "someone/tiny").resolve("main")
    assert headers["etag"].strip('"') == hashlib.sha256(BIG).hexdigest()
    assert headers["content-length"] == headers["x-linked-size"] == str(len(BIG))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("nobody/nothing/resolve/main/config.json", "RepoNotFound"),
        ("api/models/nobody/nothing", "RepoNotFound"),
        ("someone/tiny/resolve/nowhere/config.json", "RevisionNotFound"),
        ("someone/tiny/resolve/main/missing.json", "EntryNotFound"),
        ("someone/tiny/resolve/main/sub%20folder", "EntryNotFound"),
        ("someone/tiny/resolve/main/..%2F..%2Fsecret", "EntryNotFound"),
        ("..%2F..%2Fetc/tiny/resolve/main/config.json", "RepoNotFound"),
        ("api/models/..%2Fdatasets/someone", "RepoNotFound"),
    ],
)
def test_what_is_not_there_is_a_404_with_the_code_that_the_client_knows(endpoint: str, path: str, code: str) -> None:
    status, headers, body = get(f"{endpoint}/{path}")
    assert (status, headers["x-error-code"]) == (404, code)
    assert json.loads(body)["error"]


def test_a_missing_file_names_the_commit_it_is_missing_from(endpoint: str, store: Store) -> None:
    _, headers, _ = get(f"{endpoint}/someone/tiny/resolve/main/missing.json")
    assert headers["x-repo-commit"] == store.repository("models", "someone/tiny").resolve("main")


@pytest.mark.slow
def test_an_unknown_id_fails_fast_and_says_which_hub_answered_and_what_to_do(client: Client) -> None:
    done = client("""
        import time
        from transformers import AutoTokenizer
        start = time.monotonic()
        try:
            AutoTokenizer.from_pretrained("nobody/nothing")
        except OSError as error:
            print(time.monotonic() - start)
            raise
    """)
    assert float(done.stdout) < 2
    for part in ("classroom Hub", "nobody/nothing", "python -m classroom list", "COURSE_HUB=hub"):
        assert part in done.stderr


def test_the_same_files_make_the_same_commit_everywhere(store: Store, tmp_path: object) -> None:
    made = []
    for name in ("one", "two"):
        other = Store(tmp_path / name)
        other.root.mkdir()
        folder = tmp_path / f"{name}-files"
        folder.mkdir()
        (folder / "a.txt").write_text("a")
        made.append(other.import_folder("models", "a/b", folder, "A"))
    assert made[0] == made[1]


def test_a_request_takes_milliseconds(endpoint: str) -> None:
    address = f"{endpoint}/someone/tiny/resolve/main/config.json"
    get(address)
    durations = []
    for _ in range(20):
        start = time.perf_counter()
        get(address)
        durations.append(time.perf_counter() - start)
    assert sorted(durations)[10] < 0.05
