"""Install the Redis that the tests start, where none is; only Debian's package, as root."""

import shutil
import sys

from ensure_browser import apt_install, is_debian_root


def main() -> int:
    """Install it where that is possible; elsewhere the tests that need it are skipped."""
    if not shutil.which("redis-server") and is_debian_root():
        apt_install(("redis-server",))
    print(f"Redis for the tests: {shutil.which('redis-server') or 'none'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
