"""What a training leaves behind: frozen values of NumPy arrays, the axes in their fixed order."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.settings import Settings
from app.domain.stability import stability_edge

# `engine/verdicts.py` says when each is given.
VERDICTS = ("overflow", "stuck", "diverged", "oscillating", "too slow", "stalled", "converging")


@dataclass(frozen=True)
class Scaling:
    """Turns the numbers trained on into those of the person's table: value x scale + mean."""

    input_means: Float[ndarray, "feature"]
    input_scales: Float[ndarray, "feature"]
    target_mean: float = 0.0
    target_scale: float = 1.0

    def inputs(self, trained: Float[ndarray, "*stack feature"]) -> Float[ndarray, "*stack feature"]:
        """Inputs in the units of the table."""
        return np.asarray(trained.astype(float) * self.input_scales + self.input_means)

    def targets(self, trained: Float[ndarray, "*stack"]) -> Float[ndarray, "*stack"]:
        """Targets or predictions in the units of the table."""
        return np.asarray(trained.astype(float) * self.target_scale + self.target_mean)


@dataclass(frozen=True, eq=False)
class Dataset:
    """The training examples, and the held-back ones, which only measure.

    inputs         the predictors, then the products of them that are features too
    least_squares  the best weights, then the best bias, for the training examples
    """

    inputs: Float[ndarray, "example feature"]
    targets: Float[ndarray, "example"]
    validation_inputs: Float[ndarray, "validation_example feature"]
    validation_targets: Float[ndarray, "validation_example"]
    least_squares: Float[ndarray, "param"]
    least_squares_loss: float
    scaling: Scaling


@dataclass(frozen=True)
class Sweep:
    """Runs that differ in their learning rate, trained together from one start on the same data.

    params      flat, in torch's order: each layer's weights, then its biases; the output's last
    train_loss  the mean loss over all training examples, before the first step of that epoch
    gradients   of train_loss at params
    validation_loss  the same over the examples that are held back, or None
    accuracy    the share of the training examples whose class is right, or None without classes;
                validation_accuracy  the same over those held back
    From a run's first non-finite loss on, its params, train_loss and gradients are NaN.
    """

    settings: Settings
    learning_rates: Float[ndarray, "run"]
    epochs: Int[ndarray, "frame"]
    params: Float[ndarray, "run frame param"]
    train_loss: Float[ndarray, "run frame"]
    gradients: Float[ndarray, "run frame param"]
    validation_loss: Float[ndarray, "run frame"] | None
    accuracy: Float[ndarray, "run frame"] | None
    validation_accuracy: Float[ndarray, "run frame"] | None
    # Epochs, or -1 if the run never did. Judged from every epoch, not from the frames.
    diverged_at: Int[ndarray, "run"]
    overflow_at: Int[ndarray, "run"]
    last_loss: Float[ndarray, "run"]
    calm: Bool[ndarray, "run"]
    verdicts: tuple[str, ...]
    # Whether a run ends near the reference and is not stuck: what "works" means on the page.
    arrived: Bool[ndarray, "run"]
    # Where each run ends: its last loss, or around which loss it goes up and down.
    levels: Float[ndarray, "run"]
    # What a run should come near to: the known optimum's loss, else the lowest level.
    reference_loss: float
    reference_name: str
    # With cross-entropy, the loss may fall for ever: then the reference is what no run reaches.
    no_lowest_point: bool
    # Logistic regression without a penalty; None for other models, and without a lowest point.
    logistic_regression: Float[ndarray, "param"] | None
    # The largest eigenvalue of the Hessian of train_loss at the start.
    start_sharpness: float

    @property
    def start(self) -> Float[ndarray, "param"]:
        """The initial parameters, which all runs share."""
        return np.asarray(self.params[0, 0])

    @property
    def stability_edge(self) -> float:
        """The stability edge at the start; infinite where there is none."""
        return stability_edge(self.settings, self.start_sharpness)

    @property
    def best_run(self) -> int:
        """The calm slider run that ends lowest; if none is calm, the slider run that does."""
        slider = len(SLIDER_LEARNING_RATES)
        chosen = self.calm[:slider] if self.calm[:slider].any() else np.full(slider, True)
        ends = np.where(
            chosen & np.isfinite(self.last_loss[:slider]), self.last_loss[:slider], np.inf
        )
        return int(np.argmin(ends))


