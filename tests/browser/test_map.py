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
    refused = [row["error"] for row in found["rows"] if row.get("error")]
    assert "100 steps an epoch" in refused[0]
    reading = page.locator('[data-slot="map-reading"]').inner_text()
    # Once, however many rows were refused.
    assert reading.count("too much for one run") == reading.count(refused[0]) == 1
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


def reading_of(page: Page) -> str:
    return page.locator('[data-slot="map-reading"]').inner_text()


def pixels(page: Page, x: float, y: float) -> list[int]:
    """The colour of the chart's pixel at a point of its canvas."""
    return page.evaluate(
        """([x, y]) => {
          const { canvas } = window.descentLab.chartIn("map");
          const ratio = canvas.width / canvas.clientWidth;
          const { data } = canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1);
          return [...data].slice(0, 3);
        }""",
        [x, y],
    )


def test_the_best_of_each_row_and_what_the_colours_mean(page: Page) -> None:
    base = set_up(page, epochs=50)
    open_map(page, "weight_decay")
    start(page)
    wait(page, f"({KEPT})?.field === 'weight_decay'")
    wait_done(page)
    check_rows(page, base, "weight_decay")
    found = kept_map(page)
    assert found["values"][0] == 1e-4 and found["values"][-1] == 1
    ends = np.array([row["last_loss"] for row in found["rows"]], dtype=float)
    row, run = np.unravel_index(np.nanargmin(ends), ends.shape)
    best = f"Weight decay {driver.plain(found['values'][row])} and learning rate "
    said = reading_of(page)
    assert best.lower() in said.lower(), said
    assert f"learning rate {driver.plain(SLIDER_LEARNING_RATES[run])}." in said
    assert "adjusted for weight decay" in said
    axes = page.evaluate(
        "() => { const { left, right, top, bottom } = window.descentLab.chartIn('map').axes;"
        " return { left, right, top, bottom }; }"
    )
    # The bar at the right goes from dark to bright, with what diverges below it.
    dark = pixels(page, axes["right"] + 18, axes["bottom"] - 30)
    bright = pixels(page, axes["right"] + 18, axes["top"] + 2)
    red = pixels(page, axes["right"] + 18, axes["bottom"] - 6)
    assert sum(dark) < 250 < 400 < sum(bright)
    assert red[0] > 2 * red[1]
    page.locator("#map-color").select_option("diverged_at")
    driver.next_frames(page, 3)
    epochs = {epoch for row in found["rows"] for epoch in row["diverged_at"] if epoch >= 0}
    one = f"All that diverge do so at epoch {min(epochs)}. Pale: never."
    many = "Dark: diverged late. Bright: early. Pale: never."
    assert (one if len(epochs) == 1 else many) in reading_of(page)


def test_layers_need_hidden_units_and_epochs_may_differ(page: Page) -> None:
    base = set_up(page, epochs=50)
    open_map(page, "hidden_layers")
    start(page)
    wait(page, f"({KEPT})?.field === 'hidden_layers'")
    wait_done(page, 3)
    check_rows(page, replace(base, hidden_units=8), "hidden_layers")
    assert "Hidden units here: 8" in reading_of(page)
    page.locator("#map-field").select_option("epochs")
    start(page)
    wait(page, f"({KEPT}).field === 'epochs'")
    wait_done(page)
    assert kept_map(page)["values"][0] == 10 and kept_map(page)["values"][-1] == 5000
    check_rows(page, base, "epochs")
