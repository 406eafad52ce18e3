"""Pinned runs: their table and their paths, each held to the engine's own runs."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page

from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import (
    choose_rate,
    close,
    engine_run,
    engine_sweep,
    facts,
    go_to,
    next_frames,
    open_panel,
    set_up,
    value,
    wait,
    wait_detail,
)

# Where a pin's marker is drawn in one frame of a view: the middles of all shapes of its colour.
MARKERS = """async ([view, color]) => {
  const { overlays, colors } = window.descentLab;
  const { context } = overlays[view];
  const found = [];
  let corners = [];
  const spy = (name, seen) => {
    context[name] = function (...all) {
      seen(...all);
      return CanvasRenderingContext2D.prototype[name].apply(this, all);
    };
  };
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  spy("beginPath", () => (corners = []));
  spy("lineTo", (x, y) => corners.push([x, y]));
  spy("fill", () => {
    if (context.fillStyle !== colors[color].toLowerCase()) return;
    found.push([0, 1].map((axis) => middle(corners.map((corner) => corner[axis]))));
  });
  (await import("#lab/state/store.mjs")).invalidate();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const name of ["beginPath", "lineTo", "fill"]) delete context[name];
  return found;
}"""
# Where a view's own axes put a point.
PLACE = """([view, point]) => {
  const { overlays, flatAxes, sceneAxes } = window.descentLab;
  if (view === "loss-surface") return sceneAxes(overlays[view]).point(...point);
  const axes = flatAxes(overlays[view]);
  return [axes.x(point[0]), axes.y(point[1])];
}"""


def pin(page: Page) -> None:
    before = page.locator(".compare tbody .remove:visible").count()
    page.locator("#pin").click()
    wait(page, "lab.pinCount() === argument", before + 1)
    next_frames(page)


def table(page: Page) -> list[list[str]]:
    """What stands in each row; the last column, the button, left out."""
    return page.locator(".compare tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].slice(0, 5).map(cell => cell.textContent))"
    )


def check_run(row: list[str], settings: Settings, epoch: int, wanted: float) -> None:
    """A row's epochs, losses and verdict are those of this run."""
    _, reached, now, end, verdict = row
    run, sweep = engine_run(settings), engine_sweep(settings)
    there = run.epochs[run.train_loss < wanted]
    assert reached == (str(there[0]) if len(there) else "never")
    for text, at in ((now, min(epoch, settings.epochs)), (end, settings.epochs)):
        if at in run.epochs:
            assert close(text, float(run.train_loss[run.epochs == at][0]))
        else:
            assert text == "overflow"
    assert verdict == driver.word(sweep.verdicts[settings.run_index])


def check_table(page: Page, runs: list[Settings]) -> None:
    wanted = value(page.locator("#compare-loss").input_value())
    rows, epoch = table(page), int(facts(page)["epoch"])
    assert len(rows) == len(runs)
    for row, settings in zip(rows, runs, strict=True):
        check_run(row, settings, epoch, wanted)


FOUR = (
    Settings(),
    Settings(optimizer="adam"),
    Settings(optimizer="momentum"),
    Settings(optimizer="momentum", learning_rate=0.1),
)


def pin_four(page: Page) -> None:
    pin(page)
    settings = FOUR[0]
    for optimizer in ("adam", "momentum"):
        settings = set_up(page, settings, optimizer=optimizer)
        pin(page)
    choose_rate(page, 0.1)
    wait_detail(page)
    pin(page)


