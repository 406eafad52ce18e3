"""Look for known vulnerabilities in what the image installs: ``python scripts/audit.py``.

pip-audit asks PyPI about every pin of requirements.lock. A finding fails. Where the database
cannot be reached, or knows none of the packages as a mirror may, nothing was audited: one line
says so, and the check goes on.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
AUDIT = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes"]
AUDIT += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
SECONDS = 180
UNREACHED = re.compile(r"ConnectionError|Could not connect|Timeout|not redirecting|ServiceError")


def verdict(report: str, errors: str) -> tuple[int, str]:
    """Return the exit code and what to say, from what pip-audit has printed on both channels."""
    if not report.strip():
        if UNREACHED.search(errors):
            return 0, skipped("its database cannot be reached")
        return 1, f"pip-audit failed.\n{errors.strip()}"
    packages = json.loads(report)["dependencies"]
    audited = [one for one in packages if "skip_reason" not in one]
    if findings := [line for one in audited for line in findings_of(one)]:
        return 1, "\n".join(["Known vulnerabilities:", *findings])
    if not audited:
        return 0, skipped("its database knows none of the packages here")
    unknown = ", ".join(one["name"] for one in packages if "skip_reason" in one)
    said = f"{len(audited)} packages audited, no known vulnerability"
    return 0, f"{said}; not known to the database: {unknown}" if unknown else said


def skipped(why: str) -> str:
    """Return the one message that must not read like a clean bill."""
    return f"pip-audit was skipped: {why}. Nothing was audited."


def findings_of(package: dict[str, Any]) -> list[str]:
    """Return a line for each vulnerability, with the versions that mend it."""
    return [
        f"  {package['name']} {package['version']}: {one['id']}, mended in "
        + (", ".join(one["fix_versions"]) or "no version yet")
        for one in package["vulns"]
    ]


def main() -> int:
    """Run pip-audit; return the exit code."""
    try:
        done = subprocess.run(AUDIT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(skipped("its database does not answer in time"))
        return 0
    code, said = verdict(done.stdout, done.stderr)
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
