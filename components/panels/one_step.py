"""One step of training, in formulas with the current epoch's numbers."""

from dash import html
from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
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
    ]


PANEL = Panel("One step, in numbers", content)
