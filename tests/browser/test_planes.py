"""On which plane a network is seen: what is drawn is the engine's projection on that plane."""

from __future__ import annotations

import re

import numpy as np
from numpy import ndarray
from playwright.sync_api import Page

from app.domain.plane_choice import PlaneChoice
from app.domain.results import LossSurface
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import engine_run, facts, go_to, set_up, state, value, wait, wait_detail

TRACK = """(name) => {
  const { track, sweep } = window.descentLab.state;
  const indices = Array.from({ length: track.length }, (_, k) => k);
  return {
    epochs: Array.from(track.epochs).slice(0, track.length),
    coordinates: indices.map((k) => [track.first(k), track.second(k)]),
    offPlane: track.offPlane ? Array.from(track.offPlane).slice(0, track.length) : null,
  };
}"""


def surface_of(settings: Settings, choice: PlaneChoice) -> LossSurface:
    return driver.experiment_cache().experiment(settings, choice).surface


def check_plane(page: Page, settings: Settings, choice: PlaneChoice) -> None:
    """Path, distances, box and words, where the place on a plane is the least-squares one."""
    plane = surface_of(settings, choice).plane
    params = engine_run(settings).params.astype(float)
    offsets = (params - plane.origin).T
    coordinates = np.linalg.lstsq(plane.directions.T, offsets, rcond=None)[0]
    distances = np.linalg.norm(offsets - plane.directions.T @ coordinates, axis=0)
    shown, scale = page.evaluate(TRACK), np.abs(coordinates).max()
    np.testing.assert_allclose(shown["coordinates"], coordinates.T, atol=1e-5 * scale)
    np.testing.assert_allclose(shown["offPlane"], distances, atol=1e-5 * scale)
    check_words(page, settings, plane.directions, distances)
    check_picture(page, settings, choice)


def check_words(page: Page, settings: Settings, directions: ndarray, distances: ndarray) -> None:
    """Which share of the path's squared length, of the sweep's frames, the plane shows; and the
    distance now."""
    basis = np.linalg.qr(directions.T)[0]
    path = driver.engine_sweep(settings).params[settings.run_index].astype(float)
    moved = path - path[0]
    share = ((moved @ basis) ** 2).sum() / (moved**2).sum()
    said = page.evaluate(
        "async () => (await import('#lab/page/descriptions.mjs')).wordsFor('descent-path')"
    )
    found = re.search(r"shows (\d+) % of the run’s movement; the point is (\S+) off it\.", said)
    assert found, said
    note = page.locator("#descent-path-note").inner_text()
    assert note.strip("\u200b") == f"shows {found[1]} % of the movement"
    assert abs(int(found[1]) - 100 * share) <= 0.51
    epoch = int(facts(page)["epoch"])
    assert abs(value(found[2]) - distances[epoch]) <= 0.06 * distances[epoch] + 1e-6


def check_picture(page: Page, settings: Settings, choice: PlaneChoice) -> None:
    surface = surface_of(settings, choice)
    box = state(page, "sweep.box")
    np.testing.assert_allclose(
        [*box["first"], *box["second"], box["height"]],
        [*surface.box.first, *surface.box.second, surface.box.height],
    )
    grid = page.evaluate("() => Array.from(window.descentLab.state.sweep.grid.values)")
    inside = surface.loss.ravel() <= surface.box.height
    np.testing.assert_allclose(np.array(grid)[inside], surface.loss.ravel()[inside], rtol=1e-4)


def test_every_kind_of_plane_is_the_engines(page: Page) -> None:
    assert page.locator("#plane").is_hidden()
    settings = set_up(page, dataset="parabola", epochs=200, hidden_units=10, learning_rate=0.05)
    go_to(page, 40)
    check_plane(page, settings, PlaneChoice())
    for kind in ("random", "sharpest"):
        driver.choose_plane(page, kind)
        check_plane(page, settings, PlaneChoice(kind))
        assert facts(page)["sweep"] == settings.sweep_id
    # The plane stays when something else trains, and another rate is seen on it.
    settings = set_up(page, settings, seed=3)
    check_plane(page, settings, PlaneChoice("sharpest"))
    settings = set_up(page, settings, learning_rate=0.2)
    check_plane(page, settings, PlaneChoice("sharpest"))
    driver.choose_plane(page, "parameters")
    check_plane(page, settings, PlaneChoice("parameters", epoch=40))
    driver.choose_plane(page, "anchored")
    check_plane(page, settings, PlaneChoice())


