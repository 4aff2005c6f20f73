"""Hostile input against the running Hub: never an error of its own, never a byte outside, never a private file."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.auth.accounts import Accounts
from classroom.http.server import serve_in_thread
from classroom.models.hub import Hub
from classroom.storage.store import Store

pytestmark = pytest.mark.slow  # sends thousands of random requests

OUTSIDE, PRIVATE = b"outside-the-store-51f0", b"ada's-private-file-93ab"


def hostile(examples: int) -> settings:
    """The same examples in each run, as many as the time allows."""
    unhealthy = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=unhealthy
    )


@dataclass
class Target:
    """A running Hub in a folder with a secret beside its store, and what a stranger and a learner can send to it."""

    folder: Path
    endpoint: str
    token: str

    def ask(
        self, method: str, address: str | bytes, body: bytes = b"", token: str | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Send the request byte for byte and check what no answer may be."""
        where = urlsplit(self.endpoint)
        head = {"Host": where.netloc, "Connection": "close", "Content-Length": str(len(body))}
        head |= {"Authorization": f"Bearer {token or self.token}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        address = address.encode() if isinstance(address, str) else address
        lines = [b"%s %s HTTP/1.1" % (method.encode(), address)]
        lines += [f"{name}: {value}".encode("latin-1", "replace") for name, value in head.items()]
        with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            answer = b""
            while part := connection.recv(2**16):
                answer += part
        assert answer.startswith(b"HTTP/1.1 "), (method, address, answer[:200])
        status = int(answer[9:12])
        assert status < 500, (method, address, headers, body[:500], answer[:1000])
        assert OUTSIDE not in answer and PRIVATE not in answer, (method, address, headers, body[:500])
        return status, answer.partition(b"\r\n\r\n")[2]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.txt").write_bytes(OUTSIDE)
    hub = Hub(Store(folder / "pushed"))
    accounts = Accounts(hub.pushed.root)
    tokens = {}
    for name in ("learner", "ada"):
        accounts.add(name)
        tokens[name] = accounts.new_token(name)
    made = Target(folder, serve_in_thread(hub), tokens["learner"])
    for name, private in (("learner/open", False), ("learner/mine", True), ("ada/closed", True)):
        owner = name.split("/")[0]
        body = json.dumps({"organization": owner, "name": name.split("/")[1], "private": private}).encode()
        assert made.ask("POST", "/api/repos/create", body, tokens[owner])[0] == 200
        content = PRIVATE if owner == "ada" else b"fine"
        assert (
            made.ask("POST", f"/api/models/{name}/commit/main", _commit(_file("f.txt", content)), tokens[owner])[0]
            == 200
        )
    yield made
    assert sorted(path.name for path in folder.iterdir()) == ["pushed", "secret.txt"]
    assert (folder / "secret.txt").read_bytes() == OUTSIDE
    patience = time.monotonic() + 20  # for connections that were closed a moment ago
    while (kept := list((folder / "pushed" / "incoming").glob("*/*"))) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not kept, "what was refused is not kept"
    for repository in (folder / "pushed").glob("*/*/*.git"):
        subprocess.run(["git", "-C", str(repository), "fsck", "--strict", "--full"], check=True, capture_output=True)


def _commit(*lines: object) -> bytes:
    header = {"key": "header", "value": {"summary": "Try"}}
    return b"\n".join(json.dumps(line).encode() for line in (header, *lines))


def _file(path: object, content: bytes) -> dict:
    encoded = base64.b64encode(content).decode()
    return {"key": "file", "value": {"path": path, "content": encoded, "encoding": "base64"}}


PARTS = st.sampled_from(
    [
        *r".. . .git .GIT git~1 .git. .git::$INDEX_ALLOCATION ..\.. \ CON secret.txt config HEAD objects refs".split(),
        *"hub lfs ~root C: $HOME -x --upload-pack=touch main learner open ada closed f.txt models %00 %2e%2e".split(),
        *("", ".git ", ".g\u200cit", "a\0b", "a" * 300, "a" * 5000, "é", "e\u0301", "\u202e", "\ud800", "\r\nX: y"),
    ]
)
PATHS = st.lists(PARTS, max_size=6).map("/".join) | st.text(max_size=20)
SCALARS = (
    PATHS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([2**63, -1, 10**400, "", [], {}, "0" * 64, "refs/heads/main", "main", "model", "private", "open"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def _encoded(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe="")


BEFORE = [
    "",
    "/datasets",
    "/spaces",
    *(f"/api/{what}" for what in ("models", "datasets", "spaces", "large/put/models")),
]
REPOSITORIES = ["learner/open", "ada/closed", "learner/open.git", "ada%2Fclosed", "ada/closed.git"]
VERBS = """resolve raw tree blob commit commits revision refs info/refs branch tag discussions settings preupload
    super-squash info/lfs/objects/batch auth-check""".split()
QUERIES = ["", "?create_pr=1", "?expand=true&recursive=true", "?service=git-upload-pack", "?diff=1"]
QUERIES += ["?p=99999999999999999999&limit=-1&cursor=x"]


@hostile(250)
@given(
    method=st.sampled_from(["GET", "HEAD", "DELETE", "PUT", "POST"]),
    before=st.sampled_from(BEFORE),
    repo=st.sampled_from(REPOSITORIES) | PATHS.map(_encoded),
    verb=st.sampled_from(VERBS),
    rest=st.lists(PATHS.map(_encoded) | PATHS.map(lambda path: quote(path.encode("utf-8", "replace"))), max_size=3),
    query=st.sampled_from(QUERIES),
    told=st.sampled_from([None, "nonsense", ""]),
)
def test_addresses(target: Target, method, before, repo, verb, rest, query, told) -> None:
    target.ask(method, "/".join([before, repo, verb, *rest]) + query, token=told)


OPERATIONS = ["file", "lfsFile", "deletedFile", "deletedFolder", "copyFile", "header", "x"]
FIELDS = ["path", "content", "encoding", "oid", "size", "algo", "srcPath", "srcRevision", "summary"]
CARDS = st.text(max_size=80).map(lambda text: f"---\n{text}\n---\n".encode("utf-8", "replace"))
RULES = PATHS.map(lambda path: f"{path} filter=lfs\n[[[*?!{path}\n".encode("utf-8", "replace"))
LINES = st.one_of(
    st.builds(_file, PATHS, st.binary(max_size=50)),
    st.builds(_file, st.just("README.md"), CARDS),
    st.builds(_file, st.sampled_from([".gitattributes", ".gitignore"]), RULES),
    st.fixed_dictionaries(
        {"key": st.sampled_from(OPERATIONS), "value": st.dictionaries(st.sampled_from(FIELDS), JSON)}
    ),
    JSON,
)


@hostile(150)
@given(
    lines=st.lists(LINES, max_size=4),
    raw=st.binary(max_size=30),
    at=st.integers(0, 5),
    query=st.sampled_from(["", "?create_pr=1"]),
)
def test_commits(target: Target, lines, raw, at, query) -> None:
    written = _commit(*lines).split(b"\n")
    if at < 2:
        written.insert(at, raw)
    target.ask("POST", f"/api/models/learner/open/commit/main{query}", b"\n".join(written))
    assert target.ask("GET", "/api/models/learner/open?blobs=true")[0] == 200
    assert target.ask("GET", "/api/models/learner/open/tree/main?recursive=true&expand=true")[0] == 200


COPY = ("duplicate", "lfs-files/duplicate")
ADDRESSES = [
    ("POST", "/api/repos/create"),
    ("DELETE", "/api/repos/delete"),
    ("POST", "/api/repos/move"),
    ("POST", "/api/validate-yaml"),
    ("PUT", "/api/models/learner/open/settings"),
    *(("POST", f"/api/models/learner/open/{verb}/main") for verb in ("preupload", "paths-info", "branch", "tag")),
    *(("POST", f"/api/models/learner/open/discussions{verb}") for verb in ("", "/1/comment", "/1/status", "/1/title")),
    *(("POST", f"/{name}.git/info/lfs/objects/batch") for name in ("learner/open", "ada/closed")),
    *(("POST", f"/api/models/{name}/{verb}") for name in ("learner/open", "ada/closed") for verb in COPY),
]
KEYS = """name organization type private visibility fromRepo toRepo content files gitIgnore gitAttributes paths
    expand startingPoint tag message title description pullRequest comment status operation objects transfers sdk
    gated repository target sha256""".split()
FIELDS_OF_A_FILE = st.sampled_from(["path", "size", "sample", "oid", "sha256"])
FILES = st.lists(st.dictionaries(FIELDS_OF_A_FILE, JSON, max_size=4), max_size=3)


@hostile(250)
@given(
    where=st.sampled_from(ADDRESSES),
    body=(st.dictionaries(st.sampled_from(KEYS), JSON | FILES, max_size=6) | JSON).map(_dumped)
    | st.binary(max_size=40),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "\xff", ""]),
)
def test_bodies(target: Target, where, body, kind) -> None:
    target.ask(*where, body, Content_Type=kind)


@hostile(60)
@given(
    size=st.integers(-5, 2**70),
    content=st.binary(max_size=200),
    lie=st.integers(-2, 2),
    part=st.integers(-1, 10**30),
    how=st.sampled_from(["basic", "multipart"]),
)
def test_large_files_of_any_size_and_hash(target: Target, size, content, lie, part, how) -> None:
    oid = hashlib.sha256(content).hexdigest()
    for wanted in ({"oid": oid, "size": size}, {"oid": oid, "size": max(0, len(content) + lie)}):
        body = _dumped({"operation": "upload", "transfers": [how], "objects": [wanted]})
        status, answer = target.ask("POST", "/learner/open.git/info/lfs/objects/batch", body)
        told = json.loads(answer)["objects"][0] if status == 200 else {}
        for action in told.get("actions", {}).values():
            address = action["href"].removeprefix(target.endpoint)
            for changed in (address.replace("part=0", f"part={part}"), address.replace(oid, "0" * 64), address):
                status, _ = target.ask("PUT", changed, content)
                assert status != 200 or (changed == address and wanted["size"] == len(content))
    fake = {"key": "lfsFile", "value": {"path": "w.bin", "algo": "sha256", "oid": "0" * 64, "size": size}}
    assert target.ask("POST", "/api/models/learner/open/commit/main", _commit(fake))[0] == 400


@pytest.mark.parametrize("how", ["basic", "multipart"])
def test_content_of_the_right_size_and_another_hash_is_not_kept(target: Target, how: str) -> None:
    content = b"announced, " * 10_000_000 if how == "multipart" else b"announced"  # over the size of a part
    wanted = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
    body = _dumped({"operation": "upload", "transfers": [how], "objects": [wanted]})
    offered = json.loads(target.ask("POST", "/learner/open.git/info/lfs/objects/batch", body)[1])["objects"][0]
    upload = offered["actions"]["upload"]
    parts = {int(key): address for key, address in upload.get("header", {}).items() if key.isdecimal()}
    step = int(upload["header"]["chunk_size"]) if parts else len(content)
    assert len(parts) == (2 if how == "multipart" else 0)
    other = b"x" + content[1:]
    for number, address in parts.items():
        piece = other[(number - 1) * step : number * step]
        assert target.ask("PUT", address.removeprefix(target.endpoint), piece)[0] == 200
    last = ("POST", b"{}") if parts else ("PUT", other)
    status, said = target.ask(last[0], upload["href"].removeprefix(target.endpoint), last[1])
    assert status == 400 and b"sha256" in said
    offered = json.loads(target.ask("POST", "/learner/open.git/info/lfs/objects/batch", body)[1])["objects"][0]
    assert "actions" in offered, "it did not arrive"


def test_no_address_tells_another_learner_of_a_private_repository(target: Target) -> None:
    """What is private answers as what is not there at all."""
    pages = "tree/main blob/main/f.txt raw/main/f.txt resolve/main/f.txt commits/main info/refs?service=git-upload-pack"
    verbs = "revision/main tree/main?expand=1 commits/main refs discussions".split()
    addresses = ["/{}", "/api/models/{}", *(f"/{{}}/{rest}" for rest in pages.split())]
    for address in [*addresses, *(f"/api/models/{{}}/{verb}" for verb in verbs)]:
        assert target.ask("GET", address.format("learner/mine"))[0] == 200, f"{address} is one of the Hub's"
        for token in (target.token, "nonsense"):
            closed, absent = (target.ask("GET", address.format(name), token=token) for name in ("ada/closed", "ada/no"))
            assert closed[0] == absent[0] >= 400, address
            assert closed[1].replace(b"ada/closed", b"ada/no") == absent[1], address


HEADERS = """Range Host Content-Length Transfer-Encoding Content-Type Authorization Cookie If-None-Match
    Content-Encoding Expect X-Forwarded-Host""".split()
VALUES = ["bytes=-", "bytes=5-1", "bytes=0-99999999999999999999", f"bytes={'9' * 4000}-", "bytes=0-1,3-4", "[::", "a b"]
VALUES += ["\xff", "Basic !!", "Bearer", "chunked", "-1", "9" * 30, "gzip", "x" * 9000]
READABLE = ["/learner/open/resolve/main/f.txt", "/api/models?limit=1", "/api/models/learner/open", "/learner/open"]


@hostile(120)
@given(
    name=st.sampled_from(HEADERS),
    value=st.sampled_from(VALUES) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20),
    where=st.sampled_from(READABLE),
)
def test_headers(target: Target, name, value, where) -> None:
    if name in ("Content-Length", "Transfer-Encoding", "Expect"):
        target.ask("POST", "/api/validate-yaml", b"", **{name: value})
    else:
        target.ask("GET", where, **{name: value})


PLAINLY_WRONG = "../x a/../../x .git/config a/.git/hooks/post-checkout .GIT/x git~1/x a\\b ..\\x /x a//b a/ .".split()
PLAINLY_WRONG += [".g\u200cit/x", "a\0b", "x" * 256, "/".join("a" * 41), "a\nb", "\ud800"]


@pytest.mark.parametrize("path", PLAINLY_WRONG, ids=lambda path: ascii(path)[:30])
def test_a_path_that_could_leave_the_repository_is_refused_with_a_sentence(target: Target, path: str) -> None:
    status, answer = target.ask("POST", "/api/models/learner/open/commit/main", _commit(_file(path, b"x")))
    assert status == 422 and len(json.loads(answer)["error"]) > 20


def test_yaml_that_would_fill_the_memory_is_an_error_and_not_the_end(target: Target) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    for text in (bomb, "[" * 5000, "a: " + "9" * 6000, "? " * 2000, "a: .nan", "a: 2020-01-01", "- x"):
        body = _dumped({"content": f"---\n{text}\n---\n"})
        assert target.ask("POST", "/api/validate-yaml", body)[0] in (200, 400)
        target.ask(
            "POST", "/api/models/learner/open/commit/main", _commit(_file("README.md", f"---\n{text}\n---\n".encode()))
        )
        assert target.ask("GET", "/api/models/learner/open")[0] == 200


def test_patterns_that_would_keep_a_processor_busy_do_not(target: Target) -> None:
    began = time.monotonic()
    body = {"gitIgnore": ("*a" * 100 + "b\n") * 300, "files": [{"path": "a" * 250, "size": 1}] * 20}
    assert target.ask("POST", "/api/models/learner/open/preupload/main", _dumped(body))[0] == 200
    assert time.monotonic() - began < 20


def test_a_body_that_never_ends_is_cut_off_and_stops_nobody(target: Target) -> None:
    status, _ = target.ask("POST", "/api/validate-yaml", b"x" * 9_000_000)
    assert status == 413
    where = urlsplit(target.endpoint)
    slow: list[socket.socket] = []
    for _ in range(60):  # more than there are threads
        connection = socket.create_connection((where.hostname, where.port))
        head = (
            f"POST /api/models/learner/open/commit/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.token}\r\n"
        )
        connection.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n{")
        slow.append(connection)
    try:
        assert target.ask("GET", "/learner/open/resolve/main/f.txt")[1] == b"fine"
        assert target.ask("POST", "/api/models/learner/mine/commit/main", _commit(_file("n.txt", b"n")))[0] == 200
    finally:
        for connection in slow:
            connection.close()
