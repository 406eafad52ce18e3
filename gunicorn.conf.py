"""How gunicorn serves Descent Lab in its container; it finds this file in the working directory."""

import gc
import os
import shutil
import signal
import sys
import tempfile

from gunicorn.glogging import Logger

from app.config import Config, ServerConfig
from app.domain.errors import UserError
from app.log import formatter

MEMORY = "/dev/shm"
COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
OUR_FOLDER = f"{MEMORY}/descent-lab-metrics-"

# As process 1 of a container, Python ignores SIGTERM until it has a handler, and gunicorn sets its
# own only once the app is loaded. A reload keeps gunicorn's.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())

try:
    container = ServerConfig.from_environment()
    choices = Config.from_environment()
except UserError as error:
    raise SystemExit(f"Descent Lab does not start. {error}") from None

wsgi_app = "app.server:create_server()"
bind = f"0.0.0.0:{container.port}"

workers = container.workers
# Threads, since sync workers drop requests in flight at a stop and starve on idle connections.
worker_class = "gthread"
threads = container.threads


class logger_class(Logger):
    """gunicorn's own messages in the format of all others."""

    def setup(self, cfg):
        """Called at the start and at a reload."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())


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