def wait_frozen(page: Page, epoch: int) -> None:
    wait(page, "lab.state.sweep.plane.frozen_at === argument", epoch)
    wait_detail(page)
    driver.stay(page)


def choose_parameters(page: Page, first: int, second: int) -> None:
    page.locator("#plane-second").select_option(str(second))
    page.locator("#plane-first").select_option(str(first))
    wait(
        page,
        "lab.state.sweep.planeChoice.first === argument[0]"
        " && lab.state.sweep.planeChoice.second === argument[1]",
        [first, second],
    )
    wait_detail(page)


def test_two_parameters_freeze_the_others_where_the_playhead_rests(
    page: Page, watch: Watch
) -> None:
    settings = set_up(page, dataset="parabola", epochs=600, hidden_units=4, learning_rate=0.05)
    driver.choose_plane(page, "parameters")
    choose_parameters(page, 2, 9)
    wait_frozen(page, 0)
    # Every epoch can be rested on, also one that is no frame of the sweep.
    frames = driver.engine_sweep(settings).epochs
    between = next(epoch for epoch in range(300, 600) if epoch not in frames)
    for epoch in (between, 20):
        go_to(page, epoch)
        wait_frozen(page, epoch)
        assert f"epoch {epoch}" in page.locator("#loss-surface-note").inner_text()
        check_plane(page, settings, PlaneChoice("parameters", 2, 9, epoch))
        # All else being at rest, nothing is asked for any more.
        requests = len(watch.requests)
        driver.stay(page)
        assert len(watch.requests) - requests == 0
    # Another run passes elsewhere.
    settings = set_up(page, settings, learning_rate=0.2)
    wait(page, "lab.state.sweep.planeChoice.run === lab.state.run")
    driver.rest(page)
    check_plane(page, settings, PlaneChoice("parameters", 2, 9, 20))
    # The menus: the same parameter twice changes places instead.
    page.locator("#plane-first").select_option("9")
    wait(page, "lab.state.sweep.planeChoice.second === 2")
    assert page.locator("#plane-second").input_value() == "2"


def test_changes_under_a_plane_of_two_parameters_are_not_refused(page: Page) -> None:
    settings = set_up(page, dataset="parabola", epochs=200, hidden_units=10)
    driver.choose_plane(page, "parameters")
    choose_parameters(page, 29, 30)
    go_to(page, 150)
    # Fewer parameters than the one on show has places; fewer epochs than the playhead's.
    # Of a network the mark is a hint: its curvature moves.
    assert page.locator("#edge.hint").count() == 1
    settings = set_up(page, settings, hidden_units=2)
    assert driver.message(page) == ""
    driver.rest(page)
    check_plane(page, settings, PlaneChoice("parameters", epoch=150))
    kept = [state(page, f"sweep.planeChoice.{name}") for name in ("first", "second")]
    settings = set_up(page, settings, epochs=100)
    assert driver.message(page) == ""
    wait_frozen(page, 100)
    check_plane(page, settings, PlaneChoice("parameters", *kept, epoch=100))
    # A line has but one plane; the choice is there again for a network.
    settings = set_up(page, settings, hidden_units=0)
    assert page.locator("#edge.hint").count() == 0
    assert page.locator("#plane").is_hidden() and page.locator("#plane-first").is_hidden()
    assert facts(page)["sweep"] == settings.sweep_id
    set_up(page, settings, hidden_units=3)
    assert driver.message(page) == ""
    assert page.locator("#plane").input_value() == "parameters"
