"""docs/architecture.md names the folders that exist, in the order of the import contract."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
FOLDERS = re.findall(r"^\| `([\w/]+)/` \|", PAGE, re.MULTILINE)


def test_the_table_of_folders_is_complete() -> None:
    packages = [ROOT / "app", ROOT / "callbacks", ROOT / "components"]
    inner = [one.parent for package in packages for one in package.rglob("__init__.py")]
    outer = [one for one in ROOT.iterdir() if one.is_dir() and one.name.isidentifier()]
    scripts = [one for one in (ROOT / "assets/lab").iterdir() if one.is_dir()]
    there = {one.relative_to(ROOT).as_posix() for one in (*inner, *outer, *scripts)}
    assert set(FOLDERS) == there - {"__pycache__", "node_modules"}
    assert len(FOLDERS) == len(set(FOLDERS))


def test_the_folders_stand_in_the_order_in_which_they_may_import() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["name"] == "Imports run downhill")
    level = {
        name.strip().replace(".", "/"): k
        for k, layer in enumerate(layers)
        for name in layer.split("|")
    }
    levels = [level[folder] for folder in FOLDERS if folder in level]
    assert levels == sorted(levels)


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:app|assets|callbacks|components)/[\w/.-]+\.(?:py|js|mjs))`", PAGE)
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []
