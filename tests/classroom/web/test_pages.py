"""The pages for people: complete, harmless, readable on a phone."""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message

import numpy
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from safetensors.numpy import save

from classroom.git import diffs
from classroom.models.hub import Hub

# The stock client uploads through a spelling that its own HTTP library has given up.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")

CARD = """---
license: apache-2.0
pipeline_tag: text-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
tags: [film, <b>bold</b>]
model-index:
- name: film
  results:
  - task: {type: text-classification}
    dataset: {name: film reviews, type: film, split: test}
    metrics: [{type: accuracy, name: Accuracy, value: 0.9134}]
---
# Film reviews

See [the script](sub/train.py), [limits](#limits), ![a plot](plot.png).

## Limits

| epoch | loss |
| --- | --- |
| 1 | 0.5 |

```python
pipe = pipeline("text-classification")
```
"""
PLOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = """# Hostile

<script>window.hacked = 1</script><img src=README.md onerror="window.hacked = 1">

<a href="javascript:window.hacked=1">click</a> [also](javascript:window.hacked=1) <svg onload="window.hacked = 1"></svg>

<iframe src="https://example.org"></iframe><form action="https://example.org"><input name=token></form>

<style>body { display: none }</style><p style="position: fixed" class="top" id="main">styled</p>

<img src="https://example.org/pixel.png" alt="pixel"> ![tracker](https://example.org/tracker.png)

<base href="https://example.org/"><meta http-equiv="refresh" content="0; url=https://example.org">
"""


