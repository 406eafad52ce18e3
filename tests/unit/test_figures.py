"""The figures' static layers against the arrays that they draw."""

import math
from dataclasses import replace
from functools import cache
from html import unescape

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.engine.datasets import dataset_for
from app.exports.block import pack
from components import ids, theme
from components.figures import view_figures
from components.figures.base import decade_ticks, log_loss
from components.figures.contour import contour_figure
from components.figures.fit import fit_figure
from tests.oracles import ALL, LINE, LINES, NETWORKS, PARABOLA, experiment, name_of, with_rate
from tests.readers import unpack
from tests.user_data_files import LONG_NAMES

EVERY = [*ALL, with_rate(PARABOLA, 10.0)]
GRIDS = ("surface", "contour")
FLAT_VIEWS = [ids.DESCENT_PATH, ids.CROSS_SECTIONS, ids.FIT]
# The curves are drawn over the timeline, by the browser alone.
PLOTTED = [ids.LOSS_SURFACE, *FLAT_VIEWS]


@cache
def figures(settings: Settings) -> dict[str, go.Figure]:
    """As Plotly's classes, which know every property and refuse others."""
    made = experiment(settings)
    views = view_figures(made.sweep, made.surface, made.dataset, made.fit)
    # Sent once, as the surface's colours.
    views[ids.DESCENT_PATH] = contour_figure(made.surface, "train loss")
    return {name: go.Figure(figure) for name, figure in views.items()}


def axes(figure: go.Figure) -> dict[str, dict]:
    layout = figure.to_dict()["layout"]
    layout = layout | layout.get("scene", {})
    return {name: value for name, value in layout.items() if name[1:5] == "axis"}


def trace(figure: go.Figure, meta: str, name: str | None = None) -> go.Scatter:
    return next(
        one for one in figure.data if one.meta == meta and (name is None or one.name == name)
    )


class TestEveryView:
    @pytest.mark.parametrize("name", PLOTTED)
    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_every_axis_has_a_fixed_finite_range(self, settings: Settings, name: str) -> None:
        found = axes(figures(settings)[name])
        assert len(found) >= 2
        for one in found.values():
            assert one.get("autorange") in (None, False)
            assert one.get("fixedrange", name == ids.LOSS_SURFACE)
            low, high = one["range"]
            assert math.isfinite(low) and math.isfinite(high) and low < high

    @pytest.mark.parametrize("name", PLOTTED)
    @pytest.mark.parametrize("settings", [LINE, PARABOLA], ids=name_of)
    def test_every_trace_with_points_names_a_colour_of_the_palette(
        self, settings: Settings, name: str
    ) -> None:
        drawn = [one for one in figures(settings)[name].data if one.type not in GRIDS]
        assert {one.meta for one in drawn if len(one.x)} <= set(theme.PALETTE)

    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_the_views_are_strict_json_that_sends_the_grid_once(self, settings: Settings) -> None:
        made = experiment(settings)
        views = view_figures(made.sweep, made.surface, made.dataset, made.fit)
        assert list(views) == PLOTTED
        back = unpack(pack(views))
        assert back[ids.DESCENT_PATH]["data"][0]["z"] is None
        surface = figures(settings)[ids.LOSS_SURFACE].data[0]
        contour = figures(settings)[ids.DESCENT_PATH].data[0]
        # The browser copies the surface's colours into the contour.
        assert np.array_equal(surface.surfacecolor, contour.z)

    @pytest.mark.parametrize("name", FLAT_VIEWS)
    def test_axes_have_the_names_of_the_planes_directions(self, name: str) -> None:
        made = experiment(PARABOLA)
        titles = [
            (one.get("title", {}).get("text") or "").replace("<br>", " ")
            for one in axes(figures(PARABOLA)[name]).values()
        ]
        if name in (ids.DESCENT_PATH, ids.CROSS_SECTIONS):
            assert set(made.surface.plane.names) <= set(titles)
        assert "loss" not in titles


