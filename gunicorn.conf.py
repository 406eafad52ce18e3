"""How gunicorn serves Descent Lab in its container; it finds this file in the working directory."""

import gc
import os
import shutil
import tempfile

from app.choices import SettingsError
from app.config import Config, ServerConfig

MEMORY = "/dev/shm"
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
OUR_FOLDER = f"{MEMORY}/descent-lab-metrics-"

try:
    container = ServerConfig.from_environment()
    choices = Config.from_environment()
except SettingsError as error:
    raise SystemExit(f"Descent Lab does not start. {error}") from None

wsgi_app = "app.server:create_server()"
bind = f"0.0.0.0:{container.port}"

workers = container.workers
# Threads, since sync workers drop requests in flight at a stop and starve on idle connections.
worker_class = "app.web_worker.Worker"
logger_class = "app.web_worker.Logger"
threads = container.threads

# The app is imported and trains once before it is forked: half the memory, no cold first answer.
preload_app = True

# Both keep a read-only container working: heartbeats in memory, no socket in the home folder.
worker_tmp_dir = MEMORY
control_socket_disable = True

# Finish what is in flight before `docker stop` loses patience at 10 seconds.
graceful_timeout = 8

# The processes count together in files of a folder; a reload finds the one that there is.
if choices.has_metrics and COUNTED_IN not in os.environ:
    os.environ[COUNTED_IN] = tempfile.mkdtemp(prefix=OUR_FOLDER)


def pre_fork(server, worker):
    """What is loaded is left alone, so that the processes go on sharing it: the first full garbage
    collection of each would write to all of it, and cost it 110 MB of its own."""
    gc.collect()
    gc.freeze()


def on_reload(server):
    """What was loaded before goes."""
    gc.unfreeze()
    gc.collect()


def child_exit(server, worker):
    """A process that has ended waits for nothing; what it has counted remains."""
    if choices.has_metrics:
        # Not above: the package decides at its import whether there are several processes.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def worker_exit(server, worker):
    """Ends without a last search for garbage in all that torch and Dash have loaded: a second of
    CPU time, for nothing."""
    gc.freeze()


def on_exit(server):
    """Leaves nothing behind."""
    gc.freeze()
    if os.environ.get(COUNTED_IN, "").startswith(OUR_FOLDER):
        shutil.rmtree(os.environ[COUNTED_IN], ignore_errors=True)
