"""The page's script modules, which import each other by name: `#lab/lib/dom.mjs`.

An import map in the page gives each name its address. On the live page that has the file's hash, so
a browser keeps it for good and has each module once; in a saved page it is the module itself.
"""

import base64
import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets"
# Dash loads this one, under an address of its own; nothing imports it.
ENTRY = "main.mjs"
# For Dash: the files in assets/ that it must not load.
IGNORED = r"^(?!main\.mjs$).*\.mjs$|^plotly\.min\.js$"
IMMUTABLE = r"/assets/lab/.+\.[0-9a-f]{12}\.mjs$"


def addresses(prefix: str, has_hashes: bool = True) -> dict[str, tuple[str, Path]]:
    """name -> (address, file) of each module that is imported.

    prefix      the path under which the page is served, with a slash at its end
    has_hashes  False while files may change
    """
    return {
        f"#lab/{name.as_posix()}": (f"{prefix}assets/lab/{_address(path, name, has_hashes)}", path)
        for path, name in _modules()
    }


def import_map(address: Callable[[str], str]) -> str:
    """The JSON of the import map; `address` gives the address of a module by its name."""
    names = [f"#lab/{name.as_posix()}" for _, name in _modules()]
    return json.dumps({"imports": {name: address(name) for name in names}}, separators=(",", ":"))


def inline_map() -> str:
    """The import map of a saved page, which has the modules in itself."""
    texts = {f"#lab/{name.as_posix()}": path.read_bytes() for path, name in _modules()}
    return import_map(
        lambda name: f"data:text/javascript;base64,{base64.b64encode(texts[name]).decode()}"
    )


def fingerprint(path: Path) -> str:
    """12 hex digits that change with the file."""
    return sha256(path.read_bytes()).hexdigest()[:12]


@cache
def _modules() -> tuple[tuple[Path, Path], ...]:
    """(file, name below lab/) of each module but the entry."""
    lab = ASSETS / "lab"
    paths = sorted(path for path in lab.rglob("*.mjs") if path.name != ENTRY)
    return tuple((path, path.relative_to(lab)) for path in paths)


def _address(path: Path, name: Path, has_hashes: bool) -> str:
    if not has_hashes:
        return name.as_posix()
    return name.with_suffix(f".{fingerprint(path)}.mjs").as_posix()
