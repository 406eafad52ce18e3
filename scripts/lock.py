"""Write requirements.lock, the pins of requirements.txt and requirements-distributed.txt with the
hashes of their files.

The image installs from it, so what is built tomorrow is what was looked at today. uv collects the
hashes at PyPI. torch's CPU builds lie on PyTorch's own index only, whose page names their hashes;
where that index does not answer, those that the lock file has of this very version remain.
"""

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINS = [ROOT / "requirements.txt", ROOT / "requirements-distributed.txt"]
LOCK = ROOT / "requirements.lock"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
OLDEST_PYTHON = "3.11"
HEADER = """\
# Made by `make lock` from requirements.txt and requirements-distributed.txt: change those. Every
# file of each version has its hash, for all processors and Pythons; torch's are those of PyPI and
# of the CPU builds.
"""

Lock = dict[str, set[str]]


def read(text: str) -> Lock:
    """Return the hashes by pin, which is a name, ``==``, a version and possibly a marker."""
    lock: Lock = {}
    pin = ""
    for line in text.splitlines():
        if line and line[0] not in " #":
            pin = line.removesuffix("\\").strip()
            lock[pin] = set()
        elif pin:
            lock[pin].update(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    return lock


def written(lock: Lock) -> str:
    """Return the text that `read` reads, in the order of names."""
    lines = [
        " \\\n    ".join([pin, *(f"--hash={one}" for one in sorted(lock[pin]))])
        for pin in sorted(lock)
    ]
    return HEADER + "\n".join(lines) + "\n"


def of_pypi() -> Lock:
    """Return what PyPI has of every pin; what each brings along is pinned as well."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *map(str, PINS)]
    command += ["--no-deps", "--universal"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-config", "--quiet"]
    command += ["--python-version", OLDEST_PYTHON]
    return read(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def of_cpu_index(page: str, version: str) -> set[str]:
    """Return the hashes that an index's page for torch names for one version, whichever build."""
    link = rf"torch-{re.escape(version)}(?:(?:\+|%2B)cpu)?-[^\"#]*\.whl#sha256=([0-9a-f]{{64}})"
    return {f"sha256:{one}" for one in re.findall(link, page)}


def page_of(index: str) -> str:
    """Return the index's page for torch, nothing if it does not answer."""
    try:
        with urllib.request.urlopen(f"{index.rstrip('/')}/torch/", timeout=10) as answer:
            return str(answer.read().decode())
    except (OSError, ValueError):
        return ""


def of_small_torch(pin: str, page: str, before: Lock) -> set[str]:
    """Return the hashes of the CPU builds; raises SystemExit where nobody knows them."""
    found = of_cpu_index(page, pin.partition("==")[2])
    if found:
        return found
    if pin not in before:
        raise SystemExit(
            f"The hashes of the CPU builds of {pin} are on PyTorch's index alone, and it does not "
            "name them now. Nothing is written; try again where it can be reached."
        )
    print(f"PyTorch's index does not answer: the hashes of {pin} remain, and PyPI's join them.")
    return before[pin]


def main() -> None:
    """Write the lock file."""
    before = read(LOCK.read_text(encoding="utf-8")) if LOCK.exists() else {}
    lock = of_pypi()
    torch = next(pin for pin in lock if pin.startswith("torch=="))
    lock[torch] |= of_small_torch(
        torch, page_of(os.environ.get("TORCH_INDEX") or CPU_INDEX), before
    )
    LOCK.write_text(written(lock), encoding="utf-8")
    print(f"{LOCK.name}: {len(lock)} packages, {sum(map(len, lock.values()))} hashes")


if __name__ == "__main__":
    main()
