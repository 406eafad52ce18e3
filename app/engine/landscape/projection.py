"""Trajectories projected onto a plane, and what the plane hides of them."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain.results import Plane, Projection
from app.engine.chunks import chunks

# The share of a float32 that one rounding changes at most.
ROUNDING = 2.0**-24


def project(
    plane: Plane,
    params: Float[ndarray, "*run frame param"],
    gradients: Float[ndarray, "*run frame param"],
) -> Projection:
    """Each trajectory's coordinates on the plane, its distance from it, and the slopes of the loss
    along the plane's directions."""
    paths, slopes = (array.reshape(-1, *array.shape[-2:]) for array in (params, gradients))
    runs = chunks(len(paths), paths[0].size)
    parts = zip(*(_project_runs(plane, paths[some], slopes[some]) for some in runs), strict=True)
    arrays = [np.concatenate(part) for part in parts]
    return Projection(*(array.reshape(params.shape[:-2] + array.shape[1:]) for array in arrays))


def _project_runs(
    plane: Plane,
    params: Float[ndarray, "run frame param"],
    gradients: Float[ndarray, "run frame param"],
) -> tuple[ndarray, ...]:
    """The fields of a Projection for some runs. Works in place where it can: these are large."""
    sizes, slope_sizes = _lengths(params), _lengths(gradients)
    offset = params - plane.origin
    coordinates = offset @ plane.dual_directions.T
    offset -= coordinates @ plane.directions
    slopes = gradients @ plane.directions.T
    off_plane = _rounded(np.sqrt(np.square(offset, out=offset).sum(axis=2)), sizes)
    if not plane.is_exact:
        coordinates = _rounded(coordinates, sizes[..., None] * _lengths(plane.dual_directions))
        slopes = _rounded(slopes, slope_sizes[..., None] * _lengths(plane.directions))
    moved = (params - params[:, :1]).astype(float)
    on_plane = _squares(moved @ plane.dual_directions.T @ plane.directions).sum(axis=(1, 2))
    in_all = _squares(moved).sum(axis=(1, 2))
    return (
        coordinates.astype("float32"),
        off_plane.astype("float32"),
        slopes.astype("float32"),
        np.where(in_all > 0, on_plane / np.where(in_all > 0, in_all, 1), 1.0),
    )


def _lengths(vectors: Float[ndarray, "*stack param"]) -> Float[ndarray, "*stack"]:
    """The length of each, without a copy of them all."""
    return np.asarray(np.sqrt(np.einsum("...p,...p->...", vectors, vectors, dtype=float)))


def _rounded(
    values: Float[ndarray, "*stack"], sizes: Float[ndarray, "*stack"]
) -> Float[ndarray, "*stack"]:
    """0 instead of what is left of a difference between numbers of these sizes by rounding."""
    return np.where(np.abs(values) <= ROUNDING * sizes, 0.0, values)


def _squares(lengths: Float[ndarray, "run frame param"]) -> Float[ndarray, "run frame param"]:
    """The squares, computed in place, with 0 for NaN."""
    np.square(lengths, out=lengths)
    lengths[np.isnan(lengths)] = 0
    return lengths
