"""The side panels' numbers, each held to torch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page
from torch import nn
from torch.nn.utils import vector_to_parameters

from app.domain.settings import Settings
from app.engine import datasets
from app.engine.datasets import as_tensors
from tests.browser.driver import (
    cells,
    choose_rate,
    close,
    engine_run,
    facts,
    next_frames,
    number,
    open_panel,
    press,
    set_up,
    train,
    value,
    wait,
    wait_detail,
)


def formula(page: Page, slot: str) -> str:
    """The TeX of a formula that MathJax has set."""
    page.locator(f'[data-slot="{slot}"] mjx-container').wait_for(state="attached")
    return page.locator(f'[data-slot="{slot}"]').get_attribute("data-tex") or ""


def results(tex: str) -> list[float]:
    """What each formula comes to: the number behind its last equals sign."""
    return [float(one) for one in re.findall(r"&= (-?[\d.]+)(?: \\\\|$)", tex)]


def at_the_start() -> tuple[nn.Linear, torch.Tensor, torch.Tensor]:
    inputs, targets = as_tensors(datasets.builtin("line"))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Linear(1, 1), inputs, targets


def test_one_step_spells_out_torchs_numbers_and_is_made(page: Page) -> None:
    press(page, "playhead", "Home")
    open_panel(page, "one-step")
    model, inputs, targets = at_the_start()
    predictions = model(inputs)[:, 0]
    loss = F.mse_loss(predictions, targets)
    loss.backward()
    predictions = predictions.detach()
    rows = cells(page, "examples")
    assert len(rows) == len(inputs)
    for row, x, y, prediction in zip(rows, inputs[:, 0], targets, predictions, strict=True):
        expected = (x, y, prediction, (y - prediction) ** 2)
        assert all(close(text, float(one)) for text, one in zip(row[1:], expected, strict=True))
    gradients = (model.weight.grad.item(), model.bias.grad.item())
    assert results(formula(page, "predict")) == pytest.approx([predictions[0].item()], abs=5e-5)
    assert results(formula(page, "loss")) == pytest.approx([loss.item()], abs=5e-5)
    assert results(formula(page, "gradient")) == pytest.approx(gradients, rel=5e-4)
    # The notebook's one step at 0.01: weight 0.1321, bias 0.5790.
    assert results(formula(page, "update")) == [0.1321, 0.5790]
    # The button makes the step.
    announced = [value(row[3]) for row in cells(page, "updates")]
    page.locator("#make-step").click()
    next_frames(page)
    assert facts(page)["epoch"] == "1"
    assert [number(page, "weight"), number(page, "bias")] == pytest.approx(announced, rel=1e-3)


def test_the_rate_table_has_the_notebooks_numbers_and_a_typed_rates(
    page: Page,
) -> None:
    press(page, "playhead", "Home")
    open_panel(page, "rate-table")
    rows = cells(page, "rates")
    assert [row[0] for row in rows] == ["1", "0.1", "0.01"]
    expected = [(13.9548, 4.7888, 2189.2), (1.3887, 0.9617, 7.4432), (0.1321, 0.5790, 2.8808)]
    for row, numbers in zip(rows, expected, strict=True):
        assert [value(one) for one in row[1:4]] == pytest.approx(numbers, rel=1e-3)
    assert [row[4:] for row in rows] == [
        ["up", "diverges"],
        ["up", "diverges"],
        ["down", "converging"],
    ]
    # One step and the whole run are not mixed: each has its heading.
    assert page.locator('[data-slot="rates"] thead th[scope="colgroup"]').all_inner_texts() == [
        "one step from here",
        "whole run",
    ]
    page.locator('[data-slot="rates"] input').first.fill("0.05")
    next_frames(page, 3)
    model, inputs, targets = at_the_start()
    F.mse_loss(model(inputs)[:, 0], targets).backward()
    with torch.no_grad():
        for part in model.parameters():
            part -= 0.05 * part.grad
    row = cells(page, "rates")[0]
    assert close(row[3], F.mse_loss(model(inputs)[:, 0], targets).item())
    assert row[5] == "oscillating"


def network_page(page: Page, **choices: object) -> Settings:
    train(page, **choices)
    choose_rate(page, 0.05)
    wait_detail(page)
    return Settings(**(choices | {"learning_rate": 0.05, "epochs": 1000}))


def test_a_networks_numbers_are_torchs_counted_by_layer_and_listed(page: Page) -> None:
    settings = network_page(page, dataset="parabola", hidden_units=10)
    press(page, "playhead", "Home ArrowRight ArrowRight")
    open_panel(page, "one-step")
    run = engine_run(settings)
    inputs, targets = as_tensors(datasets.builtin("parabola"))
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 1))
    vector_to_parameters(torch.tensor(run.params[2]), model.parameters())
    predictions = model(inputs)[:, 0]
    F.mse_loss(predictions, targets).backward()
    predictions = predictions.detach()
    for row, prediction in zip(cells(page, "examples"), predictions, strict=False):
        assert close(row[3], prediction.item())
    gradients = torch.cat([part.grad.flatten() for part in model.parameters()])
    rows = cells(page, "updates")
    assert len(rows) == 31
    for row, param, gradient in zip(rows, run.params[2], gradients, strict=True):
        assert close(row[1], param)
        assert value(row[2]) == pytest.approx(gradient.item(), rel=2e-3, abs=1e-6)
    assert results(formula(page, "gradient") or "") or "nabla" in formula(page, "gradient")
    check_living_terms(page, run.params[2], inputs)
    press(page, "playhead", "End")
    open_panel(page, "parameters")
    check_parameters(page, settings)


def check_living_terms(page: Page, params: np.ndarray, inputs: torch.Tensor) -> None:
    """The sum begins with what adds most, and so does the update: units that are off come last."""
    adds = params[20:30] * np.maximum(params[:10] * inputs[0].item() + params[10:20], 0)
    places = np.argsort(-np.abs(adds))[:2]
    tex = formula(page, "predict")
    assert re.findall(r"j=(\d+)", tex) == [str(place + 1) for place in places], tex
    changes = [(row[0], abs(value(row[3]) - value(row[1]))) for row in cells(page, "updates")]
    symbols = re.findall(r"([a-z])(?:_\{(\d+)\})? &\\leftarrow", formula(page, "update"))
    least = sorted(change for _, change in changes)[-2]
    by_name = dict(changes)
    assert len(symbols) == 2
    assert all(by_name["".join(name)] >= 0.9 * least for name in symbols), (symbols, changes)


def check_parameters(page: Page, settings: Settings) -> None:
    counted = {row[0]: row[1] for row in cells(page, "layers")}
    assert list(counted.values()) == ["10", "10", "10", "1", "31"]
    run = engine_run(settings)
    values = [value(row[1]) for row in cells(page, "values")]
    assert values == pytest.approx(run.params[-1], rel=1e-3, abs=1e-6)
    losses = {int(row[0]): value(row[1]) for row in cells(page, "losses")}
    assert list(losses) == list(range(0, 1001, 50))
    assert list(losses.values()) == pytest.approx(run.train_loss[::50], rel=1e-4)


def test_coefficients_stand_beside_scikit_learns(page: Page) -> None:
    for dataset in ("line", "plane", "diabetes"):
        if dataset != "line":
            train(page, dataset=dataset)
        open_panel(page, "parameters")
        shown = [value(row[3]) for row in cells(page, "values")]
        assert shown == pytest.approx(datasets.builtin(dataset).least_squares, rel=1e-3, abs=1e-6)


def test_the_network_shows_what_each_unit_adds_its_values_and_gradients(page: Page) -> None:
    settings = network_page(page, dataset="parabola", hidden_units=4)
    press(page, "playhead", "End")
    open_panel(page, "network")
    check_shapes(page, settings)
    press(page, "playhead", "Home")
    check_unit(page, settings)


def check_shapes(page: Page, settings: Settings) -> None:
    params = engine_run(settings).params[-1]
    inputs = np.linspace(-1, 1, 25)
    shapes = params[8:12, None] * np.maximum(params[:4, None] * inputs + params[4:8, None], 0)
    drawn = page.locator(".unit polyline").evaluate_all(
        """lines => lines.map(line =>
             line.getAttribute("points").split(" ").map(point => +point.split(",")[1]))"""
    )
    height = 2 * drawn_middle(page)
    scaled = height / 2 * (1 - 0.85 * shapes / np.abs(shapes).max())
    np.testing.assert_allclose(drawn, scaled, atol=0.06)


def drawn_middle(page: Page) -> float:
    return float(page.locator(".unit rect").first.get_attribute("height") or 0) / 2


def check_unit(page: Page, settings: Settings) -> None:
    page.locator(".unit").nth(2).focus()
    next_frames(page, 3)
    reading = page.locator('[data-slot="network-reading"]').inner_text()
    run = engine_run(settings)
    for name, place in (("w3", 2), ("b3", 6), ("v3", 10)):
        found = re.search(rf"{name} = (\S+(?: × 10\S+)?) \(gradient (\S+(?: × 10\S+)?)\)", reading)
        assert found, reading
        assert close(found[1], run.params[0, place])
        assert value(found[2]) == pytest.approx(run.gradients[0, place], rel=1e-3, abs=1e-7)


def test_64_units_stay_apart_in_the_diagram(page: Page) -> None:
    train(page, dataset="parabola", epochs=100, hidden_units=64)
    wait_detail(page)
    open_panel(page, "network")
    boxes = page.locator(".unit").evaluate_all(
        """units => units.map(unit => { const box = unit.getBoundingClientRect();
             return [box.left, box.top, box.right, box.bottom]; })"""
    )
    assert len(boxes) == 64
    assert all(right - left > 24 and bottom - top > 14 for left, top, right, bottom in boxes)
    for k, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[k + 1 :]:
            apart = (
                other[0] >= right - 1
                or other[2] <= left + 1
                or other[1] >= bottom - 1
                or other[3] <= top + 1
            )
            assert apart


def test_each_activation_is_drawn_with_its_slope(page: Page) -> None:
    open_panel(page, "activations")
    assert page.locator(".activation-row svg polyline").count() == 10
    # What is level but for a jump at 0, halfway across: the threshold, and ReLU's slope.
    for curve in ('[data-slot="curve-threshold"] .value', '[data-slot="curve-relu"] .slope'):
        points = page.locator(curve).get_attribute("points") or ""
        x, y = np.array([point.split(",") for point in points.split()], dtype=float).T
        (jump,) = np.flatnonzero(np.diff(y))
        assert x[jump] == x[jump + 1] == (x[0] + x[-1]) / 2


def test_a_tensor_and_its_gradient(page: Page) -> None:
    press(page, "playhead", "Home")
    open_panel(page, "tensor")
    x = torch.tensor(3.0)
    weight, bias = (
        torch.tensor(number(page, name), requires_grad=True) for name in ("weight", "bias")
    )
    y = weight * x + bias
    y.backward()
    shown = results(formula(page, "tensor"))
    assert "x = 3.000" in formula(page, "tensor")
    assert shown[-1] == bias.grad.item() == 1
    assert f"{y.item():.4g}"[:5] in formula(page, "tensor")


def test_a_networks_tensor_is_its_own_first_unit(page: Page) -> None:
    choices = {"hidden_units": 4, "activation": "tanh", "epochs": 100, "learning_rate": 0.05}
    settings = set_up(page, dataset="parabola", **choices)
    press(page, "playhead", "End")
    open_panel(page, "tensor")
    params = engine_run(settings).params[-1]
    weight, bias = (torch.tensor(float(params[place]), requires_grad=True) for place in (0, 4))
    z = weight * 3.0 + bias
    h = torch.tanh(z)
    h.backward()
    tex = formula(page, "tensor")
    shown = [float(one) for one in re.findall(r"= (-?[\d.]+)(?: \\\\|$)", tex)]
    slope = 1 - h.item() ** 2
    expected = [z.item(), h.item(), slope, weight.grad.item(), bias.grad.item()]
    assert shown == pytest.approx(expected, rel=1e-3), tex


def test_the_activation_is_a_choice_of_the_page(page: Page) -> None:
    train(page, dataset="parabola", hidden_units=5, epochs=100)
    for activation in ("tanh", "logistic", "linear", "threshold"):
        page.locator("#activation").select_option(activation)
        wait(page, "lab.state.sweep.settings.activation === argument", activation)
        next_frames(page)
        settings = Settings(dataset="parabola", hidden_units=5, epochs=100, activation=activation)
        assert facts(page)["sweep"] == settings.sweep_id
