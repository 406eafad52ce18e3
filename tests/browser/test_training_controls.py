"""Seed, hidden units, data set and epochs train again; answers may be late, refused or missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from app.domain.settings import Settings
from components import ids
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


# The page waits long before it says that the server is silent: here it does not.
HURRY = """() => {
  const { setTimeout } = window;
  window.setTimeout = (call, delay, ...rest) =>
    setTimeout.call(window, call, delay >= 5000 ? 800 : delay, ...rest);
  window.takeTime = () => (window.setTimeout = setTimeout);
}"""


def check_engine(page: Page, settings: Settings) -> None:
    """The third epoch on show is the engine's."""
    shown = facts(page)
    assert shown["sweep"] == settings.sweep_id
    detail = driver.engine_run(settings)
    assert float(shown["trainLoss"]) == float(detail.train_loss[int(shown["epoch"])])


def test_it_trains_while_it_is_dragged(page: Page, watch: Watch) -> None:
    final: dict[str, int] = {}
    for name, start, end, value in (
        ("seed", 0, 1, 99),
        ("hidden-units", 0, 0.5, 32),
        ("epochs", 990 / 4990, 0, 10),
    ):
        before = facts(page)["sweep"]
        driver.grab(page, name, start)
        driver.drag_to(page, name, (start + end) / 2, steps=10)
        wait(page, "document.getElementById('facts').dataset.sweep !== argument", before)
        driver.drag_to(page, name, end, steps=20)
        page.mouse.up()
        final[name.replace("-", "_")] = value
        settings = Settings(**final)  # type: ignore[arg-type]
        wait_fact(page, "sweep", settings.sweep_id)
        assert page.locator(f"#{name}").input_value() == str(value)
        wait_detail(page)
        check_engine(page, settings)
    assert watch.most_trainings_in_flight == 1


def test_one_request_in_flight_and_the_newest_wins(page: Page, watch: Watch) -> None:
    gate = Gate(page, "train-request")
    for seed in (1, 2, 3, 4):
        driver.choose(page, "seed", seed)
    gate.wait_for(1)
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


def test_a_busy_server_is_asked_again_for_the_newest_choice(page: Page) -> None:
    asked: list[str] = []

    def busy_once(route: Route) -> None:
        body = route.request.post_data or ""
        if driver.asks(body, "train-request"):
            asked.append(body)
        if asked != [body]:
            return route.continue_()
        ticket = json.loads(body)["inputs"][0]["value"]["ticket"]
        answer = {"ticket": ticket, "error": "Busy.", "field": None, "again": 0.1}
        return route.fulfill(json={"multi": True, "response": {ids.TRAIN_ANSWER: {"data": answer}}})

    page.route(driver.UPDATES, busy_once)
    # In one go: the first is sent, and the last waits for its answer.
    page.evaluate(
        """() => {
          const seed = document.getElementById("seed");
          for (seed.value of ["1", "2", "3"]) {
            for (const name of ["input", "change"]) {
              seed.dispatchEvent(new Event(name, { bubbles: true }));
            }
          }
        }"""
    )
    wait_fact(page, "sweep", Settings(seed=3).sweep_id)
    first, second = asked
    assert '"seed":1' in first and '"seed":3' in second
    driver.wait_no_message(page)


def test_different_controls_at_once(page: Page) -> None:
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 8)
    gate.wait_for(1)
    driver.choose(page, "hidden-units", 6)
    page.locator("#dataset").select_option("parabola")
    driver.choose(page, "epochs", 200)
    driver.choose_rate(page, 0.1)
    gate.open()
    settings = Settings(dataset="parabola", seed=8, hidden_units=6, epochs=200, learning_rate=0.1)
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
        ("epochs", "ArrowRight", {"epochs": 1010}),
        ("epochs", "Home", {"epochs": 10}),
    ):
        driver.press(page, name, keys)
        wait_fact(page, "sweep", Settings(**settings).sweep_id)


