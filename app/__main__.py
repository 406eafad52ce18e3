"""`python -m app`: the dashboard for one person, or with --host 0.0.0.0 for a class."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import flask
from werkzeug.serving import run_simple

from app.domain.errors import UserError
from app.lan_address import EVERYWHERE, own_addresses
from app.log import configure_logging
from app.server import create_app
from app.web.visitors import Visitors, hint_without_visitors


def main() -> None:
    """Reads the command line and serves until Ctrl+C."""
    options = _parser().parse_args()
    configure_logging()
    try:
        app = create_app(options.lessons, listens_on=options.host, debug=options.debug)
    except UserError as error:
        raise SystemExit(f"Descent Lab does not start. {error}") from None
    base_path = app.config.requests_pathname_prefix
    own = own_addresses() if options.host in EVERYWHERE else []
    _say(_ready(options.host, options.port, base_path, own))
    # One line above is enough: no banner, no line for each request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = _watched(app.server, options.port, own) if own else app.server
    run_simple(options.host, options.port, application, threaded=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Serves Descent Lab.")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets the class in")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--debug", action="store_true", help="Dash's developer tools")
    parser.add_argument(
        "--lessons",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder with lessons of your own, see docs/writing-lessons.md",
    )
    return parser


def _ready(host: str, port: int, base_path: str, own: Sequence[str]) -> str:
    """Where to open the page: for a class, each of this machine's `own` addresses."""
    if host not in EVERYWHERE:
        return f"Descent Lab is ready: {_address(host, port, base_path)}"
    if not own:
        here = _address("127.0.0.1", port, base_path)
        return f"Descent Lab is ready: {here}  (this computer only: it is in no network)"
    first, *others = (_address(one, port, base_path) for one in own)
    lines = [f"Descent Lab is ready: {first}  (this is what the class types)"]
    if others:
        lines.append("If the class is in another network of this computer, it types one of these:")
    return "\n".join([*lines, *(f"  {other}" for other in others)])


def _address(host: str, port: int, base_path: str = "/") -> str:
    """The address to open in a browser; a URL has an IPv6 address in brackets."""
    place = f"[{host}]" if ":" in host else host
    return f"http://{place}:{port}{'' if base_path == '/' else base_path}"


def _watched(server: flask.Flask, port: int, own: Sequence[str]) -> Visitors:
    """The server, which says after a while without a visitor what a class can try."""
    visitors = Visitors(server, own)
    wait = visitors.came.wait
    Thread(target=hint_without_visitors, args=(wait, port, _say), daemon=True).start()
    return visitors


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
