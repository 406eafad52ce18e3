"""One training as a short PyTorch script or notebook, which prints what the page shows.

The text, written by script.py.j2, holds only what its settings need. It sums in another order than
the engine: where a run magnifies rounding errors (at the edge of stability, or in divisions by
almost 0), its last digits differ.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import jinja2

from app.choices import NAMES, NUMBERS, USED_BY, exact
from app.domain import link
from app.settings import Settings

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)

WIDTH = 100
# A person's own examples, as a file beside the script.
DATA_FILE = "data.csv"
# An import -> the name for which a script needs it; in the order in which they are written.
IMPORTS = {
    "import numpy as np": "np",
    "import torch": "torch",
    "from sklearn.datasets import load_diabetes": "load_diabetes",
    "from sklearn.model_selection import train_test_split": "train_test_split",
    "from sklearn.preprocessing import StandardScaler": "StandardScaler",
    "from torch import nn": "nn",
    "from torch.optim import lr_scheduler": "lr_scheduler",
}

# The functions of engine/datasets.py, each without the others.
DATA = {
    "line": """\
random = np.random.RandomState(0)
inputs = random.uniform(0, 5, size=(10, 1)).astype("float32")
errors = random.normal(loc=0.0, scale=0.5, size=(10, 1)).astype("float32")
targets = 0.5 * (inputs + errors) + 1
inputs, targets = torch.tensor(inputs), torch.tensor(targets)""",
    "parabola": """\
inputs = torch.linspace(-1, 1, 100)[:, None]
errors = torch.rand(inputs.shape, generator=torch.Generator().manual_seed(0))
targets = inputs**2 + 0.2 * errors""",
    "plane": """\
random = np.random.RandomState(0)
inputs = random.uniform(-1, 1, size=(60, 2))
targets = inputs @ [0.8, -0.5] + 0.3 + random.normal(scale=0.1, size=60)
inputs = torch.tensor(inputs, dtype=torch.float32)
targets = torch.tensor(targets, dtype=torch.float32)[:, None]""",
    "diabetes": """\
