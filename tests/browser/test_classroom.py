"""In front of a class: presenting, the curtain, the keys; sharing and taking away."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.exports.script import script
from components import theme
from tests.browser import driver
from tests.browser.driver import facts, state, wait_detail
from tests.readers import settings_of

PRESENTED = 20
# Words on the page that are smaller than a class can read.
SMALL = """(least) => [...document.querySelectorAll("body *")].filter((one) =>
    one.checkVisibility()
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    && parseFloat(getComputedStyle(one).fontSize) < least - 0.01
    && !one.closest("svg, mjx-container")
  ).map((one) => `${one.tagName}#${one.id} ${one.textContent.slice(0, 20)}`)"""
# The same on Plotly's pictures.
SMALL_IN_PICTURES = """(least) => [...document.querySelectorAll(".plot svg text")].filter((one) =>
    one.checkVisibility() && one.textContent.trim()
    && parseFloat(getComputedStyle(one).fontSize) < least - 0.01
  ).map((one) => one.textContent)"""


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)
    driver.next_frames(page, 4)


def cards(page: Page) -> list[str]:
    return [name for name in driver.VIEWS if page.locator(f"#{name}-card").is_visible()]


# The pixels of the path's colour in a column of the curve over the slider.
THICKNESS = """([red, green, blue]) => {
  const overlay = window.descentLab.overlays["rate-curve"];
  const { left, right, top, bottom } = overlay.axes[""];
  const x = Math.round(0.3 * left + 0.7 * right);
  const { data } = overlay.context.getImageData(x, top, 1, bottom - top);
  let count = 0;
  for (let k = 0; k < data.length; k += 4) count += data[k] === red
    && data[k + 1] === green && data[k + 2] === blue ? data[k + 3] / 255 : 0;
  return count; }"""


def rgb(name: str, index: int = 0) -> list[int]:
    colour = theme.PALETTE[name][index]
    return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]


def test_presenting_fills_the_screen_with_one_or_two_legible_views(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page(size=(1280, 720))
    wait_detail(page)
    thin = page.evaluate(THICKNESS, rgb("path"))
    keys(page, "p")
    assert cards(page) == ["descent-path", "fit"]
    driver.stay(page)
    assert page.evaluate(SMALL, PRESENTED) == []
    assert page.evaluate(SMALL_IN_PICTURES, PRESENTED) == []
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
    assert thin > 1 and page.evaluate(THICKNESS, rgb("path")) > 1.3 * thin
    what_moves_sits_on_the_enlarged_picture(page)
    # A third view takes the place of the first; one that is there goes, but never the last.
    keys(page, "5")
    assert cards(page) == ["fit", "curves"]
    keys(page, "4", "5")
    assert cards(page) == ["curves"]
    driver.stay(page)
    assert parse_qs(urlsplit(page.url).query)["present"] == ["curves"]
    page.reload()
    driver.wait_ready(page)
    driver.wait(page, "document.body.classList.contains('present')")
    assert cards(page) == ["curves"]
    keys(page, "Escape")
    assert cards(page) == list(driver.VIEWS)
    driver.stay(page)
    assert "present" not in page.url
    # A narrow window is not filled.
    driver.resize(page, 390, 844)
    keys(page, "p")
    assert "800 pixels" in driver.wait_message(page)
    assert not page.evaluate("() => document.body.classList.contains('present')")


def what_moves_sits_on_the_enlarged_picture(page: Page) -> None:
    gap = page.evaluate(
        """() => { const { plot, host } = window.descentLab.overlays["fit"];
             return Math.abs(plot._fullLayout.width - host.clientWidth); }"""
    )
    assert gap <= 1
    weight, bias = (float(facts(page)[name]) for name in ("weight", "bias"))
    # The fit's line, where it crosses the middle of the picture, has the path's colour.
    colour = page.evaluate(
        """([weight, bias]) => { const lab = window.descentLab; const overlay = lab.overlays["fit"];
             const axes = lab.flatAxes(overlay);
             const ratio = devicePixelRatio;
             const pixel = (axes.left + axes.right) / 2;
             const y = axes.y(weight * axes.toX(pixel) + bias);
             return [...overlay.context.getImageData(pixel * ratio, y * ratio, 1, 1).data]; }""",
        [weight, bias],
    )
    assert colour[:3] == rgb("path")


def cell(page: Page, rate: float) -> dict[str, str]:
    """What the strip says of a learning rate."""
    at = page.locator("#strip .cell").nth(SLIDER_LEARNING_RATES.index(rate))
    return at.evaluate("(cell) => ({ ...cell.dataset, title: cell.title })")


def told(page: Page) -> list[str]:
    """Which cells of the strip tell an outcome."""
    return page.locator("#strip .cell").evaluate_all(
        "(cells) => cells.map((one) => one.dataset.verdict).filter(Boolean)"
    )


def test_the_curtain_reveals_one_rate_at_a_time(page: Page) -> None:
    page.locator("h1").click()
    driver.choose_rate(page, 0.05)
    page.locator("h1").click()
    # Nothing plays on behind it.
    keys(page, "ArrowRight", " ", "c")
    assert not state(page, "playing") and facts(page)["epoch"] == "0"
    assert (facts(page)["verdict"], facts(page)["divergedAt"], told(page)) == ("", "", [])
    assert driver.explanation(page).strip() == ""
    # Where training should arrive is hidden as well, in pictures and in words.
    shown = """() => ["descent-path", "fit"].map((name) =>
      window.descentLab.overlays[name].plot.data
        .filter(({ meta }) => meta === "optimum").map(({ visible }) => visible))"""
    driver.wait(page, f"!({shown})().flat().includes(true)")
    assert "star" not in (page.locator("#loss-surface-words").text_content() or "")
    # The outcome comes when the run has ended, not before.
    keys(page, "c")
    driver.wait(page, "lab.state.playing && lab.state.wanted >= 1")
    assert (facts(page)["verdict"], told(page)) == ("", [])
    keys(page, "PageDown")
    assert facts(page)["verdict"] == "oscillating" and not state(page, "playing")
    assert told(page) == ["oscillating"] and cell(page, 0.05)["verdict"] == "oscillating"
    expect(page.locator("#outcome-sentence")).to_contain_text("0.02833")
    # What holds for all rates stays hidden: the mark, least squares, the reasons, the best.
    assert not page.locator("#edge").is_visible() and facts(page)["criticalLearningRate"] == ""
    expect(page.locator("#outcome-sentence")).not_to_contain_text("least squares")
    expect(page.locator("#explanation")).to_be_empty()
    # Another rate is a guess again, and stays one while the first is known. A typed one is taken
    # by Enter, and the next key is the page's again; C once more tells at once.
    page.locator("#learning-rate-value").fill("0.1")
    page.keyboard.press("Enter")
    driver.wait_fact(page, "learningRate", 0.1)
    assert facts(page)["verdict"] == "" and told(page) == ["oscillating"]
    keys(page, "c")
    driver.wait(page, "lab.state.playing")
    keys(page, "c")
    assert state(page, "playing")
    both = ["oscillating", "overflow"]
    assert facts(page)["verdict"] == "overflow" and sorted(told(page)) == both
    keys(page, " ")
    driver.stay(page)
    page.reload()
    driver.wait_ready(page)
    driver.wait(page, "lab.state.run === 30")
    assert sorted(told(page)) == both
    # A class that watched a run to its end behind the curtain need not watch it again.
    driver.choose_rate(page, 0.2)
    page.locator("h1").click()
    keys(page, "PageDown")
    assert facts(page)["verdict"] == ""
    keys(page, "c")
    assert not state(page, "playing") and facts(page)["verdict"] == "overflow"
    # On other data it is all a guess again.
    driver.train(page, seed=3)
    assert told(page) == [] and facts(page)["verdict"] == ""
    page.locator(".show-all").click()
    assert len(told(page)) == 41 and page.locator("#edge").is_visible()
    driver.wait(page, f"({shown})().flat().every(Boolean)")
    driver.stay(page)
    page.reload()
    driver.wait_ready(page)
    assert len(told(page)) == 41


# All that a person, a screen reader or a script finds in the page, and the pixels of its pictures.
EVERYTHING = """() => {
  const copy = document.querySelector(".lab").cloneNode(true);
  // Where the hand stands is no outcome.
  for (const name of ["learning-rate", "learning-rate-value", "fact-learning-rate", "rail"])
    copy.querySelector(`#${name}, .${name}`).remove();
  for (const one of copy.querySelectorAll(".rate-ticks .tick, #strip .cell")) {
    one.removeAttribute("hidden");
    one.classList.remove("now");
  }
  const data = copy.querySelector("#facts").dataset;
  for (const name of ["learningRate", "sweep"]) delete data[name];
  // Plotly numbers its pictures; what it shows is asked for below.
  for (const one of copy.querySelectorAll(".plot-inner")) one.remove();
  const { overlays, state } = window.descentLab;
  const rate = `learning rate ${state.sweep.learning_rates[state.run]} `;
  // Runs that are computed side by side differ by rounding.
  const text = copy.outerHTML.replaceAll(rate, "RATE")
    .replace(/-?\\d+\\.\\d{6,}/g, (number) => Number(number).toPrecision(5));
  const views = Object.entries(overlays).filter(([name]) => name !== "rate-curve");
  return {
    text,
    pictures: Object.fromEntries(views.map(([name, one]) => [name, one.canvas.toDataURL()])),
    traces: views.map(([, one]) => (one.plot.data ?? []).map(({ meta, visible }) =>
      [meta, visible])),
  }; }"""
# How many pixels of the curve over the slider have this colour.
COLOURED = """([red, green, blue]) => {
  const { canvas } = window.descentLab.overlays["rate-curve"];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let k = 0; k < data.length; k += 4)
    count += Math.abs(data[k] - red) + Math.abs(data[k + 1] - green)
      + Math.abs(data[k + 2] - blue) < 12 && data[k + 3] > 200;
  return count; }"""


def raise_hands(page: Page, answer: int, times: int) -> None:
    plus = page.locator(f"#show-of-hands [data-answer='{answer}'] [data-by='1']")
    for _ in range(times):
        plus.click()


def columns(page: Page) -> list[list[str]]:
    """The heights of the parts of each column, as shares, and what is written on it."""
    return page.locator(".hand-column").evaluate_all(
        """(columns) => columns.map((one) => [one.querySelector("b").textContent,
             ...[...one.querySelectorAll("i:not([hidden])")].map((part) =>
               `${part.dataset.shade} ${part.style.flexGrow} ${part.className}`)])"""
    )


def test_what_is_below_the_hands_stays_when_the_sentence_comes(page: Page, address: str) -> None:
    page.goto(f"{address}/?present=1&curtain=rates&learning_rate=0.05")
    driver.wait_ready(page)
    driver.resize(page, 1280, 720)
    page.locator("#open-hands").click()
    expect(page.locator("#outcome-sentence")).to_be_empty()

    def places() -> list[float]:
        boxes = [page.locator(one).bounding_box() for one in (".rate-ticks", "#show-of-hands")]
        return [edge for box in boxes if box for edge in (box["y"] + box["height"], box["y"])]

    covered = places()
    assert covered[3] - covered[0] < 20, "nothing is empty between the ticks and the hands"
    keys(page, "a")
    expect(page.locator("#outcome-sentence")).not_to_be_empty()
    assert abs(places()[3] - covered[3]) <= 1


def test_a_show_of_hands_stands_on_the_strip_and_the_outcome_lands_on_it(page: Page) -> None:
    page.locator("h1").click()
    driver.choose_rate(page, 0.1)
    page.locator("h1").click()
    keys(page, "c", "h")
    raise_hands(page, 0, 3)
    raise_hands(page, 2, 2)
    said = page.locator("#hands-said")
    expect(said).to_have_text("5 hands")
    assert columns(page) == [["5", "converging 3 hand-part", "diverged 2 hand-part"]]
    # The column stands on the cell of its rate.
    column, cell_ = page.locator(".hand-column").bounding_box(), page.locator("#strip .now")
    box = cell_.bounding_box()
    assert column is not None and box is not None
    assert abs(column["x"] + column["width"] / 2 - box["x"] - box["width"] / 2) <= 1
    assert abs(column["y"] + column["height"] - box["y"]) <= 3
    # A typed count counts at once, and a key that is no figure is the page's; the space bar counts
    # on a button that has the focus.
    page.locator("#hands-1").select_text()
    page.keyboard.type("4")
    expect(said).to_have_text("9 hands")
    # Beside another the column of the rate on show is as narrow as its cell.
    keys(page, "]")
    raise_hands(page, 2, 1)
    beside = [one.bounding_box() for one in page.locator(".hand-column").all()]
    assert beside[0]["x"] + beside[0]["width"] < beside[1]["x"]
    page.locator("#show-of-hands [data-answer='2'] [data-by='-1']").click()
    keys(page, "[")
    assert columns(page)[0][0] == "9" and page.locator("#hands-1").input_value() == "4"
    page.locator("#show-of-hands [data-answer='1'] [data-by='-1']").focus()
    keys(page, " ")
    expect(said).to_have_text("8 hands")
    # The address says which rate is on show once the page rests.
    driver.stay(page)
    page.reload()
    driver.wait_ready(page)
    expect(said).to_have_text("8 hands")
    page.locator("h1").click()
    keys(page, "c")
    driver.wait(page, "lab.state.playing")
    expect(said).to_have_text("8 hands")
    keys(page, "PageDown")
    expect(said).to_have_text("2 of 8 right")
    assert columns(page) == [
        [
            "✓ 2",
            "converging 3 hand-part wrong",
            "too-slow 3 hand-part wrong",
            "diverged 2 hand-part right",
        ]
    ]
    driver.train(page, seed=1)
    expect(said).to_have_text("0 hands")
    hands_for_a_rate_are_counted_by_clicks_on_the_strip(page)
    # Beside a side panel there is no room for the bar: one puts the other away.
    driver.open_panel(page, "share")
    expect(page.locator("#show-of-hands")).to_be_hidden()
    page.locator("h1").click()
    keys(page, "h")
    expect(page.locator("#show-of-hands")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()


def hands_for_a_rate_are_counted_by_clicks_on_the_strip(page: Page) -> None:
    page.locator("#hands-question").select_option("rate")
    cells_ = page.locator("#strip .cell")
    for rate, times in ((0.05, 2), (0.1, 1), (0.2, 1)):
        for _ in range(times):
            cells_.nth(SLIDER_LEARNING_RATES.index(rate)).click()
    assert [one[0] for one in columns(page)] == ["2", "1", "1"]
    expect(page.locator("#hands-said")).to_have_text("4 hands")
    # A drag over the strip is no hand.
    box = page.locator("#strip").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 5, steps=6)
    page.mouse.up()
    expect(page.locator("#hands-said")).to_have_text("4 hands")
    page.locator("h1").click()
    keys(page, "a")
    expect(page.locator("#hands-said")).to_have_text("2 of 4 on rates that get down, 0 on the best")
    page.locator("#hands-clear").click()
    assert columns(page) == []


def test_behind_the_curtain_nothing_tells_one_rate_from_another(page: Page) -> None:
    """At epoch 0 all runs are equal: what differs between them would tell how they end."""
    page.locator("h1").click()
    keys(page, "c")
    found = []
    for rate in (0.0001, 0.05, 0.1, 1):
        driver.choose_rate(page, rate)
        wait_detail(page)
        driver.stay(page)
        # What is said to a screen reader follows with a pause.
        page.evaluate("async () => (await import('#lab/page/descriptions.mjs')).describeNow()")
        found.append(page.evaluate(EVERYTHING))
    for one in found[1:]:
        assert one["text"] == found[0]["text"]
        for name, picture in one["pictures"].items():
            assert picture == found[0]["pictures"][name], name
        assert one["traces"] == found[0]["traces"]


def test_the_curve_over_the_slider_tells_nothing_behind_the_curtain(page: Page) -> None:
    names = ("text", "path", "optimum", "converging", "diverged")

    def seen() -> dict[str, int]:
        return {name: page.evaluate(COLOURED, rgb(name)) for name in names}

    driver.go_to(page, 20)
    open_ = seen()
    assert min(open_["text"], open_["path"], open_["optimum"]) > 20
    page.evaluate("() => window.descentLab.drawCurtain(['strip'])")
    driver.next_frames(page, 4)
    covered = seen()
    assert covered["text"] == covered["optimum"] == covered["diverged"] == 0
    # The point of the run on show and its way down to the slider are left of the solid curve.
    assert covered["path"] < 0.3 * open_["path"]
    page.locator("[data-table=rate-curve]").click()
    rows = page.locator("#table tbody tr").evaluate_all(
        "(rows) => rows.map((row) => row.children[1].textContent)"
    )
    assert rows.count("?") == 40 and rows[20] != "?"
    expect(page.locator("#table thead th")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#legend")).to_be_empty()
    expect(page.locator("#legend-end")).to_be_empty()
    expect(page.locator("#rate-curve-words")).to_be_empty()


def test_keys_move_everything_and_leave_fields_alone(page: Page) -> None:
    page.locator("h1").click()
    keys(page, "]")
    assert driver.number(page, "learningRate") == 0.0125
    keys(page, "[", "[")
    assert driver.number(page, "learningRate") == 0.008
    wait_detail(page)
    keys(page, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert facts(page)["epoch"] == "1"
    keys(page, "PageDown")
    assert facts(page)["epoch"] == "1000"
    keys(page, "PageUp")
    assert facts(page)["epoch"] == "0"
    keys(page, " ")
    assert state(page, "playing")
    keys(page, " ")
    assert not state(page, "playing")
    a_mouse_gives_the_keys_back_to_the_page(page)
    keys(page, "2")
    assert cards(page) == ["descent-path"]
    keys(page, "2")
    assert cards(page) == list(driver.VIEWS)
    # While typing, letters are letters.
    page.locator("#learning-rate-value").fill("")
    page.keyboard.type("p2")
    assert not page.evaluate("() => document.body.classList.contains('present')")
    assert page.locator("#learning-rate-value").input_value() == "p2"
    page.keyboard.press("Escape")
    driver.choose_rate(page, 0.01)
    page.locator("h1").click()
    keys(page, "PageUp")
    the_card_of_keys_and_its_switch(page)
    the_theme_changes(page)


def a_mouse_gives_the_keys_back_to_the_page(page: Page) -> None:
    """After a click on a button Space plays; after a drag of the rate the arrows step."""
    page.locator("#squares").click()
    keys(page, " ")
    assert state(page, "playing") and state(page, "areSquared")
    keys(page, " ", "PageUp")
    rate = driver.number(page, "learningRate")
    box = page.locator("#learning-rate").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    driver.wait_fact(page, "learningRate", 0.01)
    keys(page, "ArrowRight")
    assert (facts(page)["epoch"], driver.number(page, "learningRate")) == ("1", 0.01)
    # Who came by keyboard moves the slider, and presses the button.
    page.locator("#seed").focus()
    page.locator("#learning-rate").focus()
    keys(page, "ArrowLeft")
    assert driver.number(page, "learningRate") == rate == 0.008
    page.locator("#squares").focus()
    keys(page, " ")
    assert not state(page, "areSquared")


def the_card_of_keys_and_its_switch(page: Page) -> None:
    page.locator("h1").click()
    keys(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#single-keys").click()
    page.locator("#close-keys").click()
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("h1").click()
    keys(page, "p", "c", "]")
    assert not page.evaluate("() => document.body.classList.contains('present')")
    assert driver.number(page, "learningRate") == 0.01
    # Keys that are no letters still work, and the choice is kept.
    keys(page, "PageDown")
    assert facts(page)["epoch"] == "1000"
    page.reload()
    driver.wait_ready(page)
    assert page.locator("#single-keys").get_attribute("aria-checked") == "false"


def the_theme_changes(page: Page) -> None:
    """The mode on show is marked in each; the projector's is the third."""
    for name in ("dark", "projector", "light"):
        page.locator("#theme").click()
        assert page.evaluate("() => document.documentElement.dataset.palette") == name
        colour = page.evaluate(
            "() => getComputedStyle(document.documentElement).getPropertyValue('--path').trim()"
        )
        assert colour == theme.PALETTE["path"][theme.THEMES.index(name)]
        marks = [
            page.locator(mode).evaluate("(one) => getComputedStyle(one).boxShadow")
            for mode in ("#go-explore", "#go-lesson")
        ]
        assert "inset" in marks[0] and marks[1] == "none"


