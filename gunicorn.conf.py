"""How gunicorn serves Descent Lab in its container; it finds this file in the working directory."""

import os

wsgi_app = "app.server:create_server()"
bind = f"0.0.0.0:{os.environ.get('PORT', '8050')}"

# A training keeps one core busy, so a process per core; WEB_CONCURRENCY overrides.
workers = int(os.environ.get("WEB_CONCURRENCY") or len(os.sched_getaffinity(0)))
# Threads, since sync workers drop requests in flight at a stop and starve on idle connections.
worker_class = "gthread"
threads = int(os.environ.get("THREADS") or 16)

# The app is imported and trains once before it is forked: half the memory, no cold first answer.
preload_app = True

# Both keep a read-only container working: heartbeats in memory, no socket in the home folder.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True

# Finish what is in flight before `docker stop` loses patience at 10 seconds.
graceful_timeout = 8