class TestSurfaceAndContour:
    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_surface_contour_and_sections_show_the_whole_box(self, settings: Settings) -> None:
        box, made = experiment(settings).surface.box, figures(settings)
        scene, plane = axes(made[ids.LOSS_SURFACE]), axes(made[ids.DESCENT_PATH])
        for found in (scene, plane):
            assert found["xaxis"]["range"] == list(box.first)
            assert found["yaxis"]["range"] == list(box.second)
        sections = axes(made[ids.CROSS_SECTIONS])
        assert sections["xaxis"]["range"] == list(box.first)
        assert sections["xaxis2"]["range"] == list(box.second)
        for heights in (scene["zaxis"], sections["yaxis"], sections["yaxis2"]):
            assert heights["range"] == [0, box.height]
        # Both grids have one colour scale.
        surface, contour = (made[name].data[0] for name in (ids.LOSS_SURFACE, ids.DESCENT_PATH))
        assert (surface.cmin, surface.cmax) == (contour.zmin, contour.zmax)
        assert surface.colorscale == contour.colorscale

    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_surface_heights_are_the_losses_clipped_above_the_box(self, settings: Settings) -> None:
        made = experiment(settings)
        drawn = figures(settings)[ids.LOSS_SURFACE].data[0]
        low = made.surface.loss <= made.surface.box.height
        assert np.allclose(np.array(drawn.z)[low], made.surface.loss[low], rtol=1e-6)
        assert np.max(drawn.z) <= 1.5 * made.surface.box.height * (1 + 1e-6)
        assert np.isfinite(drawn.surfacecolor).all()

    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_contour_levels_are_evenly_spaced_in_log_loss(self, settings: Settings) -> None:
        surface = experiment(settings).surface
        loss, contour = surface.loss, figures(settings)[ids.DESCENT_PATH].data[0]
        levels = contour.contours
        assert levels.start == pytest.approx(np.log10(loss.min()), abs=1e-4)
        highest = min(loss.max(), 10 * surface.box.height)
        assert levels.end == pytest.approx(np.log10(highest), abs=1e-4)
        assert 10 <= (levels.end - levels.start) / levels.size <= 30
        uncut = contour.z < contour.zmax
        assert np.abs(np.array(contour.z) - np.log10(loss))[uncut].max() <= 6e-5

    @pytest.mark.parametrize("settings", LINES, ids=name_of)
    def test_the_lines_optimum_is_scikit_learns(self, settings: Settings) -> None:
        dataset = experiment(settings).dataset
        fitted = LinearRegression().fit(dataset.inputs.astype(float), dataset.targets)
        star = trace(figures(settings)[ids.DESCENT_PATH], "optimum")
        assert (star.x[0], star.y[0]) == pytest.approx((fitted.coef_[0], fitted.intercept_))
        assert (star.name, star.marker.symbol) == ("least squares", "star")

    @pytest.mark.parametrize("settings", NETWORKS, ids=name_of)
    def test_a_networks_optimum_is_a_hollow_star_at_the_best_end(self, settings: Settings) -> None:
        made = experiment(settings)
        star = trace(figures(settings)[ids.DESCENT_PATH], "optimum")
        end = made.projection.coordinates[made.sweep.best_run, -1]
        assert (star.x[0], star.y[0]) == pytest.approx(tuple(end), abs=1e-6)
        assert star.marker.symbol == "star-open"
        ends = made.sweep.last_loss[: len(SLIDER_LEARNING_RATES)]
        is_lowest = made.sweep.last_loss[made.sweep.best_run] == np.nanmin(ends)
        name = "lowest loss in this sweep" if is_lowest else "best run that stayed below its start"
        # Its name finds its place in the browser, off the path.
        assert (star.name, star.mode) == (name, "markers")


