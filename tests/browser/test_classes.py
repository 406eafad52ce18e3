"""Two classes from the menu, from a table and from words: their loss, accuracy and sentences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.linear_model import LogisticRegression

from app.domain.link import query
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from tests.browser import driver
from tests.browser.test_accessible import Axe
from tests.browser.test_user_data import give_text, open_by_menu

RIGHT = [f"{0.1 * k:.1f},{k % 7},{'sick' if k > 11 else 'healthy'}" for k in range(24)]


def in_percent(share: float) -> float:
    return 100 * round(share, 3)


def percent_of(text: str) -> float:
    return float(text.removesuffix(" %"))


def test_every_accuracy_is_the_engines(page: Page) -> None:
    page.locator("#dataset").select_option("circles")
    settings = Settings(dataset="circles", loss="cross_entropy")
    driver.wait_fact(page, "sweep", settings.sweep_id)
    settings = driver.set_up(page, settings, hidden_units=8, activation="tanh", learning_rate=0.5)
    driver.go_to(page, 100)
    run, sweep = driver.engine_run(settings), driver.engine_sweep(settings)
    assert run.accuracy is not None and sweep.accuracy is not None
    expect(page.locator("#fact-train-loss-label")).to_have_text("train loss, nats")
    assert driver.number(page, "trainLoss") == float(run.train_loss[100])
    shown = page.locator("#fact-accuracy").inner_text()
    assert percent_of(shown) == in_percent(run.accuracy[100])
    ends = sweep.accuracy[:, -1]
    titles = page.locator("#strip .cell").evaluate_all("cells => cells.map(cell => cell.title)")
    page.locator("[data-table=rate-curve]").click()
    page.locator("#table tbody tr").first.wait_for()
    rows = page.locator("#table tbody tr").all_inner_texts()
    head = page.locator("#table thead th").all_inner_texts()
    assert len(set(ends)) > 5, "all alike would prove little"
    for end, title, line in zip(ends, titles[:41], rows[:41], strict=True):
        if math.isfinite(end):
            assert percent_of(title.partition("accuracy ")[2]) == in_percent(end), title
        cell = line.split("\t")[head.index("accuracy at the end")]
        assert (percent_of(cell) == in_percent(end)) if math.isfinite(end) else cell, line
    page.keyboard.press("Escape")
    driver.open_panel(page, "one-step")
    check_one_step(page, settings)
    axe = Axe(page)
    axe.look("two classes, one step")
    assert axe.found == []


def check_one_step(page: Page, settings: Settings) -> None:
    """The first examples of either class: logit, probability and loss, in float64 by hand."""
    data = dataset_for(settings)
    first, _, *others = np.split(
        driver.engine_run(settings).params[100].astype(float), [16, 24, 32]
    )
    bias = driver.engine_run(settings).params[100].astype(float)[16:24]
    hidden = np.tanh(data.inputs @ first.reshape(8, 2).T + bias)
    logits = hidden @ others[0] + others[1]
    shown = [np.flatnonzero(data.targets == one)[:5] for one in (0, 1)]
    rows = driver.cells(page, "examples")
    assert [int(row[0]) - 1 for row in rows] == list(np.concatenate(shown))
    for k, row in zip(np.concatenate(shown), rows, strict=True):
        sign = 1 if data.targets[k] else -1
        assert float(row[1]) == data.targets[k]
        assert driver.close(row[2], logits[k])
        assert driver.close(row[3], 1 / (1 + math.exp(-logits[k])))
        assert driver.close(row[4], math.log1p(math.exp(-sign * logits[k])))


def test_separable_classes_have_no_lowest_point(page: Page) -> None:
    page.locator("#dataset").select_option("two_clouds")
    settings = Settings(dataset="two_clouds", loss="cross_entropy")
    driver.wait_fact(page, "sweep", settings.sweep_id)
    driver.rest(page)
    sentence = page.locator("#outcome-sentence")
    best = driver.engine_sweep(settings).last_loss[:41].min()
    expect(sentence).to_contain_text(f"best of all rates: {best:.4g}, at 1")
    driver.choose_rate(page, 0.5)
    expect(sentence).to_contain_text("no lowest point: ever closer to 0")
    assert not page.evaluate("window.descentLab.wordsFor('loss-surface')").count("star")
    # Where the classes overlap there is one, and scikit-learn finds the same.
    page.locator("#dataset").select_option("iris_two")
    settings = Settings(dataset="iris_two", loss="cross_entropy")
    driver.wait_fact(page, "sweep", settings.sweep_id)
    driver.choose_rate(page, 1.0)
    driver.rest(page)
    data = dataset_for(settings)
    model = LogisticRegression(C=np.inf, tol=1e-8).fit(data.inputs, data.targets)
    chances = model.predict_proba(data.inputs)[np.arange(100), data.targets.astype(int)]
    words = page.locator("#outcome-sentence").inner_text()
    lowest = words.partition("logistic regression: ")[2].rstrip(").")
    assert driver.close(lowest, -np.log(chances).mean()), words
    driver.open_panel(page, "parameters")
    column = [driver.value(row[3]) for row in driver.cells(page, "values")]
    assert column == pytest.approx([*model.coef_[0], *model.intercept_], rel=1e-3)


def test_the_fit_counts_as_the_accuracy_does_before_and_after_a_run_is_inspected(
    page: Page, address: str
) -> None:
    """Until then its parameters have few digits: 12 of these 140 are wrong, and 11 by those."""
    settings = Settings(
        dataset="circles",
        loss="cross_entropy",
        hidden_units=4,
        activation="tanh",
        noise=0.3,
        validation_fraction=0.3,
        weight_decay=0.01,
        learning_rate=0.3,
    )
    gate = driver.Gate(page, "inspect-request")
    page.goto(f"{address}/?{query(settings)}")
    driver.wait_ready(page)
    driver.press(page, "playhead", "End")
    shares = driver.engine_run(settings).accuracy
    assert shares is not None and round(140 * (1 - float(shares[-1]))) == 12
    note = page.locator("#fit-note")
    expect(note).to_contain_text("12 of 140 on the wrong side")
    gate.open()
    driver.rest(page)
    expect(note).to_contain_text("12 of 140 on the wrong side")


def test_the_note_of_the_batch_size_leaves_its_field_in_the_rail(page: Page, address: str) -> None:
    page.goto(f"{address}/?dataset=circles&loss=cross_entropy&epochs=100&batch_size=10")
    driver.wait_ready(page)
    page.locator("#more").evaluate("(element) => { element.open = true; }")
    expect(page.locator("#batch-size-note")).to_have_text("20 steps an epoch")
    field, rail = (page.locator(place).bounding_box() for place in ("#batch-size-value", ".rail"))
    assert field and rail and field["x"] + field["width"] <= rail["x"] + rail["width"] - 10


def test_a_network_of_two_layers_is_whole_in_its_panel(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    driver.train(page, dataset="spiral", hidden_units=8, hidden_layers=2, epochs=100)
    driver.open_panel(page, "network")
    driver.rest(page)
    drawing = page.locator('[data-slot="network"] > svg').bounding_box()
    side = page.locator("#side").bounding_box()
    assert drawing and side
    assert drawing["y"] + drawing["height"] <= side["y"] + side["height"]


def test_words_of_a_table_are_two_classes(page: Page) -> None:
    open_by_menu(page)
    give_text(page, "\n".join(["temp,pulse,state", *RIGHT]))
    expect(page.locator("#side")).to_contain_text("state has two classes, healthy and sick")
    page.locator("#own-target").select_option("state")
    page.locator("#own-fit").click()
    driver.wait(page, "lab.state.sweep.settings.dataset === 'own' && !lab.isTraining()")
    driver.rest(page)
    before = driver.facts(page)["sweep"]
    assert driver.state(page, "sweep.classes") == ["healthy", "sick"]
    assert "of class sick" in page.evaluate("window.descentLab.wordsFor('fit')")
    # One example of a class, and three words: a sentence each, and the sweep stays.
    lone = ["temp,pulse,state", *RIGHT[:12], "3,3,sick"]
    give_text(page, "\n".join(lone))
    page.locator("#own-target").select_option("state")
    page.locator("#own-fit").click()
    expect(page.locator("#side")).to_contain_text("two examples of each class, and sick has one")
    give_text(page, "\n".join(["temp,pulse,state", *RIGHT[:22], "3,3,both", "4,4,both"]))
    expect(page.locator("#side")).to_contain_text("neither numbers nor just two words): state")
    assert driver.facts(page)["sweep"] == before
