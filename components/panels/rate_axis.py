"""The train loss after one step, against the learning rate of that step."""

from dash.development.base_component import Component

from components.panels.base import Panel, slot, words


def content() -> list[Component]:
    return [
        words(
            r"From the current point $\theta$ one step goes to $\theta + \alpha u$. This is the "
            r"train loss there for **every** learning rate $\alpha$, exact for any number of "
            r"parameters. The dashed line is the tangent: what the slope alone predicts."
        ),
        slot("rate-axis"),
        slot("rate-axis-reading"),
    ]


PANEL = Panel("Learning rate as an axis", content, has_table=True, is_saved=True)
