"""``python -m app.container``: how the image starts. gunicorn reads WEB_CONCURRENCY as it is
imported, before the configuration that is ours, and ends with a trace at what is no number."""

from __future__ import annotations

import os
import signal
import sys

from app.choices import SettingsError
from app.config import Config, ServerConfig


def main() -> None:
    """Serves until it is told to stop; ends with a sentence for a configuration that means
    nothing."""
    # Process 1 hears of no signal that it does not ask for, and gunicorn asks once all is loaded.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        Config.from_environment()
        os.environ["WEB_CONCURRENCY"] = str(ServerConfig.from_environment().workers)
    except SettingsError as error:
        raise SystemExit(f"Descent Lab does not start. {error}") from None
    from gunicorn.app.wsgiapp import run

    run("gunicorn")


if __name__ == "__main__":
    main()
