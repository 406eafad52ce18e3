"""Checks what docs/learning-rates.md says about its links against the engine."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.link import LINK_VERSION, query
from app.domain.results import RunDetail
from app.domain.settings import Settings
from app.engine import train_sweep
from app.engine.datasets import dataset_for
from app.engine.network import network_for
from app.engine.recorder import Training
from app.trainers.experiment_cache import ExperimentCache
from components.panels import PANELS
from tests.oracles import quadratic
from tests.readers import settings_of

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "learning-rates.md").read_text()
LINKS = sorted(set(re.findall(r"`\?([^`]+)`", TEXT)))


def opened(*parts: str) -> Settings:
    """The settings of the only link that contains all these parts."""
    links = {settings_of(link) for link in LINKS if set(parts) <= set(link.split("&"))}
    assert len(links) == 1, links
    return links.pop()


@cache
def experiment_cache() -> ExperimentCache:
    return ExperimentCache()


def run_of(settings: Settings) -> tuple[Training, RunDetail]:
    experiment, detail = experiment_cache().inspect(settings)
    # Every epoch is kept, so a claim about a run is not only about its frames.
    assert detail.epochs.tolist() == list(range(len(detail.epochs)))
    return experiment.training, detail


@pytest.mark.parametrize("link", LINKS)
def test_links_in_learning_rates_md_are_in_canonical_form(link: str) -> None:
    settings = settings_of(link)
    words = dict(part.split("=") for part in link.split("&"))
    chosen = {name: value for name, value in words.items() if hasattr(settings, name)}
    # Links without a version are of version 1, so the text leaves it out.
    written = [f"{name}={value}" for name, value in chosen.items()]
    assert "&".join([f"v={LINK_VERSION}", *written]) == query(settings)
    assert set(words) - set(chosen) <= {"view", "epoch", "plane"}
    assert int(words["epoch"]) <= settings.epochs
    assert words.get("view", "rate-axis") in PANELS


@pytest.mark.parametrize("name", re.findall(r"\]\((images/[^)]+)\)", TEXT))
def test_pictures_in_learning_rates_md_exist(name: str) -> None:
    assert (DOCS / name).read_bytes()[:4] == b"\x89PNG"


def test_line_diverges_at_0_1_where_rate_times_sharpness_exceeds_2() -> None:
    training, detail = run_of(opened("learning_rate=0.1", "view=rate-axis"))
    sharpness = np.linalg.eigvalsh(quadratic(training.sweep.settings)[0])[-1]
    assert round(sharpness, 1) == 22.5
    assert 0.1 * sharpness > 2
    assert training.sweep.diverged_at[training.sweep.settings.run_index] == 1
    assert (np.diff(detail.train_loss.astype(float)) > 0).all()


def test_largest_rate_that_works_is_the_same_from_another_start() -> None:
    rates = np.array(SLIDER_LEARNING_RATES)
    for settings in (opened("start=2,-1"), Settings()):
        sweep = train_sweep(settings)
        assert rates[sweep.arrived].max() == rates[sweep.diverged_at < 0].max() == 0.08


def test_adam_trains_on_the_line_at_rates_where_sgd_diverges() -> None:
    adam = train_sweep(opened("optimizer=adam"))
    sgd = train_sweep(Settings(learning_rate=0.1))
    rates = np.array(SLIDER_LEARNING_RATES)
    trained = np.array([verdict == "converging" for verdict in adam.verdicts])
    assert rates[trained].tolist() == rates[rates >= 0.001].tolist()
    bounded = sgd.last_loss < sgd.train_loss[0, 0]
    assert rates[bounded].max() == 0.08


def test_network_above_the_stability_edge_of_its_start_survives_by_flattening() -> None:
    settings = opened("learning_rate=0.63", "view=sharpness")
    training, detail = run_of(settings)
    sweep, limit = training.sweep, 2 / settings.learning_rate
    assert sweep.stability_edge < settings.learning_rate
    assert f"{sweep.stability_edge:.3f}" == "0.534"
    assert (detail.sharpness_epochs[1], f"{detail.sharpness[1]:.2f}") == (1, "4.93")
    assert (detail.sharpness[2:] < limit).all()
    assert np.nanargmin(sweep.last_loss) == settings.run_index


def test_eight_tanh_units_settle_at_the_edge_of_stability() -> None:
    settings = opened("learning_rate=0.3")
    _, detail = run_of(settings)
    limit = 2 / settings.learning_rate
    assert f"{detail.sharpness[0]:.2f}" == "4.82"
    late = detail.sharpness[detail.sharpness_epochs > 500]
    assert len(late) > 5
    assert (np.abs(late / limit - 1) < 0.05).all()
    assert f"{limit:.2f}" == "6.67"


def test_parabola_network_at_rate_1_ends_with_all_units_off() -> None:
    settings = opened("learning_rate=1")
    training, detail = run_of(settings)
    assert training.sweep.verdicts[settings.run_index] == "stuck"
    inputs = torch.tensor(dataset_for(settings).inputs)
    last = torch.tensor(detail.params[-1:])
    assert (network_for(settings).unit_values(last, inputs)[0] == 0).all()


def test_logistic_network_started_at_zeros_never_breaks_symmetry() -> None:
    _, detail = run_of(opened("initialization=zeros", "activation=logistic"))
    weights, biases, outgoing = np.split(detail.params[:, :24], 3, axis=1)
    for part in (weights, biases, outgoing):
        # Up to rounding: a matrix product may sum in another order for another unit.
        assert np.ptp(part, axis=1).max() < 1e-5
    # And the parameters do move.
    assert (np.abs(detail.params[-1, [0, 8, 16]]) > 1e-3).all()


def test_relu_network_started_at_zeros_moves_its_output_bias_alone() -> None:
    settings = next(
        settings_of(link)
        for link in LINKS
        if "initialization=zeros" in link and "activation" not in link
    )
    training, detail = run_of(settings)
    assert (detail.params[:, :-1] == 0).all()
    assert detail.params[-1, -1] != 0
    assert training.sweep.verdicts[settings.run_index] == "stuck"


@pytest.mark.slow
def test_of_40_seeds_most_runs_survive_above_the_stability_edge_and_many_are_best_there() -> None:
    above, survived, best_above = 0, 0, 0
    for seed in range(40):
        sweep = train_sweep(Settings(dataset="parabola", hidden_units=10, epochs=500, seed=seed))
        is_above = sweep.learning_rates > sweep.stability_edge
        above += int(is_above.sum())
        survived += int((is_above & (sweep.last_loss < sweep.train_loss[0, 0] / 5)).sum())
        best_above += bool(is_above[np.nanargmin(sweep.last_loss)])
    assert (above, survived) == (208, 147)
    assert f"{above} runs lie above" in TEXT
    assert f"{survived} of them" in TEXT
    assert f"in {best_above} of 40 seeds" in TEXT
