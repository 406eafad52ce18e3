"""List the parts of the image as a CycloneDX file: ``python scripts/sbom.py``.

cyclonedx-py describes what is installed beside this Python; what the lock file does not name is
for tests and checks, and left out. The files of others that lie in assets/, or inside a package,
come from the tables of assets/LICENSES.md. Needs no network. Debian's and Python's own part of
the image is not here: the base image has its own list.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OUT = ROOT / "descent-lab.cdx.json"
LOCK = ROOT / "requirements.lock"
LICENSES = ROOT / "assets" / "LICENSES.md"
Bom = dict[str, Any]


def normal(name: str) -> str:
    """Return a package's name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> set[str]:
    """Return the names that a lock file pins."""
    return {normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def installed() -> Bom:
    """Return what cyclonedx-py says of this Python's packages."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    # Unvalidated, since it is not whole yet; see `check`.
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    command += ["--no-validate"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    bom: Bom = json.loads(done.stdout)
    return bom


def rows(tables: str) -> list[list[str]]:
    """Return the cells of each row: file, part, version if it has one, licence, address."""
    lines = [line for line in tables.splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in line.split("|")[1:6]] for line in lines]


def vendored(tables: str) -> list[Bom]:
    """Return the parts that the tables of LICENSES.md name."""
    return [
        {
            "type": "data" if file.endswith(".csv") else "library",
            "bom-ref": f"file:{file}",
            "name": part,
            **({"version": version} if version else {}),
            "licenses": [{"license": {"id": licence}}],
            "externalReferences": [{"type": "website", "url": source}],
            "properties": [{"name": "descent-lab:file", "value": file}],
        }
        for file, part, version, licence, source in rows(tables)
    ]


def assembled(bom: Bom, names: set[str], files: list[Bom]) -> Bom:
    """Return the parts of the image alone: the packages of these names, and the files."""
    packages = [one for one in bom["components"] if normal(one["name"]) in names]
    root = bom["metadata"]["component"]["bom-ref"]
    kept = {one["bom-ref"] for one in packages}
    depends = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in kept]}
        for one in bom["dependencies"]
        if one["ref"] in kept
    ]
    everything = sorted(kept) + [one["bom-ref"] for one in files]
    depends.append({"ref": root, "dependsOn": everything})
    return {**bom, "components": packages + files, "dependencies": depends}


def check(text: str) -> None:
    """Raise SystemExit for what is no CycloneDX."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"The list of parts is no CycloneDX 1.6: {error}")


def licence_of(component: Bom) -> str:
    """Return a part's licence as it declares it: the shortest of several names for one."""
    names = [
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", [])
    ]
    return min(names, key=len, default="none declared").removeprefix("License :: OSI Approved :: ")


def main() -> None:
    """Write the file, and print how many parts are under which licence."""
    names = locked(LOCK.read_text(encoding="utf-8"))
    files = vendored(LICENSES.read_text(encoding="utf-8"))
    bom = assembled(installed(), names, files)
    text = json.dumps(bom, indent=1)
    check(text)
    OUT.write_text(text + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(bom['components'])} parts")
    for licence, count in Counter(map(licence_of, bom["components"])).most_common():
        print(f"{count:4} {licence}")


if __name__ == "__main__":
    main()
