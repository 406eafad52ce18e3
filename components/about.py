"""What readouts and charts mean, a sentence each, on hover, focus and touch."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.domain.fields import NAMES
from app.domain.views import VIEWS
from components.parts import aria

# The train loss, by what it is; assets/lab/page/facts.mjs says that of the sweep on show.
LOSSES = {
    "squared_error": "The mean squared error over the training examples: 0 would be a perfect fit.",
    "cross_entropy": "The cross-entropy over the training examples: the mean of −ln of the "
    "probability that the model gives to the right class, in nats. Who guesses 0.5 every time has "
    "0.693; 0 would be sure and right everywhere.",
}
ABOUT = {
    "learning-rate": "The size of each step: the gradient is multiplied by this number.",
    "epoch": "One pass over all training examples; with the full batch, one epoch is one step.",
    "train-loss": LOSSES[NAMES["loss"].default],
    "accuracy": "The share of the training examples that are on the right side of the boundary.",
    "mark": "Sharpness is the largest curvature of the loss in any direction; with a learning rate "
    "above 2/sharpness a step can land higher up the other side.",
    **{name: view.about for name, view in VIEWS.items()},
    # Each outcome by its verdict.
    "overflow": "The steps grow, and the loss rises until it is too large to compute with.",
    "diverged": "The loss ends higher than it started, because the steps overshoot.",
    "stuck": "No gradient reaches the hidden units any more: only the output's bias still moves.",
    "oscillating": "The steps overshoot: the run goes back and forth across the valley.",
    "too-slow": "The loss was still falling when training ended, above the best that is known.",
    "stalled": "The loss has stopped falling, above the best that is known.",
    "converging": "The loss has come down to the best that is known, or close to it.",
}

# The key words of the page, for the card of the keys.
GLOSSARY = {
    "learning rate": ABOUT["learning-rate"],
    "loss": ABOUT["train-loss"],
    "epoch": ABOUT["epoch"],
    "weight, bias": "The numbers that training changes: a weight multiplies an input, a bias is "
    "added.",
    "gradient": "The slopes of the loss along every weight and bias. Each step goes against it.",
    "diverges": ABOUT["diverged"],
    "overflow": ABOUT["overflow"],
    "seed": "Chooses the random weights and biases from which training starts; the data stay.",
    "hidden units": "The parts of a network between input and prediction. Each bends a weighted "
    "sum of its inputs; without them the model is a line.",
    "sharpness": "The largest curvature of the loss in any direction. Where it is large, only "
    "short steps go down.",
}


def about(name: str, children: Any, *, class_name: str = "", **more: Any) -> Component:
    """Words that explain themselves; assets/lab/page/about.mjs shows the sentence."""
    described = aria(describedby=f"about-{name}")
    return html.Button(children, className=f"about {class_name}".strip(), **described, **more)


def abouts() -> Component:
    """All sentences, and the place where one of them is shown."""
    sentences = [html.Span(words, id=f"about-{name}") for name, words in ABOUT.items()]
    shown = html.Div(id="about", className="about-shown", role="tooltip", hidden=True)
    return html.Div([html.Div(sentences, hidden=True), shown])
