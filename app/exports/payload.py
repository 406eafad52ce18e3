"""Results for the browser, as block.py packs them; encoding.py says how an array is written."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.options import OPTIMIZERS
from app.domain.plane_choice import parameter_names
from app.domain.results import (
    Bowl,
    Dataset,
    Fit,
    LossSurface,
    Plane,
    Projection,
    RangeTest,
    RunDetail,
    Sweep,
)
from app.domain.settings import Settings
from app.domain.stability import (
    sharpness_decay,
    sharpness_formula,
    sharpness_numerator,
    stability_edge_formula,
    stability_edge_numerator,
)
from app.domain.user_data import UserData
from app.exports.encoding import encode, encode_scaled, shortened

# How far beyond the targets a fit is still encoded, in ranges of theirs: farther than it is drawn.
FIT_ROOM = 3.0
# The params of a sweep: at most so many numbers, with so many bits, at no fewer frames than that.
MOST_PARAMS, MANTISSA_BITS, FEWEST_FRAMES = 500_000, 9, 20


def sweep_payload(
    sweep: Sweep,
    surface: LossSurface,
    projection: Projection,
    fit: Fit | None,
    dataset: Dataset,
) -> dict[str, Any]:
    """All that the browser needs to play a sweep, but for the views' figures, which bring the grid.

    A line's fit is given by its two parameters, which are its coordinates; where the model is drawn
    over a plane of inputs, or for all examples of two classes, the browser computes it from params.
    """
    settings, plane = sweep.settings, surface.plane
    return {
        "sweep_id": settings.sweep_id,
        "settings": settings_payload(settings),
        **_model(settings),
        **_data(settings, dataset),
        **_runs(sweep),
        **_stability(sweep),
        **_landscape(surface),
        **_projection(projection, plane.is_exact, along=1),
        **_thinned_params(sweep),
        "fit": None if surface.bowl and plane.is_exact else _maybe_fit(fit, dataset, along=1),
    }


def _model(settings: Settings) -> dict[str, Any]:
    return {
        "is_linear": settings.is_linear,
        "is_quadratic": settings.is_quadratic,
        "loss": {
            "label": settings.loss_option.label,
            "title": settings.loss_option.title,
            "unit": settings.loss_option.unit,
        },
        "classes": list(settings.classes) if settings.classes else None,
        "is_plain": settings.is_plain,
        "update_rule": OPTIMIZERS[settings.optimizer].rule,
        "example_count": settings.example_count,
        "steps_per_epoch": settings.steps_per_epoch,
        "parameter_names": parameter_names(settings),
    }


def _data(settings: Settings, dataset: Dataset) -> dict[str, Any]:
    scaling = dataset.scaling
    return {
        "data_info": _data_info(settings.user_data),
        "scaling": {
            "input": [float(scaling.input_means[0]), float(scaling.input_scales[0])],
            "inputs": np.stack([scaling.input_means, scaling.input_scales], axis=1).tolist(),
            "target": [scaling.target_mean, scaling.target_scale],
        },
        # The inputs' columns: the predictors, then the products of two of them.
        "predictors": len(settings.feature_names),
        "predictor_names": list(settings.feature_names),
        "products": [list(pair) for pair in settings.products],
        "least_squares": dataset.least_squares.tolist() if settings.is_quadratic else None,
        "data": {
            "inputs": encode(dataset.inputs),
            "targets": encode(dataset.targets),
            "validation_inputs": encode(dataset.validation_inputs),
            "validation_targets": encode(dataset.validation_targets),
        },
    }


def _runs(sweep: Sweep) -> dict[str, Any]:
    return {
        "learning_rates": sweep.learning_rates.tolist(),
        "epochs": sweep.epochs.tolist(),
        "train_loss": encode(sweep.train_loss, along=1),
        "validation_loss": _maybe(sweep.validation_loss, along=1),
        "accuracy": _share(sweep.accuracy, along=1),
        "validation_accuracy": _share(sweep.validation_accuracy, along=1),
        "verdicts": list(sweep.verdicts),
        "arrived": sweep.arrived.tolist(),
        "levels": [_number(level) for level in sweep.levels.tolist()],
        "diverged_at": sweep.diverged_at.tolist(),
        "overflow_at": sweep.overflow_at.tolist(),
        "last_loss": [_number(loss) for loss in sweep.last_loss.tolist()],
        "reference_loss": _number(sweep.reference_loss),
        "reference_name": sweep.reference_name,
        "no_lowest_point": sweep.no_lowest_point,
        "logistic_regression": None
        if sweep.logistic_regression is None
        else sweep.logistic_regression.tolist(),
    }


def _stability(sweep: Sweep) -> dict[str, Any]:
    settings = sweep.settings
    return {
        "start_sharpness": sweep.start_sharpness,
        # JSON has no infinity: where nothing curves there is no edge.
        "stability_edge": _number(sweep.stability_edge),
        "stability_edge_numerator": stability_edge_numerator(settings),
        "stability_edge_formula": stability_edge_formula(settings),
        "sharpness_numerator": sharpness_numerator(settings),
        "sharpness_decay": sharpness_decay(settings),
        "sharpness_formula": sharpness_formula(settings),
    }


def _landscape(surface: LossSurface) -> dict[str, Any]:
    box = surface.box
    return {
        "plane": _plane(surface.plane),
        "box": {"first": list(box.first), "second": list(box.second), "height": box.height},
        "optimum": {
            "coordinates": surface.optimum.tolist(),
            "train_loss": surface.optimum_loss,
            "is_exact": surface.optimum_is_exact,
            "name": surface.optimum_name,
        },
        "bowl": _bowl(surface.bowl),
    }


def _bowl(bowl: Bowl | None) -> dict[str, Any] | None:
    if bowl is None:
        return None
    hessian, minimum = bowl.hessian.tolist(), bowl.minimum.tolist()
    return {"hessian": hessian, "minimum": minimum, "loss": bowl.loss}


def detail_payload(detail: RunDetail, surface: LossSurface, dataset: Dataset) -> dict[str, Any]:
    """One run in full. Linear regression needs no slices: its surface is exact everywhere."""
    exact, highest = surface.plane.is_exact, 1.5 * surface.box.height
    is_formula = exact and surface.bowl is not None
    slices = {
        "epochs": detail.slices.epochs.tolist(),
        "loss": encode_scaled(detail.slices.loss, 0.0, highest, along=0),
    }
    return {
        "sweep_id": detail.sweep_id,
        "run": detail.run,
        "epochs": encode(detail.epochs, "<i4"),
        "train_loss": encode(detail.train_loss, along=0),
        **_projection(detail.projection, exact, along=0),
        "params": None if exact else encode(detail.params, along=0),
        "gradients": None if exact else encode(detail.gradients, along=0),
        "validation_loss": _maybe(detail.validation_loss, along=0),
        "accuracy": _share(detail.accuracy, along=0),
        "validation_accuracy": _share(detail.validation_accuracy, along=0),
        "updates": _maybe(detail.updates, along=0),
        "batches": None if detail.batches is None else encode(detail.batches, "<u2"),
        "rate_factors": encode(detail.rate_factors, along=0),
        "fit": None if is_formula else _maybe_fit(detail.fit, dataset, along=0),
        "slices": None if is_formula else slices,
        "sharpness_epochs": detail.sharpness_epochs.tolist(),
        "sharpness": detail.sharpness.tolist(),
        "rescaled_sharpness": (
            None if detail.rescaled_sharpness is None else detail.rescaled_sharpness.tolist()
        ),
    }


def range_test_payload(test: RangeTest | None) -> dict[str, Any] | None:
    """Few enough for plain JSON; null where the loss is not finite."""
    if test is None:
        return None
    return {
        "learning_rates": test.learning_rates.tolist(),
        "batch_loss": [_number(loss) for loss in test.batch_loss],
        "smoothed": [_number(loss) for loss in test.smoothed],
    }


def map_row(sweep: Sweep) -> dict[str, Any]:
    """One row of a map: where each of the slider's runs ended, and since when it diverged."""
    count = len(SLIDER_LEARNING_RATES)
    return {
        "settings": settings_payload(sweep.settings),
        "last_loss": [_number(loss) for loss in sweep.last_loss[:count].tolist()],
        "accuracy": _last_shares(sweep.accuracy, count),
        "validation_accuracy": _last_shares(sweep.validation_accuracy, count),
        "diverged_at": sweep.diverged_at[:count].tolist(),
        "verdicts": list(sweep.verdicts[:count]),
        "stability_edge": _number(sweep.stability_edge),
    }


