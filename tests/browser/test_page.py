"""The page's arrangement: four views in two sizes over two curves, few words, no scrolling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.driver import wait_detail, wait_ready

USUAL = ["descent-path", "fit", "loss-surface", "cross-sections"]
# Of every canvas, what is written on it now.
WRITTEN = """{
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  window.written = new Map();
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    window.written.set(this.canvas, []);
    return clearRect.apply(this, area);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written.get(this.canvas)?.push(text);
    return fillText.call(this, text, ...place);
  };
}"""
# All texts that a person sees: of elements and pictures, chosen options, and on canvases.
TEXTS = """() => {
  const isSeen = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const { left, right, top, bottom, width, height } = one.getBoundingClientRect();
    const isInside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return isInside && width > 2 && height > 2;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (!parent.closest("option, script, style, .said, .visually-hidden") && isSeen(parent))
      texts.push(data);
  }
  for (const menu of document.querySelectorAll("select"))
    if (isSeen(menu)) texts.push(menu.selectedOptions[0].text);
  for (const [canvas, written] of window.written) if (isSeen(canvas)) texts.push(...written);
  return texts;
}"""
PLACES = """() => {
  const cards = [...document.querySelectorAll("[data-place]")];
  cards.sort((one, other) => one.dataset.place.localeCompare(other.dataset.place));
  return cards.map((card) => card.id.replace("-card", ""));
}"""


def area(page: Page, name: str) -> float:
    box = page.locator(f"#{name}-card").bounding_box()
    assert box is not None
    return box["width"] * box["height"]


def shown(page: Page) -> list[str]:
    """All views on show, also those that the page does not open with."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.card-view > .plot')]"
        ".filter((one) => one.clientWidth).map((one) => one.id)"
    )


def size_of_curves(page: Page) -> str | None:
    return page.locator(".lab").get_attribute("data-curves")


def test_at_usual_sizes_nothing_scrolls_and_every_view_has_room(page: Page) -> None:
    for width, height in ((1366, 768), (1280, 720), (1024, 768), (1920, 1080)):
        driver.resize(page, width, height)
        sizes = page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert sizes == [width, height]
        for name in (*(f"{view}-card" for view in driver.PLOTTED), "rate-curve", "curves", "ticks"):
            box = page.locator(f"#{name}").bounding_box()
            assert box is not None, name
            right, bottom = box["x"] + box["width"], box["y"] + box["height"]
            assert box["x"] >= 0 and box["y"] >= 0, (name, width)
            assert right <= width + 0.5 and bottom <= height + 0.5, (name, width)
            if name.endswith("-card"):
                assert min(box["width"], box["height"]) >= 150, (name, width)
        # Two views are large and two are small.
        assert (
            min(area(page, name) for name in USUAL[:2])
            > 1.5 * max(area(page, name) for name in USUAL[2:])
            or width == 1024
        )


@pytest.mark.scene
def test_at_most_a_hundred_words_are_visible_on_opening(blank: Page, address: str) -> None:
    blank.add_init_script(WRITTEN)
    blank.goto(address)
    wait_ready(blank)
    driver.rest(blank)
    texts = blank.evaluate(TEXTS)
    said = " ".join(texts)
    # What must be among them, of each kind.
    for words in ("Play", "Line", "More views", "all start here", "weight", "epoch"):
        assert words in said, words
    words = [word for word in said.split() if any(letter.isalpha() for letter in word)]
    assert len(words) <= 100, " ".join(words)


