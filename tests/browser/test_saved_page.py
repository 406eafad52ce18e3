"""The page to take home: one file, opened without any server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.link import query
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.driver import choose, facts, number, state, wait, wait_detail, wait_ready

LARGEST = 8_000_000
NETWORK = Settings(dataset="parabola", hidden_units=6, epochs=300, learning_rate=0.0777, seed=2)


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[[Path], Page]]:
    """Opens a file in a browser that has no network, and holds it to making no request."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, reduced_motion="reduce", offline=True
    )
    problems: list[str] = []

    def make(path: Path) -> Page:
        page = context.new_page()
        page.on("console", lambda one: one.type == "error" and problems.append(one.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        wait_ready(page)
        driver.stay(page)
        assert [one for one in asked if not one.startswith(("data:", "blob:"))] == [page.url]
        return page

    yield make
    context.close()
    assert problems == []


def save(page: Page, folder: Path) -> Path:
    driver.open_panel(page, "share")
    with page.expect_download() as download:
        page.locator("#save-page").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.stat().st_size < LARGEST
    return path


def check_numbers(page: Page, settings: Settings) -> None:
    """The run on show at the epoch on show: the engine's, to the last bit."""
    shown, sweep = facts(page), driver.engine_sweep(settings)
    run, epoch = settings.run_index, int(shown["epoch"])
    loss = float(shown["trainLoss"])
    if 0 <= sweep.overflow_at[run] <= epoch:
        assert np.isnan(loss)
    else:
        assert [loss] == sweep.train_loss[run, sweep.epochs == epoch].tolist()
    assert float(shown["learningRate"]) == settings.learning_rate
    assert shown["verdict"] == sweep.verdicts[run]
    assert int(shown["divergedAt"]) == sweep.diverged_at[run]


def rest_on(page: Page, settings: Settings, rate: float, share: int) -> None:
    """Moves slider and playhead by hand, and holds what is shown to the engine."""
    driver.choose_rate(page, rate)
    choose(page, "playhead", share)
    driver.next_frames(page)
    check_numbers(page, replace(settings, learning_rate=rate))


@pytest.mark.scene
def test_a_saved_line_plays_every_run_without_a_server(
    page: Page, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    driver.choose_rate(page, 0.05)
    page.locator("h1").click()
    page.keyboard.press("c")
    driver.go_to(page, 12)
    path = save(page, tmp_path)
    assert path.name == "descent-line-0.05.html"
    page.close()

    page = open_file(path)
    settings = Settings(learning_rate=0.05)
    assert page.locator("#still").count() == 0
    assert page.title() == "Descent Lab: Line, 10 points, learning rate 0.05"
    assert facts(page)["sweep"] == settings.sweep_id
    # A curtain that was drawn is not saved.
    assert facts(page)["epoch"] == "12"
    check_numbers(page, settings)
    assert driver.engine_run(settings).train_loss[12] == np.float32(facts(page)["trainLoss"])
    cells = page.locator("#strip .cell")
    verdicts = cells.evaluate_all("all => all.map(one => one.dataset.verdict)")
    assert tuple(verdicts) == driver.engine_sweep(settings).verdicts
    places = page.locator(".tick").evaluate_all("all => all.map(one => one.offsetLeft)")
    assert len(set(places)) == len(places) > 4
    expect(page.locator("#lesson-door")).to_be_hidden()
    # Every view is there, the one in 3D too, and all of them move.
    before = driver.canvases(page)
    assert page.evaluate("() => window.descentLab.overlays['loss-surface'].hasScene")
    for rate, share in ((0.0001, 0), (0.01, 500), (0.08, 1000), (1.0, 700)):
        rest_on(page, settings, rate, share)
    after = driver.canvases(page)
    assert all(before[name] != after[name] for name in driver.VIEWS)
    driver.choose_rate(page, 0.01)
    page.locator("#playhead").press("Home")
    page.locator("#play").click()
    wait(page, "lab.state.share > 0.1")
    page.locator("#play").click()
    driver.next_frames(page)
    check_numbers(page, Settings())
    # By keyboard, and for a class.
    page.locator("h1").click()
    page.keyboard.press("]")
    driver.next_frames(page)
    assert number(page, "learningRate") == 0.0125
    page.keyboard.press("p")
    expect(page.locator("#fit-card")).to_be_visible()
    expect(page.locator("#curves-card")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.evaluate("() => document.documentElement.dataset.palette") == "dark"
    # What needs a server says so, and what is on show stays.
    expect(page.locator("#hidden-units")).to_be_disabled()
    driver.type_rate(page, "0.0777")
    assert "other settings need Descent Lab" in driver.wait_message(page)
    assert number(page, "learningRate") == 0.0125
    assert page.locator("#rail .about-saved").last.inner_text().count("v=1&learning_rate=0.05") == 1
    assert "127.0.0.1" not in path.read_text()


def test_a_saved_network_keeps_its_plane_its_typed_run_and_every_epoch_of_it(
    page: Page, address: str, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    page.goto(f"{address}/?{query(NETWORK)}&plane=random&epoch=57")
    wait_ready(page)
    driver.wait_fact(page, "sweep", NETWORK.sweep_id)
    page.locator("#theme").click()
    wait_detail(page)
    path = save(page, tmp_path)
    assert path.name == "descent-parabola-0.0777.html"
    page.close()

    page = open_file(path)
    assert page.evaluate("() => document.documentElement.dataset.palette") == "dark"
    assert state(page, "sweep.plane.kind") == page.locator("#plane").input_value() == "random"
    assert (facts(page)["epoch"], facts(page)["sweep"]) == ("57", NETWORK.sweep_id)
    wait_detail(page)
    detail = driver.engine_run(NETWORK)
    for _ in range(3):
        page.locator("#epoch-on").click()
    driver.next_frames(page)
    assert facts(page)["epoch"] == "60"
    assert number(page, "trainLoss") == float(detail.train_loss[60])
    # Its panels compute from the run in the file; of another run they say that they cannot.
    page.locator("#panel").select_option("network")
    page.locator(".unit").first.focus()
    driver.next_frames(page, 3)
    said = page.locator('[data-slot="network-reading"]').inner_text()
    assert driver.close(said.split("w1 = ")[1].split(" ")[0], float(detail.params[60][0]))
    rest_on(page, NETWORK, 0.05, 800)
    expect(page.locator('[data-panel="network"]')).to_have_attribute(
        "data-waiting", "This page has these numbers for the learning rate 0.0777 only."
    )
    driver.stay(page)
    assert driver.message(page) == ""
    offered = page.locator("#panel option").evaluate_all("all => all.map(one => one.value)")
    assert not {"map", "share"} & set(offered)
    for name in offered[1:]:
        page.locator("#panel").select_option(name)
        expect(page.locator(f'[data-panel="{name}"] h2')).to_be_visible()
    driver.next_frames(page, 3)


EVIL = '<img src=x onerror="document.title=1"> $& $` & "q"'
PICTURES = "all => all.map((one) => [one.complete, one.naturalWidth, one.width])"


def brought(page: Page, name: str) -> None:
    """Fits a table of one's own, whose predictor has this name."""
    page.locator("#dataset").select_option("own")
    page.locator("#own-text").fill(f"{name}\ty\n1\t2\n2\t3.5\n3\t7\n4\t7.5\n")
    page.locator("#own-read").click()
    page.locator("#own-fit").click()
    driver.wait(page, "lab.state.sweep.data_info")
    wait_detail(page)


def test_where_scripts_do_not_run_a_saved_page_is_a_still_picture(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    brought(page, EVIL)
    page.locator("#theme").click()
    driver.type_rate(page, "0.0777")
    driver.wait_fact(page, "learningRate", "0.0777")
    wait_detail(page)
    sweep = state(page, "sweep.last_loss"), state(page, "sweep.verdicts")
    path = save(page, tmp_path)
    for size in ((1366, 768), (820, 1180), (320, 640)):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=False, offline=True
        )
        still = context.new_page()
        still.goto(path.as_uri())
        check_still(still, *sweep)
        context.close()


def check_still(page: Page, losses: list[float | None], verdicts: list[str]) -> None:
    """Everything is there and fits, in the theme that was on show; names are text."""
    expect(page.locator("#still")).to_contain_text("open it in a browser")
    expect(page.locator(".lab")).to_be_hidden()
    pictures = page.locator(".still img").evaluate_all(PICTURES)
    assert len(pictures) == len(driver.VIEWS)
    assert all(complete and natural >= 600 and width > 250 for complete, natural, width in pictures)
    assert EVIL in page.locator("#still").inner_text() and "Descent Lab" in page.title()
    rows = page.locator(".still tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
    )
    runs = sorted(zip((*SLIDER_LEARNING_RATES, 0.0777), losses, verdicts, strict=True))
    for (rate, loss, verdict), shown in zip(runs, rows, strict=True):
        assert (shown[0], shown[2]) == (driver.plain(rate), driver.word(verdict))
        assert shown[1] == "overflow" if loss is None else driver.close(shown[1], loss)
    assert page.locator(".still .now th").inner_text() == "0.0777"
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(20, 24, 31)"
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_browser_without_import_maps_sees_the_still_picture(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    path = save(page, tmp_path)
    # Such a browser ignores the map, so that the first module imports nothing.
    path.write_text(path.read_text().replace('type="importmap"', 'type="unknown"'))
    old = browser.new_page()
    old.add_init_script("HTMLScriptElement.supports = undefined")
    old.goto(path.as_uri())
    expect(old.locator("#still img").last).to_be_visible()
    expect(old.locator(".lab")).to_be_hidden()
    old.close()
