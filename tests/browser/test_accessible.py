"""Everyone can use it: axe, the keyboard alone, a finger, a page enlarged, no WebGL.

Few pages and many checks on each: to load a page costs more than to look at it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from components import theme
from components.panels import PANELS
from tests.browser import driver
from tests.browser.driver import number, wait_detail

TAGS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
    "best-practice",
]
# Colours differ between the themes, and nothing else does.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN_AXE = """async (only) => {
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target} ${failureSummary.split("\\n").slice(1, 2)}`));
}"""


class Axe:
    """Looks at a page in all themes and collects what it finds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []
        page.evaluate(AXE_SCRIPT)

    def glance(self, mode: str) -> None:
        """In the theme on show."""
        self._run(mode, {"type": "tag", "values": TAGS})

    def look(self, mode: str) -> None:
        self.glance(mode)
        for _ in theme.THEMES:
            name = self.page.evaluate(
                "async () => { (await import('#lab/page/theme.mjs')).nextTheme();"
                " return document.documentElement.dataset.palette; }"
            )
            driver.next_frames(self.page, 3)
            self._run(f"{mode}, {name}", {"type": "rule", "values": COLOURS})

    def _run(self, mode: str, only: dict[str, object]) -> None:
        self.found += [f"{mode}: {one}" for one in self.page.evaluate(RUN_AXE, only)]


def test_axe_finds_nothing_in_any_mode_and_theme(page: Page) -> None:
    axe = Axe(page)
    page.locator("#more summary").click()
    axe.look("explore, Settings open")
    page.locator("[data-table=descent-path]").click()
    axe.look("a table")
    page.keyboard.press("Escape")
    page.locator("#show-keys").click()
    axe.look("the card of keys")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("p")
    driver.stay(page)
    axe.look("presenting")
    page.keyboard.press("c")
    axe.look("behind the curtain")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    driver.stay(page)
    axe.glance("a phone")
    page.locator("#open-rail").click()
    axe.glance("a phone, choices open")
    assert axe.found == []


def test_axe_finds_nothing_at_any_size(page: Page) -> None:
    axe = Axe(page)
    for width, height in (
        (1366, 500),
        (1024, 768),
        (820, 1180),
        (683, 384),
        (390, 844),
        (320, 640),
    ):
        driver.resize(page, width, height)
        axe.glance(f"{width} x {height}")
    page.locator("#why summary").click()
    axe.glance("why, on the narrowest")
    assert axe.found == []


def test_axe_finds_nothing_in_forced_colours(open_page: Callable[..., Page]) -> None:
    page = open_page(forced_colors="active")
    wait_detail(page)
    axe = Axe(page)
    axe.glance("forced colours")
    driver.resize(page, 390, 844)
    axe.glance("forced colours, a phone")
    assert axe.found == []


def test_axe_finds_nothing_in_all_panels(page: Page, address: str) -> None:
    every = " ".join(PANELS)
    page.goto(f"{address}/?hidden_units=10&view={every}")
    driver.wait_ready(page)
    page.locator(f"[data-panel={[*PANELS][-1]}]").wait_for()
    wait_detail(page)
    axe = Axe(page)
    axe.look("all panels")
    driver.resize(page, 320, 640)
    axe.glance("all panels at 320 px")
    assert axe.found == []


# ---- the keyboard ----

FOCUS = """() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return {
    id: one.id, tag: one.tagName, type: one.type || "",
    ring: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
  };
}"""


def test_from_load_to_a_changed_rate_to_play_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#learning-rate")).to_be_focused()
    assert "#" not in page.url
    page.keyboard.press("ArrowRight")
    driver.wait_fact(page, "learningRate", "0.0125")
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
        if stops[-1]["id"] == "play":
            break
    assert stops[-1]["id"] == "play"
    # What has the focus has a ring; of a slider it is the thumb that has it.
    assert [stop for stop in stops if stop["ring"] < 2 and stop["type"] != "range"] == []
    page.keyboard.press("Enter")
    driver.wait(page, "lab.state.playing")
    page.keyboard.press(" ")
    driver.wait(page, "!lab.state.playing")


def test_a_sliders_thumb_shows_the_focus(page: Page) -> None:
    seen = set()
    for _ in theme.THEMES:
        page.locator("#theme").click()
        seen.add(page.evaluate("() => document.documentElement.dataset.palette"))
        check_thumbs(page)
    assert seen == {*theme.THEMES}


def check_thumbs(page: Page) -> None:
    for name in ("learning-rate", "playhead", "seed"):
        page.locator("h1").click()
        box = page.locator(f"#{name}").bounding_box()
        assert box is not None
        before = page.screenshot(clip=box)  # type: ignore[arg-type]
        page.evaluate("(name) => document.getElementById(name).focus({focusVisible: true})", name)
        assert page.screenshot(clip=box) != before, name  # type: ignore[arg-type]


def test_every_slider_says_its_value(page: Page) -> None:
    driver.set_up(
        page,
        hidden_units=10,
        weight_decay=0.0003,
        validation_fraction=0.2,
        schedule="warmup_cosine",
    )
    spoken = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("input[type=range]")]
             .filter((one) => one.checkVisibility())
             .map((one) => [one.id, one.getAttribute("aria-valuetext")]))"""
    )
    assert (
        spoken
        | {
            "learning-rate": f"0.01, {driver.facts(page)['verdict']}",
            "playhead": "epoch 0 of 1000",
            "hidden-units": "10 units",
            "batch-size": "full batch",
            "weight-decay": "0.0003",
            "validation-fraction": "20 %",
            "warmup-epochs": "20 epochs",
            "epochs": "1000 epochs",
            "seed": "0",
        }
        == spoken
    )
    # While it is dragged, too.
    driver.choose(page, "batch-size", 3)
    assert page.locator("#batch-size").get_attribute("aria-valuetext") == "4 examples"


# ---- small, enlarged, by finger ----

# Everything that can be operated stands inside the page, is large enough, and can be reached: once
# scrolled to, nothing covers it.
PROBLEMS = """(part) => {
  const named = (one) =>
    `${one.tagName} ${one.id || one.getAttribute("aria-label") || one.textContent}`;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  const all = document.querySelector(part).querySelectorAll("button, select, input, summary");
  for (const one of [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }))) {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, right, top, width, height } = one.getBoundingClientRect();
    if (width < 23.99 || height < 23.99) found.push(`${named(one)}: ${width} x ${height}`);
    if (left < -0.5 || right > innerWidth + 0.5) found.push(`${named(one)}: outside`);
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (hit && (one.contains(hit) || hit.contains(one))) continue;
    found.push(`${named(one)}: under ${hit && named(hit)}`);
  }
  scrollTo(0, 0);
  return found;
}"""
VISIBLE = """(names) => names.filter((name) => {
  const one = document.getElementById(name);
  return !one?.checkVisibility({ visibilityProperty: true });
})"""
CONTROLS = ["learning-rate", "learning-rate-value", "slower", "faster", "playhead", "play", "panel"]
IN_THE_RAIL = ["dataset", "seed", "hidden-units", "epochs"]
# Below this height both curves fold away; their tables and sentences stay.
LOW = 560


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((320, 640), 2), ((320, 256), 4), ((683, 384), 2), ((911, 512), 1.5), ((1366, 768), 1)],
)
def test_nothing_is_lost_on_a_small_or_enlarged_page(
    open_page: Callable[..., Page], size: tuple[int, int], ratio: float
) -> None:
    page = open_page(size=size, device_scale_factor=ratio)
    wait_detail(page)
    is_narrow = size[0] < 768
    assert page.evaluate(PROBLEMS, "body") == []
    assert page.evaluate(VISIBLE, [*CONTROLS, "go-lesson", "theme", "facts"]) == []
    for name in driver.VIEWS:
        if is_narrow and page.locator(f"#{name}-tab").count():
            page.locator(f"#{name}-tab").click()
        is_folded = name == "curves" and size[1] < LOW
        expect(page.locator(f"#{name}")).to_be_visible(visible=not is_folded)
        page.locator(f"[data-table={name}]").click()
        expect(page.locator("#table tbody tr").first).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.locator("#close-table").click()
    if is_narrow:
        check_tab_keys(page)
        page.locator("#open-rail").press("Enter")
        expect(page.locator("#dataset")).to_be_focused()
        page.locator("#more summary").click()
        assert page.evaluate(VISIBLE, IN_THE_RAIL) == []
        assert page.evaluate(PROBLEMS, "#rail") == []
        page.keyboard.press("Escape")
        expect(page.locator("#open-rail")).to_be_focused()
        page.locator("#open-rail").click()
        page.locator("[data-stands-for=show-keys]").click()
        expect(page.locator("#keys")).to_be_visible()
        expect(page.locator("#keys dt", has_text="gradient")).to_be_visible()
        page.locator("#close-keys").click()
    page.locator("#panel").select_option("loss-by-rate")
    page.locator("[data-table=loss-by-rate]").wait_for()
    driver.stay(page)
    assert page.evaluate(PROBLEMS, "body") == []
    page.locator("#close-side").click()


def check_tab_keys(page: Page) -> None:
    """One stop of the Tab key; arrows go round, and the chosen card belongs to its tab."""
    tabs = page.locator("[role=tab]")
    assert page.locator("[role=tab][tabindex='0']").count() == 1
    tabs.first.click()
    page.keyboard.press("ArrowLeft")
    expect(tabs.last).to_be_focused()
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(tabs.first).to_be_focused()
    card = page.locator(f"#{tabs.first.get_attribute('aria-controls')}")
    expect(card).to_have_attribute("role", "tabpanel")
    expect(card).to_be_visible()


def swipe(page: Page, name: str, start: float, end: float) -> None:
    """Across an element, from one part of its width to another."""
    page.locator(f"#{name}").scroll_into_view_if_needed()
    box = page.locator(f"#{name}").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    with driver.fingers(page, (box["x"] + start * box["width"], y)) as move:
        for share in np.linspace(start, end, 8):
            move((box["x"] + float(share) * box["width"], y))


def test_a_finger_moves_rate_playhead_and_curves(open_page: Callable[..., Page]) -> None:
    page = open_page(size=(390, 844), has_touch=True, is_mobile=True)
    wait_detail(page)
    swipe(page, "learning-rate", 0.5, 0.75)
    # Three quarters of the way from 0.0001 to 1, give or take two stops.
    assert 0.06 <= number(page, "learningRate") <= 0.16
    swipe(page, "strip", 0.75, 0.3)
    assert 0.001 <= number(page, "learningRate") <= 0.0025
    page.locator("#strip .cell").nth(30).tap()
    driver.wait_fact(page, "learningRate", "0.1")
    swipe(page, "playhead", 0.2, 0.9)
    assert number(page, "epoch") > 200
    swipe(page, "curves", 0.9, 0.4)
    assert 1 <= number(page, "epoch") < 100


# ---- without WebGL ----


def test_without_webgl_the_contour_stands_in_and_says_so(page: Page) -> None:
    note = page.locator("#flat-note")
    expect(note).to_have_text("No WebGL in this browser: a contour instead.")
    assert "not supported" not in page.locator("body").inner_text()
    # At the end the next step is too short for an arrow that would cover the point.
    driver.press(page, "playhead", "End")
    weight, bias = number(page, "weight"), number(page, "bias")
    # The point of the current epoch is drawn where the weight and the bias are.
    colour = page.evaluate(
        """([weight, bias]) => { const lab = window.descentLab;
             const overlay = lab.overlays["loss-surface"]; const axes = lab.flatAxes(overlay);
             const at = [axes.x(weight), axes.y(bias)].map((pixel) => pixel * devicePixelRatio);
             return [...overlay.context.getImageData(...at, 1, 1).data].slice(0, 3); }""",
        [weight, bias],
    )
    path = theme.PALETTE["path"][0]
    assert colour == [int(path[k : k + 2], 16) for k in (1, 3, 5)]
    page.locator("h1").click()
    page.keyboard.press("1")
    driver.stay(page)
    assert [name for name in driver.VIEWS if page.locator(f"#{name}").is_visible()] == [
        "loss-surface"
    ]
    gap = page.evaluate(
        """() => { const { plot, host } = window.descentLab.overlays["loss-surface"];
             return Math.abs(plot._fullLayout.width - host.clientWidth); }"""
    )
    assert gap <= 1
    # Another sweep, with another surface.
    driver.train(page, hidden_units=3)
    wait_detail(page)
    assert page.evaluate(
        """() => { const { overlays } = window.descentLab;
             const [flat, path] = ["loss-surface", "descent-path"].map((name) =>
               overlays[name].plot._fullLayout.xaxis.title.text);
             return flat === path && flat.includes("best run"); }"""
    )


def lose_context(page: Page) -> None:
    page.evaluate(
        """() => { const { plot } = window.descentLab.overlays["loss-surface"];
             window.lostScene = plot._fullLayout.scene._scene.glplot;
             window.lost = window.lostScene.gl.getExtension("WEBGL_lose_context");
             window.lost.loseContext(); }"""
    )


def tones_of_surface(page: Page) -> int:
    """How many colours there are half way down the 3D view."""
    page.mouse.move(5, 5)
    driver.next_frames(page, 3)
    return len(set(driver.row(page.locator("#loss-surface"))))


@pytest.mark.scene
def test_without_a_drawing_context_a_contour_stands_in_and_what_comes_back_is_as_before(
    page: Page,
) -> None:
    expect(page.locator("#flat-note")).to_be_hidden()
    assert "surface" in page.locator("#loss-surface-words").inner_text()
    driver.turn_scene(page, 25, 5)
    for is_late in (False, True):
        driver.rest(page)
        lose_and_get_back(page, is_late)


def lose_and_get_back(page: Page, is_late: bool) -> None:
    before, tones = driver.camera(page), tones_of_surface(page)
    assert tones > 20, "a blank picture has two or three"
    lose_context(page)
    if is_late:
        expect(page.locator("#flat-note")).to_be_visible()
        driver.wait(page, "lab.overlays['loss-surface'].plot._fullLayout?.xaxis && lab.isFlat()")
        # The surface that comes back is that of the sweep that is on show by then.
        driver.train(page, seed=1)
        wait_detail(page)
    else:
        page.wait_for_timeout(200)
    page.evaluate("() => window.lost.restoreContext()")
    driver.wait(
        page,
        "!lab.isFlat() && lab.overlays['loss-surface'].plot._fullLayout.scene._scene.glplot"
        " !== window.lostScene",
    )
    driver.stay(page)
    expect(page.locator("#flat-note")).to_be_hidden()
    np.testing.assert_allclose(driver.camera(page), before, atol=1e-6)
    # The surface is drawn, in its many colours, and a hand still turns it.
    assert tones_of_surface(page) > tones / 2
    driver.turn_scene(page)
    assert not np.allclose(driver.camera(page), before, atol=1e-2)