class TestFit:
    @pytest.mark.parametrize("settings", EVERY, ids=name_of)
    def test_the_fit_shows_the_data_and_scikit_learns_line(self, settings: Settings) -> None:
        dataset, figure = experiment(settings).dataset, figures(settings)[ids.FIT]
        points, line = trace(figure, "data"), trace(figure, "optimum")
        assert np.array_equal(points.x, dataset.inputs[:, 0])
        assert np.array_equal(points.y, dataset.targets)
        fitted = LinearRegression().fit(dataset.inputs.astype(float), dataset.targets)
        ends = fitted.predict(np.array(line.x)[:, None])
        assert line.y == pytest.approx(tuple(ends), rel=1e-6, abs=1e-6)
        found = axes(figure)
        for values, name in ((points.x, "xaxis"), (points.y, "yaxis")):
            low, high = found[name]["range"]
            assert low < min(values) and max(values) < high

    @pytest.mark.parametrize(
        ("names", "titles"),
        [
            (("-log10(p)", "dose"), ("-log10(p)", "dose")),
            (("cost $ per $ unit", "<b>mass</b> [g]"), None),
            (("H<sub>2</sub>O & x<y", "&lt;$"), None),
            (
                LONG_NAMES,
                ("Latest: Z-axis a…t hand 1 (m/s²)", "Latest: Z-axis a…t hand 2 (m/s²)"),
            ),
            (
                (f"{'a' * 40}1{'b' * 40}", f"{'a' * 40}2{'b' * 40}"),
                (f"{'a' * 40}1{'b' * 40}", f"{'a' * 40}2{'b' * 40}"),
            ),
        ],
    )
    def test_axes_have_the_names_as_they_are_written(
        self, names: tuple[str, str], titles: tuple[str, str] | None
    ) -> None:
        found = axes(go.Figure(fit_figure(experiment(LINE).dataset, np.zeros(10), names)))
        texts = [found[name]["title"]["text"] for name in ("xaxis", "yaxis")]
        # No tag, and no dollar, between which Plotly would see mathematics.
        assert not any(set("<>$") & set(text) for text in texts)
        assert tuple(map(unescape, texts)) == (titles or names)

    def test_the_axis_says_how_many_of_the_examples_are_drawn(self) -> None:
        people = dataset_for(Settings(dataset="diabetes"))
        for drawn, title in ((41, "observed (41 of 442 examples)"), (442, "observed")):
            figure = go.Figure(fit_figure(people, np.zeros(drawn)))
            assert axes(figure)["xaxis"]["title"]["text"] == title


@given(st.floats(-6, 3), st.floats(0.4, 6))
def test_decade_ticks_are_plain_numbers_in_range(low: float, span: float) -> None:
    ticks = decade_ticks(low, low + span)
    assert ticks["tickvals"]
    for value, text in zip(ticks["tickvals"], ticks["ticktext"], strict=True):
        assert low <= value <= low + span and "e" not in text
        assert float(text) == pytest.approx(10**value)


def test_losses_without_a_finite_logarithm_are_clipped() -> None:
    surface = experiment(PARABOLA).surface
    box = replace(surface.box, height=2.0)
    odd = replace(surface, box=box, loss=surface.loss.copy())
    odd.loss[0, :4] = [0.0, 1.0, 1e30, np.inf]
    assert log_loss(odd)[0, :4] == pytest.approx(np.log10([2e-7, 1, 20, 20]), abs=1e-4)


class TestClasses:
    CIRCLES = Settings(
        dataset="circles", loss="cross_entropy", features="squares", epochs=20,
        validation_fraction=0.2,
    )  # fmt: skip

    def test_the_fit_of_two_predictors_is_their_plane_with_room_for_all_examples(self) -> None:
        found, data = figures(self.CIRCLES)[ids.FIT], dataset_for(self.CIRCLES)
        every = np.concatenate([data.inputs, data.validation_inputs])
        for place, (axis, name) in enumerate((("xaxis", "x1"), ("yaxis", "x2"))):
            drawn = found.layout[axis]
            assert drawn.title.text == name
            assert drawn.range[0] < every[:, place].min() < every[:, place].max() < drawn.range[1]

    def test_the_fit_of_several_is_a_strip_for_each_class(self) -> None:
        found = figures(replace(self.CIRCLES, dataset="breast_cancer", features="none"))[ids.FIT]
        assert found.layout.xaxis.title.text == "predicted probability of benign"
        assert found.layout.yaxis.ticktext == ("malignant", "benign")
        assert found.layout.yaxis.tickvals == (0, 1)
