"""Panels about the model and one step of its training. The browser fills their slots."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.options import ACTIVATIONS
from components.panels.base import Panel, slot, words
from components.parts import data


def _part(number: int, title: str, *content: Component) -> Component:
    """One of the four moves; a chapter opens the one that it speaks of (page/lesson.mjs)."""
    head = html.Summary(f"{number} · {title}")
    return html.Details([head, *content], className="part", open=True, **data(part=number))


ONE_STEP = Panel(
    "One step, in numbers",
    [
        slot("batch"),
        _part(
            1,
            "Predict",
            words(
                r"$\hat y_i = w x_i + b$, or for a network "
                r"$\hat y_i = c + \sum_j v_j\, f(w_j x_i + b_j)$; with more hidden layers, each "
                r"takes the outputs of the layer below in place of $x_i$"
            ),
            slot("predict", maths=True),
            slot("examples", scrolls="The examples"),
        ),
        _part(
            2,
            "How wrong?",
            words(
                r"The train loss is the mean squared error, "
                r"$L = \frac{1}{n}\sum_i (y_i - \hat y_i)^2$"
            ),
            slot("loss", maths=True),
        ),
        _part(
            3,
            "Which way?",
            words(
                r"The gradient says how $L$ changes with each parameter, as in "
                r"$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_i (\hat y_i - y_i)\,x_i$"
            ),
            slot("gradient", maths=True),
        ),
        _part(
            4,
            "Update",
            words(
                r"Each parameter goes against its gradient, by the learning rate $\alpha$: "
                r"$\theta \leftarrow \theta - \alpha\, \frac{\partial L}{\partial\theta}$"
            ),
            slot("update-rule"),
            slot("update", maths=True),
            slot("updates", scrolls="The parameters after this step"),
            html.Button(
                "5 · Make this step", id="make-step", className="btn btn-primary play wide"
            ),
        ),
    ],
)

NETWORK = Panel(
    "The network",
    [
        words(
            "Each edge multiplies what passes along it by its number; a thick one is large, a "
            "dashed one negative. Drag a number sideways, or press the arrow keys on it. A hidden "
            "unit shows the shape that it adds to the fit: point at it for its numbers."
        ),
        slot("network"),
        slot("network-reading"),
        html.Button("Back to the run", id="back-to-run", className="quiet", hidden=True),
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
            # Pressed, it is the network's: assets/lab/panels/activations.mjs.
            html.Button(
                [
                    html.Div(words(f"**{row.label}**  {row.rule}  \n{row.output}")),
                    slot(f"curve-{name}"),
                ],
                className="activation-row",
                **data(activation=name),
            )
            for name, row in ACTIVATIONS.items()
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
            r"Take one prediction, $y = w x + b$, or in a network its first hidden unit, "
            r"$h = f(z)$ with $z = w_1 x + b_1$. A tensor created with `requires_grad=True` "
            r"records how such a value is computed, so it can tell how it changes with weight "
            r"and bias: $\frac{\partial y}{\partial w} = x$ and "
            r"$\frac{\partial y}{\partial b} = 1$, in the unit both times $f'(z)$."
        ),
        html.Label("x", htmlFor="tensor-x"),
        dbc.Input(id="tensor-x", type="number", value=3, step="any", class_name="tensor-x"),
        slot("tensor", maths=True),
    ],
)
