"""The link checker: files that are not there, pages that are gone, and servers that only refuse programs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools import check_links


class Answers(BaseHTTPRequestHandler):
    """Answers /404 with 404, /403 with 403, and so on."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_no_link_within_the_repository_leads_nowhere() -> None:
    assert check_links.missing_files(check_links.tracked(".md")) == []


def test_links_and_pictures_are_found_and_missing_files_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_links, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("| a |\n| --- |\n| [here](page.md#top) ![gone](gone.png) [web](https://x.org/a) `[no](link)` |\n")
    assert [target for _, target in check_links.links([page])] == ["page.md#top", "gone.png", "https://x.org/a"]
    assert check_links.missing_files([page]) == [("page.md", "gone.png")]


def test_only_pages_that_are_gone_are_broken(web: str) -> None:
    assert check_links.problem_of(f"{web}/200") == ""
    assert check_links.problem_of(f"{web}/404") == "broken: 404"
    assert check_links.problem_of(f"{web}/403") == "403"
    assert check_links.problem_of(f"{web}/503") == "503"


def test_a_server_that_is_not_there_is_broken() -> None:
    assert check_links.problem_of("http://127.0.0.1:9/").startswith("broken: ")
