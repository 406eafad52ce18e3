"""What lies under Settings, what the server says beside a control, and the address of a page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy import ndarray
from playwright.sync_api import Page, expect

from app.domain.link import query
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.lessons.course import BUILT_IN, load_course
from components.controls.fields import STOPS
from components.controls.rail import MORE
from tests.browser import driver
from tests.browser.driver import (
    cells,
    choose,
    choose_rate,
    engine_run,
    facts,
    go_to,
    open_panel,
    press,
    rest,
    set_control,
    set_up,
    state,
    value,
    wait,
    wait_detail,
    wait_fact,
    wait_ready,
)
from tests.engine.torch_runs import (
    advance,
    data_for,
    module_for,
    optimizer_for,
    orders,
    scheduler_for,
)
from tests.oracles import flat
from tests.readers import settings_of

FIRST_CHAPTER = load_course([BUILT_IN]).chapters[0]
FIRST_SCREEN = ["dataset", "hidden_units", "seed"]


def visible_fields(page: Page) -> list[str]:
    return page.locator("#rail .control").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.dataset.field)"
    )


def is_more_open(page: Page) -> bool:
    return page.locator("#more").get_attribute("open") is not None


def counted(page: Page) -> str:
    return page.locator("#more-count").inner_text()


def error_beside(page: Page, field: str) -> str:
    """The sentence at a control, which stands nowhere else."""
    target = page.locator(f"#{field.replace('_', '-')}-error")
    target.wait_for(state="visible")
    assert target.inner_text() == driver.message(page)
    shown = page.locator("#rail .control-error").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).length"
    )
    assert shown == 1
    return target.inner_text()


# ---- the controls ----


def test_settings_are_closed_and_what_it_holds_trains(page: Page) -> None:
    assert not is_more_open(page)
    assert visible_fields(page) == FIRST_SCREEN
    assert page.locator("#learning-rate").is_visible()
    assert counted(page) == ""
    page.locator("#more summary").click()
    unused = {
        "momentum",
        "warmup_epochs",
        "noise",
        "hidden_layers",
        "activation",
        "loss",
        "features",
    }
    more = [field for field in MORE if field not in unused]
    assert visible_fields(page) == FIRST_SCREEN + more
    settings = Settings()
    for count, (field, chosen) in enumerate(
        (("optimizer", "adam"), ("schedule", "cosine"), ("initialization", "he")), start=1
    ):
        settings = set_up(page, settings, **{field: chosen})
        assert counted(page) == f"{count} changed"
        assert visible_fields(page) == FIRST_SCREEN + more
    check_engine(page, settings)
    settings = set_up(page, settings, hidden_units=3, hidden_layers=2)
    assert {"hidden_layers", "activation"} <= set(visible_fields(page))
    assert counted(page) == "4 changed"
    check_engine(page, settings)
    settings = set_up(page, settings, optimizer="sgd")
    assert counted(page) == "3 changed"


def check_engine(page: Page, settings: Settings) -> None:
    """The epoch on show is the engine's."""
    shown, run = facts(page), engine_run(settings)
    assert shown["sweep"] == settings.sweep_id
    assert float(shown["trainLoss"]) == float(run.train_loss[int(shown["epoch"])])


# What decides whether the control counts, where it does, where not, the control, another value.
COUNTS: list[tuple[str, tuple, tuple, str, float]] = [
    ("optimizer", ("momentum", "nesterov"), ("adam", "sgd"), "momentum", 0.5),
    ("schedule", ("warmup_cosine",), ("cosine", "constant"), "warmup_epochs", 5),
    ("dataset", ("sine", "staircase", "noisy_parabola"), ("line",), "noise", 0.35),
]


def test_a_control_is_there_where_it_counts_and_else_at_its_default(page: Page) -> None:
    settings = set_up(page, epochs=100)
    for decides, users, others, field, changed in COUNTS:
        check_where_it_counts(page, decides, users, others, field, changed)
        set_up(page, settings, **{decides: getattr(settings, decides)})


