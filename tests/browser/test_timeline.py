"""One playhead drives everything."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.driver import facts, press, state, wait_detail


def epoch(page: Page) -> int:
    driver.next_frames(page)
    return int(facts(page)["epoch"])


def test_play_and_pause(page: Page) -> None:
    press(page, "playhead", "Home")
    page.locator("#play").click()
    driver.wait(page, "Number(document.getElementById('facts').dataset.epoch) > 5")
    page.locator("#play").click()
    assert not state(page, "playing")
    stopped = epoch(page)
    driver.next_frames(page, 10)
    assert epoch(page) == stopped < 1000
    page.locator("#play").click()
    driver.wait(page, "Number(document.getElementById('facts').dataset.epoch) > argument", stopped)
    # A single step pauses; the space bar presses the button that has the focus.
    page.locator("#epoch-on").click()
    assert not state(page, "playing")
    press(page, "play", "Space")
    assert state(page, "playing")
    press(page, "play", "Space")
    assert not state(page, "playing")


def test_at_the_end_it_stops_starts_again_or_loops(page: Page) -> None:
    page.locator("#speed").select_option("4")
    driver.choose(page, "playhead", 900)
    page.locator("#play").click()
    driver.wait(page, "!lab.state.playing")
    assert epoch(page) == 1000
    page.locator("#play").click()
    driver.wait(page, "lab.state.share < 0.9")
    assert state(page, "playing")
    page.locator("#loop").click()
    assert page.locator("#loop").get_attribute("aria-pressed") == "true"
    driver.wait(page, "lab.state.share > 0.8")
    driver.wait(page, "lab.state.share < 0.5")
    assert state(page, "playing")
    page.locator("#loop").click()
    assert page.locator("#loop").get_attribute("aria-pressed") == "false"
    driver.wait(page, "!lab.state.playing")
    assert epoch(page) == 1000


def test_speed_is_a_factor_of_the_clock(page: Page) -> None:
    for speed in ("0.25", "4"):
        page.locator("#speed").select_option(speed)
        assert state(page, "speed") == float(speed)
    moved = page.evaluate(
        """async () => {
          const { state, play, pause, goTo } = window.descentLab;
          const frame = () => new Promise(requestAnimationFrame);
          const shares = [];
          for (const speed of [1, 4]) {
            state.speed = speed;
            goTo(0);
            await frame();
            const began = await frame();
            play();
            let now = began;
            while (now - began < 800) now = await frame();
            shares.push(state.share / (now - began));
            pause();
          }
          return shares;
        }"""
    )
    assert 3 < moved[1] / moved[0] < 5


def test_single_epochs_by_button_and_key(page: Page) -> None:
    for expected in (1, 2, 3):
        page.locator("#epoch-on").click()
        assert epoch(page) == expected
    page.locator("#epoch-back").click()
    page.locator("#epoch-back").click()
    assert epoch(page) == 1
    press(page, "playhead", "Home")
    page.locator("#epoch-back").click()
    assert epoch(page) == 0
    press(page, "playhead", "End")
    page.locator("#epoch-on").click()
    assert epoch(page) == 1000
    assert "1000" in (page.locator("#playhead").get_attribute("aria-valuetext") or "")
    page.locator("#epoch-back").click()
    assert epoch(page) == 999
    driver.choose(page, "playhead", 700)
    began = epoch(page)
    for keys, expected in (
        ("ArrowRight", began + 1),
        ("ArrowUp", began + 2),
        ("ArrowLeft", began + 1),
        ("ArrowDown ArrowDown", began - 1),
        ("Home", 0),
        ("End", 1000),
    ):
        press(page, "playhead", keys)
        assert epoch(page) == expected


def test_scrubbing_on_the_timeline_and_on_the_curves(page: Page) -> None:
    driver.grab(page, "playhead", state(page, "share"))
    seen = []
    for share in (0.5, 0.8, 1.0, 0.0):
        driver.drag_to(page, "playhead", share)
        seen.append(epoch(page))
    page.mouse.up()
    assert seen[0] in range(27, 38) and seen[1] in range(230, 280)
    assert seen[2:] == [1000, 0]
    # Where the curves' axis says 100, the playhead goes to 100.
    place = page.evaluate(
        """() => {
          const { flatAxes, overlays } = window.descentLab;
          const box = document.getElementById("curves").getBoundingClientRect();
          const axes = flatAxes(overlays.curves);
          return [box.left + axes.x(Math.log10(101)), box.top + (axes.top + axes.bottom) / 2];
        }"""
    )
    page.mouse.click(*place)
    assert abs(epoch(page) - 100) <= 2
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0] + 20, place[1], steps=4)
    assert epoch(page) > 105
    page.mouse.up()


def test_a_new_sweep_keeps_the_nearest_epoch(page: Page) -> None:
    driver.choose(page, "playhead", 800)
    wanted = epoch(page)
    driver.train(page, seed=4)
    frames = driver.engine_sweep(Settings(seed=4)).epochs
    assert epoch(page) in (wanted, min(frames, key=lambda frame: abs(frame - wanted)))
    for epochs in (10, 5000):
        driver.train(page, epochs=epochs)
        assert epoch(page) <= epochs
        press(page, "playhead", "End")
        wait_detail(page)
        assert epoch(page) == epochs == state(page, "sweep.end")
        settings = Settings(seed=4, epochs=epochs)
        last = driver.engine_run(settings).train_loss[epochs]
        assert driver.number(page, "trainLoss") == float(last)
        press(page, "playhead", "Home")
        assert epoch(page) == 0
        press(page, "playhead", "ArrowRight")
        assert epoch(page) == 1
    # A link has the epoch that was asked for, also where this run has not kept it.
    driver.go_to(page, 4321)
    gate = driver.Gate(page, "inspect-request")
    driver.choose_rate(page, 0.05)
    gate.wait_for(1)
    assert 4321 not in state(page, "track.epochs")
    expect(page).to_have_url(re.compile(r"learning_rate=0\.05&.*epoch=4321$"))
    gate.let_go()


def test_the_clock_sleeps_while_nothing_moves(page: Page) -> None:
    """An idle page uses no processor time, and goes on at once."""
    driver.rest(page)
    page.evaluate(
        """() => {
          const { requestAnimationFrame } = window;
          window.drawn = 0;
          window.requestAnimationFrame = (draw) => {
            window.drawn += 1;
            return requestAnimationFrame.call(window, draw);
          };
        }"""
    )
    before = wait_asleep(page)
    page.mouse.move(400, 300)
    driver.wait(page, "window.drawn > argument", before)
    wait_asleep(page)
    driver.press(page, "playhead", "End")
    driver.wait_fact(page, "epoch", 1000)
    wait_asleep(page)
    page.locator("#play").click()
    driver.wait(page, "lab.state.playing && lab.state.share > 0.1 && lab.state.share < 1")


def wait_asleep(page: Page) -> int:
    """Waits until no frame is asked for any more; returns how many there were."""
    page.wait_for_function(
        "() => window.drawn === window.seen || ((window.seen = window.drawn), false)", polling=300
    )
    return page.evaluate("() => window.drawn")
