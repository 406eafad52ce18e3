"""Panels about the model and one step of its training. The browser fills their slots."""

import dash_bootstrap_components as dbc
from dash import html

from app.domain.options import ACTIVATIONS
from components.panels.base import Panel, slot, words

ONE_STEP = Panel(
    "One step, in numbers",
    [
        words(
            r"**1 · Predict** each example: $\hat y_i = w x_i + b$, or for a network "
            r"$\hat y_i = c + \sum_j v_j\, f(w_j x_i + b_j)$; with more hidden layers, each takes "
            r"the outputs of the layer below in place of $x_i$"
        ),
        slot("batch"),
        slot("predict", maths=True),
        slot("examples", scrolls="The examples"),
        words(
            r"**2 · How wrong?** The train loss is the mean squared error, "
            r"$L = \frac{1}{n}\sum_i (y_i - \hat y_i)^2$"
        ),
        slot("loss", maths=True),
        words(
            r"**3 · Which way?** The gradient says how $L$ changes with each parameter, as in "
            r"$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_i (\hat y_i - y_i)\,x_i$"
        ),
        slot("gradient", maths=True),
        words(
            r"**4 · Update** each parameter against its gradient, by the learning rate $\alpha$: "
            r"$\theta \leftarrow \theta - \alpha\, \frac{\partial L}{\partial\theta}$"
        ),
        slot("update-rule"),
        slot("update", maths=True),
        slot("updates", scrolls="The parameters after this step"),
        html.Button("5 · Make this step", id="make-step", className="btn btn-primary play wide"),
    ],
)

NETWORK = Panel(
    "The network",
    [
        words(
            "Each line is a weight: thick is large, dashed is negative. Each unit shows the shape "
            "that it adds to the fit. Point at a unit for its numbers."
        ),
        slot("network"),
        slot("network-reading"),
    ],
    is_saved=True,
)

ACTIVATION_FUNCTIONS = Panel(
    "Activation functions",
    [
        words(
            "The function that a hidden unit applies to its weighted sum $z$ (solid), and its "
            "derivative $f'(z)$ (dashed), by which every gradient is multiplied on its way back."
        ),
        *(
            html.Div(
                [html.Div(words(f"**{name}**  {row.rule}  \n{row.output}")), slot(f"curve-{name}")],
                className="activation-row",
            )
            for name, row in ACTIVATIONS.items()
        ),
        words(
            "The threshold is flat on both sides of its step: its derivative is 0 everywhere, so "
            "no gradient reaches the hidden weights, and only the output layer learns."
        ),
    ],
)

PARAMETERS = Panel(
    "Parameters",
    [
        slot("layers"),
        slot("values", scrolls="The parameters"),
        words("**Train loss** every 50 epochs"),
        slot("losses", scrolls="Train loss over the epochs"),
    ],
    is_saved=True,
)

TENSOR = Panel(
    "A tensor and its gradient",
    [
        words(
            r"Take one prediction, $y = w x + b$. A tensor created with `requires_grad=True` "
            r"records how $y$ is computed, so it can tell how $y$ changes with $w$ and with $b$: "
            r"$\frac{\partial y}{\partial w} = x$ and $\frac{\partial y}{\partial b} = 1$."
        ),
        html.Label("x", htmlFor="tensor-x"),
        dbc.Input(id="tensor-x", type="number", value=3, step="any", class_name="tensor-x"),
        slot("tensor", maths=True),
    ],
)
