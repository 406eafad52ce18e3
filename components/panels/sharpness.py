"""The largest eigenvalue of the Hessian over the epochs of the run on show."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            "Sharpness is the largest curvature of the loss in any direction: the largest "
            "eigenvalue of its Hessian. Gradient descent often drives it up to the dotted line "
            "and then hovers there, at the edge of stability "
            "([Cohen et al. 2021](https://arxiv.org/abs/2103.00065))."
        ),
        slot("sharpness"),
        slot("sharpness-reading"),
    ]


PANEL = Panel("Sharpness over training", content, has_table=True, is_saved=True)
