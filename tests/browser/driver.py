"""What a person does on the page, and what can be read from it, as plain functions.

They know element ids, the data attributes of `#facts` and the page's own namespace
`window.descentLab`; no words and no places of the layout.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.results import RunDetail, Sweep
from app.domain.settings import Settings
from app.trainers.experiment_cache import ExperimentCache

# Software WebGL on a busy machine: what takes a second at a desk may take many here.
PATIENCE = 40_000
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
UPDATES = re.compile("/_dash-update-component")
PLOTTED = ("loss-surface", "descent-path", "cross-sections", "fit")
# Those of the opening: the curves stand over the timeline, on a canvas alone.
VIEWS = (*PLOTTED, "curves")
ROW = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, Math.floor(image.height / 2), image.width, 1);
  return Array.from({ length: image.width }, (_, at) => [...data.slice(4 * at, 4 * at + 3)]);
}"""
# Parts of a slider's whole way at its two ends that its thumb's centre never reaches.
THUMB_CENTRE = """([name, share]) => {
  const box = document.getElementById(name).getBoundingClientRect();
  const thumb = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--thumb"));
  return [box.left + thumb / 2 + share * (box.width - thumb), box.top + box.height / 2];
}"""

# ---- what is on the page ----


def wait_ready(page: Page) -> None:
    page.wait_for_selector("body.ready", timeout=PATIENCE)


def wait(page: Page, condition: str, argument: Any = None) -> None:
    """Waits for a JavaScript condition, an expression of `lab` and `argument`."""
    page.wait_for_function(
        f"(argument) => {{ const lab = window.descentLab; return {condition}; }}",
        arg=argument,
        timeout=PATIENCE,
        # At each frame, as is usual, waiting would keep the page drawing.
        polling=50,
    )


def facts(page: Page) -> dict[str, str]:
    """The data attributes of #facts, in JavaScript's spelling: learningRate, trainLoss."""
    return page.evaluate("() => ({...document.getElementById('facts').dataset})")


def number(page: Page, name: str) -> float:
    return float(facts(page)[name].replace("Infinity", "inf"))


def wait_fact(page: Page, name: str, value: Any) -> None:
    wait(
        page,
        "document.getElementById('facts').dataset[argument[0]] === argument[1]",
        [name, f"{value}"],
    )


def next_frames(page: Page, count: int = 2) -> None:
    """Waits until the page has drawn what was just changed."""
    page.evaluate(
        """async (count) => {
          for (let k = 0; k < count; k++) await new Promise((done) => requestAnimationFrame(done));
        }""",
        count,
    )


def wait_detail(page: Page) -> None:
    """Waits until the selected run has been inspected: from then on nothing is under way."""
    wait(
        page,
        "lab.state.detail && !lab.state.playing && lab.state.detail.run === lab.state.run"
        " && !lab.isTraining()",
    )
    next_frames(page)


def rest(page: Page) -> None:
    """Waits until the run on show is inspected at this epoch, and nothing has moved for a while."""
    page.mouse.up()
    wait_detail(page)
    wait(page, "!lab.state.slices || lab.state.slices.at(lab.snapshot().shownEpoch)")
    stay(page)


def stay(page: Page) -> None:
    """Waits until the page has settled after its last change, whatever it shows."""
    wait(page, "lab.isResting()")
    next_frames(page, 3)


def resize(page: Page, width: int, height: int) -> None:
    """Another size of the window, and waits until every view is drawn at its own."""
    page.set_viewport_size({"width": width, "height": height})
    next_frames(page, 3)
    wait(
        page,
        """Object.values(lab.overlays).every(({ host, plot }) => {
          const { width, height } = plot._fullLayout ?? {};
          const gaps = [host.clientWidth - width, host.clientHeight - height].map(Math.abs);
          return !width || !host.clientWidth || Math.max(...gaps) <= 1;
        })""",
    )
    stay(page)


def state(page: Page, expression: str) -> Any:
    """An expression of the page's state, such as "run" or "sweep.sweep_id"."""
    return page.evaluate(f"() => window.descentLab.state.{expression}")


# Where the page says that something is not possible: over the views, or at a control.
SAID = "#connection-words:visible, #message:visible, .control-error span:visible"


def explanation(page: Page) -> str:
    """The outcome of the run on show, and why; the latter is folded away until it is asked for."""
    said = [page.locator(f"#{name}").text_content() for name in ("outcome-sentence", "explanation")]
    return " ".join(text or "" for text in said)


def message(page: Page) -> str:
    """All that the page says, each sentence in a line of its own."""
    return "\n".join(words for words in page.locator(SAID).all_inner_texts() if words)


def wait_message(page: Page) -> str:
    page.locator(SAID).first.wait_for(timeout=PATIENCE)
    return message(page)