def test_a_remote_control_turns_the_pages_of_a_lesson_that_can_be_read(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    page = context_of(size=(1280, 720)).new_page()
    page.goto(f"{address}/?chapter=the-slope")
    driver.wait_ready(page)
    driver.wait(page, "document.body.dataset.mode === 'lesson'")
    page.locator("h1").click()
    keys(page, "p")
    for slug, shown in (("the-slope", ["cross-sections"]), ("the-step", []), (EIGHTH, [PATH])):
        driver.wait(page, "document.getElementById('chapter').value === argument", slug)
        settled(page)
        assert cards(page) == shown
        # The chapter's name, its text and what it asks, beside one view or its first panel.
        expect(page.locator("#chapter option:checked")).to_contain_text(" · ")
        for part in ("#lesson-text p", "#lesson-task p", "#go-on", "#chapter"):
            expect(page.locator(part).first).to_be_in_viewport()
        assert page.locator("#side").is_visible() == (not shown)
        assert page.evaluate(SMALL, PRESENTED) == []
        assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
        page.keyboard.press("PageDown")
    # Another view takes the place of the one on show, and the panel's as well.
    driver.wait(page, "document.getElementById('chapter').value === 'the-whole-descent'")
    keys(page, "4")
    assert cards(page) == ["fit"]


EIGHTH, PATH = "which-learning-rate", "descent-path"
# Texts of a Plotly picture that lie on each other, or leave it.
CLASHES = """(name) => {
  const svg = document.querySelector(`#${name} .plot-inner`);
  const outer = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].filter((one) =>
      one.textContent.trim() && one.checkVisibility())
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
  const cut = boxes.filter(({ box }) => box.left < outer.left - 1 || box.right > outer.right + 1
    || box.top < outer.top - 1 || box.bottom > outer.bottom + 1);
  const clash = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const pairs = boxes.flatMap((one, k) => boxes.slice(k + 1)
    .filter((other) => clash(one.box, other.box)).map((other) => `${one.text} | ${other.text}`));
  return [...cut.map(({ text }) => `cut: ${text}`), ...pairs]; }"""
NETWORK = "?dataset=parabola&hidden_units=10&epochs=500&learning_rate=0.1&epoch=40"


def test_a_presented_network_has_no_text_on_another(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    page = context_of(size=(1280, 720)).new_page()
    page.goto(f"{address}/{NETWORK}&present=fit+curves")
    driver.wait_ready(page)
    pairs = ("fit curves", "curves", "descent-path fit", "cross-sections descent-path")
    for pair in (*pairs, "cross-sections"):
        page.evaluate(PRESENT, pair.split())
        driver.resize(page, 1280, 720)
        assert sorted(cards(page)) == sorted(pair.split())
        for name in set(pair.split()) - {"curves"}:
            assert page.evaluate(CLASHES, name) == []
        assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
        # The last tick of the timeline leaves the readouts alone.
        ticks, facts_ = page.locator("#ticks span").last.bounding_box(), page.locator("#facts")
        box = facts_.bounding_box()
        assert ticks is not None and box is not None
        assert ticks["x"] + ticks["width"] <= box["x"]


PRESENT = "async (names) => (await import('#lab/page/present.mjs')).present(names)"


def test_share_and_take_away(page: Page, tmp_path: Path) -> None:
    driver.choose_rate(page, 0.05)
    page.locator("#panel").select_option("share")
    driver.wait(page, "document.getElementById('link')?.value.includes('learning_rate=0.05')")
    link = page.locator("#link").input_value()
    assert settings_of(urlsplit(link).query) == Settings(learning_rate=0.05)
    expect(page.locator("#qr")).to_be_visible()
    # This server listens to this machine alone: the page says so.
    expect(page.locator("#link-note")).not_to_be_empty()
    # Link and script can be copied; without a clipboard, as on plain http, they stand selected.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text, copy = script(Settings(learning_rate=0.05)), page.locator("[data-copy=script]")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == text
    expect(copy).to_have_text("Copy")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy.click()
    expect(copy).to_have_text("Selected: Ctrl+C")
    assert page.evaluate("() => getSelection().toString()") == text
    frame = page.locator("#frame").input_value()
    assert 'src="http://127.0.0.1' in frame and '&amp;embed=1"' in frame and "share" not in frame
    expect(page.locator("#frame-note")).to_contain_text("DESCENT_LAB_FRAME_ANCESTORS")
    with page.expect_download() as download:
        page.locator("[data-file=script]").click()
    download.value.save_as(tmp_path / "descent.py")
    assert (tmp_path / "descent.py").read_text() == script(Settings(learning_rate=0.05))
    saved = []
    page.on("download", lambda one: saved.append(one))
    page.locator("#save-pictures").click()
    for _ in range(100):
        if len(saved) >= len(driver.VIEWS):
            break
        page.wait_for_timeout(100)
    assert [one.suggested_filename for one in saved] == [f"{name}.png" for name in driver.VIEWS]
    saved[1].save_as(tmp_path / "path.png")
    width, height = struct.unpack(">II", (tmp_path / "path.png").read_bytes()[16:24])
    box = page.locator("#descent-path").bounding_box()
    assert box is not None
    assert abs(width - 2 * box["width"]) <= 2 and abs(height - 2 * box["height"]) <= 2
    with page.expect_download() as download:
        page.locator("[data-picture=fit]").click()
    assert download.value.suggested_filename == "fit.png"


# ---- docs/teaching.md, minute by minute ----


@pytest.fixture
def lesson(context_of: Callable[..., BrowserContext], address: str) -> Callable[[str], Page]:
    """Opens a link of the guide in one tab of a projector's size, which keeps its curtain."""
    page = context_of(size=(1280, 720)).new_page()

    def opened(link: str) -> Page:
        assert f"`{link}`" in GUIDE, f"docs/teaching.md has no {link}"
        page.goto(f"{address}/{link}")
        driver.wait_ready(page)
        settled(page)
        return page

    return opened


GUIDE = (Path(__file__).parents[2] / "docs/teaching.md").read_text()


def settled(page: Page) -> None:
    driver.wait(page, "!lab.isTraining()")
    driver.stay(page)


def loss(page: Page) -> float:
    return driver.number(page, "trainLoss")


def test_minutes_0_to_15_of_the_guide(lesson: Callable[[str], Page]) -> None:
    page = lesson("?present=fit&epoch=0&curtain=1")
    assert told(page) == []
    before = loss(page)
    box = page.locator(".line-handle").nth(1).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 90, steps=6)
    page.mouse.up()
    settled(page)
    assert loss(page) < before
    page.get_by_role("button", name="squares").click()
    page.get_by_role("button", name="Back to the seed's start").first.click()
    settled(page)
    assert loss(page) == before
    # 5 - 10
    page = lesson("?present=fit&epoch=0&curtain=rates")
    assert told(page) == [] and "least squares" in driver.words_drawn(page, "fit")
    keys(page, "2")
    assert cards(page) == ["descent-path", "fit"]
    keys(page, "ArrowRight")
    assert (facts(page)["epoch"], round(loss(page), 2)) == ("1", 2.88)
    # 10 - 15
    page = lesson("?present=1&epoch=0&curtain=rates")
    assert told(page) == [] and not page.locator("#edge").is_visible()
    keys(page, *"]]]]]")
    assert facts(page)["learningRate"] == "0.032" and facts(page)["verdict"] == ""
    assert "next step at 0.032" in driver.words_drawn(page, "descent-path")
    keys(page, "ArrowRight")
    assert (facts(page)["epoch"], round(loss(page), 2)) == ("1", 0.41)


def test_minutes_15_to_30_of_the_guide(lesson: Callable[[str], Page]) -> None:
    page = lesson("?present=1&learning_rate=0.05&epoch=0&curtain=1")
    keys(page, "h")
    assert told(page) == []
    expected = {
        "0.05": "oscillating",
        "0.08": "oscillating",
        "0.1": "overflow",
        "0.0001": "too slow",
    }
    for known, (rate, verdict) in enumerate(expected.items()):
        if known:
            page.locator("#learning-rate-value").fill(rate)
            page.keyboard.press("Enter")
        driver.wait_fact(page, "learningRate", rate)
        # The last one's end is not the start of the next guess.
        assert (facts(page)["verdict"], facts(page)["epoch"]) == ("", "0")
        assert not state(page, "playing") and len(told(page)) == known
        raise_hands(page, 0, 2)
        raise_hands(page, 2, 1)
        keys(page, "c")
        driver.wait(page, "lab.state.playing")
        expect(page.locator("#hands-said")).to_have_text("3 hands")
        keys(page, "PageDown")
        assert not state(page, "playing")
        assert facts(page)["verdict"] == verdict and len(told(page)) == known + 1
        right = {"oscillating": 2, "overflow": 1, "too slow": 0}[verdict]
        expect(page.locator("#hands-said")).to_have_text(f"{right} of 3 right")
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
    keys(page, "a", "h")
    assert len(told(page)) == 41 and page.locator("#edge").is_visible()
    expect(page.locator("#show-of-hands")).to_be_hidden()
    # 25 - 30
    page = lesson("?view=rate-axis&learning_rate=0.1&epoch=0")
    assert len(told(page)) == 41 and page.locator("#edge").is_visible()
    page.locator("[data-panel=rate-axis]").wait_for()
    page.locator("#why summary").click()
    expect(page.locator("#explanation")).to_contain_text("sharpness 22.51")
    expect(page.locator("#explanation")).to_contain_text("is more than 2")
    page.locator("h1").click()
    a_panel_stays_while_presenting(page)


def a_panel_stays_while_presenting(page: Page) -> None:
    """Beside one view, in type for the back row; once it is closed, a second view has room."""
    keys(page, "p")
    expect(page.locator("#side")).to_be_visible()
    driver.stay(page)
    assert cards(page) == ["descent-path"]
    assert page.evaluate(SMALL, PRESENTED) == []
    for name in ("#views", "#side"):
        box = page.locator(name).bounding_box()
        assert box is not None and box["width"] >= 600 and box["height"] >= 200
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
    keys(page, "4")
    assert cards(page) == ["fit"]
    page.locator("#close-side").click()
    keys(page, "2")
    assert cards(page) == ["descent-path", "fit"]


def test_minutes_30_to_45_of_the_guide(lesson: Callable[[str], Page]) -> None:
    page = lesson("?view=own-data&epoch=0")
    people = ["height;shoe", "172,5;41", "160;37", "181;44", "168;39", "190;46", "175;42"]
    page.locator("#own-text").fill("\n".join(people))
    page.get_by_role("button", name="Read this text").click()
    page.get_by_role("button", name="Fit these data").click()
    driver.wait(page, "lab.state.sweep.settings.dataset === 'own'")
    settled(page)
    assert set(told(page)) <= {"overflow", "diverged"} and len(told(page)) == 41
    page.locator("#why summary").click()
    expect(page.locator("#explanation")).to_contain_text("×")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    keys(page, "c")
    page.locator("#own-standardize").click()
    page.get_by_role("button", name="Fit these data").click()
    driver.wait(page, "lab.state.sweep.data_info.is_standardized")
    settled(page)
    assert told(page) == []
    driver.choose_rate(page, 0.05)
    page.locator("h1").click()
    keys(page, "c")
    driver.wait(page, "lab.state.playing")
    keys(page, "c")
    assert told(page) == ["converging"]
    keys(page, "a")
    assert len(told(page)) == 41
    # 37 - 45
    page = lesson(
        "?dataset=parabola&hidden_units=10&epochs=500&learning_rate=0.05&epoch=0&curtain=rates"
    )
    driver.open_panel(page, "share")
    expect(page.locator("#qr")).to_be_visible()
    # Who opens it does not see the winner either.
    assert "curtain=rates" in page.locator("#link").input_value()
    driver.open_panel(page, "compare")
    page.locator("#compare-loss").fill("0.005")
    page.keyboard.press("Enter")
    sweep = Settings(dataset="parabola", hidden_units=10, epochs=500)
    for rate in (0.5, 0.63):
        losses = driver.engine_run(replace(sweep, learning_rate=rate)).train_loss
        epoch = int((losses < 0.005).nonzero()[0][0])
        assert f" {epoch}" in GUIDE.split("Show the winner's rate")[1].split("\n")[0]
        driver.choose_rate(page, rate)
        wait_detail(page)
        driver.stay(page)
        row = page.locator(".compare tbody tr.now td").all_text_contents()
        assert row[1] == str(epoch)
        page.get_by_role("button", name="Pin this run").click()
        assert told(page) == [] and "0.63" not in driver.explanation(page)
    page.locator(".show-all").click()
    assert len(told(page)) == 41
