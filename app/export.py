"""One training as a short PyTorch script or notebook, which prints what the page shows.

The text holds only what its settings need. It sums in another order than the engine: where a run
magnifies roundings (at the edge of stability, or in divisions by almost 0), its last digits differ.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from app.choices import NAMES, NUMBERS, USED_BY, exact
from app.domain.user_data import UserData
from app.settings import Settings

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
DRAWS = {
    "xavier": "nn.init.xavier_uniform_({layer}.weight)",
    "he": 'nn.init.kaiming_uniform_({layer}.weight, nonlinearity="relu")',
}

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
STEP = """\
optimizer.zero_grad()
loss.backward()
optimizer.step()"""

CURVE = """\
try:
    import matplotlib.pyplot as plt
except ImportError:
    print("The curve needs matplotlib: pip install matplotlib")
else:
"""
# What 0 means where it is more than a number.
ZEROS = {
    "hidden_units": "none, linear regression",
    "batch_size": "all examples",
    "weight_decay": "none",
    "validation_fraction": "none",
}


class Parts(NamedTuple):
    """The script in the order in which it runs; each is a cell of the notebook."""

    data: str
    model: str
    training: str


def script(settings: Settings) -> str:
    """The run of `settings.learning_rate` as a script of torch alone. It prints the losses as the
    page has them: before the first step of an epoch, over all examples."""
    parts = _parts(settings)
    # Two blank lines stand before a class.
    between = "\n\n\n" if "class " in parts.model else "\n\n"
    return f"{_header(settings)}\n{parts.data}{between}{parts.model}\n\n{parts.training}\n"


def notebook(settings: Settings) -> str:
    """The same as a Jupyter notebook, with the loss curve; JSON of nbformat 4.5."""
    cells = [_cell("title", _title(settings), "markdown")]
    for name, code in _parts(settings)._asdict().items():
        cells.append(_cell(name, code))
    cells.append(_cell("curve", _curve(settings)))
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


def _parts(settings: Settings) -> Parts:
    data, model, training = _data(settings), _model(settings), _training(settings)
    used = set(re.findall(r"\w+", "\n".join((data, model, training))))
    imports = [line for line, name in IMPORTS.items() if name in used]
    return Parts("\n".join([*imports, "", data]), model, training)


def _header(settings: Settings) -> str:
    """A comment with the address, which is broken where it is too long for one line."""
    text = f"Descent Lab, one training in plain PyTorch: {_address(settings)}"
    lines = textwrap.wrap(
        text.replace("&", "& "),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace("& ", "&")


def _address(settings: Settings) -> str:
    """What to put behind the page's own address."""
    return "?" + settings.query()


def _data(settings: Settings) -> str:
    name = settings.dataset
    code = (
        DATA[name]
        if name in DATA
        else _user_data(settings.user_data)
        if settings.user_data
        else _noisy(settings)
    )
    parts = [f"# Data: {settings.data.label}", code]
    held = settings.data.example_count - settings.example_count
    return "\n".join([*parts, _split(held)] if held else parts)


def _user_data(user_data: UserData) -> str:
    """The person's examples from the file beside the script."""
    lines = [
        f"# Put {DATA_FILE} into the same folder: its last column is the target.",
        f'table = np.loadtxt("{DATA_FILE}", delimiter=",", skiprows=1, encoding="utf-8")',
    ]
    scaled = "StandardScaler().fit_transform(table)" if user_data.is_standardized else "table"
    lines.append(f"table = torch.tensor({scaled}, dtype=torch.float32)")
    return "\n".join([*lines, "inputs, targets = table[:, :-1], table[:, -1:]"])


def _noisy(settings: Settings) -> str:
    """A curve on evenly spaced inputs, and its noise where there is some."""
    lines = ["inputs = np.linspace(-1, 1, 60)", f"targets = {CURVES[settings.dataset]}"]
    if settings.noise:
        lines.insert(1, "errors = np.random.RandomState(0).normal(size=60)")
        lines[-1] += f" + {settings.noise!r} * errors"
    lines += [
        f"{name} = torch.tensor({name}, dtype=torch.float32)[:, None]"
        for name in ("inputs", "targets")
    ]
    return "\n".join(lines)


