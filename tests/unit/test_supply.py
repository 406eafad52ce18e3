"""What the image is made of: the lock files, the audit, and the licences of third-party files."""

import json
import re
import subprocess
from pathlib import Path

import dash
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from plotly.offline import get_plotlyjs_version

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
# The tables of LICENSES.md: file, part, version, licence, source.
ROWS = [
    [cell.strip(" `") for cell in line.split("|")[1:6]]
    for line in (ASSETS / "LICENSES.md").read_text().splitlines()
    if line.startswith("| `")
]

# The version and the traces in plotly.js' first line.
BUILT = re.match(r"/\* plotly\.js (\S+): (.+) \*/", (ASSETS / "plotly.min.js").read_text("utf-8"))


def pins(*files: str) -> set[tuple[str, str]]:
    """Names and versions; torch's lock file has the CPU build of the version."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    found = [Requirement(re.split(r" [#\\]", line)[0]) for line in lines if line[:1].isalpha()]
    return {(canonicalize_name(one.name), str(one.specifier).removesuffix("+cpu")) for one in found}


def test_lock_files_have_the_pins_of_the_requirements() -> None:
    locked = pins("requirements.lock", "requirements-torch.lock")
    assert locked == pins("requirements.txt", "requirements-distributed.txt"), "run make lock"


@pytest.mark.parametrize(
    ("output", "code", "fails", "said"),
    [
        ("", 0, False, "no known vulnerabilities"),
        ("Found 1 known vulnerability in 1 package", 1, True, "Found 1 known"),
        ("ERROR: Could not connect to PyPI", 1, False, "Nothing was audited."),
        ("ERROR: amqp: Dependency not found on PyPI", 1, False, "Nothing was audited."),
        ("usage: pip-audit [-h]", 2, True, "usage"),
    ],
)
def test_audit_fails_on_a_finding_only(output: str, code: int, fails: bool, said: str) -> None:
    """Run with pip-audit's output and exit code; the installation counts as up to date."""
    audit = f"sh -c 'echo \"{output}\" >&2; exit {code}'"
    command = ["make", "-s", "-o", ".venv/.dev", "audit", f"AUDIT={audit}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode != 0) is fails and said in done.stdout


def test_files_with_a_foreign_licence_are_listed() -> None:
    listed = {file for file, *_ in ROWS} | {"LICENSES.md"}
    for path in (one for one in ASSETS.rglob("*") if one.is_file()):
        name = str(path.relative_to(ASSETS))
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert name in listed or not re.search("copyright|licen[sc]e", text, re.IGNORECASE), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_listed_file_has_the_listed_version(row: list[str]) -> None:
    name, _, version, licence, source = row
    packages = Path(dash.__file__).parents[1]
    file = next(folder / name for folder in (ASSETS, packages) if (folder / name).is_file())
    assert licence and source.startswith("https://")
    assert version in file.name or version in file.read_text(encoding="utf-8", errors="ignore")


def test_plotly_js_is_the_built_one_of_the_version_that_the_python_package_knows() -> None:
    """The figures' properties are checked with that package (tests/unit/test_figures.py)."""
    asked = json.loads((ROOT / "tools/plotly/package.json").read_text())["devDependencies"]
    assert asked["plotly.js"] == get_plotlyjs_version(), "change tools/plotly, then make plotly"
    assert BUILT[1] == asked["plotly.js"], "run make plotly"


def test_plotly_js_has_the_traces_of_the_figures_and_no_other() -> None:
    figures = (ROOT / "components/figures").glob("*.py")
    drawn = {kind for file in figures for kind in re.findall(r'\btype="(\w+)"', file.read_text())}
    assert set(BUILT[2].split(", ")) == drawn, "change tools/plotly, then make plotly"
