"""A school's proxy stands in the environment: the classroom is asked past it, everything else through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom.client import proxies
from tests.support.client import lines, run_python
from tests.support.public_hub import public_hub

NAMES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
TABLE = """
from classroom.client import hub_mode
mode = hub_mode.activate()
from classroom.client.contents import show_contents
show_contents({"model": ["a/open"]}, mode)
"""


def test_this_machines_classroom_is_reached_past_a_proxy_by_every_client(endpoint: str, tmp_path: Path) -> None:
    code = f"""
        import os, subprocess
        from classroom.client import hub_mode
        hub_mode.activate()
        from huggingface_hub import hf_hub_download
        print(hf_hub_download("someone/tiny", "config.json"))
        command = ["git", "clone", "--quiet", "{endpoint}/someone/tiny", {str(tmp_path / "clone")!r}]
        subprocess.run(command, check=True, env=os.environ | {{"GIT_LFS_SKIP_SMUDGE": "1"}})
        print(os.environ["NO_PROXY"] == os.environ["no_proxy"], os.environ["NO_PROXY"])
    """
    with public_hub(503) as proxy:  # refuses whatever it is asked
        own = dict.fromkeys(NAMES, proxy.address) | {"NO_PROXY": "intranet.example", "no_proxy": ".lan"}
        own |= {"COURSE_HUB": endpoint, "COURSE_CACHE": str(tmp_path / "cache")}
        printed = lines(run_python(code, 120, own))
    assert (tmp_path / "clone" / "config.json").exists()
    assert printed[-1] == "True .lan,intranet.example,localhost,127.0.0.1,::1"
    assert proxy.asked == []


def test_a_rooms_address_is_reached_past_a_proxy(tmp_path: Path) -> None:
    with public_hub(503) as proxy, public_hub(host="127.0.0.2") as room:
        own = dict.fromkeys(NAMES, proxy.address) | {"COURSE_HUB": room.address, "COURSE_CACHE": str(tmp_path)}
        done = run_python(TABLE, 120, own)
    assert lines(done)[-1].startswith(f"a/open  {room.address} ")
    assert proxy.asked == []


def test_the_public_hub_is_still_asked_through_the_proxy(tmp_path: Path) -> None:
    with public_hub() as proxy:  # answers in the Hub's place, as a proxy does for plain http
        own = dict.fromkeys(NAMES, proxy.address) | {"COURSE_HUB": "hub", "HF_ENDPOINT": "http://hub.example"}
        done = run_python(TABLE, 120, own | {"HF_HOME": str(tmp_path)})
    assert lines(done)[-1].startswith("a/open  http://hub.example ")
    assert proxy.asked[0] == "http://hub.example/api/models?limit=1"


def test_a_systems_own_proxies_are_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and macOS keep them outside the environment, which is overlooked once NO_PROXY stands there."""
    for name in (*NAMES, "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")  # so that monkeypatch takes them away afterwards
        monkeypatch.delenv(name)
    monkeypatch.setattr(proxies.urllib.request, "getproxies", lambda: {"https": "http://proxy.school:3128"})
    proxies.bypass()
    assert proxies.urllib.request.getproxies_environment()["https"] == "http://proxy.school:3128"