def test_a_late_sweep_is_shown_at_the_rate_that_is_chosen_by_then(page: Page) -> None:
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
    wait_fact(page, "sweep", Settings(learning_rate=0.09).sweep_id)
    wait_detail(page)
    assert facts(page)["learningRate"] == "0.02"
    assert page.locator("#learning-rate-value").input_value() == "0.02"


def test_late_inspections_are_dropped(page: Page) -> None:
    page.evaluate(WATCH_DETAIL)
    gate = Gate(page, "inspect-request")
    # An answer to the last rate, while the new one waits or is under way.
    for learning_rate in (0.02, 0.05, 0.08):
        driver.choose_rate(page, learning_rate)
        gate.wait_for(1)
        driver.stay(page)
    with page.expect_response(driver.UPDATES):
        gate.let_go()
    driver.stay(page)
    # An answer to the last sweep.
    driver.choose_rate(page, 0.04)
    gate.wait_for(1)
    driver.train(page, seed=6)
    gate.open()
    wait_detail(page)
    driver.stay(page)
    assert page.evaluate("() => window.mismatches") == []
    check_engine(page, Settings(seed=6, learning_rate=0.04))


def test_too_much_work_is_refused_and_nothing_is_lost(page: Page) -> None:
    driver.train(page, dataset="parabola", hidden_units=64)
    wait_detail(page)
    before = facts(page)
    driver.choose(page, "epochs", 5000)
    said = driver.wait_message(page)
    assert said.startswith("With 64 hidden units the limit is ")
    assert facts(page) == before
    assert page.locator("#epochs").input_value() == "1000"
    check_engine(page, Settings(dataset="parabola", hidden_units=64))
    driver.train(page, hidden_units=0)
    driver.wait_no_message(page)
    # The same the other way round, by hand: the slider goes back to what is on show.
    driver.train(page, epochs=5000)
    driver.grab(page, "hidden-units", 0)
    driver.drag_to(page, "hidden-units", 1, steps=4)
    driver.wait_message(page)
    page.mouse.up()
    wait_detail(page)
    wait(
        page,
        "document.getElementById('hidden-units').value"
        " === String(lab.state.sweep.settings.hidden_units)",
    )


def test_typed_numbers_train_and_move_their_slider(page: Page) -> None:
    final: dict[str, int] = {}
    for name, text, value in (
        ("epochs", "1234", 1234),
        ("seed", "37", 37),
        ("hidden-units", " 12 ", 12),
        ("epochs", "2e2", 200),
    ):
        driver.type_number(page, name, text)
        final[name.replace("-", "_")] = value
        settings = Settings(**final)  # type: ignore[arg-type]
        wait_fact(page, "sweep", settings.sweep_id)
        assert page.locator(f"#{name}").input_value() == str(value)
        assert page.locator(f"#{name}-value").input_value() == str(value)
    wait_detail(page)
    check_engine(page, settings)


def test_bad_numbers_are_refused_with_a_sentence(page: Page) -> None:
    before = facts(page)
    for name, text in (
        ("seed", "100"),
        ("seed", "-1"),
        ("seed", "1.5"),
        ("hidden-units", "65"),
        ("hidden-units", "many"),
        ("epochs", "9"),
        ("epochs", "5001"),
        ("epochs", ""),
        ("epochs", "NaN"),
    ):
        driver.close_messages(page)
        stood = page.locator(f"#{name}").input_value()
        driver.type_number(page, name, text)
        said = driver.wait_message(page)
        assert "must be a whole number from" in said and said.endswith("."), said
        assert facts(page) == before
        assert page.locator(f"#{name}").input_value() == stood
        assert page.locator(f"#{name}-value").input_value() == stood
    driver.train(page, seed=9)
    driver.wait_no_message(page)