def _split(held: int) -> str:
    return f"""
# The validation examples only measure.
split = train_test_split(range(len(inputs)), test_size={held}, random_state=0)
trained, held_back = map(sorted, split)
validation_inputs, validation_targets = inputs[held_back], targets[held_back]
inputs, targets = inputs[trained], targets[trained]"""


def _model(settings: Settings) -> str:
    """The model with its initial parameters."""
    is_threshold = not settings.is_linear and settings.activation == "threshold"
    parts = [
        f"# Model: {_model_in_words(settings)}",
        *([THRESHOLD, "", ""] if is_threshold else []),
    ]
    seed, layers = f"torch.manual_seed({settings.seed})", _layers(settings)
    if settings.initialization == "zeros":
        return "\n".join([*parts, layers, _initialization(settings)])
    # nn.Linear draws as it is made; what is drawn otherwise is written over that.
    if settings.initialization == "pytorch":
        parts += [seed, layers]
    else:
        parts += [layers, seed, _initialization(settings)]
    return "\n".join(parts + _scaling(settings))


def _layers(settings: Settings) -> str:
    *hidden, last = [f"nn.Linear({ins}, {outs})" for ins, outs in pairwise(settings.widths)]
    if not hidden:
        return f"model = {last}"
    lines = [line for layer in hidden for line in (layer, ACTIVATIONS[settings.activation])]
    return _call("model = nn.Sequential", [*lines, last], width=0)


def _initialization(settings: Settings) -> str:
    """Other parameters than those that nn.Linear draws."""
    name = settings.initialization
    if name == "zeros":
        return "for parameter in model.parameters():\n    nn.init.zeros_(parameter)"
    layer = "model" if settings.is_linear else "layer"
    draw = f"{DRAWS[name].format(layer=layer)}\nnn.init.zeros_({layer}.bias)"
    if settings.is_linear:
        return draw
    return "for layer in model[::2]:  # the nn.Linear among them\n" + _indented(draw)


def _scaling(settings: Settings) -> list[str]:
    if settings.initial_scale == 1:
        return []
    return [
        "with torch.no_grad():",
        "    for parameter in model.parameters():",
        f"        parameter.mul_({settings.initial_scale!r})",
    ]


def _training(settings: Settings) -> str:
    """From the optimizer to the last line that is printed."""
    first = [
        f"# Training: {NAMES['optimizer'].options[settings.optimizer]}",
        f"learning_rate = {settings.learning_rate!r}",
        f"epochs = {settings.epochs}",
    ]
    if _has_batches(settings):
        first.append(f"batch_size = {settings.batch_size}")
    first += [_optimizer(settings), *_scheduler(settings), "loss_function = nn.MSELoss()"]
    return "\n".join([*first, "", *_loop(settings), "", _ending(settings)])


def _optimizer(settings: Settings) -> str:
    arguments = ["model.parameters()", "lr=learning_rate"]
    if settings.optimizer in USED_BY["momentum"][1] and settings.momentum:
        arguments.append(f"momentum={settings.momentum!r}")
        arguments += ["nesterov=True"] if settings.optimizer == "nesterov" else []
    # AdamW decays unless it is told not to.
    if settings.weight_decay or settings.optimizer == "adamw":
        arguments.append(f"weight_decay={settings.weight_decay!r}")
    return _call(f"optimizer = torch.optim.{OPTIMIZERS[settings.optimizer]}", arguments)


def _scheduler(settings: Settings) -> list[str]:
    """The schedule, which moves at each step of the optimizer."""
    if settings.schedule == "constant":
        return []
    lines, many = [], " * len(inputs.split(batch_size))" if _has_batches(settings) else ""
    if many:
        lines.append(f"steps = epochs{many}")
    if settings.schedule == "warmup_cosine":
        lines += [
            f"warmup = {settings.warmup_epochs}{many}",
            "rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / 3, total_iters=warmup)",
            "fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - warmup)",
        ]
    lines.append(f"scheduler = lr_scheduler.{SCHEDULERS[settings.schedule]}")
    # With the full batch an epoch is a step.
    return lines if many else [re.sub(r"\bsteps\b", "epochs", line) for line in lines]