def get(address: str, accept: str = "text/html", **headers: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(address, headers={"Accept": accept, **headers})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode("utf-8", "replace")


def text(page: str, between: str = " ") -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", between, page)).split())


@pytest.fixture(scope="module")
def api(hub_endpoint: str, token: Callable[..., str]) -> HfApi:
    return HfApi(endpoint=hub_endpoint, token=token("pia"))


@pytest.fixture(scope="module")
def film(api: HfApi) -> str:
    """A model with a card, weights, a tag, a branch and a pull request."""
    api.create_repo("pia/film")
    first = {
        "README.md": CARD.encode(),
        "plot.png": PLOT,
        "config.json": b'{"architectures": ["BertForSequenceClassification"]}\n',
        "model.safetensors": save({"layer.weight": numpy.zeros((3, 5), "float32")}),
        "sub/train.py": "".join(f"line_{number} = {number}\n" for number in range(40)).encode(),
        "gone.txt": b"soon gone\n",
    }
    made = [CommitOperationAdd(path, content) for path, content in first.items()]
    api.create_commit("pia/film", made, commit_message="First <version>")
    api.create_tag("pia/film", tag="v1")
    api.create_branch("pia/film", branch="feature/x")
    lines = (
        first["sub/train.py"].decode().replace("line_5 = 5\n", "line_5 = 55\nmore = 1\n").replace("line_30 = 30\n", "")
    )
    changed = [
        CommitOperationAdd("sub/train.py", lines.encode()),
        CommitOperationAdd("model.safetensors", save({"layer.weight": numpy.ones((3, 7), "float32")})),
        CommitOperationAdd("empty.txt", b""),
        CommitOperationDelete("gone.txt"),
    ]
    api.create_commit("pia/film", changed, commit_message="Second", commit_description="Why it changed.")
    api.create_commit(
        "pia/film", [CommitOperationAdd("pr.txt", b"proposed\n")], commit_message="Propose", create_pr=True
    )
    return "pia/film"


@pytest.fixture(scope="module")
def others(api: HfApi, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Repositories of every sort: hostile, empty, without a card, with a broken one, private; data sets and spaces."""
    broken = tmp_path_factory.mktemp("broken")
    (broken / "README.md").write_text("---\ntags: [a\n---\n# Broken\n")
    hub.pushed.import_folder("models", "pia/broken", broken, "The client would have refused it")
    for name, card in {"hostile": HOSTILE, "bare": None}.items():
        api.create_repo(f"pia/{name}")
        files = {"README.md": card} if card else {"config.json": "{}"}
        made = [CommitOperationAdd(path, content.encode()) for path, content in files.items()]
        api.create_commit(f"pia/{name}", made, commit_message="Up")
    api.create_repo("pia/nothing")
    api.create_repo("pia/private", private=True)
    api.create_repo("pia/rows", repo_type="dataset")
    api.upload_file(path_or_fileobj=b"a,b\n1,2\n", path_in_repo="rows.csv", repo_id="pia/rows", repo_type="dataset")
    api.create_repo("pia/app", repo_type="space", space_sdk="static")


def test_every_link_leads_somewhere(hub_endpoint: str, film: str, others: None):
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        status, headers, page = get(hub_endpoint + path)
        assert status == 200, f"{path} answers {status}"
        if "text/html" not in headers["Content-Type"]:
            continue
        assert page.count("<h1>") + page.count("<h1 ") >= 1 and "<main" in page, path
        for link in re.findall(r'(?:href|src)="([^"]*)"', page):
            link = urllib.parse.urljoin(path, html.unescape(link).split("#")[0])
            own = link.startswith(("/pia", "/datasets/pia", "/spaces/pia", "/-/")) or link.count("/") < 2
            if link.startswith("/") and own and link not in seen and link not in waiting:
                waiting.append(link)
    assert {"/pia", "/pia/film/tree/feature%252Fx", "/datasets/pia/rows/blob/main/rows.csv"} <= seen
    assert len(seen) > 60


def test_what_comes_with_the_course_has_pages(hub_endpoint: str):
    status, _, page = get(f"{hub_endpoint}/stevhliu/my_awesome_model")
    assert status == 200 and "stand-in: minilm-sentiment" in page
    assert 'pipeline( "text-classification"' in text(page, between="")
    status, _, page = get(f"{hub_endpoint}/gpt2")
    assert "openai-community" in page and "stand-in: SmolLM2-135M-Instruct" in page
    assert "load_dataset" in text(get(f"{hub_endpoint}/datasets/Yelp/yelp_review_full")[2])
    assert "evaluate.load" in text(get(f"{hub_endpoint}/spaces/evaluate-metric/accuracy")[2])


def test_the_front_page_begins_with_what_was_pushed(hub_endpoint: str, film: str):
    page = get(hub_endpoint)[2]
    assert page.index("pia/film") < page.index("Comes with the course") < page.index("openai-community/gpt2")


def test_a_card_shows_its_text_facts_and_the_code_that_loads_it(hub_endpoint: str, film: str):
    page = get(f"{hub_endpoint}/pia/film")[2]
    said = text(page)
    assert '<h1 id="card-film-reviews">Film reviews</h1>' in page
    assert '<a href="../pia/film/blob/main/sub/train.py"' in page and 'href="#card-limits"' in page
    assert '<img src="../pia/film/resolve/main/plot.png" alt="a plot">' in page
    assert "Accuracy on film reviews test 0.9134" in said
    assert "Licence apache-2.0" in said and "<b>bold</b>" in said
    assert '<a href="../sentence-transformers/all-MiniLM-L6-v2">' in page
    assert "AutoModelForSequenceClassification" in said and f"git clone {hub_endpoint}/pia/film" in said
    assert 'revision="v1"' in text(get(f"{hub_endpoint}/pia/film/tree/v1")[2], between="")


def test_an_empty_card_and_an_empty_repository_say_what_to_do(hub_endpoint: str, others: None):
    assert "No card yet" in get(f"{hub_endpoint}/pia/bare")[2]
    assert 'push_to_hub("pia/bare")' in html.unescape(get(f"{hub_endpoint}/pia/bare")[2])
    assert "is not valid: expected" in get(f"{hub_endpoint}/pia/broken")[2]


def test_a_hostile_card_does_nothing(hub_endpoint: str, others: None):
    _, headers, page = get(f"{hub_endpoint}/pia/hostile")
    card = "".join(re.findall("<[^>]*>", page[page.index('<div class="inside prose">') : page.index("</article>")]))
    for piece in (
        "script",
        "onerror",
        "onload",
        "javascript:",
        "iframe",
        "<form",
        "<input",
        "<style",
        "style=",
        "<base",
    ):
        assert piece not in card.lower(), piece
    assert "<meta" not in card and 'class="top"' not in card and 'id="main"' not in card
    assert "https://example.org" not in re.sub(r'<a href="[^"]*"', "", card)
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"


def test_a_pushed_html_file_is_never_a_page(hub_endpoint: str, api: HfApi, others: None):
    api.upload_file(path_or_fileobj=b"<script>alert(1)</script>", path_in_repo="x.html", repo_id="pia/bare")
    for verb in ("resolve", "raw"):
        _, headers, _ = get(f"{hub_endpoint}/pia/bare/{verb}/main/x.html")
        assert headers["Content-Type"].startswith("text/plain") and headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
    assert "&lt;" in get(f"{hub_endpoint}/pia/bare/blob/main/x.html")[2]
    assert "<script" not in get(f"{hub_endpoint}/pia/bare/blob/main/x.html")[2]


def test_the_shown_lines_turn_the_old_file_into_the_new(hub: Hub, film: str):
    repository = hub.repository("models", film)
    new = repository.resolve("main")
    old = repository.git[new.encode()].parents[0].decode()
    compared = {change.path: change for change in diffs.compare(repository, old, new).changes}
    change = compared["sub/train.py"]
    before, after = (repository.read(repository.file(at, "sub/train.py")).decode().splitlines() for at in (old, new))
    rebuilt = list(before)
    for line in (line for line in reversed(change.lines) if line.sign == "-"):
        assert rebuilt.pop(line.old - 1) == line.text
    for line in (line for line in change.lines if line.sign == "+"):
        rebuilt.insert(line.new - 1, line.text)
    assert rebuilt == after and (change.added, change.removed) == (2, 2)
    assert all(before[line.old - 1] == after[line.new - 1] == line.text for line in change.lines if line.sign == " ")
    assert compared["gone.txt"].status == "D" and compared["empty.txt"].words == "An empty file."


def test_a_large_file_changes_in_words(hub_endpoint: str, film: str):
    said = text(get(f"{hub_endpoint}/pia/film/commit/main")[2])
    assert re.search(r"Large file: \d+ Bytes \(sha256 \w{12}…\) became \d+ Bytes \(sha256 \w{12}…\)\.", said)
    assert "Second" in said and "Why it changed." in said and "pia" in said and "2 lines added" in said
    first = get(f"{hub_endpoint}/pia/film/commits/main")[2]
    assert "First &lt;version&gt;" in first and "<version>" not in first


def test_a_large_file_shows_its_hash_and_tensors(hub_endpoint: str, film: str, api: HfApi):
    said = text(get(f"{hub_endpoint}/pia/film/blob/main/model.safetensors")[2])
    assert api.get_paths_info(film, ["model.safetensors"])[0].lfs.sha256 in said
    assert "layer.weight 3 × 7 F32" in said


def test_weights_that_are_none_are_a_file_like_any_other(hub_endpoint: str, others: None, api: HfApi):
    lies = b'{"a": {"dtype": "F32", "shape": [' + b"999999999," * 9999 + b"-1]}}"
    for content in (b"nonsense", len(lies).to_bytes(8, "little") + lies):
        api.upload_file(path_or_fileobj=content, path_in_repo="model.safetensors", repo_id="pia/bare")
        for path in ("pia/bare", "pia/bare/blob/main/model.safetensors"):
            assert get(f"{hub_endpoint}/{path}")[0] == 200


def test_an_alias_and_an_address_of_git_lead_to_the_page(hub_endpoint: str, film: str):
    assert "openai-community" in get(f"{hub_endpoint}/gpt2/tree/main")[2]
    assert get(f"{hub_endpoint}/pia/film.git/tree/feature%2Fx")[0] == 200


def test_a_pull_request_shows_what_it_would_change(hub_endpoint: str, film: str):
    assert "Propose" in get(f"{hub_endpoint}/pia/film/discussions")[2]
    said = text(get(f"{hub_endpoint}/pia/film/discussions/1")[2])
    assert "pr.txt added +1 −0" in said and "1 file changed" in said and "merge_pull_request" in said


def test_a_merged_pull_request_still_shows_what_it_changed(hub_endpoint: str, api: HfApi):
    api.create_repo("pia/merged")
    api.upload_file(path_or_fileobj=b"old\n", path_in_repo="notes.txt", repo_id="pia/merged")
    pushed = {"path_or_fileobj": b"new\n", "path_in_repo": "notes.txt", "repo_id": "pia/merged"}
    api.merge_pull_request("pia/merged", discussion_num=api.upload_file(**pushed, create_pr=True).pr_num)
    said = text(get(f"{hub_endpoint}/pia/merged/discussions/1")[2])
    assert "merged" in said and "notes.txt" in said and "1 file changed" in said


def test_private_repositories_are_seen_by_their_owner_only(hub_endpoint: str, others: None, token: Callable[..., str]):
    for path in ("/", "/models", "/pia"):
        assert "pia/private" not in get(hub_endpoint + path)[2]
    assert get(f"{hub_endpoint}/pia/private")[0] == 404
    own = {"Authorization": f"Bearer {token('pia')}"}
    assert "pia/private" in get(f"{hub_endpoint}/pia", **own)[2]
    assert "private: only you see it" in get(f"{hub_endpoint}/pia/private", **own)[2]


def test_errors_are_pages_for_browsers_and_json_for_clients(hub_endpoint: str, film: str):
    for path in ("/nobody", "/nobody/nothing", "/pia/film/blob/main/no.txt", "/pia/film/tree/nowhere", "/a/b/c/d"):
        status, headers, page = get(hub_endpoint + path)
        assert status == 404 and "text/html" in headers["Content-Type"] and "To the front page" in page, path
    status, headers, page = get(f"{hub_endpoint}/pia/film/blob/main/no.txt", accept="application/json")
    assert status == 404 and headers["Content-Type"] == "application/json"
    assert headers["X-Error-Code"] == "EntryNotFound"
    assert get(f"{hub_endpoint}/<script>/x")[2].count("<script>") == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A real Chromium; the tests that need one are left out where there is none."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
            )
        except Error:
            if os.environ.get("CI"):
                raise
            pytest.skip("no Chromium: `apt-get install chromium` or `playwright install chromium` makes this run")
        yield found
        found.close()


@pytest.mark.slow
def test_no_page_scrolls_sideways_on_a_phone(browser, hub_endpoint: str, film: str, others: None):
    view = browser.new_page(viewport={"width": 360, "height": 740})
    paths = ["", "tree/main", "tree/v1", "blob/main/sub/train.py", "blob/main/model.safetensors", "commits/main"]
    paths = ["/", "/pia", "/pia/hostile", "/pia/bare", "/nobody/nothing", *(f"/pia/film/{path}" for path in paths)]
    for path in [*paths, "/pia/film/commit/main", "/pia/film/discussions/1"]:
        view.goto(hub_endpoint + path.rstrip("/"))
        assert view.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.slow
def test_a_browser_runs_nothing_and_asks_nobody_else(browser, hub_endpoint: str, film: str, others: None):
    view = browser.new_page()
    asked: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.goto(f"{hub_endpoint}/pia/hostile")
    view.get_by_text("click", exact=True).click()
    assert view.evaluate("window.hacked") is None
    assert view.get_by_text("styled").is_visible()
    assert all(address.startswith(hub_endpoint) for address in asked), asked
    view.goto(f"{hub_endpoint}/pia/film")
    assert view.get_by_alt_text("a plot").evaluate("picture => picture.naturalWidth") == 1
    assert view.locator("main h1").first.evaluate("element => getComputedStyle(element).fontWeight") >= "500"