def test_thousands_are_asked_about_and_nothing_is_trained(page: Page, watch: Watch) -> None:
    before = facts(page)
    driver.type_number(page, "epochs", "2,500")
    error = page.locator("#epochs-error")
    error.wait_for(state="visible")
    assert error.inner_text() == "Does 2,500 mean 2500 or 2.5? Write 2500 or 2.5."
    driver.type_rate(page, "1,000")
    # One sentence at a time, at the control that was changed last.
    assert driver.message(page).startswith("Does 1,000 mean 1000 or 1.0?")
    driver.stay(page)
    assert facts(page) == before and watch.most_trainings_in_flight == 0
    driver.type_number(page, "epochs", "2500")
    driver.wait_no_message(page)
    assert driver.state(page, "sweep.settings.epochs") == 2500


# ---- failures ----


OTHER_ANSWERS: list[tuple[dict[str, Any] | None, str]] = [
    ({"status": 401, "body": "Unauthorized"}, "You were signed out: open the page again"),
    ({"status": 200, "content_type": "text/html", "body": "<form>"}, "You were signed out"),
    # The app's own request guard.
    (None, "The request must be a JSON object with an output and inputs."),
]


def test_an_answer_of_another_server_is_told_at_once(page: Page, watch: Watch) -> None:
    # Dash reads the text of a 401 twice.
    watch.allow("Failed to load resource|Callback error|not valid JSON|body stream already read")
    for answer, sentence in OTHER_ANSWERS:
        check_other_answer(page, answer, sentence)
        driver.train(page, seed=0)
        driver.wait_detail(page)


def check_other_answer(page: Page, answer: dict[str, Any] | None, sentence: str) -> None:
    before = facts(page)

    def other(route: Route) -> None:
        route.continue_(post_data="{}") if answer is None else route.fulfill(**answer)

    page.route(driver.UPDATES, other)
    driver.choose(page, "seed", 12)
    # Of a silent server the page would say something else.
    assert driver.wait_message(page).startswith(sentence)
    driver.stay(page)
    assert facts(page) == before and page.locator("#seed").input_value() == "0"
    page.unroute(driver.UPDATES)
    driver.train(page, seed=13)
    driver.wait_no_message(page)


def test_an_inspection_that_failed_is_asked_for_again(page: Page, watch: Watch) -> None:
    watch.allow("Failed to load resource|Callback error")
    page.evaluate(HURRY)
    page.route(driver.UPDATES, lambda route: route.fulfill(status=502))
    driver.choose_rate(page, 0.05)
    assert driver.wait_message(page).startswith("Not connected. The server is restarting.")
    page.unroute(driver.UPDATES)
    wait_detail(page)
    driver.wait_no_message(page)


def test_a_spinner_for_long_trainings_and_a_reload_in_the_middle_of_one(page: Page) -> None:
    gate = Gate(page, "train-request")
    driver.choose(page, "seed", 41)
    gate.wait_for(1)
    page.locator("#busy").wait_for(state="visible")
    gate.let_go()
    page.locator("#busy").wait_for(state="hidden")
    wait_fact(page, "sweep", Settings(seed=41).sweep_id)
    driver.choose(page, "seed", 21)
    gate.wait_for(1)
    gate.waiting.clear()
    page.unroute(driver.UPDATES)
    page.reload()
    driver.wait_ready(page)
    wait_detail(page)
    assert int(page.locator("#seed").input_value()) == driver.state(page, "sweep.settings.seed")
    driver.train(page, seed=22)
    wait_detail(page)
    check_engine(page, Settings(seed=22))


def test_two_tabs_do_not_disturb_each_other(
    open_page: Callable[..., Page], context_of: Callable[..., BrowserContext]
) -> None:
    context = context_of()
    one, other = open_page(context), open_page(context)
    driver.choose(one, "seed", 31)
    driver.choose(other, "seed", 32)
    driver.choose_rate(other, 0.05)
    for page, settings in (
        (other, Settings(seed=32, learning_rate=0.05)),
        (one, Settings(seed=31)),
    ):
        page.bring_to_front()
        wait_fact(page, "sweep", settings.sweep_id)
        wait_detail(page)
        check_engine(page, settings)
        assert float(facts(page)["learningRate"]) == settings.learning_rate