def _loop(settings: Settings) -> list[str]:
    """Measure, print, step. The loss of the last epoch follows the last step."""
    step = STEP + ("\nscheduler.step()" if settings.schedule != "constant" else "")
    measured = "train_losses.append(loss.item())"
    before = ["loss = loss_function(model(inputs), targets)", measured]
    lists = ["train_losses = []"]
    if _has_batches(settings):
        lists.append(f"order = torch.Generator().manual_seed({settings.seed})")
        before = ["train_losses.append(loss_function(model(inputs), targets).item())"]
        step = f"""\
for batch in torch.randperm(len(inputs), generator=order).split(batch_size):
    loss = loss_function(model(inputs[batch]), targets[batch])
{_indented(step)}"""
    if _has_validation(settings):
        lists.insert(1, "validation_losses = []")
        before.append(
            "validation_loss = loss_function(model(validation_inputs), validation_targets)"
        )
        before.append("validation_losses.append(validation_loss.item())")
    body = [*before, _report(settings), "if epoch == epochs:\n    break", step]
    return [*lists, "for epoch in range(epochs + 1):", _indented("\n".join(body))]


def _report(settings: Settings) -> str:
    """Prints the losses at the epochs 0, 1, 10, 100 ... and the last."""
    early = [epoch for epoch in (0, 1, 10, 100, 1000) if epoch < settings.epochs]
    shown = ", ".join(map(str, [*early, "epochs"]))
    lines = [f"if epoch in ({shown}):"]
    lines.append('    print(f"epoch {epoch}: train loss {train_losses[-1]:.5g}")')
    if _has_validation(settings):
        lines.append('    print(f"epoch {epoch}: validation loss {validation_losses[-1]:.5g}")')
    return "\n".join(lines)


def _ending(settings: Settings) -> str:
    if settings.is_line:
        return 'print(f"weight {model.weight.item():.5g}, bias {model.bias.item():.5g}")'
    return 'print(sum(parameter.numel() for parameter in model.parameters()), "parameters")'


def _curve(settings: Settings) -> str:
    """The loss curve, where matplotlib is installed."""
    lines = ['plt.plot(train_losses, label="train loss")']
    if _has_validation(settings):
        lines.append('plt.plot(validation_losses, label="validation loss")')
    lines += ['plt.yscale("log")', 'plt.xlabel("epoch")', "plt.legend()", "plt.show()"]
    return CURVE + _indented("\n".join(lines))


def _title(settings: Settings) -> str:
    """The notebook's first cell: the settings in words, and the address."""
    optimizer = NAMES["optimizer"].options[settings.optimizer]
    used = [name for name in settings.choices() if _is_used(settings, name)]
    return "\n".join(
        [
            f"# {settings.data.label}: {optimizer} at learning rate "
            f"{exact(settings.learning_rate)}",
            "",
            f"One training of Descent Lab in plain PyTorch. On the page: `{_address(settings)}`",
            "",
            *(_in_words(name, getattr(settings, name)) for name in used),
        ]
    )


def _in_words(name: str, value: Any) -> str:
    if name in NAMES:
        return f"- {NAMES[name].label}: {NAMES[name].options[value]}"
    return f"- {NUMBERS[name].label}: {exact(value) if value else ZEROS.get(name, '0')}"


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


def _has_validation(settings: Settings) -> bool:
    return settings.example_count < settings.data.example_count


def _call(start: str, arguments: Sequence[str], width: int = WIDTH) -> str:
    """A call on one line, or with a line for each argument where that is too long."""
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= width:
        return line
    return "\n".join([f"{start}(", *(f"    {argument}," for argument in arguments), ")"])


def _indented(code: str) -> str:
    return textwrap.indent(code, "    ")
