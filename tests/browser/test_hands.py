"""What a hand does by mistake changes nothing, and what goes wrong can be put right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import facts, wait_detail, wait_fact

# What the browser and Dash write to the console of a request that fails.
BROKEN = r"Failed to load resource|Callback failed|Callback error|Failed to fetch"


def middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_across(page: Page, start: Locator, *over: Locator) -> None:
    """Presses on one element, moves over others from left to right, and lets go on the last."""
    page.mouse.move(*middle(start))
    page.mouse.down()
    for part in over:
        box = part.bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 0.2 * box["width"], y, steps=4)
        page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=8)
    page.mouse.up()
    driver.next_frames(page)


def test_a_drag_that_began_elsewhere_changes_nothing(page: Page) -> None:
    before = facts(page)
    strip, curves = page.locator("#strip"), page.locator("#curves")
    rates = page.locator("#rate-curve")
    for start in ("loss-surface", "fit", "descent-path"):
        drag_across(page, page.locator(f"#{start}"), strip, rates, curves)
        assert facts(page) == before, start
    driver.open_panel(page, "loss-by-rate")
    chart = page.locator('[data-slot="loss-by-rate"] canvas')
    drag_across(page, page.locator("#fit"), chart, strip)
    assert facts(page) == before
    # From one of them to another: each follows only what was pressed on it.
    drag_across(page, curves, strip)
    assert facts(page)["learningRate"] == before["learningRate"]
    assert facts(page)["epoch"] != before["epoch"]
    before = facts(page)
    drag_across(page, strip, curves, chart)
    after = facts(page)
    assert after["epoch"] == before["epoch"] and after["learningRate"] != before["learningRate"]


def test_only_the_main_button_sets_a_value(page: Page) -> None:
    before = facts(page)
    for button in ("right", "middle"):
        page.locator("#strip").click(button=button, position={"x": 20, "y": 5})  # type: ignore[arg-type]
        driver.next_frames(page)
        assert facts(page) == before


# ---- numbers, and the way back ----

CUT = """() => [...document.querySelectorAll("input.form-control[inputmode]")]
  .filter((field) => field.checkVisibility() && field.scrollWidth > field.clientWidth + 1)
  .map((field) => `${field.id}: ${field.value}`)"""


def test_every_number_is_shown_whole(page: Page) -> None:
    page.locator("#more summary").click()
    for field, value in (
        ("optimizer", "adamw"),
        ("weight_decay", 0.0003),
        ("initial_scale", 0.0125),
        ("epochs", 4321),
    ):
        driver.set_control(page, field, value)
    for rate in ("0.000125", "0.000001", "0.0123456789"):
        driver.type_rate(page, rate)
        wait_fact(page, "learningRate", f"{float(rate):.10f}".rstrip("0"))
        for width, height in ((1366, 768), (1280, 720), (1024, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            driver.next_frames(page)
            assert page.evaluate(CUT) == [], (rate, width, height)
        page.set_viewport_size({"width": 1366, "height": 768})


def test_reset_brings_the_opening_back_and_back_undoes_it(page: Page) -> None:
    opening = facts(page)
    address, query = page.url.partition("?")[::2]
    places = "() => [...document.querySelectorAll('[data-place]')].map((one) => one.dataset.place)"
    usual = page.evaluate(places)
    driver.train(page, dataset="parabola", hidden_units=5)
    driver.choose_plane(page, "random")
    driver.choose_rate(page, 0.2)
    driver.go_to(page, 50)
    page.locator('[data-swaps="loss-surface"]').click()
    driver.open_panel(page, "parameters")
    driver.stay(page)
    changed, search = facts(page), page.url.partition("?")[2]
    assert page.evaluate(places) != usual and "plane=random" in search
    page.locator("#reset").click()
    wait_fact(page, "sweep", opening["sweep"])
    wait_detail(page)
    driver.rest(page)
    assert facts(page) == opening and page.evaluate(places) == usual
    assert page.url == f"{address}?{query}" and page.locator("#side").is_hidden()
    assert driver.state(page, "sweep.planeChoice") is None
    page.go_back()
    wait_fact(page, "sweep", changed["sweep"])
    wait_detail(page)
    assert page.url.partition("?")[2] == search


def test_words_that_advise_more_epochs_open_them(open_page: Callable[..., Page]) -> None:
    page = open_page(size=(1366, 768))
    driver.choose_rate(page, 0.0001)
    advice = page.locator("#outcome-sentence [data-opens=epochs]")
    assert advice.inner_text() == "more epochs"
    assert not page.locator("#epochs").is_visible()
    advice.press("Enter")
    expect(page.locator("#epochs-value")).to_be_focused()
    page.keyboard.type("2000")
    page.keyboard.press("Enter")
    wait_fact(page, "sweep", Settings(epochs=2000).sweep_id)
    # On a phone the drawer comes along.
    page.set_viewport_size({"width": 390, "height": 844})
    driver.choose_rate(page, 0.000125)
    advice.click()
    assert is_drawer_open(page)
    expect(page.locator("#epochs-value")).to_be_focused()


def test_without_scripts_the_page_says_what_it_needs(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto(address)
    said = page.locator("body").inner_text()
    assert "Descent Lab needs JavaScript. Turn it on" in said and "Loading" not in said


# ---- words that explain themselves ----


def about_of(page: Page) -> dict[str, str]:
    """Each name that is on show, with its sentence."""
    found = page.evaluate("""() => [...document.querySelectorAll(".about")]
      .filter((one) => one.checkVisibility() && one.textContent)
      .map((one) => [one.textContent,
                     document.getElementById(one.getAttribute("aria-describedby")).textContent])""")
    return {name: sentence for name, sentence in found}


def test_readouts_and_charts_explain_themselves(page: Page) -> None:
    described, shown = about_of(page), page.locator("#about")
    assert {"Learning rate", "epoch", "train loss", "converging", "Fit"} < set(described)
    assert {"Descent path", "Loss surface", "Cross sections", "Training curves"} < set(described)
    assert any("beyond 0.0888" in name for name in described)
    for name in page.locator(".about:visible").all():
        sentence = described[name.text_content() or ""]
        assert sentence.endswith(".") and sentence.count(". ") == 0, sentence
        name.hover()
        expect(shown).to_have_text(sentence)
        box, size = shown.bounding_box(), page.viewport_size
        assert box is not None and size is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], sentence
        assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], sentence
        # A mouse may go over to it, and Escape puts it away.
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.wait_for_timeout(300)
        expect(shown).to_be_visible()
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
    page.mouse.move(5, 700)
    page.locator("#learning-rate-label").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(shown).to_have_text(described["Learning rate"])
    page.keyboard.press("Tab")
    expect(shown).to_be_hidden()
    # The outcome's is the outcome's own.
    driver.choose_rate(page, 0.1)
    page.locator("#fact-verdict").hover()
    expect(shown).to_contain_text("too large to compute with")


def test_a_finger_gets_the_explanation_too(open_page: Callable[..., Page]) -> None:
    page = open_page(size=(390, 844), has_touch=True, is_mobile=True)
    shown = page.locator("#about")
    for name in ("#fact-train-loss-label", "#descent-path-title button", "#learning-rate-label"):
        page.locator(name).tap()
        expect(shown).to_be_visible()
        page.locator("#headline").tap()
        expect(shown).to_be_hidden()


def test_a_drag_over_a_name_explains_nothing(page: Page) -> None:
    driver.grab(page, "learning-rate", 0.5)
    page.mouse.move(*middle(page.locator("#fit-title button")), steps=5)
    driver.next_frames(page)
    expect(page.locator("#about")).to_be_hidden()
    page.mouse.up()


# ---- the choices, where they slide in ----


def is_drawer_open(page: Page) -> bool:
    opener = page.locator("#open-rail")
    is_open = opener.get_attribute("aria-expanded") == "true"
    # It slides away, unless motion is reduced, as it is in tests.
    assert page.locator("#seed").is_visible() is is_open
    return is_open


@pytest.mark.parametrize(
    ("size", "query"),
    [((1366, 768), "?chapter=the-step"), ((820, 1180), "?chapter=the-step"), ((390, 844), "")],
)
def test_the_drawer_closes_in_three_ways_and_hides_nothing_that_is_needed(
    open_page: Callable[..., Page], address: str, size: tuple[int, int], query: str
) -> None:
    page = open_page(size=size)
    page.goto(f"{address}/{query}")
    driver.wait_ready(page)
    wait_detail(page)
    driver.stay(page)
    opener, before = page.locator("#open-rail"), facts(page)
    for _ in range(2):
        assert not is_drawer_open(page)
        opener.click()
        assert is_drawer_open(page)
        page.keyboard.press("Escape")
    opener.click()
    page.locator("#close-rail").click()
    assert not is_drawer_open(page)
    # All that can be pressed beside it: nothing is, and a second click is again one.
    for target in ("#faster", "#play", "#strip", "#theme"):
        opener.click()
        assert is_drawer_open(page)
        page.mouse.click(*visible_point(page, target))
        assert not is_drawer_open(page), target
    driver.next_frames(page)
    assert facts(page) == before
    assert page.locator("html").get_attribute("data-palette") == "light"
    assert page.locator("#play").get_attribute("data-playing") == "false"
    opener.click()
    drawer, play = page.locator("#rail").bounding_box(), page.locator("#play").bounding_box()
    assert drawer is not None and play is not None
    assert drawer["y"] + drawer["height"] <= play["y"]
    assert page.locator("#rail").evaluate("one => getComputedStyle(one).boxShadow") == "none"
    assert (
        page.locator("#rail-cover").evaluate("one => getComputedStyle(one).backgroundColor")
        == "rgba(0, 0, 0, 0)"
    )


def test_the_drawer_shows_its_controls_where_there_is_no_timeline(
    open_page: Callable[..., Page], address: str
) -> None:
    page = open_page()
    page.goto(f"{address}/?chapter=predict")
    driver.wait_ready(page)
    page.locator("#open-rail").click()
    page.locator("#seed").click()


def visible_point(page: Page, target: str) -> tuple[float, float]:
    """A point of an element that the drawer does not hide."""
    box = page.locator(target).bounding_box()
    drawer = page.locator("#rail").bounding_box()
    assert box is not None and drawer is not None
    x, y = box["x"] + box["width"] - 3, box["y"] + box["height"] / 2
    assert x > drawer["x"] + drawer["width"] or not drawer["y"] < y < drawer["y"] + drawer["height"]
    return x, y


# ---- a server that is not there ----


def connection(page: Page) -> str:
    page.locator("#connection").wait_for(state="visible")
    return page.locator("#connection-words").inner_text()


def check_seven_waits(page: Page) -> None:
    """The seed that was asked for stands in its control, and the page says what it shows."""
    said = connection(page)
    assert said.startswith("Not connected. ")
    assert "Waiting to train: seed 7. The pictures still show seed 0." in said
    assert facts(page)["sweep"] == Settings().sweep_id
    assert page.locator("#seed").input_value() == page.locator("#seed-value").input_value() == "7"
    assert page.locator("#seed-control").evaluate("one => one.classList.contains('waits')")
    assert page.locator("#busy").is_hidden()


def check_seven_is_trained(page: Page, learning_rate: float = 0.01) -> None:
    wait_fact(page, "sweep", Settings(seed=7).sweep_id)
    page.locator("#connection").wait_for(state="hidden")
    wait_detail(page)
    assert page.locator("#seed").input_value() == "7" and driver.message(page) == ""
    assert page.locator(".waits").count() == 0
    assert driver.number(page, "learningRate") == learning_rate
    detail = driver.engine_run(Settings(seed=7, learning_rate=learning_rate))
    epoch = int(facts(page)["epoch"])
    assert driver.number(page, "trainLoss") == float(detail.train_loss[epoch])


def test_offline_the_settings_wait_and_are_trained_by_themselves(
    open_page: Callable[..., Page], watch: Watch
) -> None:
    watch.allow(BROKEN)
    # In a context of its own: that of the other tests must not stay offline.
    page = open_page(size=(1366, 768))
    wait_detail(page)
    page.context.set_offline(True)
    # The network alone is enough to say so: nothing has been asked yet.
    assert "You can keep exploring this run" in connection(page)
    driver.choose(page, "seed", 7)
    driver.wait(page, "document.getElementById('connection-words').textContent.includes('seed 7')")
    check_seven_waits(page)
    # What is on show goes on working, and what waits has the rate that is chosen meanwhile.
    driver.choose_rate(page, 0.05)
    driver.press(page, "playhead", "End")
    assert facts(page)["epoch"] == "1000"
    check_seven_waits(page)
    page.context.set_offline(False)
    check_seven_is_trained(page, learning_rate=0.05)


def test_a_failing_server_is_tried_again(page: Page, watch: Watch) -> None:
    watch.allow(BROKEN)
    for failure in (None, 500, 502):
        driver.set_control(page, "seed", 0)
        wait_fact(page, "sweep", Settings().sweep_id)
        wait_detail(page)
        check_failing(page, failure)


def check_failing(page: Page, status: int | None) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=status, body="no") if status else route.abort()

    page.route(driver.UPDATES, fail)
    driver.choose(page, "seed", 7)
    check_seven_waits(page)
    page.locator("#retry").click()
    driver.next_frames(page, 10)
    check_seven_waits(page)
    page.unroute(driver.UPDATES)
    check_seven_is_trained(page)


def test_retry_asks_at_once(page: Page, watch: Watch) -> None:
    watch.allow(BROKEN)
    # By itself this page would never try again.
    page.evaluate("""() => {
      const { setTimeout } = window;
      window.setTimeout = (call, delay, ...rest) =>
        setTimeout.call(window, call, delay > 500 ? 1e8 : delay, ...rest);
    }""")
    page.route(driver.UPDATES, lambda route: route.abort())
    driver.choose(page, "seed", 7)
    check_seven_waits(page)
    page.unroute(driver.UPDATES)
    page.locator("#retry").click()
    wait_fact(page, "sweep", Settings(seed=7).sweep_id)
    page.locator("#connection").wait_for(state="hidden")


def test_what_waits_can_be_given_up(page: Page, watch: Watch) -> None:
    watch.allow(BROKEN)
    page.route(driver.UPDATES, lambda route: route.abort())
    driver.type_rate(page, "0.033")
    assert "learning rate 0.033. The pictures still show learning rate 0.01" in connection(page)
    assert page.locator("#learning-rate-value").input_value() == "0.033"
    # Another rate of those on show is not waited for.
    driver.choose_rate(page, 0.02)
    assert "Waiting" not in connection(page)
    assert page.locator("#learning-rate-value").input_value() == "0.02"
    driver.choose(page, "seed", 7)
    driver.wait(page, "document.getElementById('connection-words').textContent.includes('seed 7')")
    page.locator("#close-connection").click()
    page.locator("#connection").wait_for(state="hidden")
    assert page.locator("#seed").input_value() == page.locator("#seed-value").input_value() == "0"
    page.unroute(driver.UPDATES)
    wait_detail(page)
    assert facts(page)["sweep"] == Settings().sweep_id


# ---- refusals ----


def test_a_refusal_stands_once_at_the_control_that_was_changed(page: Page) -> None:
    driver.train(page, dataset="parabola", hidden_units=64)
    page.locator("#more summary").click()
    top = page.locator("#views").bounding_box()
    driver.set_control(page, "hidden_layers", 3)
    said = driver.wait_message(page)
    # The server names the epochs, for which it has a number.
    assert said.startswith("With 3 layers of 64 hidden units the limit is ") and "\n" not in said
    place = page.locator("#hidden-layers-error")
    assert place.inner_text() == said
    assert page.locator("#hidden-layers").input_value() == "1"
    assert page.locator("#views").bounding_box() == top
    place.get_by_role("button", name="close").click()
    assert driver.message(page) == "" and place.is_hidden()


def test_a_refused_rate_stands_at_its_field(page: Page) -> None:
    top = page.locator("#views").bounding_box()
    driver.type_rate(page, "7x")
    said = driver.wait_message(page)
    assert page.locator("#learning-rate-error").inner_text() == said
    assert page.locator("#views").bounding_box() == top
    driver.choose_rate(page, 0.02)
    assert driver.message(page) == ""


def test_any_other_message_can_be_closed_and_moves_nothing(page: Page, address: str) -> None:
    top = page.locator("#views").bounding_box()
    page.goto(f"{address}?v=1&optimizer=none")
    driver.wait_ready(page)
    driver.wait_message(page)
    assert page.locator("#views").bounding_box() == top
    page.locator("#close-message").click()
    assert driver.message(page) == "" and page.locator("#close-message").is_hidden()


# ---- the first visit ----

# Counts what is added to the path's picture, from the first script on.
GHOSTS = """() => {
  window.ghosts = [];
  new MutationObserver((changes) => changes.forEach(({ addedNodes, removedNodes }) => {
    for (const one of addedNodes) if (one.id === "ghost") window.ghosts.push("came");
    for (const one of removedNodes) if (one.id === "ghost") window.ghosts.push("went");
  })).observe(document, { childList: true, subtree: true });
}"""


def visit(page: Page, address: str, motion: str = "no-preference") -> Page:
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    page.add_init_script(f"({GHOSTS})()")
    page.goto(address)
    driver.wait_ready(page)
    return page


def test_the_first_visit_shows_the_first_step_once(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    context = context_of()
    page = visit(context.new_page(), address)
    driver.wait(page, "window.ghosts.join() === 'came,went'")
    assert facts(page)["epoch"] == "0"
    assert page.locator("#learning-rate.pulses").count() == 1
    page.mouse.click(5, 400)
    assert page.locator("#learning-rate.pulses").count() == 0
    # Once and never again; nor at an address that asks for something.
    for link in ("", "/?v=1&epoch=0"):
        other = visit(context.new_page(), address + link)
        other.wait_for_timeout(1500)
        assert other.evaluate("() => window.ghosts") == []


def test_others_are_not_shown_the_first_step(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    for query, motion in (
        ("", "reduce"),
        ("/?embed=1", "no-preference"),
        ("/?chapter=the-step", "no-preference"),
    ):
        page = visit(context_of().new_page(), address + query, motion)
        page.wait_for_timeout(1500)
        assert page.evaluate("() => window.ghosts") == [], query
        assert page.locator("#learning-rate.pulses").count() == 0, query
