"""The engine: the only package, besides app.trainers, that imports torch.

>>> from app.domain.settings import Settings
>>> sweep = train_sweep(Settings(dataset="line", epochs=100))
>>> sweep.train_loss.shape  # learning rates, epochs
(41, 101)
"""

import torch

from app.engine.inspection import epoch_that_counts, inspect_run
from app.engine.training import train, train_sweep

# At these sizes a second thread costs up to ten times what it brings.
torch.set_num_threads(1)

__all__ = ["epoch_that_counts", "inspect_run", "train", "train_sweep"]