@dataclass(frozen=True)
class Plane:
    """An origin and two directions, which need not be orthonormal but must not be parallel.

    kind       one of `plane_choice.PLANES`
    is_exact   whether the directions span all the parameters
    frozen_at  the epoch of the run at whose parameters the origin is, or None
    """

    origin: Float[ndarray, "param"]
    directions: Float[ndarray, "2 param"]
    names: tuple[str, str]
    is_exact: bool
    kind: str = "anchored"
    frozen_at: int | None = None

    def coordinates(self, params: Float[ndarray, "*stack param"]) -> Float[ndarray, "*stack 2"]:
        """The coordinates of the plane's nearest point to params."""
        return np.asarray((params - self.origin) @ self.dual_directions.T)

    def at(self, coordinates: Float[ndarray, "2"]) -> Float[ndarray, "param"]:
        """The params at a point of the plane."""
        return np.asarray(self.origin + coordinates @ self.directions)

    @property
    def dual_directions(self) -> Float[ndarray, "2 param"]:
        """The dual basis D: D . displacement gives coordinates. Orthonormal directions are their
        own dual."""
        gram = self.directions @ self.directions.T
        return np.asarray(np.linalg.solve(gram, self.directions))


@dataclass(frozen=True)
class SeedsPicture:
    """What the seed's own sweep leaves for a start that was set by hand on one of its planes.

    corners     the lowest and the highest coordinates of the paths that chose the plane
    start_loss  the train loss at the seed's own start
    """

    plane: Plane
    corners: Float[ndarray, "2 2"]
    start_loss: float


@dataclass(frozen=True)
class Box:
    """The part of a plane that the views show, and the highest loss that they draw."""

    first: tuple[float, float]
    second: tuple[float, float]
    height: float


@dataclass(frozen=True)
class Bowl:
    """A quadratic loss on a plane: loss + (x - minimum) . hessian (x - minimum) / 2 at x.

    Where the loss is level along a direction, `minimum` is one of many.
    """

    hessian: Float[ndarray, "2 2"]
    minimum: Float[ndarray, "2"]
    loss: float


@dataclass(frozen=True)
class LossSurface:
    """Train loss on a grid over a plane: `loss[row, col]` is at (first[col], second[row])."""

    plane: Plane
    box: Box
    first: Float[ndarray, "col"]
    second: Float[ndarray, "row"]
    loss: Float[ndarray, "row col"]
    # The optimum's coordinates and loss, and whether it is exact or only the lowest in the sweep.
    optimum: Float[ndarray, "2"]
    optimum_loss: float
    optimum_is_exact: bool
    optimum_name: str
    # The loss by its formula, of a linear model; else None.
    bowl: Bowl | None


@dataclass(frozen=True)
class Projection:
    """Trajectories on a plane, and their distance from it.

    off_plane  the distance of params from the plane, in parameter units
    explained  per run, the share of its path's squared distance from the start that is on the plane
    """

    coordinates: Float[ndarray, "*run frame 2"]
    off_plane: Float[ndarray, "*run frame"]
    slopes: Float[ndarray, "*run frame 2"]
    explained: Float[ndarray, "*run"]


@dataclass(frozen=True)
class Fit:
    """What a model predicts: `predictions[..., sample]` at `places[sample]`.

    A place is an input where there is one predictor, else the observed target of an example.
    """

    places: Float[ndarray, "sample"]
    predictions: Float[ndarray, "*stack sample"]


@dataclass(frozen=True)
class Slices:
    """Train loss along each plane direction through the actual params, at some epochs of one run.

    `loss[epoch, direction, sample]` is at coordinate `positions[direction, sample]`.
    """

    epochs: Int[ndarray, "epoch"]
    positions: Float[ndarray, "2 sample"]
    loss: Float[ndarray, "epoch 2 sample"]


@dataclass(frozen=True)
class RangeTest:
    """A run with a growing learning rate: the loss of each minibatch, and its running mean."""

    learning_rates: Float[ndarray, "step"]
    batch_loss: Float[ndarray, "step"]
    smoothed: Float[ndarray, "step"]


@dataclass(frozen=True)
class RunDetail:
    """One run in full: every epoch unless that is too much, else the sweep's frames."""

    sweep_id: str
    run: int
    epochs: Int[ndarray, "epoch"]
    params: Float[ndarray, "epoch param"]
    train_loss: Float[ndarray, "epoch"]
    gradients: Float[ndarray, "epoch param"]
    validation_loss: Float[ndarray, "epoch"] | None
    accuracy: Float[ndarray, "epoch"] | None
    validation_accuracy: Float[ndarray, "epoch"] | None
    # The first step of each epoch at learning rate 1, and its examples; None if it is minus the
    # gradient over all of them.
    updates: Float[ndarray, "epoch param"] | None
    batches: Int[ndarray, "epoch example"] | None
    # The schedule's factor for the learning rate in that step.
    rate_factors: Float[ndarray, "epoch"]
    projection: Projection
    fit: Fit | None
    slices: Slices
    sharpness_epochs: Int[ndarray, "sample"]
    sharpness: Float[ndarray, "sample"]
    # The sharpness after an adaptive optimizer's rescaling, with its L2 decay; None for others.
    rescaled_sharpness: Float[ndarray, "sample"] | None
