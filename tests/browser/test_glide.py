"""The first steps glide, so that each is seen to be a step."""

from __future__ import annotations

from playwright.sync_api import Page

from app.domain.settings import Settings
from tests.browser import driver

PATH = "descent-path"
# The page's clock stands still from now on, and is moved by hand.
HOLD = """() => {
  window.held = performance.now();
  performance.now = () => window.held;
}"""


def wait_milliseconds(page: Page, count: int) -> None:
    page.evaluate("(count) => (window.held += count)", count)
    driver.next_frames(page)


def hold(page: Page) -> None:
    """At epoch 0 of rate 0.08, on the page of someone who has nothing against motion."""
    page.emulate_media(reduced_motion="no-preference")
    driver.choose_rate(page, 0.08)
    driver.go_to(page, 0)
    page.evaluate(HOLD)


def is_gliding(page: Page) -> bool:
    return page.evaluate("async () => (await import('#lab/page/glide.mjs')).isGliding()")


def places(page: Page) -> list[tuple[float, float]]:
    """Of the first two epochs and of the middle between them, at rate 0.08."""
    first, second = driver.engine_run(Settings(learning_rate=0.08)).params[:2]
    points = (first, (first + second) / 2, second)
    return [driver.place(page, PATH, *point.tolist()) for point in points]


def test_a_step_glides_and_the_readouts_show_whole_epochs(page: Page) -> None:
    hold(page)
    path, (start, middle, end) = driver.themed(page, "path"), places(page)
    assert driver.pixel(page, PATH, *middle) != path
    for button, goal, epoch in (("epoch-on", end, "1"), ("epoch-back", start, "0")):
        page.locator(f"#{button}").click()
        driver.next_frames(page)
        assert page.locator("#fact-epoch").inner_text() == epoch
        wait_milliseconds(page, 75)
        assert driver.pixel(page, PATH, *middle) == path
        assert page.locator("#fact-epoch").inner_text() == epoch
        wait_milliseconds(page, 80)
        assert driver.pixel(page, PATH, *goal) == path
        assert not is_gliding(page)


def test_larger_jumps_do_not_glide_and_with_reduced_motion_none_does(page: Page) -> None:
    hold(page)
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        for epoch in (5, 6, 30, 31):
            page.evaluate("(epoch) => window.descentLab.goTo(epoch)", epoch)
            driver.next_frames(page)
            assert is_gliding(page) == (epoch == 6 and motion == "no-preference")
            wait_milliseconds(page, 200)
