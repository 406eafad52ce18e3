"""The page to take home: one file, opened without any server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

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
    assert page.title() == "Descent Lab: Line, 10 points, learning rate 0.05"
    assert facts(page)["sweep"] == settings.sweep_id
    # A curtain that was drawn is not saved.
    assert facts(page)["epoch"] == "12"
    check_numbers(page, settings)
    assert driver.engine_run(settings).train_loss[12] == np.float32(facts(page)["trainLoss"])
    cells = page.locator("#strip .cell")
    verdicts = cells.evaluate_all("all => all.map(one => one.dataset.verdict)")
    assert tuple(verdicts) == driver.engine_sweep(settings).verdicts
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
    driver.next_frames(page, 3)
    bias = page.locator('[data-slot="network-reading"]').inner_text()
    assert driver.close(bias.split("c = ")[1].split(" ")[0], float(detail.params[60][-1]))
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
