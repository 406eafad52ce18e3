"""The Celery worker: `celery -A app.trainers.worker worker`, with REDIS_URL."""

from celery import Celery, signals

from app.config import REDIS, Config, ServerConfig
from app.domain.errors import UserError
from app.log import configure_logging
from app.trainers.base import warm_up
from app.trainers.local import LocalTrainer
from app.trainers.tasks import create_celery


def create_worker() -> Celery:
    """The worker's Celery application. Ends the process if the configuration is invalid."""
    try:
        config, server = Config.from_environment(), ServerConfig.from_environment()
        if not config.redis:
            raise UserError(f"A worker needs {REDIS}.")
    except UserError as error:
        raise SystemExit(f"Descent Lab's worker does not start. {error}") from None
    celery = create_celery(config.redis)
    celery.conf.worker_concurrency = server.workers
    signals.setup_logging.connect(lambda **_: configure_logging(), weak=False)
    # Before the processes are forked, so that they share what is loaded.
    signals.worker_init.connect(lambda **_: warm_up(LocalTrainer()), weak=False)
    return celery


app = create_worker()
