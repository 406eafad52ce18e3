"""What the image is made of: its lock file, the audit, the list of parts, and whose they are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import dash
import plotly
import pytest

from scripts import audit, install, lock, sbom

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "assets"
PINS = "".join(path.read_text() for path in lock.PINS)
LOCK = (ROOT / "requirements.lock").read_text()
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", re.MULTILINE)
# sha256 of nothing that is.
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
FOUND = {"id": "PYSEC-2026-1", "fix_versions": ["1.0.1"], "aliases": [], "description": ""}


def versions(text: str) -> dict[str, str]:
    return {sbom.normal(name): version for name, version in PIN.findall(text)}


class TestLockFile:
    def test_it_has_the_pins_of_requirements_and_no_other(self) -> None:
        assert versions(LOCK) == versions(PINS), "requirements.txt has changed: make lock"

    def test_a_package_for_some_pythons_alone_is_so_in_both(self) -> None:
        marked = re.findall(r"^([\w.-]+)==[^\s;]+ ?;", PINS, re.MULTILINE)
        in_lock = re.findall(r"^([\w.-]+)==[^\s;]+ ?;", LOCK, re.MULTILINE)
        assert [*map(sbom.normal, marked)] == [*map(sbom.normal, in_lock)] != []

    def test_every_one_has_its_hashes(self) -> None:
        assert all(lock.read(LOCK).values())

    def test_it_names_no_server_and_sets_no_option(self) -> None:
        assert "://" not in LOCK
        assert all(line[0] in "# " or "==" in line for line in LOCK.splitlines())

    def test_torch_comes_in_both_builds(self) -> None:
        """The CPU build for 64-bit Intel and Python 3.11, and PyPI's for a Mac with Python 3.14."""
        torch = lock.read(LOCK)["torch==2.13.0"]
        assert {
            "sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
            "sha256:d849b390e07d8d333ce8ecaf91b273c656c598379a19c9acf1318a883f6b391c",
        } < torch

    def test_the_image_is_installed_from_it(self) -> None:
        docker = (ROOT / "Dockerfile").read_text()
        assert "ARG REQUIREMENTS=requirements.lock" in docker
        assert 'install.py "$REQUIREMENTS"' in docker
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        assert "!requirements.lock" in ignored


class TestMakingTheLockFile:
    def test_what_is_written_is_read(self) -> None:
        made = {"b==2 ; python_version < '3.14'": {ONE}, "a==1": {TWO, ONE}}
        assert lock.read(lock.written(made)) == made

    def test_the_page_of_an_index_names_the_hashes_of_one_version(self) -> None:
        names = ["torch-2.1.0%2Bcpu-cp311-a.whl", "torch-2.1.0-cp311-mac.whl"]
        others = ["torch-2.1.1%2Bcpu-cp311-a.whl", "torch-2.1.0%2Bcu130-cp311-a.whl"]
        links = [
            f'<a href="/whl/cpu/{name}#sha256={digit * 64}">'
            for name, digit in zip(names + others, "1234", strict=True)
        ]
        assert lock.of_cpu_index("\n".join(links), "2.1.0") == {ONE, TWO}

    def test_without_that_index_the_hashes_of_the_same_version_remain(self) -> None:
        before = {"torch==2.1.0": {ONE}}
        assert lock.of_small_torch("torch==2.1.0", "", before) == {ONE}

    def test_of_another_version_nobody_knows_them(self) -> None:
        with pytest.raises(SystemExit, match=r"Nothing is written"):
            lock.of_small_torch("torch==2.2.0", "", {"torch==2.1.0": {ONE}})

    def test_an_index_that_does_not_answer_is_an_empty_page(self) -> None:
        assert lock.page_of("http://127.0.0.1:9") == ""


class TestInstalling:
    @pytest.fixture
    def ran(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], str]]:
        """The options of each run of pip, and what stood in its file."""
        ran: list[tuple[tuple[str, ...], str]] = []

        def pip(*args: str) -> bool:
            ran.append((args, Path(args[-1]).read_text()))
            return self.works

        monkeypatch.setattr(install, "pip_install", pip)
        monkeypatch.setattr(install, "is_installed", lambda pin: False)
        monkeypatch.setattr(sys, "platform", "linux")
        return ran

    works = True

    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        path = tmp_path / "requirements.lock"
        entry = lock.written({"torch==2.1.0": {ONE, TWO}, "a==1": {THREE}})
        path.write_text(entry)
        return str(path)

    def test_torch_from_the_small_index_with_its_hashes(
        self, monkeypatch: pytest.MonkeyPatch, ran: list, file: str
    ) -> None:
        monkeypatch.setenv("TORCH_INDEX", "https://index.example")
        monkeypatch.setattr(install, "answers", lambda index: True)
        assert install.main([file]) == 0
        (alone, entry), (rest, _) = ran
        assert {"--no-deps", "https://index.example"} < set(alone)
        assert lock.read(entry) == {"torch==2.1.0": {ONE, TWO}}
        assert rest == ("--require-hashes", "-r", file)

    def test_else_a_small_one_from_where_pip_looks(
        self, monkeypatch: pytest.MonkeyPatch, ran: list, file: str
    ) -> None:
        monkeypatch.setenv("TORCH_INDEX", "")
        assert install.main([file]) == 0
        (alone, entry), _ = ran
        assert "--index-url" not in alone
        assert lock.read(entry) == {"torch==2.1.0+cpu": {ONE, TWO}}

    def test_a_large_torch_is_refused_with_a_way_out(
        self,
        monkeypatch: pytest.MonkeyPatch,
        ran: list,
        file: str,
        capsys: pytest.CaptureFixture,
    ) -> None:
        monkeypatch.setenv("TORCH_INDEX", "")
        monkeypatch.setattr(TestInstalling, "works", False)
        assert install.main([file]) == 1
        assert "install from requirements.txt" in capsys.readouterr().err

    def test_without_a_lock_file_no_hash_is_asked_for(self, ran: list) -> None:
        assert install.main([str(ROOT / "requirements.txt")]) == 0
        assert "--require-hashes" not in ran[-1][0]


