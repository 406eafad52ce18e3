"""A training uses one thread, in whichever thread of a server it runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# In a new process, a server's first thread trains. A second torch thread, once started, stays.
TRAIN = """
import threading
from pathlib import Path
from app.domain.settings import Settings
from app.trainers.experiment_cache import ExperimentCache
import torch

def train():
    ExperimentCache().experiment(Settings(dataset="parabola", hidden_units=64, epochs=20))
    print(torch.get_num_threads(), len(list(Path("/proc/self/task").iterdir())))

for _ in range(2):
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_training_uses_one_thread_in_any_thread_of_a_server() -> None:
    environment = {name: text for name, text in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True, check=True
    )
    # torch's own count, and the main thread beside the one that trains.
    assert done.stdout.splitlines() == ["1 2", "1 2"]
