"""Panels about learning rates and whole runs. The browser fills their slots."""

from dash import html

from components.panels.base import Panel, reading, slot, words


def _chart(title: str, text: str, name: str) -> Panel:
    return Panel(title, [words(text), slot(name), reading(name)], has_table=True, is_saved=True)


RATE_AXIS = _chart(
    "Learning rate as an axis",
    "The next step goes in one direction, for plain gradient descent against the gradient; the "
    "learning rate says how far. This is the train loss where the step lands, for **every** rate "
    "on the slider, exact for any number of parameters. The dashed line is the tangent: what the "
    "slope alone predicts.",
    "rate-axis",
)

LOSS_BY_RATE = _chart(
    "Loss against learning rate",
    "Every run of this sweep: the train loss **at the playhead** and **at the end** "
    "against the learning rate, on logarithmic axes. The bands are the outcomes. Click to "
    "select a rate.",
    "loss-by-rate",
)

SHARPNESS = _chart(
    "Sharpness over training",
    "Sharpness is the largest curvature of the loss in any direction: the largest "
    "eigenvalue of its Hessian. Gradient descent often drives it up to the dotted line "
    "and then hovers there, at the edge of stability "
    "([Cohen et al. 2021](https://arxiv.org/abs/2103.00065)). With cross-entropy it falls "
    "towards 0 once the model is right about every example and grows sure of it.",
    "sharpness",
)

COMPARE = Panel(
    "Compare runs",
    [
        words(
            "Pin up to four runs. Each is drawn in every view, together with the selected run. "
            "They share the start, the data and the batch order, so they differ only in what you "
            "changed."
        ),
        html.Button("Pin this run", id="pin", className="btn btn-primary play wide"),
        slot("compare", scrolls="The compared runs"),
        reading("compare"),
    ],
    has_table=True,
    is_saved=True,
)

RATE_TABLE = Panel(
    "What would each learning rate do?",
    [
        words(
            "One step from the current point, at three learning rates. Each arrow on the descent "
            "path is one of them. Type other rates into the first column."
        ),
        slot("rates", scrolls="One step at three learning rates"),
    ],
    is_saved=True,
)