def check_where_it_counts(
    page: Page, decides: str, users: tuple, others: tuple, field: str, changed: float
) -> None:
    settings = Settings(epochs=100)
    assert field not in visible_fields(page)
    for user in users:
        settings = set_up(page, settings, **{decides: user})
        assert field in visible_fields(page)
    settings = set_up(page, settings, **{field: changed})
    check_engine(page, settings)
    for other in others:
        set_control(page, decides, other)
        settings = Settings(epochs=100, **{decides: other})
        wait_fact(page, "sweep", settings.sweep_id)
        assert driver.message(page) == ""
        assert field not in visible_fields(page)
    # Back again it begins at its default.
    settings = set_up(page, settings, **{decides: users[0]})
    typed = page.locator(f"#{field.replace('_', '-')}-value").input_value()
    assert float(typed) == getattr(Settings(), field)


def test_a_refusal_stands_beside_its_control_and_the_last_sweep_stays(page: Page) -> None:
    settings = set_up(page, dataset="parabola", batch_size=64)
    page.locator("#more summary").click()
    assert not is_more_open(page)
    before = facts(page)
    # The server names the batches; the person changed the data.
    page.locator("#dataset").select_option("line")
    said = error_beside(page, "dataset")
    assert not is_more_open(page) and "at most 10" in said and "Got 64." in said
    assert facts(page) == before
    assert page.locator("#dataset").input_value() == "parabola"
    set_control(page, "batch_size", 101)
    wait(page, "document.getElementById('batch-size-error').textContent.includes('101')")
    assert "at most 100" in error_beside(page, "batch_size")
    assert page.locator("#batch-size-value").input_value() == "64"
    settings = set_up(page, settings, batch_size=0)
    driver.wait_no_message(page)
    assert page.locator("#batch-size-error").is_hidden()
    settings = set_up(page, settings, schedule="warmup_cosine")
    before = facts(page)
    set_control(page, "warmup_epochs", 1000)
    assert "shorter than the training of 1000 epochs" in error_beside(page, "warmup_epochs")
    assert facts(page) == before
    assert page.locator("#warmup-epochs-value").input_value() == "20"
    set_control(page, "epochs", 20)
    wait(page, "document.getElementById('epochs-error').textContent.includes('20 epochs')")
    assert "of 20 epochs" in error_beside(page, "epochs")
    set_control(page, "epochs", 9)
    wait(page, "document.getElementById('epochs-error').textContent.includes('Got 9.')")
    assert "whole number from 10" in error_beside(page, "epochs")
    set_up(page, settings, epochs=30)
    driver.wait_no_message(page)


def test_a_schedule_of_warm_up_can_be_chosen_for_a_short_training(page: Page) -> None:
    """Its default is longer than ten epochs, and its control is not there before the choice."""
    set_up(page, epochs=10)
    set_control(page, "schedule", "warmup_cosine")
    wait(page, "lab.state.sweep.settings.schedule === 'warmup_cosine'")
    wait_detail(page)
    assert driver.message(page) == ""
    warmup = int(page.locator("#warmup-epochs-value").input_value())
    assert 1 <= warmup < 10
    settings = Settings(epochs=10, schedule="warmup_cosine", warmup_epochs=warmup)
    check_engine(page, settings)
    # What a person sets there stays, as long as it fits.
    set_up(page, settings, warmup_epochs=7, epochs=40, seed=1)