def close_messages(page: Page) -> None:
    """Puts away all that is said."""
    for button in page.locator(".notice button[title=close], .control-error button").all():
        if button.is_visible():
            button.click()
    wait_no_message(page)


def wait_no_message(page: Page) -> None:
    page.wait_for_function(
        "selector => ![...document.querySelectorAll(selector)].some(one => one.checkVisibility())",
        arg=SAID.replace(":visible", ""),
        timeout=PATIENCE,
    )


def canvases(page: Page) -> dict[str, str]:
    """Each view's moving layer as an image, to see whether it changed."""
    return page.evaluate(
        """() => Object.fromEntries(Object.entries(window.descentLab.overlays)
             .map(([name, overlay]) => [name, overlay.canvas.toDataURL()]))"""
    )


def words_drawn(page: Page, view: str) -> list[str]:
    """The texts on a view's moving layer, drawn again for this."""
    return page.evaluate(
        """async (view) => {
          const { context } = window.descentLab.overlays[view];
          const words = [];
          context.fillText = (text, ...place) => {
            words.push(text);
            CanvasRenderingContext2D.prototype.fillText.call(context, text, ...place);
          };
          const { redraw } = await import("#lab/state/store.mjs");
          redraw();
          for (let k = 0; k < 2; k++) await new Promise((done) => requestAnimationFrame(done));
          delete context.fillText;
          return words;
        }""",
        view,
    )


def pixel(page: Page, view: str, x: float, y: float) -> list[int]:
    """The colour of a view's moving layer at a place on the page."""
    return page.evaluate(
        """([view, x, y]) => {
          const { canvas } = window.descentLab.overlays[view];
          const box = canvas.getBoundingClientRect();
          const ratio = canvas.width / box.width;
          const context = canvas.getContext("2d");
          const pixel = context.getImageData((x - box.left) * ratio, (y - box.top) * ratio, 1, 1);
          return Array.from(pixel.data.slice(0, 3));
        }""",
        [view, x, y],
    )


def place(page: Page, view: str, x: float, y: float, suffix: str = "") -> tuple[float, float]:
    """Where a flat view has a point of its data, in pixels of the page."""
    across, up = page.evaluate(
        """([view, x, y, suffix]) => {
          const lab = window.descentLab;
          const axes = lab.flatAxes(lab.overlays[view], suffix);
          const host = lab.overlays[view].canvas.getBoundingClientRect();
          return [host.left + axes.x(x), host.top + axes.y(y)];
        }""",
        [view, x, y, suffix],
    )
    return across, up


def themed(page: Page, meaning: str) -> list[int]:
    """A colour of the theme as red, green, blue."""
    colour = page.evaluate("(meaning) => window.descentLab.colors[meaning]", meaning)
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def camera(page: Page) -> np.ndarray:
    """Eye, centre and up of the 3D view, as Plotly holds them."""
    found = page.evaluate(
        "() => window.descentLab.overlays['loss-surface'].plot._fullLayout.scene._scene.getCamera()"
    )
    return np.array([[found[part][axis] for axis in "xyz"] for part in ("eye", "center", "up")])


def chart(page: Page, name: str) -> dict[str, str]:
    """The numbers that a side panel's chart shows, as the data attributes of its canvas."""
    canvas = page.locator(f'[data-slot="{name}"] canvas')
    return canvas.evaluate("(canvas) => ({...canvas.dataset})")


def chart_point(page: Page, name: str, x: float, y: float | None = None) -> dict[str, float]:
    """Where a chart draws a point, in pixels of its canvas; halfway up if there is no y."""
    # Asked for before its panel has drawn it, the chart would be made here, deaf to clicks.
    page.locator(f'[data-slot="{name}"] canvas').wait_for()
    return page.evaluate(
        """([name, x, y]) => {
          const { axes } = window.descentLab.chartIn(name);
          return { x: axes.x(x), y: y === null ? (axes.top + axes.bottom) / 2 : axes.y(y) };
        }""",
        [name, x, y],
    )


def chart_place(page: Page, name: str, x: float, y: float | None = None) -> tuple[float, float]:
    """The same in pixels of the page, which scrolls there first."""
    canvas = page.locator(f'[data-slot="{name}"] canvas')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    point = chart_point(page, name, x, y)
    assert box is not None
    return box["x"] + point["x"], box["y"] + point["y"]


# ---- what a person does ----


def click_chart(page: Page, name: str, x: float, y: float | None = None) -> None:
    """Clicks a point of a chart once it has come to rest and nothing lies over it."""
    canvas = page.locator(f'[data-slot="{name}"] canvas')
    canvas.click(position=chart_point(page, name, x, y))


def choose(page: Page, name: str, value: Any) -> None:
    """Moves a slider to a value in one go, as a click on its track does."""
    show_control(page, name)
    page.locator(f"#{name}").fill(str(value))


