"""Install the requirements with a small torch: ``python scripts/install.py FILE...``.

A plain ``pip install torch`` on 64-bit Intel Linux brings gigabytes of CUDA. PyTorch's own
index of CPU builds does not, so torch comes from there first; when that index does not answer
within seconds, pip's configured index has to do, with a CPU build if it knows one.
``TORCH_INDEX`` names another such index, or none when it is empty. The Makefile and the
Dockerfile both run this file, with nothing but the standard library there yet. From a lock file,
nothing is installed without its hash.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS = 5
LARGE_TORCH = (
    "If pip asked for the hashes of CUDA packages: they come with PyPI's torch for Linux, which is "
    "gigabytes larger, and the lock file leaves them out. Name an index of CPU builds in "
    "TORCH_INDEX, or install from requirements.txt: the same pins, without hashes."
)


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


def torch_entry(files: list[str]) -> str | None:
    """Return what the files say of torch: its pin, and from a lock file its hashes."""
    for file in files:
        text = Path(file).read_text(encoding="utf-8")
        if found := re.search(r"^torch==(?:.*\\\n)*.*$", text, re.MULTILINE):
            return found[0]
    return None


def is_installed(pin: str) -> bool:
    """Return whether this very version is there, whichever build of it."""
    name, _, version = pin.partition("==")
    try:
        return importlib.metadata.version(name).partition("+")[0] == version
    except importlib.metadata.PackageNotFoundError:
        return False


def install_alone(entry: str, *source: str) -> bool:
    """Install one package from a source; its dependencies' pinned versions come with the rest."""
    with tempfile.TemporaryDirectory() as folder:
        # In a file, since a command line takes no hashes.
        file = Path(folder) / "torch.txt"
        file.write_text(f"{entry}\n", encoding="utf-8")
        return pip_install("--no-deps", *source, "-r", str(file))


def install_small_torch(index: str, entry: str) -> bool:
    """Install torch alone from the index of CPU builds, or from where pip itself knows one."""
    if index and answers(index):
        if install_alone(entry, "--index-url", index, "--timeout", "10", "--retries", "1"):
            return True
        print(f"{index} has no {entry.split()[0]} for this machine.", flush=True)
    elif index:
        print(f"{index} does not answer.", flush=True)
    if sys.platform != "linux":
        # Elsewhere PyPI's own build is a small one.
        return False
    print("A CPU build may be where pip looks, too; if not, torch comes as it is.", flush=True)
    return install_alone(re.sub(r"^(torch==[^\s+]+)", r"\1+cpu", entry))


def main(files: list[str]) -> int:
    """Install torch, then everything in the files; return the exit code."""
    index = os.environ.get("TORCH_INDEX", CPU_INDEX).strip()
    entry = torch_entry(files)
    is_small = entry is None or is_installed(entry.split()[0])
    if entry and not is_small:
        is_small = install_small_torch(index, entry)
    is_locked = any(file.endswith(".lock") for file in files)
    options = ["--require-hashes"] if is_locked else []
    if pip_install(*options, *(part for file in files for part in ("-r", file))):
        return 0
    if is_locked and not is_small:
        print(LARGE_TORCH, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
