"""The JSON that the browser gets, as types. `make types` writes types/payload.d.ts from it."""

from typing import Any, Literal, NotRequired

# Before Python 3.12, pydantic does not know the TypedDict of typing.
from typing_extensions import TypedDict

Verdict = Literal[
    "overflow", "stuck", "diverged", "oscillating", "too slow", "stalled", "converging"
]


class Encoded(TypedDict):
    """An array, see app/exports/encoding.py and block.py; `range` is that of a scaled one."""

    dtype: Literal["<f4", "<i4", "<u2"]
    shape: list[int]
    along: int | None
    at: int
    size: int
    range: NotRequired[list[float]]


class SettingsPayload(TypedDict):
    """All that is chosen before a training."""

    learning_rate: float
    seed: int
    hidden_units: int
    epochs: int
    momentum: float
    warmup_epochs: int
    batch_size: int
    weight_decay: float
    initial_scale: float
    hidden_layers: int
    noise: float
    validation_fraction: float
    start: str
    dataset: str
    loss: str
    features: str
    activation: str
    optimizer: str
    schedule: str
    initialization: str
    data_token: str | None


class DataInfo(TypedDict):
    """What the page says of a person's own data."""

    label: str
    target: str
    classes: list[str] | None
    is_standardized: bool
    rows: int
    example_count: int
    notes: list[str]


class Scaling(TypedDict):
    """(mean, scale) of the first predictor, of each of them and of the target, in the units of the
    data."""

    input: list[float]
    inputs: list[list[float]]
    target: list[float]


class LossPayload(TypedDict):
    """What training makes small: its names, and the unit in which it is counted, or nothing."""

    label: str
    title: str
    unit: str


class Data(TypedDict):
    """The examples. An input has a number for each feature: the predictors, then the products."""

    inputs: Encoded
    targets: Encoded
    validation_inputs: Encoded
    validation_targets: Encoded


class PlanePayload(TypedDict):
    """The plane on which the loss is shown; the arrays have one number per parameter."""

    kind: str
    names: list[str]
    is_exact: bool
    frozen_at: int | None
    origin: Encoded
    directions: Encoded
    dual_directions: Encoded


class Box(TypedDict):
    """The part of the plane that is shown, and the height of the surface."""

    first: list[float]
    second: list[float]
    height: float


class Optimum(TypedDict):
    """Where training should arrive."""

    coordinates: list[float]
    train_loss: float
    is_exact: bool
    name: str


class BowlPayload(TypedDict):
    """A quadratic loss on the plane: loss + (x - minimum) . hessian (x - minimum) / 2 at x."""

    hessian: list[list[float]]
    minimum: list[float]
    loss: float


class FitPayload(TypedDict):
    """The model's predictions at some places, (run, frame, place) or (epoch, place)."""

    places: list[float]
    predictions: Encoded


class RangeTestPayload(TypedDict):
    """One run whose rate grows with each minibatch."""

    learning_rates: list[float]
    batch_loss: list[float | None]
    smoothed: list[float | None]


class Figure(TypedDict):
    """A figure of Plotly, without what moves."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


class SweepPayload(TypedDict):
    """All that the browser needs to play a sweep. Arrays are (run, frame, ...)."""

    sweep_id: str
    settings: SettingsPayload
    is_linear: bool
    is_quadratic: bool
    loss: LossPayload
    classes: list[str] | None
    is_plain: bool
    update_rule: str
    example_count: int
    steps_per_epoch: int
    parameter_names: list[str]
    data_info: DataInfo | None
    scaling: Scaling
    predictors: int
    predictor_names: list[str]
    products: list[list[int]]
    least_squares: list[float] | None
    data: Data
    learning_rates: list[float]
    epochs: list[int]
    train_loss: Encoded
    validation_loss: Encoded | None
    accuracy: Encoded | None
    validation_accuracy: Encoded | None
    verdicts: list[Verdict]
    arrived: list[bool]
    levels: list[float | None]
    diverged_at: list[int]
    overflow_at: list[int]
    last_loss: list[float | None]
    reference_loss: float
    reference_name: str
    no_lowest_point: bool
    logistic_regression: list[float] | None
    start_sharpness: float
    stability_edge: float | None
    stability_edge_numerator: float | None
    stability_edge_formula: str
    sharpness_numerator: float | None
    sharpness_decay: float
    sharpness_formula: str
    plane: PlanePayload
    box: Box
    optimum: Optimum
    bowl: BowlPayload | None
    coordinates: Encoded
    slopes: Encoded
    off_plane: Encoded | None
    explained: list[float]
    params: Encoded | None
    params_frames: list[int]
    fit: FitPayload | None
    range_test: RangeTestPayload | None
    views: dict[str, Figure]


class Slices(TypedDict):
    """The exact loss along both directions at some epochs: (epoch, direction, sample)."""

    epochs: list[int]
    loss: Encoded


class DetailPayload(TypedDict):
    """One run at every epoch. Arrays are (epoch, ...)."""

    sweep_id: str
    run: int
    epochs: Encoded
    train_loss: Encoded
    coordinates: Encoded
    slopes: Encoded
    off_plane: Encoded | None
    explained: float
    params: Encoded | None
    gradients: Encoded | None
    validation_loss: Encoded | None
    accuracy: Encoded | None
    validation_accuracy: Encoded | None
    updates: Encoded | None
    batches: Encoded | None
    rate_factors: Encoded
    fit: FitPayload | None
    slices: Slices | None
    sharpness_epochs: list[int]
    sharpness: list[float]
    rescaled_sharpness: list[float] | None


class MapRow(TypedDict):
    """One row of a map: where each of the slider's runs ended, and since when it diverged."""

    settings: SettingsPayload
    last_loss: list[float | None]
    accuracy: list[float | None] | None
    validation_accuracy: list[float | None] | None
    diverged_at: list[int]
    verdicts: list[Verdict]
    stability_edge: float | None
