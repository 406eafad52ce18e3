"""Seed, hidden units, data set and epochs train again; answers may be late, refused or missing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from app.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import Gate, facts, wait, wait_detail, wait_fact

# Samples every frame whether the detail on show belongs to the run and sweep on show.
WATCH_DETAIL = """() => {
  window.mismatches = [];
  const look = () => {
    const { detail, run, sweep } = window.descentLab.state;
    if (detail && (detail.run !== run || detail.sweep_id !== sweep.sweep_id)) {
      window.mismatches.push([detail.run, run, detail.sweep_id, sweep.sweep_id]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def check_engine(page: Page, settings: Settings) -> None:
    """The third epoch on show is the engine's."""
    shown = facts(page)
    assert shown["sweep"] == settings.sweep_id
    detail = driver.engine_run(settings)
    assert float(shown["trainLoss"]) == float(detail.train_loss[int(shown["epoch"])])


@pytest.mark.parametrize(
    ("name", "start", "end", "final"),
    [
        ("seed", 0, 1, {"seed": 99}),
        ("hidden-units", 0, 0.5, {"hidden_units": 32}),
        ("epochs", 8 / 13, 0, {"epochs": 10}),
    ],
)
def test_it_trains_while_it_is_dragged(
    page: Page, watch: Watch, name: str, start: float, end: float, final: dict[str, int]
) -> None:
    before = facts(page)["sweep"]
    driver.grab(page, name, start)
    driver.drag_to(page, name, (start + end) / 2, steps=15)
    wait(page, "document.getElementById('facts').dataset.sweep !== argument", before)
    driver.drag_to(page, name, end, steps=25)
    page.mouse.up()
    settings = Settings(**final)  # type: ignore[arg-type]
    wait_fact(page, "sweep", settings.sweep_id)
    wait_detail(page)
    check_engine(page, settings)
    assert watch.most_trainings_in_flight == 1


def test_one_request_in_flight_and_the_newest_wins(page: Page, watch: Watch) -> None:
    gate = Gate(page, "train-request")
    for seed in (1, 2, 3, 4):
        driver.choose(page, "seed", seed)
    gate.wait_for(1)
    page.wait_for_timeout(300)
    assert len(gate.waiting) == 1
    gate.let_go()
    # Seed 1 is answered; of those that waited only the newest is asked for.
    gate.wait_for(1)
    assert '"seed":4' in (gate.waiting[0].request.post_data or "")
    gate.open()
    wait_fact(page, "sweep", Settings(seed=4).sweep_id)
    wait_detail(page)
    check_engine(page, Settings(seed=4))
    assert page.locator("#seed").input_value() == "4"
    trainings = [one for one in watch.requests if driver.asks(one.post_data, "train-request")]
    assert len(trainings) == 2
    assert watch.most_trainings_in_flight == 1


def test_different_controls_at_once(page: Page) -> None:
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 8)
    gate.wait_for(1)
    driver.choose(page, "hidden-units", 6)
    page.locator("#dataset").select_option("parabola")
    driver.choose_epochs(page, 200)
    driver.choose_rate(page, 0.1)
    gate.open()
    settings = Settings(
        dataset="parabola", seed=8, hidden_units=6, epochs=200, learning_rate=0.1
    )
    wait_fact(page, "sweep", settings.sweep_id)
    wait_detail(page)
    assert facts(page)["learningRate"] == "0.1"
    check_engine(page, settings)
    assert page.locator("#seed").input_value() == "8"
    assert page.locator("#hidden-units").input_value() == "6"
    assert page.locator("#dataset").input_value() == "parabola"


def test_keys_on_the_other_sliders(page: Page) -> None:
    for name, keys, settings in (
        ("seed", "ArrowRight", {"seed": 1}),
        ("seed", "End", {"seed": 99}),
        ("seed", "Home", {}),
        ("hidden-units", "ArrowUp ArrowUp", {"hidden_units": 2}),
        ("hidden-units", "Home", {}),
        ("epochs", "ArrowRight", {"epochs": 1500}),
        ("epochs", "Home", {"epochs": 10}),
    ):
        driver.press(page, name, keys)
        wait_fact(page, "sweep", Settings(**settings).sweep_id)


def test_the_learning_rate_goes_on_while_a_training_runs(page: Page) -> None:
    """The sweep that arrives late is shown at the rate that is chosen by then."""
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 5)
    gate.wait_for(1)
    driver.choose_rate(page, 0.05)
    assert facts(page)["sweep"] == Settings().sweep_id
    gate.open()
    settings = Settings(seed=5, learning_rate=0.05)
    wait_fact(page, "sweep", settings.sweep_id)
    assert facts(page)["learningRate"] == "0.05"
    wait_detail(page)
    check_engine(page, settings)


def test_a_typed_rates_late_answer_does_not_take_the_slider_away(page: Page) -> None:
    gate = Gate(page, "train-request")
    driver.type_rate(page, "0.09")
    gate.wait_for(1)
    driver.choose_rate(page, 0.02)
    gate.open()
    page.wait_for_load_state("networkidle")
    wait_detail(page)
    assert facts(page)["learningRate"] == "0.02"
    assert page.locator("#learning-rate-value").input_value() == "0.02"


def test_late_inspections_are_dropped(page: Page) -> None:
    page.evaluate(WATCH_DETAIL)
    gate = Gate(page, "inspect-request")
    driver.choose_rate(page, 0.02)
    gate.wait_for(1)
    driver.choose_rate(page, 0.05)
    gate.let_go()
    page.wait_for_timeout(500)
    gate.open()
    wait_detail(page)
    assert page.evaluate("() => window.mismatches") == []
    assert driver.state(page, "detail.run") == driver.state(page, "run")


def test_an_inspection_that_comes_after_a_newer_one_is_dropped(page: Page) -> None:
    page.evaluate(WATCH_DETAIL)
    gate = Gate(page, "inspect-request")
    driver.choose_rate(page, 0.02)
    gate.wait_for(1)
    driver.choose_rate(page, 0.05)
    gate.wait_for(2)
    late = gate.waiting.pop(0)
    gate.let_go()
    wait(page, "lab.state.detail && lab.state.detail.run === lab.state.run")
    late.continue_()
    page.wait_for_timeout(500)
    wait_detail(page)
    assert page.evaluate("() => window.mismatches") == []
    gate.open()


def test_a_late_inspection_of_the_last_sweep_is_dropped(page: Page) -> None:
    page.evaluate(WATCH_DETAIL)
    gate = Gate(page, "inspect-request")
    driver.choose_rate(page, 0.02)
    gate.wait_for(1)
    driver.train(page, seed=6)
    gate.open()
    wait_detail(page)
    assert page.evaluate("() => window.mismatches") == []
    check_engine(page, Settings(seed=6, learning_rate=0.02))


def test_too_much_work_is_refused_and_nothing_is_lost(page: Page) -> None:
    driver.train(page, hidden_units=64)
    wait_detail(page)
    before = facts(page)
    driver.choose_epochs(page, 5000)
    said = driver.wait_message(page)
    assert "64" in said and "5000" in said and "epochs fit" in said
    assert facts(page) == before
    stops = page.evaluate("() => document.querySelector('[data-stops]').dataset.stops.split(' ')")
    wait(page, "document.getElementById('epochs').value === argument", str(stops.index("1000")))
    check_engine(page, Settings(hidden_units=64))
    driver.train(page, hidden_units=3)
    driver.wait_no_message(page)


def test_work_refused_while_a_slider_is_dragged_puts_it_back(page: Page) -> None:
    """5000 epochs do not fit with 64 units: the slider goes back to what is on show."""
    driver.train(page, epochs=5000)
    wait_detail(page)
    driver.grab(page, "hidden-units", 0)
    driver.drag_to(page, "hidden-units", 1, steps=4)
    driver.wait_message(page)
    page.mouse.up()
    page.wait_for_load_state("networkidle")
    wait(page, "Number(document.getElementById('hidden-units').value) === lab.state.sweep.settings.hidden_units")


# ---- failures ----


@pytest.mark.parametrize("failure", ["abort", "500"])
def test_a_failing_server_leaves_the_page_usable(page: Page, watch: Watch, failure: str) -> None:
    watch.allow(r"Failed to load resource|_dash-update-component|Callback error|Failed to fetch")

    def fail(route) -> None:
        if not driver.asks(route.request.post_data, "train-request"):
            route.continue_()
        elif failure == "abort":
            route.abort()
        else:
            route.fulfill(status=500, body="no")

    page.route(driver.UPDATES, fail)
    before = facts(page)
    driver.choose(page, "seed", 12)
    said = driver.wait_message(page)
    assert "server" in said.lower()
    assert facts(page) == before
    assert page.locator("#seed").input_value() == "0"
    assert page.locator("#busy").is_hidden()
    # What is on show still works without the server.
    driver.choose_rate(page, 0.05)
    driver.press(page, "playhead", "End")
    assert facts(page)["epoch"] == "1000"
    # And when the server is back, so is training.
    page.unroute(driver.UPDATES)
    driver.train(page, seed=13)
    driver.wait_no_message(page)
    wait_detail(page)
    check_engine(page, Settings(seed=13, learning_rate=0.05))


def test_a_failing_inspection_is_silent_or_said_but_never_fatal(page: Page, watch: Watch) -> None:
    watch.allow(r"Failed to load resource|_dash-update-component|Callback error|Failed to fetch")
    page.route(driver.UPDATES, lambda route: route.abort())
    driver.choose_rate(page, 0.05)
    page.wait_for_timeout(800)
    page.unroute(driver.UPDATES)
    driver.choose_rate(page, 0.08)
    wait_detail(page)
    assert facts(page)["learningRate"] == "0.08"


def test_a_reload_in_the_middle_of_a_training(page: Page) -> None:
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 21)
    gate.wait_for(1)
    gate.waiting.clear()
    page.unroute(driver.UPDATES)
    page.reload()
    driver.wait_ready(page)
    wait_detail(page)
    sweep = facts(page)["sweep"]
    seed = int(page.locator("#seed").input_value())
    wait_fact(page, "sweep", Settings(seed=driver.state(page, "sweep.settings.seed")).sweep_id)
    assert seed == driver.state(page, "sweep.settings.seed")
    assert sweep == facts(page)["sweep"]
    driver.train(page, seed=22)
    wait_detail(page)
    check_engine(page, Settings(seed=22))


def test_two_tabs_do_not_disturb_each_other(open_page, context_of) -> None:
    context = context_of()
    one, other = open_page(context), open_page(context)
    driver.choose(one, "seed", 31)
    driver.choose(other, "seed", 32)
    driver.choose_rate(one, 0.05)
    for page, settings in ((one, Settings(seed=31, learning_rate=0.05)), (other, Settings(seed=32))):
        page.bring_to_front()
        wait_fact(page, "sweep", settings.sweep_id)
        wait_detail(page)
        check_engine(page, settings)
        assert float(facts(page)["learningRate"]) == settings.learning_rate


def test_a_spinner_only_for_long_trainings(page: Page) -> None:
    """Held for half a second it shows; when the answer is there it goes."""
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 41)
    gate.wait_for(1)
    page.locator("#busy").wait_for(state="visible")
    gate.open()
    page.locator("#busy").wait_for(state="hidden")
    wait_fact(page, "sweep", Settings(seed=41).sweep_id)
