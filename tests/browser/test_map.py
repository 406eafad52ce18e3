"""The map: each row is one sweep and one request; what is done outlives a reload."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from playwright.sync_api import Page

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine import train_sweep
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import (
    PATIENCE,
    Gate,
    chart,
    click_chart,
    facts,
    open_panel,
    set_up,
    wait,
    wait_detail,
    wait_fact,
    wait_ready,
)

KEPT = "JSON.parse(sessionStorage.getItem('descent-lab-map'))"
SHORT = Settings(epochs=50)


def kept_map(page: Page) -> dict[str, Any]:
    return page.evaluate(f"() => {KEPT}")


def open_map(page: Page, field: str = "seed") -> None:
    open_panel(page, "map")
    page.locator("#map-field").select_option(field)
    page.locator("#map-rows").select_option("8")


def start(page: Page) -> None:
    page.locator("#map-start").click()


def wait_rows(page: Page, count: int) -> None:
    wait(page, f"({KEPT})?.rows.length >= argument", count)


def wait_done(page: Page, count: int = 8) -> None:
    wait(page, f"({KEPT}).rows.length === argument && !({KEPT}).running", count)
    wait(page, "document.getElementById('map-start').textContent === 'Start'")


def check_rows(page: Page, base: Settings, field: str, refused: int = 0) -> None:
    """Each cell is where a single sweep's run ended; the first rows may be refused."""
    found = kept_map(page)
    assert len(found["rows"]) == len(found["values"])
    for value, row in list(zip(found["values"], found["rows"], strict=True))[refused:]:
        sweep = train_sweep(replace(base, **{field: value}))
        count = len(SLIDER_LEARNING_RATES)
        ends = np.array(row["last_loss"], dtype=float)  # null, an overflow, becomes NaN
        np.testing.assert_array_equal(ends, sweep.last_loss[:count].astype(float))
        assert row["diverged_at"] == sweep.diverged_at[:count].tolist()
        assert row["verdicts"] == list(sweep.verdicts[:count])


def asked_rows(watch: Watch) -> int:
    return sum(driver.asks(one.post_data, "map-request") for one in watch.requests)


def test_every_cell_is_a_sweeps_and_opens_its_run(page: Page, watch: Watch) -> None:
    set_up(page, epochs=50)
    open_map(page)
    gate = Gate(page, "map-request")
    start(page)
    gate.wait_for(1)
    # While a row is under way the page is as free as ever: the rate, and a training.
    driver.drag_slider(page, "learning-rate", 20 / 40, 27 / 40)
    wait_fact(page, "learningRate", "0.05")
    assert len(gate.waiting) == 1
    set_up(page, replace(SHORT, learning_rate=0.05), seed=9)
    gate.open()
    wait_done(page)
    # The map is that of the settings it was started with.
    assert kept_map(page)["values"] == list(range(8))
    check_rows(page, SHORT, "seed")
    assert asked_rows(watch) == 8
    assert chart(page, "map")["done"] == chart(page, "map")["count"] == "8"
    for seed, rate in ((3, 0.05), (6, 0.0016), (6, 1.0)):
        click_chart(page, "map", rate, seed)
        settings = replace(SHORT, seed=seed, learning_rate=rate)
        wait_fact(page, "sweep", settings.sweep_id)
        wait_fact(page, "learningRate", driver.plain(rate))
    wait_detail(page)
    assert page.locator("#seed").input_value() == "6"
    reading = page.locator('[data-slot="map-reading"]').inner_text()
    assert reading.startswith(f"seed 6, learning rate 1: {driver.word(facts(page)['verdict'])}"), (
        reading
    )


def test_it_is_cancelled_resumed_and_outlives_a_reload(page: Page, watch: Watch) -> None:
    set_up(page, epochs=50)
    open_map(page)
    gate = Gate(page, "map-request")
    start(page)
    for count in (1, 2):
        gate.wait_for(1)
        gate.let_go()
        wait_rows(page, count)
    gate.wait_for(1)
    start(page)  # which now cancels
    wait(page, f"!({KEPT}).running")
    with page.expect_response(driver.UPDATES):
        gate.let_go()
    driver.stay(page)
    # The answer that came too late is no row, and nothing more is asked.
    assert len(kept_map(page)["rows"]) == 2
    assert asked_rows(watch) == 3
    assert page.locator("#map-start").inner_text() == "Resume"
    assert page.locator("#map-again").is_visible()
    start(page)
    gate.wait_for(1)
    gate.let_go()
    wait_rows(page, 3)
    gate.wait_for(1)
    gate.waiting.clear()
    page.unroute(driver.UPDATES)
    page.reload()
    wait_ready(page)
    # It goes on by itself, the panel open as before.
    wait_done(page)
    page.locator('[data-panel="map"]').wait_for(state="visible", timeout=PATIENCE)
    check_rows(page, SHORT, "seed")
    # Once more: a whole map starts anew.
    page.locator("#map-rows").select_option("8")
    page.locator("#map-field").select_option("initial_scale")
    start(page)
    wait(page, f"({KEPT}).field === 'initial_scale'")
    wait_done(page)
    assert kept_map(page)["values"][0] == 0.1 and kept_map(page)["values"][-1] == 10
    check_rows(page, SHORT, "initial_scale")


def test_a_refused_row_is_named_and_the_others_come(page: Page) -> None:
    """220 epochs of 100 examples, one by one, are more than one training may take."""
    base = set_up(page, dataset="parabola", epochs=220)
    open_map(page, "batch_size")
    start(page)
    wait_done(page)
    found = kept_map(page)
    assert found["values"][0] == 1 and found["values"][-1] == 100
    assert "100 steps an epoch" in found["rows"][0]["error"]
    reading = page.locator('[data-slot="map-reading"]').inner_text()
    assert found["rows"][0]["error"] in reading
    check_rows(page, base, "batch_size", refused=1)
    before = facts(page)["sweep"]
    click_chart(page, "map", 0.05, 0)
    driver.stay(page)
    assert facts(page)["sweep"] == before
    # Momentum needs an optimizer that has it; on show stays what was.
    page.locator("#map-field").select_option("momentum")
    start(page)
    wait(page, f"({KEPT}).field === 'momentum'")
    wait_done(page)
    check_rows(page, replace(base, optimizer="momentum"), "momentum")
    assert facts(page)["sweep"] == before
