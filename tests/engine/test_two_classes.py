"""The data sets of two classes have the shapes of TensorFlow Playground, and its noise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris

from app.domain.csv_reader import read_table
from app.domain.data_options import DATASETS
from app.domain.errors import InvalidSetting
from app.domain.results import Dataset
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose
from app.engine.datasets import builtin, dataset_for, user_dataset

SHAPES = ("circles", "xor", "two_clouds", "spiral")


def lengths(data: Dataset) -> np.ndarray:
    return np.linalg.norm(data.inputs, axis=1)


def own(content: bytes, predictors: list[str] | None = None, standardize: bool = False) -> UserData:
    return choose(read_table(content), "a" * 22, "Clinic", None, predictors, standardize)


@pytest.mark.parametrize("name", [name for name, row in DATASETS.items() if row.classes])
def test_targets_are_0_and_1_and_noise_never_changes_them(name: str) -> None:
    data = builtin(name, 0.0)
    assert set(data.targets.tolist()) == {0, 1} and len(data.targets) == len(data.inputs)
    assert np.array_equal(data.targets, builtin(name, 0.5).targets)


@pytest.mark.parametrize("name", SHAPES)
def test_more_noise_moves_each_point_farther_in_the_same_direction(name: str) -> None:
    clean, some, more = (builtin(name, noise).inputs.astype(float) for noise in (0, 0.2, 0.4))
    if name == "two_clouds":
        # Its noise is the variance: each point keeps its direction from the middle of its cloud.
        middles = np.repeat([-2.0, 2.0], 100)[:, None]
        shares = (more - middles) / (some - middles)
        assert shares == pytest.approx(np.full((200, 2), np.sqrt(3.3 / 1.9)), rel=1e-3)
    else:
        assert more - clean == pytest.approx(2 * (some - clean), abs=1e-5)
        assert np.abs(some - clean).max() <= (0.2 if name == "spiral" else 1.0)


def test_without_noise_the_circles_are_a_disc_in_a_ring() -> None:
    data = builtin("circles", 0.0)
    inside = lengths(data)[data.targets == 1]
    assert inside.max() < 2.5 and lengths(data)[data.targets == 0].min() > 3.5
    assert lengths(data).max() < 5 and len(inside) == 100


def test_without_noise_xor_is_the_sign_of_the_product_with_a_gap() -> None:
    data = builtin("xor", 0.0)
    assert np.array_equal(data.inputs.prod(axis=1) > 0, data.targets == 1)
    assert np.abs(data.inputs).min() >= 0.3 and np.abs(data.inputs).max() < 5.3


def test_the_clouds_have_playgrounds_centres_and_variance() -> None:
    data = builtin("two_clouds", 0.1)
    for target, centre in ((0, -2), (1, 2)):
        cloud = data.inputs[data.targets == target]
        # Four standard errors of a mean, and of a variance, of 100 points.
        assert np.abs(cloud.mean(axis=0) - centre).max() < 4 * np.sqrt(1.2 / 100)
        assert np.abs(cloud.var(axis=0) - 1.2).max() < 4 * 1.2 * np.sqrt(2 / 99)


def test_an_arm_of_the_spiral_is_the_other_turned_by_half() -> None:
    data = builtin("spiral", 0.0)
    one, other = (data.inputs[data.targets == target] for target in (0, 1))
    assert other == pytest.approx(-one, abs=1e-5)
    turns = np.unwrap(np.arctan2(one[1:, 0], one[1:, 1]))
    assert turns[-1] - turns[0] == pytest.approx(1.75 * 2 * np.pi * 98 / 100, rel=1e-4)


def test_the_tables_of_scikit_learn_are_standardised() -> None:
    cancer, iris = builtin("breast_cancer"), builtin("iris_two")
    for data in (cancer, iris):
        assert data.inputs.mean(axis=0) == pytest.approx(np.zeros(data.inputs.shape[1]), abs=1e-6)
        assert data.inputs.std(axis=0) == pytest.approx(np.ones(data.inputs.shape[1]), abs=1e-6)
    known = load_breast_cancer()
    assert np.array_equal(cancer.targets, known.target)
    assert tuple(known.target_names) == DATASETS["breast_cancer"].classes
    named = [f"mean {name}" for name in DATASETS["breast_cancer"].predictors]
    assert named == known.feature_names[:10].tolist()
    assert iris.targets.sum() == 50
    assert tuple(load_iris().target_names[1:]) == DATASETS["iris_two"].classes


def test_features_are_products_of_what_is_trained_on() -> None:
    plain = builtin("xor")
    settings = Settings(dataset="xor", features="squares,product", validation_fraction=0.25)
    data = dataset_for(settings)
    assert settings.widths == (5, 1)
    for inputs in (data.inputs, data.validation_inputs):
        one, other = inputs[:, 0], inputs[:, 1]
        assert np.array_equal(inputs[:, 2:], np.stack([one * one, other * other, one * other], 1))
    assert len(data.inputs) + len(data.validation_inputs) == len(plain.inputs)


ROWS = "60,30,no 61,50,no 90,41,yes 99,62,yes 70,35,no".replace(" ", "\n").encode()
CLINIC = b"pulse,age,sick\n" + ROWS


def test_own_words_are_0_and_1_for_both_losses_and_never_standardised() -> None:
    data = choose(read_table(CLINIC), "a" * 22, "Clinic", "sick", ["pulse", "age"], True)
    for loss in ("squared_error", "cross_entropy"):
        settings = Settings(dataset="own", loss=loss, features="product", user_data=data)
        made = dataset_for(settings)
        assert made.targets.tolist() == [0, 0, 1, 1, 0] and settings.classes == ("no", "yes")
        assert made.inputs.mean(axis=0)[:2] == pytest.approx([0, 0], abs=1e-6)
        assert made.inputs[:, 2] == pytest.approx(made.inputs[:, 0] * made.inputs[:, 1])
        assert (made.scaling.target_mean, made.scaling.target_scale) == (0, 1)


def test_own_two_numbers_are_classes_with_cross_entropy_alone() -> None:
    data = own(b"x,y\n1,3\n2,7\n4,3\n5,7\n")
    as_numbers = Settings(dataset="own", user_data=data)
    as_classes = Settings(dataset="own", user_data=data, loss="cross_entropy")
    assert dataset_for(as_numbers).targets.tolist() == [3, 7, 3, 7]
    assert dataset_for(as_classes).targets.tolist() == [0, 1, 0, 1]
    assert (as_numbers.classes, as_classes.classes) == (None, ("3", "7"))
    assert user_dataset(data)[1].tolist() == [3, 7, 3, 7]


@pytest.mark.parametrize(
    ("content", "predictors", "chosen", "field", "words"),
    [
        (b"x,y\n1,3\n2,7\n4,5\n", None, dict(loss="cross_entropy"), "loss",
         "Cross-entropy needs a target of two classes; y has more values."),
        (b"x,y\n1,3\n2,7\n4,3\n", None, dict(loss="cross_entropy"), "loss",
         "Cross-entropy needs two examples of each class, and 7 has one."),
        (b"x,y\n1,a\n2,b\n4,b\n", None, dict(loss="cross_entropy"), "loss",
         "Cross-entropy needs two examples of each class, and a has one."),
        (b"x,y\n1,3\n2,7\n4,5\n", None, dict(features="squares"), "features",
         "Squares and product need exactly two predictors; Clinic has 1."),
    ],
)  # fmt: skip
def test_what_own_data_do_not_have_is_said_beside_the_control(
    content: bytes, predictors: list[str] | None, chosen: dict, field: str, words: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings(dataset="own", user_data=own(content, predictors), **chosen)
    assert (str(caught.value), caught.value.field) == (words, field)