def test_sliders_of_uneven_stops_and_typed_numbers_between_them(page: Page) -> None:
    settings = set_up(page, epochs=100, schedule="warmup_cosine")
    stops = {"batch_size": 8, "weight_decay": 0.01, "initial_scale": 2, "warmup_epochs": 10}
    typed = {"batch_size": 3, "weight_decay": 0.002, "initial_scale": 1.5, "warmup_epochs": 13}
    # The nearest stops by their logarithm.
    nearest = {"batch_size": 4, "weight_decay": 0.003, "initial_scale": 2, "warmup_epochs": 10}
    for field, stop in stops.items():
        name, places = field.replace("_", "-"), STOPS[field]
        choose(page, name, places.index(stop))
        settings = replace(settings, **{field: stop})
        wait_fact(page, "sweep", settings.sweep_id)
        assert float(page.locator(f"#{name}-value").input_value()) == stop
        settings = set_up(page, settings, **{field: typed[field]})
        slider, shown = (page.locator(f"#{name}{part}").input_value() for part in ("", "-value"))
        assert (places[int(slider)], float(shown)) == (nearest[field], typed[field])
        # From there a key leads to the stop beyond the nearest.
        press(page, name, "ArrowRight")
        settings = replace(settings, **{field: places[int(slider) + 1]})
        wait_fact(page, "sweep", settings.sweep_id)
    wait_detail(page)
    check_engine(page, settings)


# ---- data that are held back, and minibatches ----


def test_both_losses_are_shown_with_a_validation_split(page: Page) -> None:
    assert "validation" not in page.locator("#curves-note").inner_text()
    settings = set_up(page, epochs=200, validation_fraction=0.3, learning_rate=0.05)
    assert page.locator("#validation-fraction-note").inner_text() == "7 train"
    run, data = engine_run(settings), dataset_for(settings)
    inputs, targets = data_for(settings)
    parts = (data.validation_inputs, data.validation_targets)
    assert len(targets) == 7 and len(data.validation_targets) == 3
    for epoch in (0, 77, 200):
        go_to(page, epoch)
        check_engine(page, settings)
        note = page.locator("#curves-note").inner_text()
        found = re.fullmatch(r"train (\S+) · validation (\S+) \(dashed\)", note)
        assert found, note
        module = module_for(settings, run.params[epoch])
        held = [torch.tensor(part).double() for part in parts]
        for text, (x, y) in ((found[1], (inputs, targets[:, 0])), (found[2], held)):
            expected = F.mse_loss(module(x)[:, 0], y).item()
            assert value(text) == pytest.approx(expected, rel=5.1e-3)
    assert run.validation_loss is not None
    # Usually the curves are too low for the two to be told apart everywhere.
    page.locator("#taller").click()
    expect(page.locator("#taller")).to_have_attribute("aria-pressed", "true")
    driver.stay(page)
    # The views gave the room: nothing to scroll.
    assert page.evaluate("scrollY + document.documentElement.scrollHeight <= innerHeight")
    check_dashed(page, run.train_loss, run.validation_loss)


def check_dashed(page: Page, train_loss: ndarray, validation_loss: ndarray) -> None:
    """Along the second curve, where it is apart from the first, there is its colour, in dashes."""
    drawn = page.evaluate(
        """([train, held]) => {
          const { overlays, flatAxes, colors } = window.descentLab;
          const { canvas } = overlays.curves;
          const axes = flatAxes(overlays.curves);
          const ratio = canvas.width / canvas.clientWidth;
          const wanted = [1, 3, 5].map((at) => parseInt(colors.path.slice(at, at + 2), 16));
          const context = canvas.getContext("2d");
          return held.flatMap((loss, epoch) => {
            const [x, y] = [axes.x(Math.log10(1 + epoch)), axes.y(Math.log10(loss))];
            if (Math.abs(y - axes.y(Math.log10(train[epoch]))) < 8) return [];
            const { data } = context.getImageData(x * ratio, y * ratio, 1, 1);
            return [data[3] > 200 && wanted.every((part, k) => Math.abs(part - data[k]) < 30)];
          });
        }""",
        [train_loss.tolist(), validation_loss.tolist()],
    )
    assert len(drawn) > 20
    assert 0.15 < np.mean(drawn) < 0.85


class FirstStep(NamedTuple):
    """The first step of an epoch: its examples, their gradient, and params before and after."""

    batch: ndarray
    gradient: ndarray
    before: ndarray
    after: ndarray


