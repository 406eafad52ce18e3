"""The side panels: what the notebook explains in text, live. Formulas and frames stand here; the
numbers of the current epoch are put into the slots by assets/45-panels.js."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from app.choices import NUMBERS
from components import ids
from components.naming import named
from components.tables import data_button, sentence

TITLES = {
    ids.RATE_AXIS: "Learning rate as an axis",
    ids.LOSS_BY_RATE: "Loss against learning rate",
    ids.SHARPNESS: "Sharpness over training",
    ids.COMPARE: "Compare runs",
    ids.MAP: "Map of learning rates",
    ids.OWN_DATA: "Your own data",
    ids.SHARE: "Share and take away",
    ids.ONE_STEP: "One step, in numbers",
    ids.RATE_TABLE: "What would each learning rate do?",
    ids.NETWORK: "The network",
    ids.ACTIVATIONS: "Activation functions",
    ids.PARAMETERS: "Parameters",
    ids.TENSOR: "A tensor and its gradient",
}
MAP_FIELDS = ("seed", "hidden_units", "momentum", "batch_size", "noise", "initial_scale")
MAP_COLORS = [("loss at the end", "last_loss"), ("epoch of divergence", "diverged_at")]
MAP_ROWS = (8, 16, 32, 41, 64)
# Files in assets/examples, of scikit-learn's data sets: name, label, what to see.
OWN_EXAMPLES = (
    ("exercise", "Exercise", "20 men at a gym (Linnerud); one of them jumps far more than all"),
    ("wine", "Wine", "178 wines of three growers; as they are, no learning rate works"),
)
# name, formula, what comes out; as the notebook lists them, and tanh.
ACTIVATION_ROWS = (
    ("threshold", r"$f(z) = 1$ if $z > 0$, else $0$", "0 or 1"),
    ("linear", r"$f(z) = z$", "any number"),
    ("logistic", r"$f(z) = \frac{e^z}{1 + e^z}$", "between 0 and 1"),
    ("relu", r"$f(z) = \max(z, 0)$", "0 or more"),
    ("tanh", r"$f(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}$", "between −1 and 1"),
)


# Charts and the comparison: what they show is also said in a sentence, and opens as a table.
WITH_TABLE = (ids.RATE_AXIS, ids.LOSS_BY_RATE, ids.SHARPNESS, ids.COMPARE, ids.MAP)


def table_of(name: str) -> list[Component]:
    """The button that opens a panel's data, and its sentence; nothing where the panel is a text."""
    if name not in WITH_TABLE:
        return []
    return [data_button(name, TITLES[name]), sentence(name)]


def panel(name: str) -> list[Component]:
    """A panel's content. Raises KeyError for a name that is none."""
    parts = {
        ids.RATE_AXIS: _rate_axis,
        ids.LOSS_BY_RATE: _loss_by_rate,
        ids.SHARPNESS: _sharpness,
        ids.COMPARE: _compare,
        ids.MAP: _map,
        ids.OWN_DATA: _own_data,
        ids.SHARE: _share,
        ids.ONE_STEP: _one_step,
        ids.RATE_TABLE: _rate_table,
        ids.NETWORK: _network,
        ids.ACTIVATIONS: _activations,
        ids.PARAMETERS: _parameters,
        ids.TENSOR: _tensor,
    }
    return parts[name]()


def panel_section(name: str) -> Component:
    """A panel with its title. Raises KeyError for a name that is none."""
    title = f"{name}-title"
    about: dict[str, Any] = {"data-panel": name, "aria-labelledby": title}
    head = [html.H2(TITLES[name], id=title), *table_of(name)]
    return html.Section([*head, *panel(name)], className="panel", **about)


def _words(text: str) -> Component:
    """Markdown with maths; raw HTML in it is shown, never run."""
    return dcc.Markdown(text, mathjax=True, className="words")