def test_up_to_four_runs_are_compared_in_numbers(page: Page) -> None:
    open_panel(page, "compare")
    assert len(table(page)) == 1 and page.locator("#pin").is_enabled()
    pin_four(page)
    assert len({row[0] for row in table(page)}) == 4
    assert [row[0].split()[0] for row in table(page)] == ["SGD", "Adam", "Momentum", "Momentum"]
    # Twice the lowest end is asked for at first; then whatever is typed.
    lowest = min(float(engine_run(one).train_loss[-1]) for one in FOUR[:3])
    assert value(page.locator("#compare-loss").input_value()) == pytest.approx(2 * lowest, rel=0.01)
    for wanted in ("0.9", "1e-30", "2,5"):
        page.locator("#compare-loss").fill(wanted)
        page.locator("#compare-loss").press("Enter")
        for epoch in (2, 300):
            go_to(page, epoch)
            page.locator("#compare-loss").fill(wanted)
            wanted_now = float(wanted.replace(",", "."))
            for row, settings in zip(table(page), FOUR, strict=True):
                check_run(row, settings, epoch, wanted_now)
    # A fifth is impossible, and said to be; one that was removed makes room again.
    run_now = replace(FOUR[3], learning_rate=0.02)
    choose_rate(page, 0.02)
    wait_detail(page)
    next_frames(page)
    assert page.locator("#pin").is_disabled()
    assert page.locator("#pin").inner_text().startswith("Four runs are pinned")
    page.evaluate("() => window.descentLab.pinCurrent()")
    assert page.evaluate("() => window.descentLab.pinCount()") == 4
    assert len(table(page)) == 5
    page.locator(".compare tbody .remove").nth(1).click()
    next_frames(page, 3)
    assert page.locator("#pin").is_enabled()
    page.locator("#compare-loss").fill("2.5")
    check_table(page, [FOUR[0], FOUR[2], FOUR[3], run_now])


def test_the_sentence_tells_how_many_epochs_lie_between(page: Page) -> None:
    open_panel(page, "compare")
    pin(page)
    choose_rate(page, 0.05)
    wait_detail(page)
    page.locator("#compare-loss").fill("0.05")
    page.locator("#compare-loss").press("Enter")
    next_frames(page, 3)
    fast, slow = (
        int(np.argmax(engine_run(Settings(learning_rate=rate)).train_loss < 0.05))
        for rate in (0.05, 0.01)
    )
    said = page.locator('[data-slot="compare-reading"]').inner_text()
    numbers = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", said)]
    assert numbers[:5] == [0.05, 0.05, fast, 0.01, slow], said
    assert numbers[5:] == [pytest.approx(slow / fast, rel=0.05)]


# ---- drawn ----


def pin_colour(page: Page, number: int) -> list[int]:
    text = page.evaluate(f"() => window.descentLab.colors['pin-{number}']")
    return [int(text[at : at + 2], 16) for at in (1, 3, 5)]


def check_marker(page: Page, number: int, places: dict[str, list[float]]) -> None:
    """The marker of this pin, the first is 1, stands at these points of the views."""
    for view, point in places.items():
        (found,) = page.evaluate(MARKERS, [view, f"pin-{number}"])
        expected = page.evaluate(PLACE, [view, point])
        assert np.abs(np.subtract(found, expected)).max() <= 2, (view, number, found, expected)


def check_markers(
    page: Page, pins: list[Settings], plane: PlaneChoice | None = None, has_scene: bool = False
) -> None:
    """Each pin's last marker is where the engine's params fall on the plane that is on show."""
    epoch = int(facts(page)["epoch"])
    on_show = driver.experiment_cache().experiment(shown_settings(page), plane).surface.plane
    for number, settings in enumerate(pins, start=1):
        run = engine_run(settings)
        loss = float(run.train_loss[epoch])
        first, second = map(float, on_show.coordinates(run.params[epoch]))
        places = {
            "descent-path": [first, second],
            "curves": [float(np.log10(1 + epoch)), float(np.log10(loss))],
        }
        if has_scene:
            places["loss-surface"] = [first, second, loss]
        check_marker(page, number, places)


def shown_settings(page: Page) -> Settings:
    return Settings.from_mapping(driver.state(page, "sweep.settings"))


def test_pins_of_a_line_are_drawn_at_their_places_and_only_where_comparable(page: Page) -> None:
    open_panel(page, "compare")
    pins = list(FOUR[:3])
    pin(page)
    for settings, optimizer in zip(pins, ("adam", "momentum"), strict=False):
        set_up(page, settings, optimizer=optimizer)
        pin(page)
    # The run on show goes elsewhere, so that its own mark hides none of theirs.
    settings = set_up(page, pins[2], learning_rate=0.001)
    go_to(page, 30)
    check_markers(page, pins)
    # Another start: named, not drawn, and no numbers.
    settings = set_up(page, settings, seed=5)
    driver.rest(page)
    rows = table(page)
    assert len(rows) == 4
    for row in rows[1:]:
        assert row[1:] == ["other seed: not comparable", "", "", ""]
    check_one_line(page, len(rows) - 1)
    colours = [pin_colour(page, number) for number in (1, 2, 3)]
    views = ("descent-path", "curves", "fit")
    assert [count_pixels(page, view, colours) for view in views] == [0, 0, 0]
    set_up(page, settings, seed=0)
    driver.rest(page)
    assert all(count_pixels(page, view, colours) > 30 for view in views)
    check_markers(page, pins)
    check_table(page, [*pins, replace(pins[2], learning_rate=0.001)])


