"""Compresses beforehand what an image always sends: `python -m app.pack_files`.

At the best quality, which takes a minute, once, and makes the page a tenth smaller.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dash import Dash

from app.packing import FOLDER, SMALLEST, is_large_text, name_of, packers
from app.server import ASSETS, create_app

# The highest level of zstd whose window is not too large for browsers.
BEST = packers(11, 19, 9)


def pack_files(folder: Path = FOLDER) -> int:
    """Writes each text of the page in every form; how many texts there are."""
    folder.mkdir(exist_ok=True)
    written = set()
    with ThreadPoolExecutor() as pool:
        # One text after the other: the saved page has plotly.js inside as it is packed here.
        for text in texts_of(create_app()):
            names = {name_of(encoding, text): pack for encoding, pack in BEST.items()}
            packed = pool.map(lambda pack, text=text: pack(text), names.values())
            for name, data in zip(names, packed, strict=True):
                (folder / name).write_bytes(data)
            written.add(text)
    return len(written)


def texts_of(app: Dash) -> Iterator[bytes]:
    """All that the page may load and that compression makes smaller."""
    client = app.server.test_client()
    for path in paths_of(app):
        with client.get(path, headers={"Accept-Encoding": "identity"}) as response:
            is_text = response.mimetype == "text/html" or is_large_text(response)
            if response.status_code == 200 and is_text and len(response.data) >= SMALLEST:
                yield response.data


def paths_of(app: Dash) -> Iterator[str]:
    """The addresses without a blank in them but the page itself, which is written anew for each who
    opens it; the app's own files, and those of Dash's packages."""
    prefix = app.config.routes_pathname_prefix
    for rule in app.server.url_map.iter_rules():
        if rule.rule != prefix and not rule.arguments and "GET" in (rule.methods or ()):
            yield rule.rule
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            yield f"{prefix}assets/{path.relative_to(ASSETS).as_posix()}"
    for package, paths in app.registered_paths.items():
        for path in sorted(path for path in paths if path.endswith((".js", ".css"))):
            yield f"{prefix}_dash-component-suites/{package}/{path}"


if __name__ == "__main__":
    print(f"{pack_files()} texts are packed in {FOLDER}", file=sys.stderr)
