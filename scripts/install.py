"""Install the requirements with a small torch: ``python scripts/install.py FILE...``.

A plain ``pip install torch`` on 64-bit Intel Linux brings gigabytes of CUDA. PyTorch's own
index of CPU builds does not, so torch comes from there first; when that index does not answer
within seconds, pip's configured index has to do. ``TORCH_INDEX`` names another such index, or
none when it is empty. The Makefile and the Dockerfile both run this file, with nothing but
the standard library there yet.
"""

import importlib.metadata
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS = 5


def answers(index: str, seconds: float = PROBE_SECONDS) -> bool:
    """Return whether the index has a page for torch, and says so in time."""
    found = threading.Event()

    def probe() -> None:
        try:
            with urllib.request.urlopen(f"{index.rstrip('/')}/torch/", timeout=seconds):
                found.set()
        except (OSError, ValueError):
            pass

    # In a thread, because urlopen's time-out does not cover a name server that stays silent.
    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(seconds)
    return found.is_set()


def pip_install(*args: str) -> bool:
    """Run ``pip install`` with this Python and return whether it succeeded."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *args]
    return subprocess.run(command, check=False).returncode == 0


def torch_pin(files: list[str]) -> str | None:
    """Return the line that pins torch, without its comment."""
    for file in files:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            if line.startswith("torch=="):
                return line.partition("#")[0].strip()
    return None


def is_installed(pin: str) -> bool:
    """Return whether this very version is there, whichever build of it."""
    name, _, version = pin.partition("==")
    try:
        return importlib.metadata.version(name).partition("+")[0] == version
    except importlib.metadata.PackageNotFoundError:
        return False


def install_small_torch(index: str, pin: str) -> None:
    """Install torch alone from the index of CPU builds, or say why it comes from elsewhere."""
    if not answers(index):
        print(f"{index} does not answer: torch comes from pip's own index.", flush=True)
    # Without its dependencies: their pinned versions come with the rest.
    elif not pip_install(
        "--no-deps", "--index-url", index, "--timeout", "10", "--retries", "1", pin
    ):
        print(f"{index} has no {pin} for this machine: pip's own index may.", flush=True)


def main(files: list[str]) -> int:
    """Install torch, then everything in the files; return the exit code."""
    index = os.environ.get("TORCH_INDEX", CPU_INDEX).strip()
    pin = torch_pin(files)
    if index and pin and not is_installed(pin):
        install_small_torch(index, pin)
    return 0 if pip_install(*(part for file in files for part in ("-r", file))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
