"""The set-up's table beside a public Hub that refuses, moves, breaks or is not there: a row each, in a few seconds."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.client import run_python
from tests.support.public_hub import COMMIT, CONFIG, PublicHub, public_hub

pytestmark = pytest.mark.slow  # waits for Hubs that do not answer

Tables = dict[tuple[str, int | str], "subprocess.CompletedProcess[str]"]

# The table as a lesson shows it, without the libraries that `setup` loads besides.
TABLE = """
import time
from classroom.client import hub_mode
mode = hub_mode.activate()
from classroom.client.contents import show_contents
print(mode.name, "|", mode.reason)
started = time.monotonic()
show_contents({{"model": {models!r}}}, mode)
print("seconds", time.monotonic() - started)
{then}
"""

LOAD = """
started = time.monotonic()
from huggingface_hub import hf_hub_download
hf_hub_download("a/cached", "config.json")
print("loaded in", time.monotonic() - started)
"""


def table(
    hub: PublicHub | str, home: Path, *models: str, then: str = "", mode: str = "hub", **variables: str
) -> subprocess.CompletedProcess[str]:
    address = hub if isinstance(hub, str) else hub.address
    own = {"COURSE_HUB": mode, "HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    return run_python(TABLE.format(models=list(models), then=then), 100, own | variables)


def row(done: subprocess.CompletedProcess[str], model: str) -> str:
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith(model)).removeprefix(model).strip()


def put_into_the_cache(home: Path, model: str) -> None:
    folder = home / "hub" / f"models--{model.replace('/', '--')}"
    (folder / "snapshots" / COMMIT).mkdir(parents=True)
    (folder / "snapshots" / COMMIT / "config.json").write_bytes(CONFIG)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT, encoding="utf-8")


def test_gated_renamed_and_missing_ids_are_told_apart(tmp_path: Path) -> None:
    with public_hub() as hub:
        wanted = ["a/gated-auto", "a/gated-manual", "a/closed", "old/name", "a/nothing", "a/wrong-token", "a/open"]
        done = table(hub, tmp_path, *wanted, "not an id")
    for model in ("a/gated-auto", "a/gated-manual", "a/closed"):
        assert row(done, model) == f"gated: accept its terms at {hub.address}/{model}, then `hf auth login`"
    assert row(done, "old/name").startswith(f"{hub.address}; its id is now new/name ")
    assert row(done, "a/nothing") == "nobody: there is no such id here"
    assert row(done, "a/wrong-token") == "nobody: the Hub refuses your token; run `hf auth login` again"
    assert row(done, "a/open").startswith(hub.address)
    assert row(done, "not an id") == "nobody: an id looks like namespace/name"


def test_a_gated_id_whose_terms_were_accepted_is_an_ordinary_row(tmp_path: Path) -> None:
    with public_hub() as hub:
        done = table(hub, tmp_path, "a/gated-auto", HF_TOKEN="hf_accepted")
    assert row(done, "a/gated-auto").startswith(hub.address)


FAULTS_AFTER_THE_PROBE = [429, 503, "portal", "hang", "drop", "drip"]
FAULTS_FROM_THE_START = [503, "portal", "hang", "drop"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The table beside each Hub that fails, after the probe or from the start: all at once, since they mostly wait."""

    def one(when: str, fault: int | str, home: Path) -> subprocess.CompletedProcess[str]:
        put_into_the_cache(home, "a/cached")
        if when == "from the start":
            with public_hub(fault) as hub:
                return table(hub, home, "a/cached", "a/model", then=LOAD)
        with public_hub(fault, healthy=1) as hub:
            wanted = [f"a/model-{number}" for number in range(8)]
            return table(hub, home, "a/cached", *wanted, mode="auto", then=LOAD)

    cases: list[tuple[str, int | str]] = [("after the probe", fault) for fault in FAULTS_AFTER_THE_PROBE]
    cases += [("from the start", fault) for fault in FAULTS_FROM_THE_START]
    homes = [tmp_path_factory.mktemp("home") for _ in cases]
    with ThreadPoolExecutor(5) as pool:
        return dict(zip(cases, pool.map(one, *zip(*cases, strict=True), homes), strict=True))


@pytest.mark.parametrize("fault", FAULTS_AFTER_THE_PROBE)
def test_a_hub_that_fails_after_the_probe_is_told_soon_and_the_cache_goes_on(fault: int | str, tables: Tables) -> None:
    done = tables["after the probe", fault]
    assert row(done, "a/cached") == "your cache"
    assert row(done, "a/model-7").startswith("nobody: the Hub "), done.stdout
    assert "The Hub stopped answering: only what is in your cache loads." in done.stdout
    assert float(row(done, "seconds")) < 7
    assert float(row(done, "loaded in")) < 2


@pytest.mark.parametrize("fault", FAULTS_FROM_THE_START)
def test_hub_mode_without_a_hub_goes_on_with_the_cache(fault: int | str, tables: Tables) -> None:
    done = tables["from the start", fault]
    assert row(done, "hub") == "| COURSE_HUB=hub; it does not answer, so only what is in your cache loads"
    assert row(done, "a/cached") == "your cache" and row(done, "a/model") == "nobody: the Hub did not answer"
    assert float(row(done, "loaded in")) < 2 and float(row(done, "seconds")) < 2


def test_a_hub_that_comes_back_is_asked_again(tmp_path: Path) -> None:
    again = "mode = hub_mode.activate(); print('then', mode.reason); show_contents({'model': ['a/open']}, mode)"
    with public_hub(503) as hub:
        mend = f"from urllib.request import urlopen; urlopen('{hub.address}/mend').close()"
        done = table(hub, tmp_path, then=f"{mend}\n{again}")
    assert row(done, "then") == "COURSE_HUB=hub"
    assert row(done, "a/open").startswith(hub.address)


def test_a_learners_own_offline_mode_is_kept(tmp_path: Path) -> None:
    put_into_the_cache(tmp_path, "a/cached")
    with public_hub() as hub:
        done = table(hub, tmp_path, "a/cached", "a/open", HF_HUB_OFFLINE="1")
    assert row(done, "a/cached") == "your cache" and row(done, "a/open") == "nobody: the Hub did not answer"
    assert hub.asked == ["/api/models?limit=1"]


def test_a_download_that_the_disk_has_no_room_for_is_told_before_it_starts(tmp_path: Path) -> None:
    with public_hub() as hub:
        done = table(hub, tmp_path, "a/huge")
    assert f"GB are free in {tmp_path / 'hub'}, and 1,000,000.0 GB are to come: free some space there" in done.stdout


@pytest.mark.parametrize("cached", [["a/cached", "b/cached"], ["a/cached"]])
def test_without_any_network_auto_uses_a_cache_that_has_everything(cached: list[str], tmp_path: Path) -> None:
    """Neither the Hub nor a package index answers, and no classroom was ever prepared here."""
    for model in cached:
        put_into_the_cache(tmp_path, model)
    code = """
from classroom.client import hub_mode
mode = hub_mode.activate({"model": ["a/cached", "b/cached"]})
print(mode.name)
if mode.name == "hub":
    from transformers import AutoConfig
    print(AutoConfig.from_pretrained("a/cached").n_layer)
"""
    own = {"COURSE_HUB": "auto", "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    done = run_python(code, 100, own | {"COURSE_CACHE": str(tmp_path / "course")})
    assert done.stdout.splitlines() == (["hub", "1"] if len(cached) == 2 else ["classroom"]), done.stderr
