"""Writes tests/js/fixtures.json: what Python and torch make of the numbers that the page's scripts
compute or read. `make test-js` runs it before node's tests.
"""

import base64
import json
import random
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from plotly.colors import sample_colorscale
from torch import Tensor
from torch.nn import functional as F

from app.domain.fields import NAMES, NUMBERS
from app.domain.link import query
from app.domain.options import OPTIMIZERS
from app.domain.results import VERDICTS
from app.domain.settings import Settings
from app.engine import inspect_run
from app.exports.block import pack
from app.exports.payload import detail_payload, settings_payload
from callbacks.training import first_payload
from components.page_config import page_config
from tests.engine.test_user_data_engine import user_data_of
from tests.oracles import LINE, NARROW, experiment

TARGET = Path(__file__).parent / "js" / "fixtures.json"
OWN = np.random.RandomState(0).normal(size=(60, 4)).astype("float32")
SWEEPS = (
    *(LINE, NARROW, Settings(dataset="sine", hidden_units=2, epochs=60, batch_size=7)),
    # Several predictors, whose loss is a bowl on any plane; networks with narrow valleys.
    Settings(dataset="own", user_data=user_data_of(OWN), epochs=30),
    Settings(dataset="sine", hidden_units=10, epochs=300, optimizer="adam"),
    Settings(
        dataset="line",
        hidden_units=1,
        hidden_layers=2,
        activation="linear",
        optimizer="rmsprop",
        epochs=300,
    ),
    # Two classes, drawn from parameters, of two predictors and their products.
    Settings(
        dataset="circles",
        loss="cross_entropy",
        features="squares,product",
        hidden_units=3,
        epochs=40,
    ),
)
# Each optimizer's steps; and what else decides where a step lands.
STEPS = (
    *(
        Settings(dataset="sine", hidden_units=2, epochs=12, optimizer=name, learning_rate=0.05)
        for name in OPTIMIZERS
    ),
    Settings(epochs=12, schedule="cosine", weight_decay=0.1),
    Settings(epochs=12, optimizer="momentum", batch_size=3),
)
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "linear": lambda z: z,
    # Its gradient is 0, not missing.
    "threshold": lambda z: (z > 0).to(z.dtype) + 0 * z,
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared_error": F.mse_loss,
    "cross_entropy": lambda z, y: F.binary_cross_entropy_with_logits(z, (y > 0).to(z.dtype)),
}
SHARES = (0.0, 0.02, 1 / 9, 0.37, 0.5, 0.93, 1.0)
# predictors, hidden units, hidden layers
SHAPES = ((1, 0, 1), (2, 0, 1), (1, 4, 1), (3, 3, 2), (1, 2, 3))


def fixtures() -> dict[str, Any]:
    """All of them; random ones are the same in every run."""
    chance = random.Random(0)
    return {
        "config": page_config(),
        "sweeps": [_sweep(settings) for settings in SWEEPS],
        "steps": [_sweep(settings) for settings in STEPS],
        "networks": [
            _network(*shape, name, loss)
            for shape in SHAPES
            for name in ACTIVATIONS
            for loss in LOSSES
        ],
        "activations": {name: _activation(name) for name in ACTIVATIONS},
        "links": [_link(_random_settings(chance)) for _ in range(200)],
        "colors": [(share, sample_colorscale("Cividis", [share])[0]) for share in SHARES],
        "rounded_down": [_rounded_down(chance) for _ in range(300)],
        "verdicts": VERDICTS,
    }


def _sweep(settings: Settings) -> dict[str, Any]:
    """A sweep's payloads, and the arrays in them as plain float32."""
    made = experiment(settings)
    detail = inspect_run(settings, made.training, made.surface, 5)
    sweep = made.sweep
    return {
        "payload": first_payload(made),
        "detail": {"block": pack(detail_payload(detail, made.surface, made.dataset))},
        "train_loss": _plain(sweep.train_loss),
        "coordinates": _plain(made.projection.coordinates),
        "detail_loss": _plain(detail.train_loss),
        "inputs": _plain(made.dataset.inputs),
        "params": _plain(sweep.params),
        "predictions": (
            None if settings.is_line or not made.fit else made.fit.predictions[:, -1].tolist()
        ),
    }


def _plain(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def _network(predictors: int, units: int, layers: int, name: str, loss_name: str) -> dict[str, Any]:
    """A network's prediction, loss and gradient in float64, by torch."""
    widths = [predictors, *([units] * layers if units else []), 1]
    generator = torch.Generator().manual_seed(sum(widths))
    count = sum(b * (a + 1) for a, b in pairwise(widths))
    params = torch.randn(count, dtype=torch.float64, generator=generator).requires_grad_()
    inputs = torch.randn((5, predictors), dtype=torch.float64, generator=generator)
    targets = torch.randn(5, dtype=torch.float64, generator=generator)
    values, place = inputs, 0
    for k, (below, width) in enumerate(pairwise(widths)):
        weights = params[place : place + width * below].reshape(width, below)
        biases = params[place + width * below : place + width * (below + 1)]
        values, place = values @ weights.T + biases, place + width * (below + 1)
        values = values if k == len(widths) - 2 else ACTIVATIONS[name](values)
    loss = LOSSES[loss_name](values[:, 0], targets)
    if loss_name == "cross_entropy":
        targets = (targets > 0).to(targets.dtype)
    (gradient,) = torch.autograd.grad(loss, params)
    return {
        "settings": {
            "hidden_units": units,
            "hidden_layers": layers,
            "activation": name,
            "loss": loss_name,
        },
        "predictors": predictors,
        **{
            key: part.flatten().tolist() for key, part in (("inputs", inputs), ("targets", targets))
        },
        "params": params.tolist(),
        "predictions": values[:, 0].tolist(),
        "loss": loss.item(),
        "gradient": gradient.tolist(),
    }


def _activation(name: str) -> dict[str, list[float]]:
    z = torch.linspace(-3, 3, 24, dtype=torch.float64).requires_grad_()
    values = ACTIVATIONS[name](z)
    (slopes,) = torch.autograd.grad(values.sum(), z)
    return {"z": z.tolist(), "values": values.tolist(), "slopes": slopes.tolist()}


def _random_settings(chance: random.Random) -> Settings:
    """Settings that differ from the defaults in about half of the fields."""
    while True:
        names = {name: chance.choice([*choice.rows]) for name, choice in NAMES.items()}
        numbers = {
            name: chance.randint(int(choice.low), int(choice.high))
            if choice.whole
            else round(chance.uniform(choice.low, choice.high), chance.randint(1, 6))
            for name, choice in NUMBERS.items()
        }
        starts = {"start": chance.choice(["", "0.5,-1.25", "anchored,0.5,-0.00001", "random,1,2"])}
        every = names | numbers | starts
        chosen = {k: v for k, v in every.items() if chance.random() < 0.5}
        try:
            return Settings(**chosen)
        except ValueError:
            continue


def _link(settings: Settings) -> dict[str, Any]:
    return {"query": query(settings), "settings": settings_payload(settings)}


def _rounded_down(chance: random.Random) -> dict[str, Any]:
    """A number with three digits, the rest cut off, as decimals say it."""
    value = float(f"{chance.uniform(1, 10):.{chance.randint(0, 5)}f}e{chance.randint(-4, 4)}")
    exact = Decimal(repr(value))
    step = Decimal(1).scaleb(exact.adjusted() - 2)
    return {"value": value, "down": float((exact / step).to_integral_value(ROUND_FLOOR) * step)}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(fixtures()), encoding="utf-8")
