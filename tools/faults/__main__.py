"""Makes the faults one after the other, prints a line for each, and says by its exit code whether
people were spared what they should be spared."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from tools.faults import clients, machines, processes
from tools.faults.outcome import Outcome

# Each takes a free port of this machine.
FAULTS: dict[str, Callable[[int], Outcome]] = {
    "kill": processes.a_process_is_killed,
    "reload": processes.a_reload,
    "hang-ups": clients.clients_hang_up,
    "slow": clients.clients_are_slow,
    "stop": processes.a_stop,
    "restart": processes.all_is_killed,
    "garbage": clients.garbage,
    "worker": machines.a_worker_is_killed,
    "redis": machines.redis_is_killed,
}


def main() -> None:
    options = _options()
    missed = []
    for name in options.names or FAULTS:
        began = time.monotonic()
        outcome = FAULTS[name](options.port)
        print(f"{name:10} {outcome} [{time.monotonic() - began:.0f} s]", flush=True)
        if not outcome.is_met:
            missed.append(name)
    sys.exit(f"not met: {', '.join(missed)}" if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--port", type=int, default=8052)
    options = parser.parse_args()
    for name in options.names:
        if name not in FAULTS:
            parser.error(f"there is no fault named {name}")
    return options


if __name__ == "__main__":
    main()
