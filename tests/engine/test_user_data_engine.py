"""Trainings on user data give the same results as on a built-in data set, and finite payloads."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy import ndarray
from sklearn.datasets import load_linnerud, load_wine
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from app.domain.csv_lines import TableError
from app.domain.csv_reader import read_table
from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose
from app.engine import datasets, train_sweep
from app.engine.datasets import dataset_for
from app.engine.optima import linear_optimum
from app.exports.block import pack
from app.exports.csv_export import run_csv, sweep_csv
from app.trainers.experiment_cache import ExperimentCache
from callbacks.inspection import inspect_payload
from callbacks.training import train_payload
from components.figures.fit import fit_figure
from tests.engine.torch_runs import lone_training
from tests.oracles import quadratic, same
from tests.readers import decode

TOKEN = "t" * 22
EXAMPLES = Path(__file__).parents[2] / "assets" / "examples"


def user_data_of(table: ndarray, standardize: bool = False, **chosen: Any) -> UserData:
    """Data whose last column is the target, written to CSV and read again."""
    count = table.shape[1]
    lines = [",".join(f"c{k}" for k in range(count))]
    lines += [",".join(repr(float(value)) for value in row) for row in table]
    chosen = {"predictors": [f"c{k}" for k in range(count - 1)]} | chosen
    read = read_table("\n".join(lines).encode())
    return choose(read, TOKEN, standardize=standardize, **chosen)


def example(name: str, predictors: list[str], target: str, standardize: bool = False) -> UserData:
    content = (EXAMPLES / f"{name}.csv").read_bytes()
    return choose(read_table(content), TOKEN, name, target, predictors, standardize)


KINDS = [
    {}, dict(hidden_units=5), dict(batch_size=100, validation_fraction=0.3),
    dict(hidden_units=3, optimizer="adam", batch_size=20, activation="tanh"),
]  # fmt: skip


def exact_least_squares(columns: ndarray, targets: ndarray) -> list[Fraction]:
    """The normal equations X'X p = X'y, solved in exact fractions by Gauss and Jordan."""
    rows = [[Fraction(float(x)) for x in row] for row in columns]
    known = [Fraction(float(y)) for y in targets]
    size = range(len(rows[0]))
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in size]
        + [sum(row[i] * y for row, y in zip(rows, known, strict=True))]
        for i in size
    ]
    for i in size:
        matrix[i] = [x / matrix[i][i] for x in matrix[i]]
        for j in size:
            if j != i:
                matrix[j] = [
                    x - matrix[j][i] * y for x, y in zip(matrix[j], matrix[i], strict=True)
                ]
    return [row[-1] for row in matrix]


class TestLeastSquares:
    @pytest.mark.parametrize(
        "sizes", [(1, 1), (9e4, 0.06), (0.001, 1e5), (2020, 1e5)], ids=lambda sizes: f"{sizes}"
    )
    @pytest.mark.parametrize("decay", [0, 0.01])
    def test_predictors_of_very_different_size_have_the_exact_solution(
        self, sizes: tuple, decay: float
    ) -> None:
        random = np.random.RandomState(1)
        shares = random.uniform(0.2, 1, size=(30, 2))
        targets = 3 * shares[:, 0] - 2 * shares[:, 1] + random.normal(0, 0.2, size=30)
        chosen = Settings(
            dataset="own", user_data=user_data_of(np.column_stack([shares * sizes, targets])),
            weight_decay=decay,
        )  # fmt: skip
        data, (params, loss, _) = dataset_for(chosen), linear_optimum(chosen)
        columns = np.column_stack([data.inputs, np.ones(30)]).astype(float)
        # L2 decay d is d n/2 more on the diagonal of X'X: rows of sqrt(d n/2) below X.
        below = np.sqrt(decay * 30 / 2) * np.eye(3)
        best = exact_least_squares(
            np.vstack([columns, below]), np.append(data.targets, np.zeros(3))
        )
        best = np.array([float(part) for part in best])
        assert params == pytest.approx(best, rel=1e-6)
        assert loss == pytest.approx(np.mean((columns @ best - data.targets) ** 2), rel=1e-9)

    def test_a_predictor_in_two_units_is_one_predictor(self) -> None:
        random = np.random.RandomState(2)
        minutes = random.uniform(10, 90, size=20)
        targets = 0.1 * minutes + random.normal(size=20)
        both = user_data_of(np.column_stack([minutes, minutes / 60, targets]))
        alone = user_data_of(np.column_stack([minutes, targets]))
        one, other = (
            dataset_for(Settings(dataset="own", user_data=data)) for data in (both, alone)
        )
        assert one.least_squares_loss == pytest.approx(other.least_squares_loss, rel=1e-6)
        assert np.abs(one.least_squares).max() < 100


class TestAsABuiltInDataSet:
    @pytest.mark.parametrize(
        ("name", "chosen"),
        [*zip(["line", "plane", "diabetes", "sine", "parabola"], cycle(KINDS))],
    )
    def test_the_same_numbers_give_the_same_sweep_bit_for_bit(
        self, name: str, chosen: dict
    ) -> None:
        built_in = Settings(dataset=name, epochs=40, **chosen)
        every = datasets.builtin(name)
        user_data = user_data_of(np.column_stack([every.inputs, every.targets]))
        mine = train_sweep(Settings(dataset="own", user_data=user_data, epochs=40, **chosen))
        theirs = train_sweep(built_in)
        for part in ("train_loss", "params", "gradients", "arrived", "overflow_at"):
            assert same(getattr(mine, part), getattr(theirs, part)), part
        assert mine.verdicts == theirs.verdicts and mine.stability_edge == theirs.stability_edge
        if theirs.validation_loss is not None:
            assert same(mine.validation_loss, theirs.validation_loss)

    def test_standardised_is_what_scikit_learn_standardises(self) -> None:
        table = np.random.RandomState(1).normal(size=(30, 4)) * [1e4, 1e-3, 1, 50] + [1e5, 0, 9, 3]
        scaled = StandardScaler().fit_transform(table)
        by_switch, by_hand = (
            Settings(dataset="own", user_data=user_data, epochs=60, validation_fraction=0.2)
            for user_data in (user_data_of(table, True), user_data_of(scaled))
        )
        one, other = train_sweep(by_switch), train_sweep(by_hand)
        assert same(one.train_loss, other.train_loss) and same(one.params, other.params)
        assert same(one.validation_loss, other.validation_loss)

    def test_a_lone_torch_training_on_the_scaled_numbers_is_the_same(self) -> None:
        table = np.random.RandomState(2).normal(loc=500, scale=90, size=(25, 2))
        chosen = Settings(
            dataset="own", user_data=user_data_of(table, True), epochs=50, learning_rate=0.1
        )
        sweep = train_sweep(chosen)
        lone = lone_training(chosen, sweep.start, 0.1)
        np.testing.assert_allclose(sweep.train_loss[chosen.run_index], lone.train_loss, rtol=1e-5)

    def test_after_a_long_training_the_model_is_least_squares_in_the_persons_units(self) -> None:
        random = np.random.RandomState(4)
        heights = random.normal(170, 9, size=80)
        table = np.column_stack([heights, 0.9 * heights - 88 + random.normal(0, 6, size=80)])
        chosen = Settings(
            dataset="own", user_data=user_data_of(table, True), epochs=2000, learning_rate=0.1
        )
        weight, bias = train_sweep(chosen).params[chosen.run_index, -1].tolist()
        scaling = dataset_for(chosen).scaling
        slope = weight * scaling.target_scale / scaling.input_scales[0]
        start = scaling.target_mean + scaling.target_scale * bias - slope * scaling.input_means[0]
        solution = LinearRegression().fit(table[:, :1], table[:, 1])
        assert slope == pytest.approx(solution.coef_[0], rel=1e-4)
        assert start == pytest.approx(solution.intercept_, rel=1e-4)


RANDOM = np.random.RandomState(0)
PLAIN = RANDOM.normal(size=(20, 2))
SPIKE = np.column_stack([PLAIN[:, 0], [*PLAIN[:19, 1], 1e5]])
# Extreme but valid data: (table, whether it must be standardised).
EXTREME: dict[str, tuple[ndarray, bool]] = {
    "plain": (PLAIN, False),
    "three rows": (PLAIN[:3], False),
    "largest": (1e5 * np.clip(PLAIN, -1, 1), False),
    "smallest": (1e-4 * np.clip(PLAIN, -1, 1), False),
    "outlier": (SPIKE, False),
    "two levels": (np.column_stack([PLAIN[:, 0] > 0, PLAIN[:, 1] > 0]).astype(float), False),
    "twins": (PLAIN[:, [0, 0, 1]], False),
    "target twice": (PLAIN[:, [0, 1, 1]], False),
    "ten predictors": (RANDOM.normal(size=(12, 11)), False),
    "more predictors than rows": (RANDOM.normal(size=(4, 11)), False),
    "a line": (np.column_stack([np.arange(9), 2.0 * np.arange(9)]), False),
    "huge": (1e140 * PLAIN, True),
    "huge for float32": (1e39 * PLAIN, True),
    "tiny": (1e-140 * PLAIN, True),
    "far from 0": (1e9 + 1e-3 * PLAIN, True),
    "a step among equals": (np.column_stack([[1e6] * 19 + [1e6 + 1e-4], PLAIN[:, 1]]), True),
    "unequal": (PLAIN * [1e120, 1e-120], True),
}
WAYS = [
    dict(), dict(hidden_units=8, validation_fraction=0.5), dict(batch_size=2),
    dict(hidden_units=2, hidden_layers=2, optimizer="rmsprop", weight_decay=0.1),
]  # fmt: skip


def check_payloads(chosen: Settings) -> None:
    """The payload is made without a warning and has only finite numbers or null."""
    experiment_cache = ExperimentCache()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        payload = train_payload(experiment_cache, chosen)
        detail = inspect_payload(experiment_cache, chosen, 3)
        sweep_csv(experiment_cache.experiment(chosen).sweep)
        run_csv(experiment_cache.experiment(chosen).sweep, experiment_cache.inspect(chosen)[1])
    pack(payload), pack(detail)
    assert decode(payload["train_loss"]).shape[0] == 41
    scaling = payload["scaling"]
    for middle, width in (scaling["input"], scaling["target"], *scaling["inputs"]):
        assert np.isfinite(middle) and width > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "chosen"),
    [*zip(EXTREME, cycle(WAYS)), *(("outlier", chosen) for chosen in WAYS)],
)
def test_extreme_data_give_payloads(name: str, chosen: dict) -> None:
    table, is_scaled = EXTREME[name]
    for standardize in {True, is_scaled}:
        user_data = user_data_of(table, standardize)
        check_payloads(Settings(dataset="own", user_data=user_data, epochs=30, **chosen))


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.tuples(*[st.floats(-1e150, 1e150) | st.integers(-9, 9)] * 2), min_size=3, max_size=12
    ),
    st.booleans(),
    st.sampled_from(WAYS[:2]),
)
def test_any_legal_data_give_payloads(
    rows: list[tuple[float, float]], standardize: bool, chosen: dict
) -> None:
    try:
        user_data = user_data_of(np.array(rows, dtype=float), standardize)
    except TableError as error:
        assert str(error).endswith(".")
        return
    check_payloads(Settings(dataset="own", user_data=user_data, epochs=10, **chosen))


class TestPicture:
    @pytest.mark.parametrize(
        ("name", "fraction"), [("plain", 0), ("outlier", 0.3), ("far from 0", 0.3), ("huge", 0)]
    )
    def test_the_points_are_the_persons_numbers(self, name: str, fraction: float) -> None:
        table, _ = EXTREME[name]
        user_data = user_data_of(table, True)
        made = dataset_for(
            Settings(dataset="own", user_data=user_data, validation_fraction=fraction)
        )
        traces = {one.name: one for one in go.Figure(fit_figure(made, np.zeros(1))).data}
        points = [
            (x, y)
            for kind in ("data", "validation") if kind in traces
            for x, y in zip(traces[kind].x, traces[kind].y, strict=True)
        ]  # fmt: skip
        middle, spread = table[0], np.ptp(table, axis=0)
        found, expected = np.array(sorted(points), float), np.array(sorted(map(tuple, table)))
        shown, wanted = (found - middle) / spread, (expected - middle) / spread
        np.testing.assert_allclose(shown, wanted, atol=1e-5)

    @pytest.mark.parametrize("standardize", [True, False])
    def test_the_dotted_line_is_least_squares_in_the_persons_units(self, standardize: bool) -> None:
        table = PLAIN * [30, 9] + [170, 70]
        made = dataset_for(Settings(dataset="own", user_data=user_data_of(table, standardize)))
        line = next(
            one for one in go.Figure(fit_figure(made, np.zeros(1))).data if one.meta == "optimum"
        )
        solution = LinearRegression().fit(table[:, :1], table[:, 1])
        expected = solution.predict(np.array(line.x)[:, None])
        np.testing.assert_allclose(line.y, expected, rtol=1e-5)


class TestExamples:
    def test_wine_is_scikit_learns(self) -> None:
        wine, table = load_wine(), read_table((EXAMPLES / "wine.csv").read_bytes())
        for column in table.columns:
            place = wine.feature_names.index(column.name)
            np.testing.assert_allclose(column.values, wine.data[:, place], rtol=2e-7)
        assert {"proline", "alcohol"} <= {column.name for column in table.columns}

    def test_exercise_is_scikit_learns_and_has_an_outlier(self) -> None:
        linnerud = load_linnerud()
        table = read_table((EXAMPLES / "exercise.csv").read_bytes())
        names = [name.lower() for name in linnerud.feature_names]
        assert [column.name for column in table.columns] == names
        found = np.stack([column.values for column in table.columns], axis=1)
        assert np.array_equal(found, linnerud.data)
        # One man's jumps are an outlier.
        jumps = table.column("jumps").values
        assert (np.abs(jumps - jumps.mean()) > 3 * jumps.std()).sum() == 1

    def test_on_wine_as_it_is_every_rate_of_the_slider_breaks(self) -> None:
        user_data = example("wine", ["proline"], "alcohol")
        sweep = train_sweep(Settings(dataset="own", user_data=user_data))
        assert not sweep.arrived.any() and set(sweep.verdicts) == {"overflow"}
        sharpness = np.linalg.eigvalsh(quadratic(sweep.settings)[0])[-1]
        assert sweep.stability_edge == pytest.approx(2 / sharpness, rel=1e-4)
        assert sweep.stability_edge < SLIDER_LEARNING_RATES[0]

    def test_standardised_wine_works(self) -> None:
        user_data = example("wine", ["proline"], "alcohol", True)
        sweep = train_sweep(Settings(dataset="own", user_data=user_data))
        assert sweep.arrived.sum() > 10 and sweep.stability_edge == pytest.approx(1, rel=1e-3)
        assert sweep.verdicts[SLIDER_LEARNING_RATES.index(0.1)] == "converging"