def go_to(page: Page, epoch: int) -> None:
    """Puts the playhead on an epoch of the run that is on show, and waits until all has settled."""
    page.evaluate("(epoch) => window.descentLab.goTo(epoch)", epoch)
    next_frames(page)
    rest(page)


def choose_rate(page: Page, learning_rate: float) -> None:
    choose(page, "learning-rate", SLIDER_LEARNING_RATES.index(learning_rate))
    wait_fact(page, "learningRate", plain(learning_rate))


def type_number(page: Page, name: str, text: str) -> None:
    """Types into the field that stands beside a slider."""
    show_control(page, name)
    page.locator(f"#{name}-value").fill(text)
    page.locator(f"#{name}-value").press("Enter")


def type_rate(page: Page, text: str) -> None:
    type_number(page, "learning-rate", text)


def train(page: Page, **choices: Any) -> None:
    """Changes data set, hidden units, seed or epochs one by one and waits for each sweep."""
    for name, value in choices.items():
        before = facts(page)["sweep"]
        if name == "dataset":
            page.locator("#dataset").select_option(value)
        else:
            choose(page, name.replace("_", "-"), value)
        wait(page, "document.getElementById('facts').dataset.sweep !== argument", before)


def show_control(page: Page, name: str) -> None:
    """Opens Settings if the control is there."""
    if page.locator(f"#more:not([open]) #{name}-control").count():
        page.locator("#more summary").click()


def set_control(page: Page, field: str, value: Any) -> None:
    """Chooses a name, or types a number beside its slider."""
    name = field.replace("_", "-")
    show_control(page, name)
    if field == "learning_rate":
        type_rate(page, plain(value))
    elif isinstance(value, str):
        page.locator(f"#{name}").select_option(value)
    else:
        type_number(page, name, plain(value))


def set_up(page: Page, settings: Settings | None = None, **choices: Any) -> Settings:
    """From these Settings, which are on show, to others, choice by choice, each trained."""
    settings = settings or Settings()
    for field, value in choices.items():
        settings = replace(settings, **{field: value})
        set_control(page, field, value)
        wait_fact(page, "sweep", settings.sweep_id)
    wait_fact(page, "learningRate", plain(settings.learning_rate))
    wait_detail(page)
    return settings


def choose_plane(page: Page, kind: str) -> None:
    """Sees the network on another plane, and waits until all has settled."""
    page.locator("#plane").select_option(kind)
    wait(page, "lab.state.sweep.plane.kind === argument", kind)
    rest(page)


def press(page: Page, name: str, keys: str) -> None:
    """Presses keys, with spaces between them, on one element."""
    show_control(page, name)
    page.locator(f"#{name}").focus()
    for key in keys.split():
        page.keyboard.press(key)
    next_frames(page)


def grab(page: Page, name: str, share: float) -> None:
    """Presses the mouse on a slider's thumb, which stands at `share` of its way."""
    show_control(page, name)
    page.mouse.move(*page.evaluate(THUMB_CENTRE, [name, share]))
    page.mouse.down()


def drag_to(page: Page, name: str, share: float, steps: int = 20) -> None:
    page.mouse.move(*page.evaluate(THUMB_CENTRE, [name, share]), steps=steps)


def drag_slider(page: Page, name: str, start: float, end: float, steps: int = 20) -> None:
    grab(page, name, start)
    drag_to(page, name, end, steps)
    page.mouse.up()