def report(**packages: Any) -> str:
    """What pip-audit prints; a package is its vulnerabilities, or why it was left out."""
    return json.dumps(
        {
            "dependencies": [
                {"name": name, "version": "1.0", "vulns": found}
                if isinstance(found, list)
                else {"name": name, "skip_reason": found}
                for name, found in packages.items()
            ]
        }
    )


class TestAudit:
    def test_a_finding_fails_and_says_what_mends_it(self) -> None:
        code, said = audit.verdict(report(a=[FOUND], b=[], c="unknown"), "")
        assert code == 1 and "a 1.0: PYSEC-2026-1, mended in 1.0.1" in said

    def test_nothing_found_says_what_was_looked_at(self) -> None:
        code, said = audit.verdict(report(a=[], b=[], c="unknown"), "")
        assert code == 0 and said.startswith("2 packages audited") and said.endswith(": c")

    @pytest.mark.parametrize(
        ("printed", "errors"),
        [
            (report(a="not found", b="not found"), "No known vulnerabilities found"),
            ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"),
            ("", "requests.exceptions.ConnectionError: Name or service not known"),
            ("", "requests.exceptions.ReadTimeout: 10"),
        ],
    )
    def test_a_database_out_of_reach_is_no_clean_bill(self, printed: str, errors: str) -> None:
        code, said = audit.verdict(printed, errors)
        assert code == 0 and said.endswith("Nothing was audited.") and "\n" not in said

    def test_a_failure_of_its_own_fails(self) -> None:
        code, said = audit.verdict("", "usage: pip-audit: unrecognized arguments")
        assert code == 1 and "unrecognized" in said

    def test_pip_audit_takes_the_lock_file(self) -> None:
        """Its dry run collects the packages and asks nobody."""
        done = subprocess.run(
            [*audit.AUDIT, "--dry-run"], capture_output=True, text=True, timeout=60, check=False
        )
        collected = int(re.search(r"would have audited (\d+) packages", done.stderr)[1])
        assert collected >= len(versions(LOCK)) - 1


class TestParts:
    @pytest.fixture(scope="class")
    @classmethod
    def bom(cls, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sbom, "OUT", tmp_path_factory.mktemp("sbom") / "parts.json")
            sbom.main()
            return json.loads(sbom.OUT.read_text())

    def test_the_packages_of_the_image_and_no_tool(self, bom: dict) -> None:
        names = {sbom.normal(one["name"]) for one in bom["components"] if "purl" in one}
        assert "torch" in names and "pytest" not in names
        assert versions(LOCK).keys() - names <= {"backports-zstd"}

    def test_the_files_of_others(self, bom: dict) -> None:
        parts = {one["name"]: one.get("version") for one in bom["components"]}
        assert parts["Bootstrap"] == "5.3.8"
        assert {"Bootstrap Icons", "plotly.js", "MathJax"} < parts.keys()

    def test_each_has_a_licence(self, bom: dict) -> None:
        assert not [one["name"] for one in bom["components"] if not one.get("licenses")]

    def test_it_tells_nothing_of_the_machine(self, bom: dict) -> None:
        text = json.dumps(bom)
        assert str(ROOT) not in text and "file://" not in text


ROWS = {row[0]: row for row in sbom.rows((ASSETS / "LICENSES.md").read_text(encoding="utf-8"))}
OUR_STYLES = {"02-lab.css", "03-reach.css"}


class TestWhoseFilesTheyAre:
    def test_each_file_is_ours_or_named(self) -> None:
        files = {str(one.relative_to(ASSETS)) for one in ASSETS.rglob("*") if one.is_file()}
        named = {name for name in ROWS if (ASSETS / name).exists()}
        rest = files - named - OUR_STYLES - {"LICENSES.md"}
        assert all(name.endswith(".js") for name in rest), rest
        for name in rest:
            text = (ASSETS / name).read_text(encoding="utf-8")
            assert '"use strict";' in text and not re.search("copyright|licen[sc]e", text, re.I), (
                name
            )

    @pytest.mark.parametrize("name", ROWS)
    def test_it_is_there_in_the_version_named(self, name: str) -> None:
        packages = Path(dash.__file__).parents[1], Path(plotly.__file__).parents[1]
        file = next(p / name for p in (ASSETS, *packages) if (p / name).is_file())
        _, _, version, licence, source = ROWS[name]
        assert licence and source.startswith("https://")
        assert version in file.name or version in file.read_text(encoding="utf-8", errors="ignore")
