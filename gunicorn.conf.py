"""How gunicorn serves Descent Lab in its container; it finds this file in the working directory."""

import os
import shutil
import tempfile

from app.choices import SettingsError
from app.config import Config, Container

MEMORY = "/dev/shm"
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
OUR_FOLDER = f"{MEMORY}/descent-lab-metrics-"

try:
    container = Container.from_environment()
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


def child_exit(server, worker):
    """A process that has ended waits for nothing; what it has counted remains."""
    if choices.has_metrics:
        # Not above: the package decides at its import whether there are several processes.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    """Leaves nothing behind."""
    if os.environ.get(COUNTED_IN, "").startswith(OUR_FOLDER):
        shutil.rmtree(os.environ[COUNTED_IN], ignore_errors=True)
