"""The engine: the only place that imports torch.

>>> from app.engine import train_sweep
>>> train_sweep(Settings(dataset="line", learning_rate=0.01))  # doctest: +SKIP
"""

import torch

from app.engine.experiment import Experiment, Here, Trainer, run_experiment, warm_up
from app.engine.freight import key_of, pack, unpack
from app.engine.inspection import epoch_that_counts, inspect_run
from app.engine.laboratory import Laboratory
from app.engine.training import train, train_sweep

# At these sizes a second thread costs up to ten times what it brings.
torch.set_num_threads(1)

__all__ = [
    "Experiment",
    "Here",
    "Laboratory",
    "Trainer",
    "epoch_that_counts",
    "inspect_run",
    "key_of",
    "pack",
    "run_experiment",
    "train",
    "train_sweep",
    "unpack",
    "warm_up",
]