def test_sizes_are_swapped_by_one_click_kept_and_reset(page: Page) -> None:
    assert page.evaluate(PLACES) == USUAL
    before = area(page, "loss-surface"), area(page, "descent-path")
    page.locator("[data-swaps=loss-surface]").click()
    swapped = ["loss-surface", "fit", "descent-path", "cross-sections"]
    assert page.evaluate(PLACES) == swapped
    assert (area(page, "descent-path"), area(page, "loss-surface")) == pytest.approx(before)
    driver.stay(page)
    # Each is drawn at its new size.
    gaps = page.evaluate(
        """(names) => names.map((name) => {
             const { plot, host } = window.descentLab.overlays[name];
             return Math.abs(plot._fullLayout.width - host.clientWidth); })""",
        swapped,
    )
    assert max(gaps) <= 1
    page.reload()
    wait_ready(page)
    assert page.evaluate(PLACES) == swapped
    # From a large one, too: it changes places with the small one beside it.
    page.locator("[data-swaps=fit]").click()
    assert page.evaluate(PLACES) == ["loss-surface", "cross-sections", "descent-path", "fit"]
    page.locator("#reset").click()
    assert page.evaluate(PLACES) == USUAL
    page.reload()
    wait_ready(page)
    assert page.evaluate(PLACES) == USUAL


def test_reset_restores_the_opening(page: Page) -> None:
    before = driver.facts(page)
    driver.set_up(page, dataset="parabola", hidden_units=3, epochs=200, learning_rate=0.05)
    driver.choose_plane(page, "random")
    driver.go_to(page, 120)
    driver.open_panel(page, "loss-by-rate")
    page.locator("#reset").click()
    driver.wait_fact(page, "sweep", Settings().sweep_id)
    wait_detail(page)
    driver.stay(page)
    assert driver.facts(page) == before
    assert page.locator("[data-panel]").count() == 0
    assert shown(page) == list(driver.VIEWS)
    assert page.url.partition("?")[2] == "v=1&epoch=0"


def check_folding(page: Page, height: int) -> None:
    """Below 560 px both curves fold away, their sliders, the strip and the outcome stay."""
    is_folded = height < 560
    for name in ("rate-curve", "curves"):
        expect(page.locator(f"#{name}")).to_be_visible(visible=not is_folded)
    for name in ("learning-rate", "strip", "playhead", "play", "outcome-sentence", "facts"):
        expect(page.locator(f"#{name}")).to_be_visible()


@pytest.mark.parametrize("query", ["", "?v=1&epoch=5&embed=1"], ids=["page", "frame"])
def test_both_curves_fold_away_where_the_page_is_low(blank: Page, address: str, query: str) -> None:
    page = blank
    page.goto(f"{address}/{query}")
    wait_ready(page)
    wait_detail(page)
    for height in (559, 500, 560):
        driver.resize(page, 1280, height)
        check_folding(page, height)
        assert page.evaluate("() => document.documentElement.scrollHeight") == height
        assert (
            min(
                page.locator(f"#{name}-card").bounding_box()["height"]  # type: ignore[index]
                for name in USUAL[:2]
            )
            > 120
        )


def test_the_curves_that_are_asked_for_are_there_on_a_low_page_too(page: Page) -> None:
    driver.resize(page, 1280, 500)
    page.locator("h1").click()
    page.keyboard.press("5")
    driver.stay(page)
    box = page.locator("#curves").bounding_box()
    assert size_of_curves(page) == "alone" and box is not None and box["height"] > 150


def test_keys_and_links_show_each_view_alone_or_two(page: Page, address: str) -> None:
    page.locator("h1").click()
    names = page.evaluate("async () => (await import('#lab/state/store.mjs')).CARD_ORDER")
    assert set(names) >= set(driver.VIEWS)
    for number, name in enumerate(names, 1):
        page.keyboard.press(str(number))
        driver.stay(page)
        assert shown(page) == [name]
        assert page.locator(f"#{name}-words").inner_text()
        assert size_of_curves(page) == ("alone" if name == "curves" else "none")
        box = page.locator(f"#{name}").bounding_box()
        assert box is not None and box["height"] > 250 and box["width"] > 600
        page.keyboard.press(str(number))
        driver.stay(page)
        assert shown(page) == list(driver.VIEWS) and size_of_curves(page) == "low"
    for query, expected, size in (
        ("present=curves", ["curves"], "alone"),
        ("view=curves+fit", ["fit", "curves"], "high"),
        ("view=fit+descent-path", ["descent-path", "fit"], "none"),
    ):
        page.goto(f"{address}/?{query}")
        wait_ready(page)
        wait_detail(page)
        assert (shown(page), size_of_curves(page)) == (expected, size)
        assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")


