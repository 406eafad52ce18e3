"""The panels at each size: nothing is cut, and a chart has the room there is."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import Page

from components.panels import PANELS
from tests.browser import driver
from tests.browser.driver import next_frames, open_panel, set_up

SIZES = [(1366, 768), (1920, 1080), (820, 1180), (390, 844)]

# What of the side panel is wider than its own box: words, numbers, buttons. A formula or a table
# may scroll, but is not to need it.
CUT = """() => {
  const side = document.getElementById("side").getBoundingClientRect();
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const wide = [...document.querySelectorAll("#side *")].filter(seen).filter((one) => {
    const box = one.getBoundingClientRect();
    if (one.closest("svg svg, mjx-assistive-mml, .visually-hidden, .said")) return false;
    return box.width > 0 && (box.right > side.right + 1 || box.left < side.left - 1);
  });
  return wide.map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`);
}"""

# The menus whose chosen option does not fit, by their own font.
CUT_MENUS = """() => [...document.querySelectorAll("select")]
  .filter((menu) => menu.checkVisibility({ visibilityProperty: true }))
  .flatMap((menu) => {
    const style = getComputedStyle(menu);
    const context = document.createElement("canvas").getContext("2d");
    context.font = style.font;
    const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const room = menu.clientWidth - padding;
    const chosen = menu.selectedOptions[0]?.textContent ?? "";
    return context.measureText(chosen).width > room + 1 ? [`${menu.id}: ${chosen}`] : [];
  })"""


def open_at(page: Page, name: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("(name) => window.descentLab.openPanels([name])", name)
    page.locator(f'[data-panel="{name}"]').wait_for(state="visible")
    driver.rest(page)


def test_nothing_in_a_panel_is_cut(page: Page) -> None:
    set_up(page, epochs=100, dataset="parabola", hidden_units=5)
    for size in SIZES:
        for name in PANELS:
            open_at(page, name, size)
            assert page.evaluate(CUT) == [], (name, size)
            assert page.evaluate(CUT_MENUS) == [] or size[0] < 1024, (name, size)


def test_no_menu_of_the_page_is_cut(page: Page) -> None:
    settings = None
    for dataset in ("noisy_parabola", "diabetes"):
        settings = set_up(page, settings, dataset=dataset, epochs=100, hidden_units=5)
        for width, height in ((1366, 768), (1920, 1080)):
            driver.resize(page, width, height)
            assert page.evaluate(CUT_MENUS) == [], width
    page.locator("#more summary").click()
    next_frames(page)
    assert page.evaluate(CUT_MENUS) == []


def test_a_chart_alone_in_its_panel_fills_it(page: Page) -> None:
    for size, name in product(SIZES[:2], ("rate-axis", "loss-by-rate", "sharpness")):
        open_at(page, name, size)
        side = page.locator("#side").bounding_box()
        canvas = page.locator(f'[data-slot="{name}"] canvas').bounding_box()
        assert side and canvas
        assert canvas["width"] > side["width"] - 60
        assert canvas["height"] > 0.45 * side["height"]
        # The chart is drawn at its size, and its sentence is on show.
        ratio = page.evaluate(
            "(name) => { const { canvas } = window.descentLab.chartIn(name);"
            " return canvas.height / canvas.clientHeight / devicePixelRatio; }",
            name,
        )
        assert ratio == pytest.approx(1, abs=0.01)
        reading = page.locator(f'[data-slot="{name}-reading"]').bounding_box()
        assert reading and reading["y"] + reading["height"] <= side["y"] + side["height"] + 1


def test_names_in_a_chart_lie_on_nothing(page: Page) -> None:
    """Marks that are close together have names apart: where each text is written is recorded."""
    open_panel(page, "rate-axis")
    driver.choose_rate(page, 0.08)
    for epoch in (0, 2, 40):
        driver.go_to(page, epoch)
        boxes = page.evaluate(TEXTS)
        next_frames(page)
        assert len(boxes) > 8
        for k, (text, left, top, right, bottom) in enumerate(boxes):
            for other, west, north, east, south in boxes[k + 1 :]:
                apart = east <= left or right <= west or south <= top or bottom <= north
                assert apart or text == other, (epoch, text, other)


# Every text that a frame writes on the chart, with its box.
TEXTS = """async () => {
  const { context } = window.descentLab.chartIn("rate-axis");
  const found = [];
  context.fillText = function (text, x, y) {
    const { width } = this.measureText(text);
    const share = { left: 0, center: 0.5, right: 1 }[this.textAlign];
    const matrix = this.getTransform();
    if (!matrix.b) found.push([text, x - share * width, y - 6, x + (1 - share) * width, y + 6]);
    CanvasRenderingContext2D.prototype.fillText.call(this, text, x, y);
  };
  (await import("#lab/state/store.mjs")).invalidate();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  delete context.fillText;
  return found;
}"""
