"""Laptop, projector and phone; names for those who hear the page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from app.domain.settings import Settings
from tests.browser import driver

RAIL = [
    "dataset",
    *(name + part for name in ("seed", "hidden-units") for part in ("", "-value")),
]
ALWAYS = ["learning-rate", "learning-rate-value", "slower", "faster", "playhead", "play"]
STEPS = ["epoch-back", "epoch-on"]
NAMED = [
    *ALWAYS[:1],
    "seed",
    "hidden-units",
    "dataset",
    "playhead",
    "play",
    *driver.VIEWS,
]
# Under Settings.
EPOCHS = ["epochs", "epochs-value"]
OPERABLE = {"button", "slider", "textbox", "combobox", "spinbutton", "tab", "checkbox", "link"}


def box(page: Page, name: str) -> dict[str, float]:
    found = page.locator(f"#{name}").bounding_box()
    assert found is not None, f"{name} is not on show"
    return dict(found)


def check_inside(page: Page, names: list[str]) -> None:
    """Nothing sticks out of the window, so there is no scrolling sideways."""
    size = page.viewport_size
    assert size is not None
    widths = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1] == size["width"]
    for name in names:
        place = box(page, name)
        assert place["width"] > 0 and place["height"] > 0, name
        assert place["x"] >= 0 and place["x"] + place["width"] <= size["width"] + 0.5, name


def check_no_scrolling(page: Page) -> None:
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("() => document.documentElement.scrollHeight")
    assert height <= size["height"]
    for name in (*driver.VIEWS, "play", "facts"):
        place = box(page, name)
        assert place["y"] >= 0 and place["y"] + place["height"] <= size["height"] + 0.5, name
        assert place["height"] >= 20


def test_a_laptop_shows_all_views_without_scrolling(page: Page) -> None:
    check_inside(page, [*NAMED, *ALWAYS, *STEPS, *RAIL])
    check_no_scrolling(page)
    assert min(box(page, f"{view}-card")["height"] for view in driver.PLOTTED) >= 150
    assert min(box(page, view)["height"] for view in driver.PLOTTED) > 100
    assert [
        name for name in (*NAMED, *EPOCHS, "facts") if page.locator(f"#{name}").count() != 1
    ] == []
    check_names(page)
    driver.show_control(page, "epochs")
    check_inside(page, [*NAMED, *ALWAYS, *STEPS, *RAIL, *EPOCHS])
    check_no_scrolling(page)
    check_names(page)
    # A message must not push anything off the screen.
    driver.type_rate(page, "much")
    driver.wait_message(page)
    check_no_scrolling(page)


def test_a_projector_after_a_laptop(page: Page) -> None:
    """The window grows, and every view with it."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    driver.rest(page)
    check_inside(page, [*NAMED, *ALWAYS, *STEPS, *RAIL])
    check_no_scrolling(page)
    sizes = page.evaluate(
        """() => Object.fromEntries(Object.entries(window.descentLab.overlays).map(
          ([name, { host, canvas, plot }]) => {
            const { width, height } = plot._fullLayout ?? {};
            const sizes = [[host.clientWidth, host.clientHeight],
              [canvas.clientWidth, canvas.clientHeight], [width, height]];
            return [name, sizes];
          }))"""
    )
    assert set(sizes) == {*driver.VIEWS, "rate-curve"}
    for view, (host, canvas, plot) in sizes.items():
        assert host == canvas and min(host) > 40
        if view in driver.PLOTTED:
            np.testing.assert_allclose(host, plot, atol=1)


@pytest.mark.scene
def test_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(size=(390, 844), has_touch=True, is_mobile=True)
    curves = ["rate-curve", "curves"]
    check_inside(page, ["descent-path", "fit", "facts", *curves, *ALWAYS, *STEPS])
    assert all(is_drawn(page, name) for name in curves)
    for name in ("slower", "faster", "play", "epoch-back", "epoch-on"):
        place = box(page, name)
        assert place["width"] >= 44 and place["height"] >= 44, name
    check_tabs(page)
    check_rail(page)
    page.locator("#faster").tap()
    driver.wait_fact(page, "learningRate", "0.0125")
    # A link may name the curves alone.
    page.evaluate("() => { document.querySelector('.lab').dataset.curves = 'alone'; }")
    assert box(page, "curves")["height"] >= 150


def check_tabs(page: Page) -> None:
    """Cross sections and surface share one place."""
    shared = ["cross-sections", "loss-surface"]
    tabs = page.locator("[role=tab]")
    assert tabs.count() == len(shared)
    for k in range(tabs.count()):
        tab = tabs.nth(k)
        tab.tap()
        view = tab.get_attribute("data-view")
        driver.wait(page, "document.getElementById(argument).clientHeight > 0", view)
        assert [name for name in shared if page.locator(f"#{name}").is_visible()] == [view]
        assert tab.get_attribute("aria-selected") == "true"
        driver.wait(
            page,
            """(() => {
              const { plot, host } = lab.overlays[argument];
              return Math.abs(plot._fullLayout.width - host.clientWidth) <= 1;
            })()""",
            view,
        )
        check_inside(page, [str(view)])
        assert is_drawn(page, str(view))


def is_drawn(page: Page, view: str) -> bool:
    driver.next_frames(page, 3)
    return page.evaluate(
        """(view) => {
          const { canvas } = window.descentLab.overlays[view];
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value) => value > 0);
        }""",
        view,
    )


def check_rail(page: Page) -> None:
    """Off the screen until it is asked for; a tap beside it closes it."""
    assert not page.locator("#seed").is_visible()
    page.locator("#open-rail").tap()
    page.locator("#seed").wait_for(state="visible")
    page.wait_for_function("() => !document.getAnimations().length")
    check_inside(page, RAIL)
    driver.show_control(page, "epochs")
    check_inside(page, [*RAIL, *EPOCHS])
    check_names(page)
    driver.choose(page, "seed", 3)
    driver.wait_fact(page, "sweep", Settings(seed=3).sweep_id)
    page.touchscreen.tap(380, 300)
    page.locator("#seed").wait_for(state="hidden")


def check_names(page: Page) -> None:
    """Everything that can be operated says what it is, to those who hear the page."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")
    operable = [
        node for node in tree["nodes"] if not node["ignored"] and node["role"]["value"] in OPERABLE
    ]
    assert len(operable) >= 12
    nameless = [
        session.send("DOM.describeNode", {"backendNodeId": node["backendDOMNodeId"]})["node"]
        for node in operable
        if not node.get("name", {}).get("value", "").strip()
    ]
    assert [(node["localName"], node["attributes"]) for node in nameless] == []


def test_the_overlays_follow_the_screen_to_which_the_page_is_moved(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    for ratio in (3, 2):
        metrics = {"width": 1366, "height": 768, "deviceScaleFactor": ratio, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", metrics)
        page.mouse.move(600 + ratio, 20)
        driver.wait(
            page,
            "Object.values(lab.overlays).every(({ canvas, host }) =>"
            " Math.abs(canvas.width / host.clientWidth - argument) < 0.01)",
            ratio,
        )