@contextmanager
def fingers(page: Page, *starts: tuple[float, float]) -> Iterator[Callable[..., None]]:
    """Fingers on the glass; what is given, a place for each of them, moves them."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", *starts)
    yield lambda *places: send("touchMove", *places)
    send("touchEnd")
    next_frames(page, 3)


def turn_scene(page: Page, right: float = 60, down: float = -30) -> None:
    """A real drag of the 3D view."""
    box = page.locator("#loss-surface").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=8)
    page.mouse.up()
    steady_camera(page)


def zoom_scene(page: Page, wheel: float = -240) -> None:
    box = page.locator("#loss-surface").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, wheel)
    steady_camera(page)


def steady_camera(page: Page) -> None:
    """A turned scene glides on for a moment: waits until it stands still."""
    before = camera(page)
    for _ in range(100):
        page.wait_for_timeout(150)
        now = camera(page)
        if np.allclose(before, now, atol=1e-7):
            return
        before = now
    raise AssertionError("the camera never comes to rest")


# ---- side panels ----


def open_panel(page: Page, name: str) -> None:
    page.locator("#panel").select_option(name)
    page.locator(f'[data-panel="{name}"]').wait_for(state="visible")
    wait_detail(page)
    next_frames(page, 4)


def cells(page: Page, slot: str) -> list[list[str]]:
    return page.locator(f'[data-slot="{slot}"] tbody tr').evaluate_all(
        """rows => rows.map(row => [...row.children].map(cell =>
             cell.querySelector("input")?.value ?? cell.textContent))"""
    )


def value(text: str) -> float:
    """A printed number: with a real minus, or as 1.23 x 10 to a small power."""
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    plain = text.replace("−", "-").translate(powers)
    return float(re.sub(r" × 10", "e", plain))


def close(text: str, expected: float) -> bool:
    """Whether the printed digits are those of the number: three or more are always printed."""
    return value(text) == pytest.approx(expected, rel=6e-4, abs=1e-7)


# ---- what the page must not do ----


def count_plotly_calls(page: Page) -> Callable[[], list[str]]:
    """Wraps every function of Plotly; the result tells which were called since."""
    page.evaluate(
        """() => {
          window.plotlyCalls = [];
          const wrap = (owner, prefix) => {
            for (const [name, value] of Object.entries(owner)) {
              if (typeof value !== "function") continue;
              owner[name] = function (...all) {
                window.plotlyCalls.push(prefix + name);
                return value.apply(this, all);
              };
            }
          };
          wrap(window.Plotly.Plots, "Plots.");
          wrap(window.Plotly, "");
        }"""
    )
    return lambda: page.evaluate("() => window.plotlyCalls.splice(0)")


class Gate:
    """Holds back one kind of request until the test lets it go on."""

    def __init__(self, page: Page, store: str) -> None:
        self.waiting: list[Route] = []
        self.store, self.page, self.is_open = store, page, False
        page.route(UPDATES, self._arrive)

    def _arrive(self, route: Route) -> None:
        if self.is_open or not asks(route.request.post_data, self.store):
            route.continue_()
        else:
            self.waiting.append(route)

    def wait_for(self, count: int = 1) -> None:
        for _ in range(PATIENCE // 50):
            if len(self.waiting) >= count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{len(self.waiting)} requests came, not {count}")

    def let_go(self) -> None:
        """Lets the oldest held request pass."""
        self.waiting.pop(0).continue_()

    def open(self) -> None:
        """From now on everything passes, what is held first."""
        self.is_open = True
        while self.waiting:
            self.let_go()


def asks(body: str | None, store: str) -> bool:
    """Whether a request to Dash was set off by this store, "train-request" for example."""
    return f"{store}.data" in json.loads(body or "{}").get("changedPropIds", [])


# ---- pictures ----


def encoded(picture: bytes) -> str:
    """As the page can be given it."""
    return base64.b64encode(picture).decode()


def row(part: Locator) -> list[tuple[int, ...]]:
    """The colours of an element's pixels from left to right, at half of its height."""
    return [tuple(one) for one in part.page.evaluate(ROW, encoded(part.screenshot()))]


def blob(page: Page, clip: dict[str, float], colour: tuple[int, int, int]) -> tuple[float, float]:
    """The centre, in CSS pixels of the page, of all that has this colour inside a rectangle."""
    picture = encoded(page.screenshot(clip=clip))  # type: ignore[arg-type]
    found = page.evaluate(
        """async ([picture, red, green, blue]) => {
          const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const { data } = context.getImageData(0, 0, image.width, image.height);
          let [x, y, count] = [0, 0, 0];
          for (let at = 0; at < data.length; at += 4) {
            const gaps = [red, green, blue].map((part, k) => Math.abs(data[at + k] - part));
            if (gaps[0] + gaps[1] + gaps[2] > 60) continue;
            x += (at / 4) % image.width + 0.5;
            y += Math.floor(at / 4 / image.width) + 0.5;
            count += 1;
          }
          return { x: x / count, y: y / count, count, width: image.width };
        }""",
        [picture, *colour],
    )
    assert found["count"] > 5, f"nothing of colour {colour} in {clip}"
    ratio = found["width"] / clip["width"]
    return clip["x"] + found["x"] / ratio, clip["y"] + found["y"] / ratio


# ---- what the engine says ----


@cache
def experiment_cache() -> ExperimentCache:
    """The tests' own engine, apart from the server's."""
    return ExperimentCache()


def engine_sweep(settings: Settings) -> Sweep:
    return experiment_cache().experiment(settings).sweep


@cache
def engine_run(settings: Settings) -> RunDetail:
    """The selected run at every epoch that the page can show."""
    return experiment_cache().inspect(settings)[1]


def word(verdict: str) -> str:
    """What the page calls a verdict."""
    return "diverges" if verdict in ("diverged", "overflow") else verdict


def plain(value: float) -> str:
    """A number as JavaScript prints it: 0.01, 1, 0.0001."""
    return re.sub(r"\.0$", "", repr(value))
