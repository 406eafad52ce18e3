"""Prints how fast the page is: `python -m tools.measure`. Figures, not tests.

Script time is what one frame's own script takes (window.descentLab.timings); drag to paint is from
a slider's input event to the first task after the frame that shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import driver
from tests.programs import find_browser
from tools.server import serving

LAST = 40
PINNED = (0.01, 0.02, 0.04, 0.08)
CHOICES: tuple[dict[str, int | str], ...] = (
    {},
    {"dataset": "parabola", "hidden_units": 10, "epochs": 500},
    {"dataset": "circles", "hidden_units": 8},
)
# Counts frames, and times each input event of the slider until it is on the screen.
OBSERVE = """() => {
  window.seen = { frames: 0, paints: [] };
  const tick = () => { window.seen.frames += 1; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  document.getElementById("learning-rate").addEventListener("input", () => {
    const began = performance.now();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.seen.paints.push(performance.now() - began);
      port2.postMessage(0);
    });
  }, true);
}"""


# Times each step of the seed from the key to the first task after the frame that shows its sweep.
OBSERVE_STEPS = """async () => {
  const { on } = await import("#lab/state/events.mjs");
  window.steps = { began: 0, took: [], sweeps: 0, last: "" };
  const { steps } = window;
  const seed = document.getElementById("seed");
  seed.addEventListener("keydown", () => (steps.began = performance.now()), true);
  on("frame", () => {
    const { sweep_id: id } = window.descentLab.state.sweep;
    if (id === steps.last) return;
    [steps.last, steps.sweeps] = [id, steps.sweeps + 1];
    const { began } = steps;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => steps.took.push(performance.now() - began);
    requestAnimationFrame(() => port2.postMessage(0));
  });
}"""
# What has come over the network.
SIZES = """() => ["navigation", "resource"]
  .flatMap((kind) => performance.getEntriesByType(kind)).map((one) => one.transferSize)"""
OPENINGS = 9
STEPS = 20
HELD_SECONDS = 4
KEYS_A_SECOND = 30


def main() -> None:
    path = find_browser()
    # Of its own processes: in this one it would wait for what drives the browser.
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=driver.CHROMIUM_ARGUMENTS)
        address = f"http://127.0.0.1:{server.port}"
        open_cold(browser, address)
        for choices in CHOICES:
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(address)
            driver.wait_ready(page)
            driver.train(page, **choices)
            driver.rest(page)
            print(", ".join(f"{name} {value}" for name, value in choices.items()) or "the line")
            page.evaluate(OBSERVE)
            measure(page, "dragging", drag)
            driver.rest(page)
            measure(page, "playing", play)
            step_seeds(page)
            driver.rest(page)
            pin_four(page)
            measure(page, "dragging with four pinned runs", drag)
            driver.rest(page)
            measure(page, "playing with four pinned runs", play)
            page.close()
        browser.close()


def open_cold(browser: Browser, address: str) -> None:
    """From the address to the drawn page, each time with nothing in the browser's cache."""
    took = []
    for _ in range(OPENINGS):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        began = monotonic()
        page.goto(address)
        driver.wait_ready(page)
        took.append(1000 * (monotonic() - began))
        sizes = page.evaluate(SIZES)
        page.close()
    # The server's first page is prepared while it is asked for.
    print(f"page ready: {spread(took[1:])}, {sum(sizes) / 1e6:.2f} MB in {len(sizes)} files")


def pin_four(page: Page) -> None:
    for rate in PINNED:
        driver.choose_rate(page, rate)
        driver.rest(page)
        page.evaluate("() => window.descentLab.pinCurrent()")
    assert page.evaluate("() => window.descentLab.pinCount()") == len(PINNED)


def measure(page: Page, name: str, act: Callable[[Page], None]) -> None:
    page.evaluate(
        """() => {
          window.descentLab.timings.length = 0;
          Object.assign(window.seen, { frames: 0, paints: [], began: performance.now() });
        }"""
    )
    act(page)
    seen = page.evaluate("() => ({ ...window.seen, ended: performance.now() })")
    timings = page.evaluate("() => window.descentLab.timings.slice()")
    rate = 1000 * seen["frames"] / (seen["ended"] - seen["began"])
    print(f"  {name}: {spread(timings)} of script a frame, {rate:.0f} frames/s")
    if seen["paints"]:
        print(f"  drag to paint: {spread(seen['paints'])}")


def step_seeds(page: Page) -> None:
    """Seeds that the server has not trained: one at a time, then with the key held down."""
    page.evaluate(OBSERVE_STEPS)
    page.locator("#seed").focus()
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
        driver.rest(page)
    took = page.evaluate("() => window.steps.took.splice(0)")[-STEPS:]
    print(f"  one step of the seed: {spread(took)} to all views changed")
    page.evaluate("() => (window.steps.sweeps = 0)")
    began = monotonic()
    while monotonic() - began < HELD_SECONDS:
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(1000 / KEYS_A_SECOND)
    shown = page.evaluate("() => window.steps.sweeps")
    page.keyboard.up("ArrowRight")
    print(f"  seed held down: {shown / HELD_SECONDS:.1f} new sweeps a second")


def spread(milliseconds: list[float]) -> str:
    """Median and 95th percentile of so many."""
    middle, high = np.percentile(milliseconds, [50, 95])
    return f"median {middle:.1f}, p95 {high:.1f} ms (of {len(milliseconds)})"


def drag(page: Page) -> None:
    """There and back over the whole slider, as fast as the browser takes it."""
    stop = driver.SLIDER_LEARNING_RATES.index(0.01)
    driver.grab(page, "learning-rate", stop / LAST)
    for _ in range(3):
        driver.drag_to(page, "learning-rate", 1, steps=80)
        driver.drag_to(page, "learning-rate", 0, steps=80)
    page.mouse.up()


def play(page: Page) -> None:
    """The whole run, at 2x in four seconds."""
    page.locator("#speed").select_option("2")
    driver.press(page, "playhead", "Home")
    page.locator("#play").click()
    driver.wait(page, "!lab.state.playing")


if __name__ == "__main__":
    main()