def check_one_line(page: Page, count: int) -> None:
    """What differs is said in one line, all of it; and each row can be removed."""
    boxes = page.locator(".compare td[colspan='4']").evaluate_all(
        """cells => cells.map(cell => {
             const range = document.createRange();
             range.selectNodeContents(cell);
             const text = range.getBoundingClientRect();
             const own = cell.getBoundingClientRect();
             return [text.height, getComputedStyle(cell).lineHeight, text.right <= own.right];
           })"""
    )
    assert len(boxes) == count
    for height, line, is_whole in boxes:
        assert height < 1.5 * float(line.removesuffix("px"))
        assert is_whole
    side = page.locator("#side").bounding_box()
    assert side
    for remove in page.locator(".compare tbody .remove:visible").all():
        box = remove.bounding_box()
        assert box and box["x"] + box["width"] <= side["x"] + side["width"]


def count_pixels(page: Page, view: str, colours: list[list[int]]) -> int:
    """How many pixels of a view's canvas have one of these colours."""
    return page.evaluate(
        """([view, colours]) => {
          const { canvas } = window.descentLab.overlays[view];
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const isOne = colours.some((colour) =>
              colour.every((part, k) => Math.abs(part - data[at + k]) < 3));
            count += data[at + 3] === 255 && isOne;
          }
          return count;
        }""",
        [view, colours],
    )


@pytest.mark.scene
def test_pins_of_a_network_lie_on_the_plane_on_show_and_cost_nothing(
    page: Page, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = set_up(page, dataset="parabola", epochs=150, hidden_units=8, learning_rate=0.05)
    open_panel(page, "compare")
    pins = [settings]
    pin(page)
    for optimizer, rate in (("adam", 0.02), ("momentum", 0.02), ("rmsprop", 0.01)):
        settings = set_up(page, settings, optimizer=optimizer, learning_rate=rate)
        pins.append(settings)
        pin(page)
    settings = set_up(page, settings, learning_rate=0.001)
    go_to(page, 60)
    # Beside a panel there is no room for the surface.
    page.locator("#close-side").click()
    driver.rest(page)
    check_markers(page, pins, has_scene=True)
    page.locator("#plane").select_option("random")
    wait(page, "lab.state.sweep.plane.kind === 'random'")
    driver.rest(page)
    check_markers(page, pins, PlaneChoice("random"), has_scene=True)
    open_panel(page, "compare")
    driver.rest(page)
    check_table(page, [*pins, settings])
    check_costs(page, watch, capsys)


def check_costs(page: Page, watch: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """With four pins, dragging and playing stay in the browser; how long a frame takes is told."""
    calls, requests = driver.count_plotly_calls(page), len(watch.requests)
    page.evaluate("() => (window.descentLab.timings.length = 0)")
    driver.grab(page, "learning-rate", 10 / 40)
    for share in (0.9, 0.0, 0.5):
        driver.drag_to(page, "learning-rate", share, steps=30)
    next_frames(page)
    assert watch.requests[requests:] == []
    assert calls() == []
    dragging = page.evaluate("() => window.descentLab.timings.splice(0)")
    page.mouse.up()
    driver.rest(page)
    calls()
    requests = len(watch.requests)
    driver.press(page, "playhead", "Home")
    page.locator("#play").click()
    wait(page, "lab.state.share > 0.4")
    assert driver.state(page, "playing")
    assert watch.requests[requests:] == []
    assert calls() == []
    playing = page.evaluate("() => window.descentLab.timings.splice(0)")
    page.locator("#play").click()
    assert len(dragging) > 20 and len(playing) > 20
    with capsys.disabled():
        middle = [f"{np.median(times):.1f} ms" for times in (dragging, playing)]
        print(f"\nfour pins, script a frame: dragging {middle[0]}, playing {middle[1]}")
