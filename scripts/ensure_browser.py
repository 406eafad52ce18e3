"""Find the Chromium that the browser tests drive; as a program, install one where none is."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT = (sys.executable, "-m", "playwright")
# Playwright's driver needs libatomic, which slim images lack.
DEBIAN_PACKAGES = ("chromium", "libatomic1")
# Where apt keeps what there is to install, and for how many seconds that is new enough: the
# browser and the servers are installed one after the other.
APT_LISTS, FRESH_SECONDS = Path("/var/lib/apt/lists"), 3600


def runs(*command: str) -> bool:
    """Return whether the program starts; Ubuntu has a chromium that only asks for a snap."""
    try:
        return (
            subprocess.run([*command, "--version"], capture_output=True, timeout=60).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str | None:
    """Return the path of the Chromium that Playwright installed, if it did."""
    from playwright.sync_api import sync_playwright

    if not runs(*PLAYWRIGHT):
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find_browser() -> str | None:
    """Return the path of a Chromium: ``$CHROMIUM``, else an installed one, else Playwright's own.

    Call it before Playwright is started: where none is installed, it starts one for a moment.
    """
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    installed = [path for name in NAMES if (path := shutil.which(name))]
    return next(filter(runs, [*installed, *MAC_APPS]), None) or playwrights_own()


def is_debian_root() -> bool:
    """Return whether apt can install Chromium here, which it cannot on Ubuntu."""
    release = Path("/etc/os-release")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and release.exists() and "ID=debian" in release.read_text().splitlines()


def has_fresh_lists() -> bool:
    """Return whether apt has asked lately; an image's folder is new, but has no list in it."""
    is_there = any(APT_LISTS.glob("*_Packages*"))
    return is_there and time.time() - APT_LISTS.stat().st_mtime < FRESH_SECONDS


def apt_install(packages: tuple[str, ...]) -> bool:
    """Install Debian packages and return whether that succeeded."""
    if has_fresh_lists() and apt_get("install", *packages):
        return True
    apt_get("update")
    return apt_get("install", *packages)


def apt_get(verb: str, *packages: str) -> bool:
    """Run apt-get and return whether it succeeded."""
    # By the second, packages of servers start none.
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    options = ["-y", "--no-install-recommends"] if packages else []
    command = ["apt-get", "-q", verb, *options, *packages]
    return subprocess.run(command, check=False, env=env).returncode == 0


def problem() -> str | None:
    """Return what the browser tests lack, as a sentence."""
    if not runs(*PLAYWRIGHT):
        return "Playwright does not start; see what `python -m playwright --version` says."
    if find_browser():
        return None
    if chosen := os.environ.get("CHROMIUM"):
        return f"CHROMIUM must be the path of a browser. Got {chosen} instead."
    return "No browser for the tests: install Chromium or Chrome, or set CHROMIUM to its path."


def main() -> int:
    """Install what is missing: from Debian where that is possible, else Playwright's own."""
    has_browser = "CHROMIUM" in os.environ or find_browser()
    if not (has_browser and runs(*PLAYWRIGHT)) and not (
        is_debian_root() and apt_install(DEBIAN_PACKAGES)
    ):
        subprocess.run([*PLAYWRIGHT, "install", "chromium"], check=False)
    still = problem()
    print(still or f"Browser for the tests: {find_browser()}", flush=True)
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main())