table = np.column_stack(load_diabetes(return_X_y=True))
table = torch.tensor(StandardScaler().fit_transform(table), dtype=torch.float32)
inputs, targets = table[:, :-1], table[:, -1:]""",
}
CURVES = {
    "sine": "np.sin(np.pi * inputs)",
    "staircase": "np.floor((inputs + 1) / 2 * 4).clip(0, 3) * 2 / 3 - 1",
    "noisy_parabola": "inputs**2",
}

ACTIVATIONS = {
    "relu": "nn.ReLU()",
    "tanh": "nn.Tanh()",
    "logistic": "nn.Sigmoid()",
    "linear": "nn.Identity()",
    "threshold": "Threshold()",
}
# torch's own nn.Threshold passes its input on above the threshold.
THRESHOLD = '''\
class Threshold(nn.Module):
    """1 above 0, else 0: flat on both sides, so its gradient is 0."""

    def forward(self, inputs):
        return inputs.sign().relu()'''
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": "SGD",
    "nesterov": "SGD",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamw": "AdamW",
    "nadam": "NAdam",
}
# `steps` stands for how many there are in the whole training.
SCHEDULERS = {
    "step": "StepLR(optimizer, step_size=steps // 3, gamma=0.1)",
    "exponential": "ExponentialLR(optimizer, gamma=0.01 ** (1 / steps))",
    "cosine": "CosineAnnealingLR(optimizer, T_max=steps)",
    "warmup_cosine": "SequentialLR(optimizer, [rise, fall], milestones=[warmup])",
    "one_cycle": "OneCycleLR(\n    optimizer, max_lr=learning_rate, total_steps=steps, "
    "cycle_momentum=False\n)",
}
# What 0 means where it is more than a number.
ZEROS = {
    "hidden_units": "none, linear regression",
    "batch_size": "all examples",
    "weight_decay": "none",
    "validation_fraction": "none",
}
# The template's macros in the order in which they run: the parts of a script, cells of a notebook.
PARTS = ("data", "model", "training")


def script(settings: Settings) -> str:
    """The run of `settings.learning_rate` as a script that needs only torch, NumPy and
    scikit-learn. It prints the losses as the page has them: before the first step of an epoch,
    over all examples."""
    data, model, training = _parts(settings).values()
    # Two blank lines stand before a class.
    between = "\n\n\n" if "class " in model else "\n\n"
    return f"{_header(settings)}\n{data}{between}{model}\n\n{training}\n"


def notebook(settings: Settings) -> str:
    """The same as a Jupyter notebook, with the loss curve; JSON of nbformat 4.5."""
    cells = [
        _cell("title", _rendered("title", settings), "markdown"),
        *(_cell(name, code) for name, code in _parts(settings).items()),
        _cell("curve", _rendered("curve", settings)),
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


def _parts(settings: Settings) -> dict[str, str]:
    """The code of each part; the first begins with the imports of all."""
    parts = {name: _rendered(name, settings) for name in PARTS}
    used = set(re.findall(r"\w+", "\n".join(parts.values())))
    imports = [line for line, name in IMPORTS.items() if name in used]
    return parts | {"data": "\n".join([*imports, "", parts["data"]])}


def _rendered(name: str, settings: Settings) -> str:
    """What one macro of the template writes."""
    template = TEMPLATES.get_template("script.py.j2").make_module(_values(settings))
    return str(getattr(template, name)()).strip("\n")


def _values(settings: Settings) -> dict[str, Any]:
    """What the template needs to know."""
    activation = None if settings.is_linear else settings.activation
    return {
        "settings": settings,
        "address": "?" + link.query(settings),
        "exact": exact,
        "data_file": DATA_FILE,
        "data_script": {**DATA, **CURVES}.get(settings.dataset),
        "validation_count": settings.data.example_count - settings.example_count,
        "model_in_words": _model_in_words(settings),
        "activation": ACTIVATIONS.get(activation or ""),
        "activation_class": THRESHOLD if activation == "threshold" else "",
        "has_batches": _has_batches(settings),
        "optimizer_label": NAMES["optimizer"].options[settings.optimizer],
        "optimizer": _optimizer(settings),
        "scheduler": _scheduler(settings),
        "printed_epochs": [epoch for epoch in (0, 1, 10, 100, 1000) if epoch < settings.epochs],
        "used_settings": [
            _in_words(name, getattr(settings, name))
            for name in settings.choices()
            if _is_used(settings, name)
        ],
    }


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


def _optimizer(settings: Settings) -> str:
    arguments = ["model.parameters()", "lr=learning_rate"]
    if settings.optimizer in USED_BY["momentum"][1] and settings.momentum:
        arguments.append(f"momentum={settings.momentum!r}")
        arguments += ["nesterov=True"] if settings.optimizer == "nesterov" else []
    # AdamW decays unless it is told not to.
    if settings.weight_decay or settings.optimizer == "adamw":
        arguments.append(f"weight_decay={settings.weight_decay!r}")
    start = f"optimizer = torch.optim.{OPTIMIZERS[settings.optimizer]}"
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{start}(", *(f"    {argument}," for argument in arguments), ")"])


def _scheduler(settings: Settings) -> str:
    """The schedule, which moves at each step of the optimizer; none where it is constant."""
    if settings.schedule == "constant":
        return ""
    lines, steps = [], " * len(inputs.split(batch_size))" if _has_batches(settings) else ""
    if steps:
        lines.append(f"steps = epochs{steps}")
    if settings.schedule == "warmup_cosine":
        lines += [
            f"warmup = {settings.warmup_epochs}{steps}",
            "rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / 3, total_iters=warmup)",
            "fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - warmup)",
        ]
    lines.append(f"scheduler = lr_scheduler.{SCHEDULERS[settings.schedule]}")
    code = "\n".join(lines)
    # With the full batch an epoch is a step.
    return code if steps else re.sub(r"\bsteps\b", "epochs", code)


def _in_words(name: str, value: Any) -> tuple[str, str]:
    """A setting's label and its value."""
    if name in NAMES:
        return NAMES[name].label, NAMES[name].options[value]
    return NUMBERS[name].label, exact(value) if value else ZEROS.get(name, "0")


def _model_in_words(settings: Settings) -> str:
    if settings.is_linear:
        return "linear regression"
    activation = NAMES["activation"].options[settings.activation]
    layers = _many(settings.hidden_layers, "hidden layer")
    return f"{layers} of {_many(settings.hidden_units, f'{activation} unit')}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _is_used(settings: Settings, name: str) -> bool:
    if name in ("activation", "hidden_layers"):
        return not settings.is_linear
    decides, users = USED_BY.get(name, ("dataset", (settings.dataset,)))
    return getattr(settings, decides) in users


def _has_batches(settings: Settings) -> bool:
    return settings.steps_per_epoch > 1
