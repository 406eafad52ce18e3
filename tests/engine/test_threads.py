"""A training uses one thread, in whichever thread of a server it runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# In a new process, a server's first thread trains, and the CPU time of all threads is compared
# with its own. A second torch thread would take as much time again, even if it only waits.
TRAIN = """
import threading, time
from app.trainers.experiment_cache import ExperimentCache
from app.domain.settings import Settings

def measure():
    began = time.process_time(), time.thread_time()
    experiment_cache.experiment(Settings(dataset="parabola", hidden_units=7))
    print(time.process_time() - began[0], time.thread_time() - began[1])

experiment_cache = ExperimentCache()
experiment_cache.experiment(Settings(dataset="parabola", hidden_units=3))
thread = threading.Thread(target=measure)
thread.start()
thread.join()
"""


@pytest.mark.slow
def test_training_uses_one_thread_in_any_thread_of_a_server() -> None:
    environment = {name: text for name, text in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True, check=True
    )
    everyone, itself = map(float, done.stdout.split())
    assert everyone < 1.3 * itself + 0.05