def first_step(settings: Settings, epoch: int) -> FirstStep:
    """By torch.optim, trained from the start in an ordinary loop over epochs and batches."""
    module, (inputs, targets) = module_for(settings), data_for(settings)
    optimizer = optimizer_for(settings, module, settings.learning_rate)
    scheduler = scheduler_for(settings, optimizer)
    for now, order in enumerate(orders(settings)):
        for batch in order.split(settings.batch_size):
            before = flat(module).numpy()
            optimizer.zero_grad()
            F.mse_loss(module(inputs[batch]), targets[batch]).backward()
            gradient = np.concatenate([one.grad.flatten().numpy() for one in module.parameters()])
            advance(optimizer, scheduler)
            if now == epoch:
                return FirstStep(batch.numpy(), gradient, before, flat(module).numpy())
    raise AssertionError


@pytest.mark.parametrize(
    "choices",
    [
        {"epochs": 100, "batch_size": 4, "optimizer": "momentum", "momentum": 0.8},
        {
            **{"dataset": "parabola", "epochs": 60, "hidden_units": 3, "batch_size": 32},
            **{"optimizer": "adam", "schedule": "cosine", "learning_rate": 0.05},
        },
    ],
    ids=["momentum", "adam"],
)
def test_a_minibatchs_step_is_torchs(page: Page, choices: dict) -> None:
    settings = set_up(page, **choices)
    steps, size = settings.steps_per_epoch, settings.batch_size
    assert page.locator("#batch-size-note").inner_text() == f"{steps} steps an epoch"
    assert f"one epoch is {steps} steps" in driver.explanation(page)
    open_panel(page, "one-step")
    for epoch in (0, 7):
        go_to(page, epoch)
        step = first_step(settings, epoch)
        words = page.locator('[data-slot="batch"]').inner_text()
        found = re.match(
            r"Epoch (\d+) has (\d+) steps\..* batch of (\d+) of (\d+) examples, "
            r"numbers ([\d, ]+?)(, …)?\.",
            words,
        )
        assert found, words
        assert list(map(int, found.groups()[:4])) == [epoch, steps, size, settings.example_count]
        assert [int(one) - 1 for one in found[5].split(", ")] == step.batch[:10].tolist()
        assert [int(row[0]) - 1 for row in cells(page, "examples")] == step.batch[:10].tolist()
        rows = cells(page, "updates")
        assert len(rows) == settings.param_count
        for row, *expected in zip(rows, step.before, step.gradient, step.after, strict=True):
            shown = [value(text) for text in row[1:]]
            assert shown == pytest.approx(expected, rel=2e-3, abs=2e-6)
    page.locator("#make-step").click()
    wait_fact(page, "epoch", 8)


# ---- the address ----


def visit(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}/?{query}")
    wait_ready(page)


def query_of(page: Page) -> str:
    return page.url.partition("?")[2]


def words_of(page: Page) -> dict[str, str]:
    return page.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")


def check_place(page: Page, settings: Settings, epoch: int, plane: str, view: str | None) -> None:
    """All that an address says is on show."""
    wait_fact(page, "sweep", settings.sweep_id)
    wait_fact(page, "learningRate", driver.plain(settings.learning_rate))
    wait_fact(page, "epoch", epoch)
    rest(page)
    check_engine(page, settings)
    assert state(page, "sweep.plane.kind") == plane == page.locator("#plane").input_value()
    panels = page.locator("[data-panel]").evaluate_all("all => all.map(one => one.dataset.panel)")
    assert panels == ([view] if view else [])
    for field in (*FIRST_SCREEN, "epochs", "optimizer", "batch_size", "noise"):
        control = page.locator(f"#{field.replace('_', '-')}-control")
        shown = control.locator("select, .control-value").input_value()
        assert shown == str(getattr(settings, field))
    check_address(page, settings, epoch, plane, view)