def settings_payload(settings: Settings) -> dict[str, Any]:
    """As a request has them."""
    token = settings.user_data.token if settings.user_data else None
    return settings.choices() | {"data_token": token}


def _data_info(user_data: UserData | None) -> dict[str, Any] | None:
    """What the page says of a person's own data."""
    if user_data is None:
        return None
    return {
        "label": user_data.label,
        "target": user_data.target,
        "classes": list(user_data.classes) if user_data.classes else None,
        "is_standardized": user_data.is_standardized,
        "rows": user_data.rows,
        "example_count": user_data.example_count,
        "notes": list(user_data.notes),
    }


def _number(value: float) -> float | None:
    """JSON knows no infinity and no NaN."""
    return float(value) if np.isfinite(value) else None


def _maybe(array: Float[ndarray, "..."] | None, along: int) -> dict[str, Any] | None:
    return None if array is None else encode(array, along=along)


def _plane(plane: Plane) -> dict[str, Any]:
    """The browser computes the coordinates of params from the origin and the dual directions."""
    return {
        "kind": plane.kind,
        "names": list(plane.names),
        "is_exact": plane.is_exact,
        "frozen_at": plane.frozen_at,
        "origin": encode(plane.origin),
        "directions": encode(plane.directions),
        "dual_directions": encode(plane.dual_directions),
    }