def fixture(page: Page, verdict: str, has_arrived: bool) -> Locator:
    """A cell of the strip's own look."""
    page.evaluate(
        """([verdict, arrived]) => {
          document.getElementById("fixture")?.remove();
          const cell = document.createElement("i");
          Object.assign(cell, { id: "fixture", className: "cell" });
          Object.assign(cell.dataset, { verdict, arrived });
          document.body.append(cell);
        }""",
        [verdict, str(has_arrived).lower()],
    )
    return page.locator("#fixture")


def look(cell: Locator) -> tuple[str, str]:
    """The colour of a cell, and its texture without that colour."""
    shade, image = cell.evaluate(
        """(cell) => {
          const style = getComputedStyle(cell);
          return [style.getPropertyValue("--shade"), style.backgroundImage];
        }"""
    )
    return shade.strip(), image


def test_a_cells_colour_says_whether_and_its_texture_how_a_run_got_down(page: Page) -> None:
    colours = {
        name: page.evaluate("(name) => window.descentLab.colors[name]", name)
        for name in ("too-slow", "converging", "diverged")
    }
    assert len(set(colours.values())) == 3
    textures = {}
    for verdict in ("converging", "too slow", "oscillating", "stalled", "stuck"):
        for has_arrived in (True, False):
            shade, image = look(fixture(page, verdict, has_arrived))
            assert shade == colours["converging" if has_arrived else "too-slow"]
            textures[verdict] = image.count("gradient")
            assert (image == "none") == (verdict in ("converging", "too slow"))
    broken = [look(fixture(page, verdict, False)) for verdict in ("diverged", "overflow")]
    assert broken[0] == broken[1] and broken[0][0] == colours["diverged"]
    kinds = [look(fixture(page, one, False))[1] for one in ("oscillating", "stalled", "stuck")]
    assert len({*kinds, broken[0][1]}) == 4


def test_the_strip_and_its_legend_are_the_engines_outcomes(page: Page) -> None:
    for chosen in ({}, {"hidden_units": 3, "epochs": 200, "seed": 2}):
        check_strip(page, driver.set_up(page, **chosen))


def check_strip(page: Page, settings: Settings) -> None:
    sweep = driver.engine_sweep(settings)
    cells = page.locator("#strip .cell").evaluate_all(
        "all => all.map(({ dataset }) => [dataset.verdict, dataset.arrived])"
    )
    arrived = [str(bool(one)).lower() for one in sweep.arrived[:41]]
    assert cells == [list(pair) for pair in zip(sweep.verdicts[:41], arrived, strict=True)]
    # The legend has each look that occurs once, and stands under no other words.
    entries = page.locator("#legend .cell").evaluate_all(
        "all => all.map(({ dataset }) => [dataset.verdict, dataset.arrived])"
    )
    looks = {
        ("diverged" if driver.word(verdict) == "diverges" else verdict, has)
        for verdict, has in cells
    }
    assert {tuple(entry) for entry in entries} == looks and len(entries) == len(looks)
    expect(page.locator("#legend")).to_be_visible()


@pytest.fixture
def forced(context_of: Callable[..., BrowserContext], address: str) -> Page:
    page = context_of(forced_colors="active").new_page()
    page.goto(address)
    wait_ready(page)
    return page


def test_in_forced_colours_the_strip_keeps_its_looks(forced: Page) -> None:
    rows = [driver.row(forced.locator("#strip .cell").nth(run)) for run in (0, 15, 29, 40)]
    assert len({tuple(row[3:-3]) for row in rows}) == 4
