"""`python -m app`: the dashboard for one person, or with --host 0.0.0.0 for a class."""

import argparse
import logging
from pathlib import Path

from werkzeug.serving import run_simple

from app.domain.errors import UserError
from app.lan_address import EVERYWHERE, own_address
from app.log import configure_logging
from app.server import create_app


def main() -> None:
    """Reads the command line and serves until Ctrl+C."""
    options = _parser().parse_args()
    configure_logging()
    try:
        app = create_app(options.lessons, listens_on=options.host, debug=options.debug)
    except UserError as error:
        raise SystemExit(f"Descent Lab does not start. {error}") from None
    base_path = app.config.requests_pathname_prefix
    print(f"Descent Lab is ready: {_address(options.host, options.port, base_path)}", flush=True)
    if options.debug:
        app.run(
            host=options.host,
            port=options.port,
            debug=True,
            dev_tools_disable_version_check=True,
        )
    else:
        # One line above is enough: no banner, no line for each request.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        run_simple(options.host, options.port, app.server, threaded=True)


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


def _address(host: str, port: int, base_path: str = "/") -> str:
    """The address to open in a browser; when the server listens on all interfaces, the one that
    other machines on the network can reach."""
    place = f"{port}{'' if base_path == '/' else base_path}"
    if host in EVERYWHERE:
        return f"http://{own_address() or '127.0.0.1'}:{place}  (this is what the class types)"
    # A URL has an IPv6 address in brackets.
    return f"http://[{host}]:{place}" if ":" in host else f"http://{host}:{place}"


if __name__ == "__main__":
    main()