def _projection(projection: Projection, is_exact: bool, along: int) -> dict[str, Any]:
    """On an exact plane nothing is hidden: no distances are sent."""
    return {
        "coordinates": encode(projection.coordinates, along=along),
        "slopes": encode(projection.slopes, along=along),
        "off_plane": None if is_exact else encode(projection.off_plane, along=along),
        "explained": projection.explained.tolist(),
    }


def _share(shares: Float[ndarray, "..."] | None, along: int) -> dict[str, Any] | None:
    return None if shares is None else encode_scaled(shares, 0.0, 1.0, along)


def _last_shares(shares: Float[ndarray, "run frame"] | None, count: int) -> list[Any] | None:
    return None if shares is None else [_number(share) for share in shares[:count, -1].tolist()]


def _thinned_params(sweep: Sweep) -> dict[str, Any]:
    """The params of all runs, where the browser draws the model from them, in about as many digits
    as a picture shows. Where they are too many, at fewer frames; of a large network at none, and
    the browser has them for the run that is inspected."""
    settings, (runs, frames, count) = sweep.settings, sweep.params.shape
    several = len(settings.data.predictors)
    is_drawn = several == 2 or (several > 1 and settings.loss == "cross_entropy")
    each = -(-runs * frames * count // MOST_PARAMS)
    chosen = np.unique(np.append(np.arange(0, frames, each), frames - 1))
    if not is_drawn or len(chosen) < FEWEST_FRAMES:
        return {"params": None, "params_frames": []}
    params = encode(shortened(sweep.params[:, chosen], MANTISSA_BITS), along=1)
    return {"params": params, "params_frames": chosen.tolist()}


def _maybe_fit(fit: Fit | None, dataset: Dataset, along: int) -> dict[str, Any] | None:
    return None if fit is None else _fit(fit, dataset, along)


def _fit(fit: Fit, dataset: Dataset, along: int) -> dict[str, Any]:
    """A curve's points, scaled to what the view shows and some room around it."""
    low, high = float(dataset.targets.min()), float(dataset.targets.max())
    # Of a split, all examples that train may have one target.
    room = FIT_ROOM * (high - low or 1)
    scaled = encode_scaled(fit.predictions, low - room, high + room, along)
    return {"places": fit.places.tolist(), "predictions": scaled}