def _slot(name: str, maths: bool = False, scrolls: str = "") -> Component:
    """Where the browser writes: text or a table, or a formula with this epoch's numbers. What
    scrolls in itself is named, so that the keyboard can get there and scroll it."""
    kind: dict[str, Any] = {"data-slot": name}
    if scrolls:
        kind |= {"role": "region", "tabIndex": 0} | named(scrolls)
    return html.Div(className="slot maths" if maths else "slot", **kind)


def _rate_axis() -> list[Component]:
    return [
        _words(
            r"From the current point $\theta$ one step goes to $\theta + \alpha u$. Here is the "
            r"train loss at that place for **every** learning rate $\alpha$: exact, however many "
            r"parameters there are. The dashed line is the tangent: what the slope alone promises."
        ),
        _slot("rate-axis"),
        _slot("rate-axis-reading"),
    ]


def _loss_by_rate() -> list[Component]:
    return [
        _words(
            "All runs of this sweep: the train loss **at the playhead** and **at the end** against "
            "the learning rate, both logarithmic. Bands are the outcomes. Click to select a rate."
        ),
        _slot("loss-by-rate"),
        _slot("loss-by-rate-reading"),
    ]


def _sharpness() -> list[Component]:
    return [
        _words(
            "Sharpness is the steepest curvature of the loss: the largest eigenvalue of its "
            "Hessian. Gradient descent often drives it up to the dotted line and then hovers "
            "there, at the edge of stability "
            "([Cohen et al. 2021](https://arxiv.org/abs/2103.00065))."
        ),
        _slot("sharpness"),
        _slot("sharpness-reading"),
    ]


def _compare() -> list[Component]:
    return [
        _words(
            "Pin up to four runs; each is drawn in every view with the run on show. They share "
            "start, data and batch order, so only what you changed differs."
        ),
        html.Button("Pin the run on show", id="pin", className="btn btn-primary play wide"),
        _slot("compare", scrolls="The compared runs"),
        _slot("compare-reading"),
    ]


def _map() -> list[Component]:
    return [
        _words(
            "Learning rate against a second setting: each row is one sweep, all else as on show. "
            "Click a cell to open its run."
        ),
        html.Div(
            className="map-controls",
            children=[
                _choice("map-field", "Second setting", [(NUMBERS[f].label, f) for f in MAP_FIELDS]),
                _choice("map-rows", "Rows", [(str(rows), str(rows)) for rows in MAP_ROWS], 1),
                _choice("map-color", "Colour", MAP_COLORS),
                html.Button("Start", id="map-start", className="btn btn-primary play wide"),
                html.Button("Start anew", id="map-again", className="quiet", hidden=True),
            ],
        ),
        html.Progress(id="map-progress", value="0", max="1"),
        _slot("map"),
        _slot("map-reading"),
    ]


def _own_data() -> list[Component]:
    return [
        _words(
            "Paste a table, open a CSV file, or click points. It **stays in this browser**: the "
            "server has it in memory for at most half an hour, and no link contains it."
        ),
        html.Label("Table as text", htmlFor="own-text"),
        dbc.Textarea(
            id="own-text",
            rows=5,
            placeholder="height;shoe\n172,5;41\n168;39\n181,5;43",
            spellCheck=False,
        ),
        html.Div(
            className="own-buttons",
            children=[
                html.Button("Read this text", id="own-read", className="quiet"),
                _slot("own-file"),
            ],
        ),
        html.P(id="own-note", className="link-note", role="status"),
        _words("**Or set points** in this chart by click or tap; again on a point takes it away:"),
        _slot("own-chart"),
        _words("**Or try real ones**, and keep the file:"),
        html.Div(className="own-examples", children=[_example(*one) for one in OWN_EXAMPLES]),
        _slot("own-table"),
    ]


def _example(name: str, label: str, about: str) -> Component:
    """A file that comes with the app: opened here, or saved to look into."""
    return html.Div(
        [
            html.Button(label, className="quiet", **{"data-example": name}),  # type: ignore[arg-type]
            html.Span(about),
            html.A(
                "save",
                href="",
                download=f"{name}.csv",
                **{"data-save": name},  # type: ignore[arg-type]
            ),
        ]
    )


