"""Large files: uploads in one piece and in parts, checked by hash, and how git sees them."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path

from classroom.models.hub import Hub
from classroom.storage import commits, large_files, repositories
from classroom.storage.large_files import Pointer
from classroom.storage.store import Store
from tests.support.client import Client, lines
from tests.support.repositories import git


def send(address: str, data: bytes, method: str = "POST", **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(address, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_large_files_go_up_in_parts_come_back_and_are_sent_once(pusher: Client, hub: Hub) -> None:
    done = pusher("""
        import os
        from huggingface_hub import HfApi, lfs
        api, repo = HfApi(), "learner/large"
        sent = []
        for name in ("_upload_multi_part", "_upload_single_part"):
            def counted(*args, original=getattr(lfs, name), name=name, **kwargs):
                sent.append(name)
                return original(*args, **kwargs)
            setattr(lfs, name, counted)
        api.create_repo(repo)
        content = {"parts.safetensors": os.urandom(3 * 2**20 + 5), "whole.bin": os.urandom(1000)}
        content["text.txt"] = b"t" * 11_000_000
        for name, data in content.items():
            api.upload_file(path_or_fileobj=data, path_in_repo=name, repo_id=repo)
        api.upload_file(path_or_fileobj=content["parts.safetensors"], path_in_repo="again.bin", repo_id=repo)
        print(sent)
        for name, data in content.items():
            print(open(api.hf_hub_download(repo, name), "rb").read() == data)
        print({file.path: file.size for file in api.list_repo_tree(repo, expand=True) if file.lfs})
        print({file.path: file.last_commit.title for file in api.list_repo_tree(repo, expand=True)}["again.bin"])
        print(open(api.hf_hub_download(repo, ".gitattributes")).read().splitlines()[-1])
    """)
    assert lines(done) == [
        "['_upload_multi_part', '_upload_single_part', '_upload_multi_part']",
        "True",
        "True",
        "True",
        "{'again.bin': 3145733, 'parts.safetensors': 3145733, 'text.txt': 11000000, 'whole.bin': 1000}",
        "Upload again.bin with huggingface_hub",
        "/text.txt filter=lfs diff=lfs merge=lfs -text",
    ]
    assert git(hub, "learner/large", "show", "main:whole.bin").startswith(
        "version https://git-lfs.github.com/spec/v1\n"
    )
    assert not list(hub.pushed.path("models", "learner/large").glob("lfs/incoming/*"))


def test_content_that_is_not_what_was_announced_is_refused(pusher: Client, hub_endpoint: str, hub: Hub, token) -> None:
    lines(pusher("from huggingface_hub import create_repo; create_repo('checked')"))
    right = hashlib.sha256(b"right").hexdigest()
    headers = {"Authorization": f"Bearer {token('learner')}"}

    def batch(size: int, **more: object) -> dict:
        body = {"operation": "upload", "objects": [{"oid": right, "size": size}], **more}
        status, answer = send(
            f"{hub_endpoint}/learner/checked.git/info/lfs/objects/batch", json.dumps(body).encode(), **headers
        )
        assert status == 200, answer
        return json.loads(answer)["objects"][0]

    href = batch(5)["actions"]["upload"]["href"]
    for content, status in ((b"wrong", 400), (b"righ", 400), (b"right!", 413)):
        assert send(href, content, "PUT")[0] == status
    assert send(href.replace("size=5", "size=6"), b"right!", "PUT")[0] == 403
    verify = batch(5)["actions"]["verify"]["href"]
    assert send(verify, b"{}")[0] == 404
    assert "actions" in batch(5), "nothing that was refused may count as there"

    lines_ = [
        {"key": "header", "value": {"summary": "No content"}},
        {"key": "lfsFile", "value": {"path": "a.bin", "algo": "sha256", "oid": right, "size": 5}},
    ]
    commit = "\n".join(map(json.dumps, lines_)).encode()
    address = f"{hub_endpoint}/api/models/learner/checked/commit/main"
    status, answer = send(address, commit, **headers)
    assert (status, b"was not uploaded" in answer) == (400, True)

    assert send(href, b"right", "PUT")[0] == 200
    assert send(verify, b"{}")[0] == 200
    assert "actions" not in batch(5)
    assert send(address, commit.replace(b'"size": 5', b'"size": 7'), **headers)[0] == 400
    assert send(address, commit, **headers)[0] == 200
    assert not list(hub.pushed.scratch.iterdir())


def test_a_hash_alone_opens_nobody_elses_file(pusher: Client, hub_endpoint: str, token) -> None:
    done = pusher(f"""
        from huggingface_hub import HfApi
        ada = HfApi(token={token("ada")!r})
        ada.create_repo("hidden", private=True)
        ada.upload_file(path_or_fileobj=b"secret" * 10, path_in_repo="w.bin", repo_id="ada/hidden")
        HfApi().create_repo("curious")
    """)
    lines(done)
    oid = hashlib.sha256(b"secret" * 10).hexdigest()
    headers = {"Authorization": f"Bearer {token('learner')}"}
    body = json.dumps({"operation": "download", "objects": [{"oid": oid, "size": 60}]}).encode()
    status, answer = send(f"{hub_endpoint}/learner/curious.git/info/lfs/objects/batch", body, **headers)
    assert json.loads(answer)["objects"][0]["error"]["code"] == 404
    assert send(f"{hub_endpoint}/ada/hidden.git/info/lfs/objects/batch", body, **headers)[0] == 404
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 60\n"
    for value in ({"path": "w.bin", "algo": "sha256", "oid": oid}, {"path": "w.txt", "content": pointer}):
        key = "lfsFile" if "oid" in value else "file"
        commit = "\n".join(
            map(json.dumps, ({"key": "header", "value": {"summary": "Give me"}}, {"key": key, "value": value}))
        ).encode()
        status, _ = send(f"{hub_endpoint}/api/models/learner/curious/commit/main", commit, **headers)
        assert status == 400


def test_what_an_ended_server_left_is_taken_away_and_a_living_one_keeps_its_own(tmp_path: Path) -> None:
    alive = Store(tmp_path)
    (alive.scratch / "half").write_text("half")
    ended = tmp_path / "incoming" / "ended"
    ended.mkdir()
    (ended / "half").write_text("half")
    (tmp_path / "incoming" / "ended.lock").touch()
    repositories.clean(Store(tmp_path))
    assert not ended.exists()
    assert (alive.scratch / "half").exists()


def test_a_large_file_that_nobody_commits_is_kept_for_a_day(tmp_path: Path) -> None:
    store = Store(tmp_path)
    repository = repositories.create(store, "models", "learner/kept", "learner", False, {})
    content = {hashlib.sha256(data).hexdigest(): data for data in (b"committed", b"left", b"new")}
    for oid, data in content.items():
        path = large_files.path_of(repository.large, oid)
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        if data != b"new":
            os.utime(path, (0, 0))
        if data == b"committed":
            commits.add_file(repository, bytes(Pointer(oid, len(data))))
    repositories.clean(store)
    there = [large_files.path_of(repository.large, oid).exists() for oid in content]
    assert there == [True, False, True]


def test_a_client_that_wants_xet_is_told_what_to_set(pusher: Client) -> None:
    done = pusher(
        """
        import os
        from huggingface_hub import HfApi
        api = HfApi()
        api.create_repo("xet")
        try:
            api.upload_file(path_or_fileobj=os.urandom(1000), path_in_repo="model.safetensors", repo_id="learner/xet")
        except Exception as error:
            print(error)
    """,
        HF_HUB_DISABLE_XET="0",
    )
    assert "this-Hub-has-no-Xet/set/HF_HUB_DISABLE_XET=1/" in done.stdout, done.stderr
