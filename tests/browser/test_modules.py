"""The page's scripts as modules: late ones, and browsers that are too old for them."""

from __future__ import annotations

from time import sleep

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import driver
from tests.browser.driver import wait_fact, wait_ready


def test_a_module_that_comes_late_loses_nothing(blank: Page, address: str) -> None:
    """Dash brings the first sweep, and may call back, before the module is there."""

    def late(route: Route) -> None:
        sleep(2)
        route.continue_()

    blank.route("**/lab/model/sweep.*.mjs", late)
    blank.goto(address)
    wait_ready(blank)
    driver.train(blank, seed=3)
    wait_fact(blank, "learningRate", "0.01")


def test_each_module_is_loaded_once(page: Page) -> None:
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    modules = [name for name in loaded if name.endswith(".mjs")]
    assert len(modules) > 50 and len(set(modules)) == len(modules)


@pytest.mark.parametrize("lacks", ["HTMLScriptElement.supports", "CSS.supports"])
def test_a_browser_that_is_too_old_is_told_so(blank: Page, address: str, lacks: str) -> None:
    sentence = blank.locator("#too-old")
    blank.goto(address)
    expect(sentence).to_be_hidden()
    blank.add_init_script(f"{lacks} = () => false")
    blank.goto(address)
    expect(sentence).to_contain_text("Firefox 113")
    expect(sentence).to_be_visible()
