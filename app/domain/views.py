"""The views of the page, a row each. Its scripts have the rest of each in
assets/lab/page/views.mjs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class View:
    """What is true of a view before anything is drawn.

    title          on its card
    short          on buttons
    about          what it shows, a sentence for its title
    is_usual       whether the page opens with it; else its key, a link or a chapter shows it
    is_plotted     whether Plotly draws its still layers, from components/figures; else all of it is
                   drawn on a canvas
    over_timeline  whether its card is built by components/playback.py, over the timeline's slider
    glides         where it is also drawn between two epochs, as the first steps glide: "bowl" is
                   where the loss is quadratic
    """

    title: str
    short: str
    about: str
    is_usual: bool = False
    is_plotted: bool = False
    over_timeline: bool = False
    glides: Literal["never", "bowl", "always"] = "never"


# By element id, in the order of their keys.
VIEWS = {
    "loss-surface": View(
        title="Loss surface",
        short="Surface",
        about="The loss as a landscape over two directions of the parameters, in which training "
        "walks downhill.",
        is_usual=True,
        is_plotted=True,
        glides="always",
    ),
    "descent-path": View(
        title="Descent path",
        short="Path",
        about="The loss seen from above: each line joins points of equal loss, and the path shows "
        "where the steps lead.",
        is_usual=True,
        is_plotted=True,
        glides="always",
    ),
    "cross-sections": View(
        title="Cross sections",
        short="Sections",
        about="The loss when only one of the two directions changes from the current point; its "
        "slope there is the gradient.",
        is_usual=True,
        is_plotted=True,
        glides="bowl",
    ),
    "fit": View(
        title="Fit",
        short="Fit",
        about="The examples, what the model predicts for them, and its errors between the two.",
        is_usual=True,
        is_plotted=True,
        glides="always",
    ),
    "curves": View(
        title="Training curves",
        short="Curves",
        about="The loss of this run after each epoch.",
        is_usual=True,
        over_timeline=True,
    ),
}
USUAL_VIEWS = tuple(name for name, view in VIEWS.items() if view.is_usual)
