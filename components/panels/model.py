"""Panels about the model and one step of its training. The browser fills their slots."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.domain.fields import NAMES
from app.domain.options import ACTIVATIONS
from components.panels.base import Panel, slot, words
from components.parts import data


def _part(number: int, title: str, *content: Component) -> Component:
    """One of the four moves; a chapter opens the one that it speaks of (page/lesson.mjs)."""
    head = html.Summary(f"{number} · {title}")
    return html.Details([head, *content], className="part", open=True, **data(part=number))


def _of_loss(**texts: str) -> Component:
    """Words of each loss; assets/lab/panels/one-step.mjs shows those of the sweep on show."""
    parts = [
        html.Div(words(text), hidden=loss != NAMES["loss"].default, **data(loss=loss))
        for loss, text in texts.items()
    ]
    return html.Div(parts)


ONE_STEP = Panel(
    "One step, in numbers",
    [
        slot("batch"),
        _part(
            1,
            "Predict",
            _of_loss(
                squared_error=r"$\hat y_i = w x_i + b$, or for a network "
                r"$\hat y_i = c + \sum_j v_j\, f(w_j x_i + b_j)$; with more hidden layers, each "
                r"takes the outputs of the layer below in place of $x_i$",
                cross_entropy=r"The output is a logit, $z_i = w x_i + b$, or for a network "
                r"$z_i = c + \sum_j v_j\, f(w_j x_i + b_j)$. It stands for the probability of "
                r"class 1, $p_i = \frac{1}{1 + e^{-z_i}}$",
            ),
            slot("predict", maths=True),
            slot("examples", scrolls="The examples"),
        ),
        _part(
            2,
            "How wrong?",
            _of_loss(
                squared_error=r"The train loss is the mean squared error, "
                r"$L = \frac{1}{n}\sum_i (y_i - \hat y_i)^2$",
                cross_entropy=r"The train loss is the cross-entropy, in nats: the mean of "
                r"$-\ln p_i$ over class 1, $y_i = 1$, and of $-\ln(1 - p_i)$ over class 0, "
                r"$y_i = 0$",
            ),
            slot("loss", maths=True),
        ),
        _part(
            3,
            "Which way?",
            _of_loss(
                squared_error=r"The gradient says how $L$ changes with each parameter, as in "
                r"$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_i (\hat y_i - y_i)\,x_i$",
                cross_entropy=r"The gradient says how $L$ changes with each parameter, as in "
                r"$\frac{\partial L}{\partial w} = \frac{1}{n}\sum_i (p_i - y_i)\,x_i$: each "
                r"example pulls by how far its probability is from its class",
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
            "unit shows the shape that it adds to the fit: point at it, or tap it, for its numbers."
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
            "derivative $f'(z)$ (dashed), by which every gradient is multiplied on its way back. "
            "The output has none of these; with cross-entropy, the logistic function makes it a "
            "probability."
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
        _of_loss(
            squared_error=r"Take one prediction, $y = w x + b$, or in a network its first hidden "
            r"unit, $h = f(z)$ with $z = w_1 x + b_1$. A tensor created with "
            r"`requires_grad=True` records how such a value is computed, so it can tell how it "
            r"changes with weight and bias: $\frac{\partial y}{\partial w} = x$ and "
            r"$\frac{\partial y}{\partial b} = 1$, in the unit both times $f'(z)$.",
            cross_entropy=r"Take one probability, $p = \frac{1}{1 + e^{-z}}$ with $z = w x + b$, "
            r"or in a network its first hidden unit, $h = f(z)$ with $z = w_1 x + b_1$. A tensor "
            r"created with `requires_grad=True` records how such a value is computed, so it can "
            r"tell how it changes with weight and bias: through $z$ by $x$ and by 1, both times "
            r"$\frac{\partial p}{\partial z} = p\,(1 - p)$, in the unit $f'(z)$.",
        ),
        html.Label("x", htmlFor="tensor-x"),
        dbc.Input(id="tensor-x", type="number", value=3, step="any", class_name="tensor-x"),
        slot("tensor-others"),
        slot("tensor", maths=True),
    ],
)
