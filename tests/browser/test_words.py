"""What the page says of its views, and lists of them, are the engine's numbers; none of it tells
what a curtain hides, and not too often."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from app.domain.link import query
from app.domain.results import LossSurface, RunDetail
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.driver import close
from tests.engine.torch_runs import data_for, module_for


def words(page: Page, name: str) -> str:
    return page.locator(f"#{name}-words").inner_text()


def rows(page: Page, name: str) -> list[list[str]]:
    """Opens a table, reads it, and closes it."""
    page.locator(f"[data-table={name}]").click()
    found = page.locator("#table tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    assert page.locator("#table-words").inner_text() == page.evaluate(
        "(name) => window.descentLab.wordsFor(name)", name
    )
    page.keyboard.press("Escape")
    expect(page.locator("#table")).to_be_hidden()
    return found


def test_words_and_tables_are_the_engines_numbers(page: Page) -> None:
    settings = Settings()
    driver.go_to(page, 5)
    experiment = driver.experiment_cache().experiment(settings)
    run = driver.engine_run(settings)
    weight, bias = run.params[5]
    page.wait_for_function(
        "() => document.getElementById('fit-words').textContent.includes('epoch 5')"
    )
    assert f"y = {weight:.4f} x + {bias:.4f}" in words(page, "fit")
    loss = f"{run.train_loss[5]:.4f}"
    for name in driver.VIEWS:
        assert "epoch 5" in words(page, name) and loss in words(page, name), name
        assert words(page, name).count(". ") == 0 and words(page, name).endswith("."), name
        plot = page.locator(f"#{name}")
        assert plot.get_attribute("aria-describedby") == f"{name}-words"
    assert f"{experiment.surface.optimum_loss:.5f}" in words(page, "loss-surface")
    check_path_and_curves(page, run)
    check_surface(page, experiment.surface)
    check_sections_and_fit(page, settings, run)


def check_path_and_curves(page: Page, run: RunDetail) -> None:
    for name, columns in (("descent-path", [1, 2, 3]), ("curves", [2, 3, 1])):
        listed = rows(page, name)
        assert listed[5][0] == "5, now" and [row[0] for row in listed[:5]] == list("01234")
        assert listed[-1][0] == "1000"
        for row in listed:
            epoch = int(row[0].removesuffix(", now"))
            seen = [row[column] for column in columns]
            true = [*run.params[epoch], run.train_loss[epoch]]
            assert all(close(text, value) for text, value in zip(seen, true, strict=True)), row


def check_surface(page: Page, surface: LossSurface) -> None:
    listed = rows(page, "loss-surface")
    size = len(surface.first)
    lines = [round(k * (size - 1) / 10) for k in range(11)]
    assert len(listed) == 11
    for row, line in zip(listed, reversed(lines), strict=True):
        assert driver.value(row[0]) == pytest.approx(surface.second[line], rel=5e-3)
        for text, column in zip(row[1:], lines, strict=True):
            loss = surface.loss[line, column]
            cut = 1.5 * surface.box.height
            assert text.startswith("above") == (loss >= cut)
            shown = driver.value(text.removeprefix("above "))
            assert shown <= cut if loss >= cut else close(text, loss)


def check_sections_and_fit(page: Page, settings: Settings, run: RunDetail) -> None:
    dataset = driver.experiment_cache().experiment(settings).dataset
    inputs, targets = dataset.inputs[:, 0], dataset.targets
    weight, bias = (float(value) for value in run.params[5])
    for row in rows(page, "cross-sections"):
        at, along_weight, other, along_bias = (driver.value(cell) for cell in row)
        expected = np.mean((targets - at * inputs - bias) ** 2)
        assert along_weight == pytest.approx(expected, rel=5e-3)
        expected = np.mean((targets - weight * inputs - other) ** 2)
        assert along_bias == pytest.approx(expected, rel=5e-3)
    listed = rows(page, "fit")
    for row, x, y in zip(listed, inputs, targets, strict=True):
        assert close(row[1], x) and close(row[2], y) and close(row[3], weight * x + bias)


def test_what_is_beyond_a_picture_is_said_and_listed_as_it_is(page: Page, address: str) -> None:
    """Ten times the usual weights: the fit leaves its picture; at rate 1 the sections do."""
    chosen = Settings(dataset="parabola", hidden_units=10, epochs=500, initial_scale=10)
    page.goto(f"{address}/?{query(chosen)}&epoch=0")
    driver.wait_ready(page)
    driver.rest(page)
    module = module_for(chosen, driver.engine_run(chosen).params[0])
    left, right = module(torch.tensor([[-1.0], [1.0]], dtype=torch.float64))[:, 0].tolist()
    assert (f"{left:.2f}", f"{right:.2f}") == ("12.40", "-21.40")
    said = "the fit goes from 12.40 at x = −1.000 to −21.40 at x = 1.000 and stays between"
    driver.wait(page, "document.getElementById('fit-words').innerText.includes(argument)", said)
    assert "partly off the chart" in words(page, "fit")
    steep = replace(chosen, initial_scale=1, learning_rate=1)
    page.goto(f"{address}/?{query(steep)}&epoch=20")
    driver.wait_ready(page)
    driver.rest(page)
    surface = driver.experiment_cache().experiment(steep).surface
    check_slices(page, driver.engine_run(steep), surface)


def test_predictions_say_how_many_of_the_examples_are_drawn(page: Page, address: str) -> None:
    chosen = Settings(dataset="diabetes", hidden_units=3, epochs=50)
    page.goto(f"{address}/?{query(chosen)}&epoch=50")
    driver.wait_ready(page)
    driver.wait_detail(page)
    inputs, targets = data_for(chosen)
    predicted = module_for(chosen, driver.engine_run(chosen).params[-1])(inputs)[:, 0].detach()
    # The words of the inspected run are written at most two seconds later.
    driver.wait(page, "document.getElementById('fit-words').innerText === lab.wordsFor('fit')")
    # The words and the table are of all people, and the words say that the picture is of some.
    said = words(page, "fit")
    assert "(drawn are 41 of 442 examples)" in said
    lowest, highest = re.search(r"lie between (\S+) and (\S+),", said).groups()
    assert close(lowest, float(predicted.min())) and close(highest, float(predicted.max()))
    listed = rows(page, "fit")
    assert len(listed) == 442
    for row, observed, guess in zip(listed, targets, predicted, strict=True):
        assert close(row[1], float(observed)) and close(row[2], float(guess))


def check_slices(page: Page, run: RunDetail, surface: LossSurface) -> None:
    """Each loss has its true digits, or is said to be above what is known of it."""
    at, top = run.slices.epochs.tolist().index(20), 1.5 * surface.box.height
    places = [round(k * 40 / 20) for k in range(21)]
    listed = rows(page, "cross-sections")
    for row, sample in zip(listed, places, strict=True):
        for text, direction in ((row[1], 0), (row[3], 1)):
            loss = run.slices.loss[at, direction, sample]
            if loss > top:
                assert driver.value(text.removeprefix("above ")) <= top < loss
                continue
            last_digit = 10.0 ** -len(text.partition(".")[2])
            assert driver.value(text) == pytest.approx(loss, abs=0.51 * last_digit + top / 65532)
    assert any("above" in row[1] + row[3] for row in listed)


def test_the_charts_are_said_and_listed_too(page: Page) -> None:
    sweep = driver.engine_sweep(Settings())
    driver.go_to(page, 3)
    driver.open_panel(page, "loss-by-rate")
    driver.stay(page)
    best = int(np.nanargmin(sweep.train_loss[:41, -1]))
    said = f"at {driver.plain(float(sweep.learning_rates[best]))}"
    # Until the chart is drawn its words say that there is nothing to show yet.
    driver.wait(
        page, "document.getElementById('loss-by-rate-words').innerText.includes(argument)", said
    )
    listed = rows(page, "loss-by-rate")
    assert [row[3] for row in listed] == [driver.word(one) for one in sweep.verdicts[:41]]
    for run, row in enumerate(listed):
        # Powers of ten have three digits.
        assert driver.value(row[1]) == pytest.approx(sweep.train_loss[run, 3], rel=5e-3)
        last = sweep.train_loss[run, -1]
        is_close = np.isfinite(last) and driver.value(row[2]) == pytest.approx(last, rel=5e-3)
        assert is_close or (row[2] == "overflow" and not np.isfinite(last))
    driver.open_panel(page, "sharpness")
    detail = driver.engine_run(Settings())
    for row, epoch, sharpness in zip(
        rows(page, "sharpness"), detail.sharpness_epochs, detail.sharpness, strict=True
    ):
        assert row[0] == str(epoch) and close(row[1], sharpness)
    driver.open_panel(page, "rate-axis")
    after = {row[0]: row[1] for row in rows(page, "rate-axis")}
    rate = next(rate for rate in after if driver.value(rate) > 0.009)
    weight, bias = detail.params[3] - driver.value(rate) * detail.gradients[3]
    dataset = driver.experiment_cache().experiment(Settings()).dataset
    loss = np.mean((dataset.targets - weight * dataset.inputs[:, 0] - bias) ** 2)
    assert driver.value(after[rate]) == pytest.approx(loss, rel=5e-3)
    driver.open_panel(page, "compare")
    page.locator("#pin").click()
    driver.next_frames(page, 4)
    listed = rows(page, "compare")
    assert close(listed[4][1], detail.train_loss[4])
    driver.open_panel(page, "map")
    assert rows(page, "map") == []
    page.locator("#map-rows").select_option("8")
    page.locator("#map-start").click()
    driver.wait(page, "lab.chartIn('map').canvas.dataset.done === '8'")
    seeds = {row[0]: row[1:] for row in rows(page, "map")}
    assert list(seeds) == list("01234567")
    ends = driver.engine_sweep(Settings(seed=3)).train_loss[:41, -1]
    shown = [run for run in range(41) if run % 10 in (0, 3, 7)]
    assert seeds["3"][0] == driver.plain(float(Settings().learning_rates()[np.nanargmin(ends)]))
    for text, run in zip(seeds["3"][1:], shown, strict=True):
        assert text == "overflow" if np.isnan(ends[run]) else close(text, ends[run])


def test_nothing_that_is_said_tells_what_the_curtain_hides(page: Page) -> None:
    driver.open_panel(page, "loss-by-rate")
    page.locator("h1").click()
    page.keyboard.press("c")
    driver.wait_fact(page, "verdict", "")
    driver.go_to(page, 3)
    driver.stay(page)
    text = page.evaluate(
        "() => [...document.querySelectorAll('.said')].map((one) => one.textContent).join(' ')"
    )
    settings = Settings()
    last = f"{driver.engine_run(settings).train_loss[-1]:.5f}"
    assert "4.771" in text and last not in text
    for told in ("converging", "overflow", "diverges", "its end", "best is", "1000"):
        assert told not in text, told
    for name in ("descent-path", "curves"):
        assert [row[0] for row in rows(page, name)] == ["0", "1", "2", "3, now"]
    assert rows(page, "loss-by-rate") == []
    # A curtain that falls hides at once what was said and listed before.
    page.keyboard.press("a")
    driver.wait(page, "!lab.state.hidden.size")
    page.wait_for_function(
        "() => document.getElementById('curves-words').textContent.includes('its end')"
    )
    page.locator("[data-table=curves]").click()
    assert page.locator("#table tbody tr").count() > 10
    left = page.evaluate(
        """() => { window.descentLab.drawCurtain(["verdict", "strip", "mark", "ahead", "hints"]);
             const shown = [...document.querySelectorAll(".said, #table-words")];
             return [shown.map((one) => one.textContent).join(" "),
               document.querySelector("#table tbody tr:last-child").firstChild.textContent]; }"""
    )
    assert "its end" not in left[0] and left[1].endswith(", now")


def test_who_listens_is_not_flooded(page: Page) -> None:
    page.evaluate(
        """() => { window.said = { times: 0, since: performance.now() };
             // The first of all that are written at one go.
             new MutationObserver(() => (window.said.times += 1))
               .observe(document.getElementById("descent-path-words"), { childList: true }); }"""
    )
    page.locator("#play").click()
    page.wait_for_timeout(700)
    page.locator("#play").click()
    assert page.evaluate("() => window.descentLab.state.wanted") > 0
    for epoch in range(10, 17):
        page.evaluate("(epoch) => window.descentLab.goTo(epoch)", epoch)
        page.wait_for_timeout(400)
    page.wait_for_function(
        "() => document.getElementById('fit-words').textContent.includes('epoch 16')"
    )
    times, seconds = page.evaluate(
        "() => [window.said.times, (performance.now() - window.said.since) / 1000]"
    )
    assert 1 < times <= 1 + seconds / 2
    # One view at a time is read out: the one that had the focus last.
    assert live(page) == ["descent-path-words"]
    page.locator("[data-table=fit]").focus()
    page.evaluate("() => window.descentLab.goTo(20)")
    page.wait_for_function(
        "() => document.getElementById('fit-words').textContent.includes('epoch 20')"
    )
    assert live(page) == ["fit-words"]
    page.locator("[data-table=rate-curve]").focus()
    page.evaluate("() => window.descentLab.goTo(30)")
    page.wait_for_function(
        "() => document.getElementById('rate-curve-words').textContent.includes('epoch 30')"
    )
    assert live(page) == ["rate-curve-words"]


def live(page: Page) -> list[str]:
    return page.locator(".said[aria-live=polite]").evaluate_all("(all) => all.map((one) => one.id)")
