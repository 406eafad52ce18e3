"""What the chapters about two classes say, computed anew from data, parameters and scikit-learn."""

from dataclasses import replace

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from app.domain.results import Sweep
from app.engine.datasets import dataset_for
from tests.unit.test_lessons import BY_NAME, picked, swept

IRIS, BENT, SURE = (
    BY_NAME[slug].settings for slug in ("two-classes", "a-boundary-that-bends", "sure-and-wrong")
)


def params_at(sweep: Sweep, epoch: int) -> np.ndarray:
    """The parameters of the run that was asked for."""
    place = sweep.epochs.tolist().index(epoch)
    return sweep.params[sweep.settings.run_index, place].astype(float)


def losses_of(sweep: Sweep, params: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The output of a model without hidden units for each example, and the example's loss."""
    data = dataset_for(sweep.settings)
    outputs = data.inputs.astype(float) @ params[:-1] + params[-1]
    return outputs, np.logaddexp(0, np.where(data.targets == 1, -outputs, outputs))


def right(sweep: Sweep, frame: int = -1) -> int:
    assert sweep.accuracy is not None
    share = sweep.accuracy[sweep.settings.run_index, frame]
    return round(float(share) * len(dataset_for(sweep.settings).targets))


def words_of(slug: str) -> str:
    """All that a chapter says, on one line."""
    chapter = BY_NAME[slug]
    assert chapter.question and chapter.task
    return " ".join(f"{chapter.text} {chapter.question.why} {chapter.task.done}".split())


def asked(slug: str) -> str:
    """The choice that a chapter's question calls right."""
    question = BY_NAME[slug].question
    assert question
    return question.choices[question.answer - 1]


def test_three_plants_cost_what_the_table_says() -> None:
    sweep, text = swept(IRIS), words_of("two-classes")
    outputs, losses = losses_of(sweep, params_at(sweep, 500))
    flowers, species = load_iris(return_X_y=True)
    for length, width, name in ((4.2, 1.5, 1), (4.8, 1.8, 2), (4.5, 1.7, 2)):
        same = (flowers[50:, 2:] == (length, width)).all(axis=1) & (species[50:] == name)
        place = np.flatnonzero(same)[0]
        z, p = outputs[place], 1 / (1 + np.exp(-outputs[place]))
        truth = p if name == 2 else 1 - p
        row = (
            f"| {length} × {width} cm | {('', 'versicolor', 'virginica')[name]} "
            f"| {z:.3f} | {p:.4f} | $-\\ln {truth:.4f} = {losses[place]:.4f}$ |"
        )
        assert row.replace("| -", "| −") in text, row
        assert f"{-np.log(round(truth, 4)):.3f}" == f"{losses[place]:.3f}"
    assert f"\\ln 2 = {np.log(2):.4f}" in text


def test_six_plants_make_three_quarters_of_the_loss() -> None:
    sweep, text = swept(IRIS), words_of("two-classes")
    outputs, losses = losses_of(sweep, params_at(sweep, 500))
    is_class_1 = dataset_for(IRIS).targets == 1
    wrong = (outputs > 0) != is_class_1
    assert wrong.sum() == 6 and right(sweep) == 94
    assert f"cost {losses[wrong].sum():.2f} together" in text
    assert f"only {losses[~wrong].sum():.2f}" in text
    assert f"**{100 * losses[wrong].sum() / losses.sum():.0f} %**" in text
    assert asked("two-classes") == "About three quarters"
    # The gradient: the share of |p - y| on the wrong side, or within 2 of the boundary.
    errors = np.abs(1 / (1 + np.exp(-outputs)) - is_class_1)
    assert errors[wrong | (np.abs(outputs) < 2)].sum() > 0.6 * errors.sum()


def test_a_slow_run_has_one_plant_more_right() -> None:
    slow = swept(replace(IRIS, learning_rate=0.0125))
    assert (right(slow), right(swept(IRIS))) == (95, 94)
    assert "95 right instead of 94" in words_of("two-classes")
    assert picked("two-classes") == "More plants right, but a higher loss"


def test_a_line_is_hardly_better_than_a_coin_on_circles() -> None:
    data = dataset_for(BENT)
    line = LogisticRegression(C=np.inf, tol=1e-10).fit(data.inputs, data.targets)
    chances = line.predict_proba(data.inputs)[np.arange(200), data.targets.astype(int)]
    text = words_of("a-boundary-that-bends")
    assert f"{-np.log(chances).mean():.4f}" in text and f"{np.log(2):.4f}" in text


def test_three_units_close_around_the_circle_and_two_do_not() -> None:
    text = words_of("a-boundary-that-bends")
    for units in (1, 2, 3, 8):
        sweep = swept(replace(BENT, hidden_units=units))
        loss = sweep.last_loss[sweep.settings.run_index]
        assert f"| {units} | {loss:.4f} | {right(sweep)} |" in text
    assert "right about 134 of the 200" in text
    for seed in range(4):
        best = {}
        for units in (2, 3):
            shares = swept(replace(BENT, hidden_units=units, seed=seed)).accuracy
            assert shares is not None
            best[units] = np.nanmax(shares)
        assert best[2] < 0.9 and best[3] > 0.98
    assert asked("a-boundary-that-bends") == "Three"


def test_plain_steps_take_longer_on_the_spiral() -> None:
    settings = replace(BENT, dataset="spiral", hidden_units=16)
    adam, plain = swept(settings), swept(replace(settings, optimizer="sgd"))
    assert adam.last_loss[adam.settings.run_index] < 0.05
    assert np.nanmin(plain.last_loss) > 0.3
    circles = swept(replace(BENT, hidden_units=3, optimizer="sgd"))
    assert np.nanmin(circles.last_loss) < 0.1


def test_two_steps_too_long_make_half_of_the_points_wrong_and_the_model_sure() -> None:
    sweep, text = swept(SURE), words_of("sure-and-wrong")
    inside = dataset_for(SURE).targets == 1
    assert (losses_of(sweep, params_at(sweep, 1))[0] > 0).all()
    outputs, losses = losses_of(sweep, params_at(sweep, 2))
    assert (outputs < 0).all() and losses[~inside].max() < 0.001
    assert f"each costs {losses[inside].mean():.2f}" in text
    assert f"about {np.exp(-losses[inside].mean()):.4f}" in text
    assert losses[inside].max() - np.abs(outputs[inside]).max() < 1e-3


def test_steps_back_are_of_about_one_length_and_squared_error_overflows() -> None:
    sweep, text = swept(SURE), words_of("sure-and-wrong")
    losses = sweep.train_loss[sweep.settings.run_index]
    assert round(float(losses[2] / losses[0])) == 6
    assert ", ".join(f"{loss:.4f}" for loss in losses[2:9]) in text
    falls = -np.diff(losses[2:7])
    assert falls.min() > 0.8 * falls.max()
    assert sweep.stability_edge > 3 * sweep.settings.learning_rate
    lengths = np.linalg.norm(np.diff(sweep.params[sweep.settings.run_index, 2:6], axis=0), axis=1)
    assert lengths.min() > 0.9 * lengths.max()
    squared = swept(replace(SURE, loss="squared_error"))
    run = squared.settings.run_index
    first, second = squared.train_loss[run, :2]
    assert f"from {first:.0f} to {round(float(second), -3):,.0f} in one step" in text
    assert f"overflows at epoch {squared.overflow_at[run]}." in text
    assert asked("sure-and-wrong").startswith("Down")


def test_without_a_lowest_point_the_weights_grow_and_the_loss_falls() -> None:
    sweep, later = swept(SURE), swept(replace(SURE, epochs=5000))
    run = sweep.settings.run_index
    assert sweep.no_lowest_point and sweep.accuracy is not None
    assert (sweep.accuracy[run, sweep.epochs >= 100] == 1).all()
    params = params_at(sweep, 1000)
    assert np.all(np.abs(params_at(later, 5000)) > np.abs(params))
    (once, losses), (twice, doubled) = losses_of(sweep, params), losses_of(sweep, 2 * params)
    assert np.array_equal(once > 0, twice > 0) and (doubled < losses).all()
    assert later.last_loss[later.settings.run_index] < sweep.last_loss[run]
    assert picked("sure-and-wrong") == "Weights grow, the loss falls"
