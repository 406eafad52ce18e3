"""One training as a short PyTorch script or notebook, which prints what the page shows.

The text, written by script.py.j2, holds only what its settings need. It sums in another order than
the engine: where a run magnifies rounding errors (at the edge of stability, or in divisions by
almost 0), its last digits differ.
"""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from jaxtyping import Float
from numpy import ndarray

from app.domain import link
from app.domain.data_options import DATASETS
from app.domain.fields import NAMES, NUMBERS, TEXTS, USED_BY, exact, users_of
from app.domain.options import ACTIVATIONS, OPTIMIZERS, SCHEDULES
from app.domain.settings import Settings

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)

WIDTH = 100
Start = Float[ndarray, "param"] | None
STEPS = re.compile(r"\bsteps\b")
# A person's own examples, as a file beside the script.
DATA_FILE = "data.csv"
# An import -> the name for which a script needs it.
IMPORTS = {
    "import numpy as np": "np",
    "import torch": "torch",
    "from sklearn.model_selection import train_test_split": "train_test_split",
    "from sklearn.preprocessing import StandardScaler": "StandardScaler",
    "from torch import nn": "nn",
    "from torch.optim import lr_scheduler": "lr_scheduler",
}
# What 0 means where it is more than a number.
ZEROS = {
    "hidden_units": "none, a linear model",
    "batch_size": "all examples",
    "weight_decay": "none",
    "validation_fraction": "none",
}
# The template's macros in the order in which they run: the parts of a script, cells of a notebook.
PARTS = ("data", "model", "training")


def script(settings: Settings, start: Start = None) -> str:
    """The run of `settings.learning_rate` as a script that needs only torch, NumPy and
    scikit-learn. It prints the losses as the page has them: before the first step of an epoch,
    over all examples.

    start  the initial parameters in torch's flat order, where they are a point of a plane
    """
    data, model, training = _parts(settings, start).values()
    # Two blank lines stand before a class.
    between = "\n\n\n" if "class " in model else "\n\n"
    return f"{_header(settings)}\n{data}{between}{model}\n\n{training}\n"


def notebook(settings: Settings, start: Start = None) -> str:
    """The same as a Jupyter notebook, with the loss curve; JSON of nbformat 4.5."""
    cells = [
        _cell("title", _rendered("title", settings, start), "markdown"),
        *(_cell(name, code) for name, code in _parts(settings, start).items()),
        _cell("curve", _rendered("curve", settings, start)),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(name: str, source: str, kind: str = "code") -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": lines}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _parts(settings: Settings, start: Start) -> dict[str, str]:
    """The code of each part; the first begins with the imports of all."""
    parts = {name: _rendered(name, settings, start) for name in PARTS}
    used = set(re.findall(r"\w+", "\n".join(parts.values())))
    imports = [line for line, name in IMPORTS.items() if name in used]
    if settings.dataset in DATASETS:
        imports += DATASETS[settings.dataset].imports
    # As ruff and isort sort them: first `import`, then `from`.
    imports.sort(key=lambda line: (line.startswith("from"), line))
    return parts | {"data": "\n".join([*imports, "", parts["data"]])}


def _rendered(name: str, settings: Settings, start: Start) -> str:
    """What one macro of the template writes."""
    values = _values(settings) | {"start": _start_numbers(settings, start)}
    template = TEMPLATES.get_template("script.py.j2").make_module(values)
    return str(getattr(template, name)()).strip("\n")


def _values(settings: Settings) -> dict[str, Any]:
    """What the template needs to know."""
    unused = ("activation", "hidden_layers") if settings.is_linear else ()
    batches, schedule = settings.steps_per_epoch > 1, SCHEDULES[settings.schedule]
    return {
        "settings": settings,
        "address": "?" + link.query(settings),
        "exact": exact,
        "wrap": textwrap.wrap,
        "as_markdown": _as_markdown,
        "data_file": DATA_FILE,
        "dataset": DATASETS.get(settings.dataset),
        "products": _products(settings),
        "validation_count": settings.data.example_count - settings.example_count,
        "activation": ACTIVATIONS[settings.activation],
        "has_batches": batches,
        "optimizer": OPTIMIZERS[settings.optimizer],
        "optimizer_call": _optimizer_call(settings),
        "schedule": schedule,
        # With the full batch an epoch is a step.
        "schedule_script": schedule.script if batches else STEPS.sub("epochs", schedule.script),
        "printed_epochs": [epoch for epoch in (0, 1, 10, 100, 1000) if epoch < settings.epochs],
        "used_settings": [
            _in_words(name, value)
            for name, value in settings.choices().items()
            if name not in unused
            and (name not in TEXTS or value)
            and (name not in USED_BY or getattr(settings, USED_BY[name][0]) in users_of(name))
        ],
    }


def _products(settings: Settings) -> list[str]:
    """The products of two predictors that are features too, as tensors."""
    pairs = settings.products
    squares = ["inputs**2"] if (0, 0) in pairs else []
    return [*squares, *(["inputs[:, :1] * inputs[:, 1:]"] if (0, 1) in pairs else [])]


def _start_numbers(settings: Settings, start: Start) -> list[str]:
    """The initial parameters of a start set by hand; nothing for the seed's own."""
    point = settings.start_point
    if point is None:
        return []
    numbers = start if point.plane and start is not None else np.array(point[:2], "float32")
    if len(numbers) != settings.param_count:
        raise ValueError("of a start on a plane, all parameters must be given")
    # As text, a 32-bit number has the fewest digits that read back as the same.
    return [str(number) for number in numbers]


def _header(settings: Settings) -> str:
    """A comment with the address, which is broken where it is too long for one line."""
    text = f"Descent Lab, one training in plain PyTorch: ?{link.query(settings)}"
    lines = textwrap.wrap(
        text.replace("&", "& "),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace("& ", "&")


def _optimizer_call(settings: Settings) -> str:
    option = OPTIMIZERS[settings.optimizer]
    arguments = ["model.parameters()", "lr=learning_rate"]
    if option.has_momentum and settings.momentum:
        arguments.append(f"momentum={settings.momentum!r}")
        arguments += ["nesterov=True"] if option.is_nesterov else []
    # AdamW decays unless it is told not to.
    if settings.weight_decay or option.is_decoupled:
        arguments.append(f"weight_decay={settings.weight_decay!r}")
    start = f"optimizer = torch.optim.{option.script}"
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{start}(", *(f"    {argument}," for argument in arguments), ")"])


def _as_markdown(text: str) -> str:
    """Markdown, with TeX, that shows the text as it is written: a file may be called $a$."""
    return re.sub(r"[\\`*_{}\[\]<>#$&|~]", r"\\\g<0>", text)


def _in_words(name: str, value: Any) -> tuple[str, str]:
    """A setting's label and its value."""
    if name in NAMES:
        return NAMES[name].label, NAMES[name].options[value]
    if name in TEXTS:
        return TEXTS[name].label, value
    return NUMBERS[name].label, exact(value) if value else ZEROS.get(name, "0")
