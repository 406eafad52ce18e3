"""gunicorn's settings in the container, and its start: `python gunicorn.conf.py`."""

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
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
OWN_PREFIX = f"{MEMORY}/descent-lab-metrics-"

# As process 1 of a container, Python ignores SIGTERM until it has a handler, and gunicorn sets its
# own only once the app is loaded. A reload keeps gunicorn's.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())

try:
    server_config = ServerConfig.from_environment()
    app_config = Config.from_environment()
except UserError as error:
    raise SystemExit(f"Descent Lab does not start. {error}") from None

wsgi_app = "app.server:create_server()"
bind = f"0.0.0.0:{server_config.port}"

workers = server_config.workers
# Sync workers would drop requests in flight at a stop, and idle connections would block them.
worker_class = "gthread"
threads = server_config.threads


class logger_class(Logger):
    """gunicorn's own messages in the format of all others."""

    def setup(self, cfg):
        """Called at the start and at a reload."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())


# The app is loaded and trains once before the fork: half the memory, and no slow first request.
preload_app = True

# For a read-only container: heartbeats in memory, and no socket in the home folder.
worker_tmp_dir = MEMORY
control_socket_disable = True

# `docker stop` kills the container after 10 seconds.
graceful_timeout = 8

# The processes count in shared files; a reload keeps the folder.
if app_config.has_metrics and METRICS_FOLDER not in os.environ:
    os.environ[METRICS_FOLDER] = tempfile.mkdtemp(prefix=OWN_PREFIX)


def pre_fork(server, worker):
    """Excludes everything loaded from garbage collection, which would write to it and so copy 110
    MB of shared memory into each process."""
    gc.collect()
    gc.freeze()


def on_reload(server):
    """Frees what was loaded before."""
    gc.unfreeze()
    gc.collect()


def child_exit(server, worker):
    """Removes a finished process from the gauges; its counters remain."""
    if app_config.has_metrics:
        # Imported here, because the package reads METRICS_FOLDER when it is imported.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def worker_exit(server, worker):
    """Skips the interpreter's last garbage collection, a second of CPU time."""
    gc.freeze()


def on_exit(server):
    """Deletes the metrics folder if this file has created it."""
    gc.freeze()
    if os.environ.get(METRICS_FOLDER, "").startswith(OWN_PREFIX):
        shutil.rmtree(os.environ[METRICS_FOLDER], ignore_errors=True)


if __name__ == "__main__":
    # gunicorn reads WEB_CONCURRENCY when it is imported, and ends with a traceback where that is no
    # number. By now it has been checked.
    from gunicorn.app.wsgiapp import run

    run()
