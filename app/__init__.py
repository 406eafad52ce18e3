"""Descent Lab: see gradient descent at every learning rate at once."""

import os

VERSION = "0.1.0"

# torch reads it when it is loaded. Its own set_num_threads does not reach the first thread that a
# server starts, whose trainings then take ten times as long on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
