"""Install the Redis and the nginx that the tests start, where there are none; only Debian's
packages, as root."""

import shutil
import sys

from ensure_browser import apt_install, is_debian_root

# The program, and the package that has it.
SERVERS = {"redis-server": "redis-server", "nginx": "nginx-light"}


def main() -> int:
    """Install them where that is possible; elsewhere the tests that need them are skipped."""
    missing = [package for program, package in SERVERS.items() if not shutil.which(program)]
    if missing and is_debian_root():
        apt_install(tuple(missing))
    found = ", ".join(shutil.which(program) or f"no {program}" for program in SERVERS)
    print(f"Servers for the tests: {found}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
