"""The programs that the tests start. `python -m tests.programs` installs what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Chromium without its window, as Playwright's own is, takes a fifth less time.
SHELL = "chromium-headless-shell"
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Playwright's driver needs libatomic, which slim images lack.
BROWSER_PACKAGES = (SHELL, "libatomic1")
SERVER_PACKAGES = {"redis-server": "redis-server", "nginx": "nginx-light"}


def find_browser() -> str | None:
    """The path of `$CHROMIUM`, else of an installed Chromium or Chrome.

    None makes Playwright start the browser that it installed itself.
    """
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen) or chosen
    installed = filter(None, map(shutil.which, BROWSERS))
    return next(filter(starts, [*installed, *MAC_BROWSERS]), None)


def starts(path: str) -> bool:
    """Whether the program runs; Ubuntu's chromium only tells people to install a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def is_debian_root() -> bool:
    """Whether apt can install packages here; Ubuntu has no Chromium package."""
    release = Path("/etc/os-release")
    is_debian = release.exists() and "ID=debian" in release.read_text().splitlines()
    return is_debian and os.geteuid() == 0


def apt_install(packages: list[str]) -> None:
    """Installs Debian packages without starting their services."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "-q", "update"], env=env)
    command = ["apt-get", "-q", "install", "-y", "--no-install-recommends", *packages]
    subprocess.run(command, env=env)


def main() -> None:
    """Installs Debian's packages; elsewhere Playwright's browser only, and tests that need a
    missing server are skipped."""
    missing = [] if shutil.which(SHELL) else [*BROWSER_PACKAGES]
    missing += [name for program, name in SERVER_PACKAGES.items() if not shutil.which(program)]
    if missing and is_debian_root():
        apt_install(missing)
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
