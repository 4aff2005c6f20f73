"""The explorer works where learners meet it: in JupyterLab, in a browser, with the lesson's own cells."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tools.lab import jupyterlab, run_all, short_lesson

pytestmark = pytest.mark.slow  # JupyterLab, a kernel and a browser

PATIENCE = 240_000  # milliseconds; on an idle machine nothing here takes more than ten seconds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def address(folder: Path, browser: Browser) -> Iterator[str]:
    with jupyterlab(folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(address: str, browser: Browser, folder: Path) -> Iterator[Page]:
    """The lesson after all the cells that the explorer needs have run."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    run_all(page, address, short_lesson(folder))
    page.locator(".explorer-figure").scroll_into_view_if_needed()
    yield page
    page.close()


def slider(page: Page, name: str):
    return page.locator(".widget-hslider", has_text=name).locator(".noUi-handle")


def test_every_cell_of_the_lesson_runs_in_jupyterlab_without_an_error(page: Page) -> None:
    notebook_of = "window.jupyterapp.shell.currentWidget.content.model.toJSON()"
    # The explorer shows up a moment before its cell gets a number.
    page.wait_for_function(f"() => {notebook_of}.cells.every(c => c.cell_type !== 'code' || c.execution_count)")
    notebook = page.evaluate(f"() => {notebook_of}")
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"] == []


def test_the_figure_is_there(page: Page) -> None:
    expect(page.locator(".explorer-summary")).to_contain_text("50 of 262,144 tokens kept")


def test_moving_a_slider_redraws_the_figure(page: Page) -> None:
    figure, summary = page.locator(".explorer-figure"), page.locator(".explorer-summary")
    before = figure.inner_html()
    slider(page, "top_k").press("ArrowLeft")
    expect(summary).to_contain_text("49 of 262,144 tokens kept")
    slider(page, "top_p").press("ArrowLeft")
    expect(summary).not_to_contain_text("49 of 262,144")
    assert figure.inner_html() != before


def test_the_temperature_changes_the_bars_and_not_what_is_kept(page: Page) -> None:
    slider(page, "top_p").press("End")
    expect(page.locator(".explorer-summary")).to_contain_text("49 of 262,144 tokens kept")
    before = page.locator(".explorer-figure").inner_html()
    slider(page, "temperature").press("ArrowRight")
    page.wait_for_function("old => document.querySelector('.explorer-figure').innerHTML !== old", arg=before)
    expect(page.locator(".explorer-summary")).to_contain_text("49 of 262,144 tokens kept")


def test_sample_streams_text_and_stop_ends_it(page: Page) -> None:
    length = page.locator(".widget-text", has_text="max_new_tokens").locator("input")
    length.fill("480")
    length.press("Enter")
    page.get_by_role("button", name="Sample").click()
    seen = set()
    until = time.monotonic() + PATIENCE / 1000
    while len(seen) < 4 and time.monotonic() < until:
        text = page.locator(".stream-text")
        seen |= {len(text.inner_text())} if text.count() else set()
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"tokens/s · stopped"))).to_be_visible()
    assert len(seen) >= 4, "the text did not grow"
    written = page.locator(".stream-text").inner_text()
    page.wait_for_timeout(500)
    assert page.locator(".stream-text").inner_text() == written
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()


def test_an_empty_prompt_is_told_in_a_sentence(page: Page) -> None:
    prompt = page.locator(".widget-text", has_text="prompt").locator("input")
    prompt.fill("")
    prompt.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The prompt is empty")
    expect(page.get_by_role("button", name="Sample")).to_be_disabled()
    prompt.fill("Se lo dijo en voz")
    prompt.press("Enter")
    expect(page.locator(".explorer-figure")).to_contain_text("baja")
