"""The side panels: what the notebook explains in text, live. Formulas and frames stand here; the
numbers of the current epoch are put into the slots by assets/45-panels.js."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import ids

TITLES = {
    ids.ONE_STEP: "One step, in numbers",
    ids.RATE_TABLE: "What would each learning rate do?",
    ids.NETWORK: "The network",
    ids.ACTIVATIONS: "Activation functions",
    ids.PARAMETERS: "Parameters",
    ids.TENSOR: "A tensor and its gradient",
}
# name, formula, what comes out; as the notebook lists them, and tanh.
ACTIVATION_ROWS = (
    ("threshold", r"$f(z) = 1$ if $z > 0$, else $0$", "0 or 1"),
    ("linear", r"$f(z) = z$", "any number"),
    ("logistic", r"$f(z) = \frac{e^z}{1 + e^z}$", "between 0 and 1"),
    ("relu", r"$f(z) = \max(z, 0)$", "0 or more"),
    ("tanh", r"$f(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}$", "between −1 and 1"),
)


def panel(name: str) -> list[Component]:
    """A panel's content. Raises KeyError for a name that is none."""
    parts = {
        ids.ONE_STEP: _one_step,
        ids.RATE_TABLE: _rate_table,
        ids.NETWORK: _network,
        ids.ACTIVATIONS: _activations,
        ids.PARAMETERS: _parameters,
        ids.TENSOR: _tensor,
    }
    return parts[name]()


def _words(text: str) -> Component:
    """Markdown with maths; raw HTML in it is shown, never run."""
    return dcc.Markdown(text, mathjax=True, className="words")


def _slot(name: str, maths: bool = False) -> Component:
    """Where the browser writes: text or a table, or a formula with this epoch's numbers."""
    kind: dict[str, str] = {"data-slot": name}
    return html.Div(className="slot maths" if maths else "slot", **kind)  # type: ignore[arg-type]


def _one_step() -> list[Component]:
    return [
        _words(
            r"**1 · Predict** each example: $\hat y_i = w x_i + b$, or for a network "
            r"$\hat y_i = c + \sum_j v_j\, f(w_j x_i + b_j)$"
        ),
        _slot("predict", maths=True),
        _slot("examples"),
        _words(
            r"**2 · How wrong?** The train loss is the mean squared error, "
            r"$L = \frac{1}{n}\sum_i (y_i - \hat y_i)^2$"
        ),
        _slot("loss", maths=True),
        _words(
            r"**3 · Which way?** The gradient says how $L$ changes with each parameter, as in "
            r"$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_i (\hat y_i - y_i)\,x_i$"
        ),
        _slot("gradient", maths=True),
        _words(
            r"**4 · Update** each parameter against its gradient, by the learning rate $\alpha$: "
            r"$\theta \leftarrow \theta - \alpha\, \frac{\partial L}{\partial\theta}$"
        ),
        _slot("update", maths=True),
        _slot("updates"),
        html.Button("5 · Make this step", id="make-step", className="btn btn-primary play wide"),
    ]


def _rate_table() -> list[Component]:
    return [
        _words(
            "One step from the current point, at three learning rates; each arrow on the descent "
            "path is one of them. Type other rates into the first column."
        ),
        _slot("rates"),
    ]


def _network() -> list[Component]:
    return [
        _words(
            "Each line is a weight: thick is large, dashed is negative. Each unit shows the shape "
            "that it adds to the fit. Point at a unit for its numbers."
        ),
        _slot("network"),
        _slot("network-reading"),
    ]


def _activations() -> list[Component]:
    rows = [
        html.Div(
            className="activation-row",
            children=[
                html.Div(_words(f"**{name}**  {formula}  \n{output}")),
                _slot(f"curve-{name}"),
            ],
        )
        for name, formula, output in ACTIVATION_ROWS
    ]
    return [
        _words(
            "What a hidden unit makes of its weighted sum $z$: the function (solid) and its "
            "derivative $f'(z)$ (dashed), which every gradient has to pass."
        ),
        *rows,
        _words(
            "The threshold is flat on both sides of its step: its derivative is 0 everywhere, so "
            "no gradient reaches the hidden weights, and only the output layer learns."
        ),
    ]


def _parameters() -> list[Component]:
    return [
        _slot("layers"),
        _slot("values"),
        _words("**Train loss** every 50 epochs"),
        _slot("losses"),
    ]


def _tensor() -> list[Component]:
    return [
        _words(
            r"Take one prediction, $y = w x + b$. A tensor that was made with `requires_grad=True` "
            r"remembers how $y$ came about, so it can say how $y$ changes with $w$ and with $b$: "
            r"$\frac{\partial y}{\partial w} = x$ and $\frac{\partial y}{\partial b} = 1$."
        ),
        html.Label("x", htmlFor="tensor-x"),
        dbc.Input(id="tensor-x", type="number", value=3, step="any", class_name="tensor-x"),
        _slot("tensor", maths=True),
    ]
