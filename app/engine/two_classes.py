"""The data sets of two classes: one small function each, with the name of its row in
domain/data_options.py.

The shapes are those of TensorFlow Playground (https://playground.tensorflow.org): as many points,
the same radii, and the same noise, 0.5 here for its 50 %, between about -5 and 5. At that size the
largest rates of the slider are too large for many models; between -1 and 1 they would not be. The
targets are 0 and 1. More noise moves each point farther in the same direction; its class stays.
"""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.preprocessing import StandardScaler

DATA_SEED = 0
POINTS = 200
EACH = POINTS // 2
RADIUS = 5

Examples = tuple[np.ndarray, np.ndarray]


def circles(noise: float) -> Examples:
    """A disc of half the radius inside a ring that begins at seven tenths of it."""
    random = np.random.RandomState(DATA_SEED)
    radii = RADIUS * np.append(random.uniform(0.7, 1, EACH), random.uniform(0, 0.5, EACH))
    angles = random.uniform(0, 2 * np.pi, POINTS)
    inputs = radii[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
    inputs += RADIUS * noise * random.uniform(-1, 1, inputs.shape)
    return inputs.astype("float32"), _halves()


def xor(noise: float) -> Examples:
    """A square whose quarters take turns, with a gap between them: class 1 is where x1 and x2 have
    the same sign."""
    random = np.random.RandomState(DATA_SEED)
    inputs = RADIUS * random.uniform(-1, 1, (POINTS, 2))
    inputs += 0.3 * np.sign(inputs)
    targets = (inputs.prod(axis=1) > 0).astype("float32")
    inputs += RADIUS * noise * random.uniform(-1, 1, inputs.shape)
    return inputs.astype("float32"), targets


def two_clouds(noise: float) -> Examples:
    """Two round clouds around (-2, -2) and (2, 2). Noise widens them: their variance grows from 0.5
    by 7 times the noise."""
    random = np.random.RandomState(DATA_SEED)
    inputs = np.sqrt(0.5 + 7 * noise) * random.normal(size=(POINTS, 2))
    inputs += np.repeat([-2, 2], EACH)[:, None]
    return inputs.astype("float32"), _halves()


def spiral(noise: float) -> Examples:
    """Two arms that wind one and three quarter times around each other."""
    random = np.random.RandomState(DATA_SEED)
    along = np.tile(np.arange(EACH) / EACH, 2)
    angles = 2 * np.pi * 1.75 * along + np.repeat([0, np.pi], EACH)
    inputs = RADIUS * along[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
    inputs += noise * random.uniform(-1, 1, inputs.shape)
    return inputs.astype("float32"), _halves()


def breast_cancer() -> Examples:
    """Ten measurements of 569 tumours, each the mean over the cell nuclei of an image, and whether
    the tumour was benign (1). From scikit-learn (Street et al. 1993,
    https://doi.org/10.1117/12.148698); the inputs are standardised."""
    inputs, targets = load_breast_cancer(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs[:, :10])
    return inputs.astype("float32"), targets.astype("float32")


def iris_two() -> Examples:
    """Length and width of a petal of 50 plants each of Iris versicolor and virginica (1). From
    scikit-learn (Fisher 1936); the inputs are standardised."""
    inputs, targets = load_iris(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs[50:, 2:])
    return inputs.astype("float32"), (targets[50:] == 2).astype("float32")


def _halves() -> np.ndarray:
    """As many targets 0 as 1, in this order."""
    return np.repeat([0, 1], EACH).astype("float32")