def _share() -> list[Component]:
    files = [
        ("script", "Python script", "plain PyTorch, the same numbers"),
        ("notebook", "Notebook", "the same as .ipynb"),
        ("run", "This run as CSV", "every epoch, all parameters"),
        ("sweep", "The sweep as CSV", "all learning rates"),
        ("data", "Your data as CSV", "put it beside the script or notebook"),
    ]
    return [
        _words("**The link** says all that is chosen, and where the playhead stands."),
        html.Label("The link", htmlFor="link", className="visually-hidden"),
        _copied("link", dbc.Input(id="link", type="text", readonly=True, value="")),
        html.P(id="link-note", className="link-note", role="status"),
        html.Img(id="qr", className="qr", alt="QR code of the link", hidden=True),
        _words("**Take away**"),
        html.Div(
            className="files",
            children=[
                _file("This sweep as a page", "one file, works offline", id="save-page"),
                *(_file(name, what, **{"data-file": kind}) for kind, name, what in files),
                _file("The views as pictures", "PNG, as on show", id="save-pictures"),
            ],
        ),
        html.Div(
            [html.Span("One view: "), *(_picture(name) for name in ids.VIEWS)], className="pictures"
        ),
        html.P(id="export-note", className="link-note", role="status"),
        _words("**The script** of this run, to copy"),
        _copied("script", _text("script", "the script", 6)),
        _words("**A frame** for a course page"),
        _copied("frame", _text("frame", "the frame", 4)),
        html.P(id="frame-note", className="link-note"),
    ]


def _copied(name: str, field: Component) -> Component:
    """A text that can be selected, and the button that copies it."""
    copy: dict[str, str] = {"data-copy": name}
    button = html.Button("Copy", className="quiet", **copy)  # type: ignore[arg-type]
    return html.Div([field, button], className="share-link")


def _text(name: str, words: str, rows: int) -> Component:
    said: dict[str, str] = {"aria-label": words}
    return html.Textarea(id=name, readOnly=True, rows=rows, spellCheck="false", **said)  # type: ignore[arg-type]


def _file(name: str, what: str, **attributes: str) -> Component:
    return html.Button([html.B(name), html.Span(what)], **attributes)  # type: ignore[arg-type]


def _picture(name: str) -> Component:
    view: dict[str, str] = {"data-picture": name}
    return html.Button(ids.SHORT_TITLES[name], className="quiet", **view)  # type: ignore[arg-type]


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: int = 0) -> Component:
    menu = dbc.Select(
        id=name,
        options=[{"label": words, "value": value} for words, value in options],
        value=options[chosen][1],
    )
    return html.Div([html.Label(label, htmlFor=name), menu])


def _one_step() -> list[Component]:
    return [
        _words(
            r"**1 · Predict** each example: $\hat y_i = w x_i + b$, or for a network "
            r"$\hat y_i = c + \sum_j v_j\, f(w_j x_i + b_j)$; with more hidden layers, each takes "
            r"what the one below passes on in place of $x_i$"
        ),
        _slot("batch"),
        _slot("predict", maths=True),
        _slot("examples", scrolls="The examples"),
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
        _slot("update-rule"),
        _slot("update", maths=True),
        _slot("updates", scrolls="The parameters after this step"),
        html.Button("5 · Make this step", id="make-step", className="btn btn-primary play wide"),
    ]


def _rate_table() -> list[Component]:
    return [
        _words(
            "One step from the current point, at three learning rates; each arrow on the descent "
            "path is one of them. Type other rates into the first column."
        ),
        _slot("rates", scrolls="One step at three learning rates"),
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
        _slot("values", scrolls="The parameters"),
        _words("**Train loss** every 50 epochs"),
        _slot("losses", scrolls="Train loss over the epochs"),
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
