"""The engine: the only place that imports torch.

>>> from app.engine import train_sweep
>>> train_sweep(Settings(dataset="line", learning_rate=0.01))  # doctest: +SKIP
"""

import torch

from app.engine.inspection import epoch_that_counts, inspect_run
from app.engine.training import train, train_sweep

# At these sizes a second thread costs up to ten times what it brings.
torch.set_num_threads(1)

__all__ = ["epoch_that_counts", "inspect_run", "train", "train_sweep"]