def check_address(page: Page, settings: Settings, epoch: int, plane: str, view: str | None) -> None:
    """What the address says by now, read as the server reads it."""
    assert settings_of(query_of(page)) == settings
    words = words_of(page)
    assert words["epoch"] == str(epoch)
    assert words.get("plane", "anchored").split()[0] == plane
    assert words.get("view") == view


def test_a_link_a_change_a_reload_and_back_from_the_lesson(blank: Page, address: str) -> None:
    page = blank
    settings = Settings(
        **{"dataset": "noisy_parabola", "hidden_units": 6, "epochs": 80, "noise": 0.3},
        **{"optimizer": "adam", "batch_size": 20, "seed": 4, "learning_rate": 0.02},
    )
    visit(page, address, f"{query(settings)}&view=rate-axis&epoch=40&plane=sharpest")
    page.locator('[data-panel="rate-axis"]').wait_for(state="visible")
    check_place(page, settings, 40, "sharpest", "rate-axis")
    assert not is_more_open(page) and counted(page) == "4 changed"
    page.reload()
    wait_ready(page)
    page.locator('[data-panel="rate-axis"]').wait_for(state="visible")
    check_place(page, settings, 40, "sharpest", "rate-axis")
    # What is changed by hand is in the address as soon as all rests. Each training is one step of
    # the history, on whichever plane; rate, playhead and panel are none.
    steps = page.evaluate("() => history.length")
    choose_rate(page, 0.1)
    settings = set_up(page, replace(settings, learning_rate=0.1), seed=7)
    for name, chosen in (("hidden_units", 5), ("learning_rate", 0.09)):
        settings = set_up(page, settings, **{name: chosen})
    # Beside a panel there is room for two views, and the surface with its planes is none of them.
    page.locator("#close-side").click()
    driver.stay(page)
    page.locator("#plane").select_option("random")
    wait(page, "lab.state.sweep.plane.kind === 'random'")
    go_to(page, 63)
    check_place(page, settings, 63, "random", None)
    assert page.evaluate("() => history.length") == steps + 3
    # The lesson is a page of its own; Back leads to this one.
    page.locator("#go-lesson").click()
    wait_fact(page, "sweep", FIRST_CHAPTER.settings.sweep_id)
    wait_detail(page)
    driver.stay(page)
    assert "chapter=" in page.url
    page.go_back()
    expect(page.locator("#lesson")).to_be_hidden()
    check_place(page, settings, 63, "random", None)
    # There and back at once: the newest wish wins, whatever is under way.
    page.go_forward()
    page.locator("#lesson-text h2").wait_for(state="visible")
    page.go_back()
    expect(page.locator("#lesson")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    driver.stay(page)
    check_place(page, settings, 63, "random", None)
    # Back once more, and again: one state each, and no new step.
    page.go_back()
    wait(page, "lab.state.sweep.plane.kind === 'sharpest'")
    driver.stay(page)
    check_place(page, settings, 40, "sharpest", None)
    page.go_back()
    before = replace(settings, hidden_units=6, learning_rate=0.1)
    wait_fact(page, "sweep", before.sweep_id)
    driver.stay(page)
    check_place(page, before, 40, "sharpest", "rate-axis")
    page.go_forward()
    wait_fact(page, "sweep", settings.sweep_id)
    driver.stay(page)
    check_place(page, settings, 40, "sharpest", None)


def test_an_address_of_two_parameters(blank: Page, address: str) -> None:
    settings = Settings(dataset="parabola", hidden_units=4, epochs=60)
    visit(blank, address, f"{query(settings)}&plane=parameters+3+11&epoch=37")
    wait(blank, "lab.state.sweep.plane.frozen_at === 37")
    rest(blank)
    assert words_of(blank)["plane"] == "parameters 3 11"
    assert [state(blank, f"sweep.planeChoice.{name}") for name in ("first", "second")] == [3, 11]
    assert state(blank, "sweep.plane.names") == ["w4", "v4"]
    assert facts(blank)["sweep"] == settings.sweep_id
