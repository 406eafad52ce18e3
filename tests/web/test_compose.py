"""The compose files and the image's settings, as far as they can be tried without Docker."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
import yaml

from app.config import Config, ServerConfig
from tests.serving import served
from tools.host import need, proxied

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]
HEADERS = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR")


@pytest.mark.parametrize("file", ["compose.yaml", "compose.distributed.yaml"])
def test_app_accepts_the_environment_of_the_compose_files(file: str) -> None:
    services = yaml.safe_load((ROOT / file).read_text())["services"].values()
    for given in (one["environment"] for one in services if "environment" in one):
        # ${NAME:-default} without an .env file
        plain = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", text) for name, text in given.items()}
        Config.from_environment(plain)
        ServerConfig.from_environment(plain)


def test_proxy_passes_the_typed_host_on_and_caches_files_only() -> None:
    asked: Counter[str] = Counter()

    def echo(environ: dict, start) -> list[bytes]:
        asked[environ["PATH_INFO"]] += 1
        start("200 OK", [("Cache-Control", "public, max-age=60")])
        return [json.dumps([environ[name] for name in HEADERS]).encode()]

    files = ("/lab/assets/a.css", "/lab/_dash-component-suites/a.js", "/lab/plotly-1.min.js")
    pages = ("/lab/", "/lab/_dash-layout", "/lab/health")
    with (
        served(echo) as app_port,
        proxied(app_port) as port,
        httpx.Client(base_url=f"http://localhost:{port}", trust_env=False) as client,
    ):
        for path in (*files, *pages) * 2:
            seen = client.get(path).json()
            assert seen == [f"localhost:{port}", f"localhost:{port}", "http", "127.0.0.1"]
    assert asked == {**dict.fromkeys(files, 1), **dict.fromkeys(pages, 2)}


def test_image_starts_as_any_user_with_a_read_only_file_system() -> None:
    """Under a user without a passwd entry, with the variables that the Dockerfile sets.

    Only /dev/shm is writable. The capability lets that user read this Python and this folder.
    """
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    text = re.findall(r"^ENV ((?:.*\\\n)*.*)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1]
    image = dict(one.split("=", 1) for one in shlex.split(text.replace("\\\n", " ")))
    read_only = "for one in /tmp /var/tmp; do mount --bind $one $one; "
    read_only += 'mount -o remount,ro,bind $one; done; exec "$@"'
    user = ["--reuid", "1000730000", "--regid", "0", "--clear-groups"]
    user += ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    command = [need("unshare"), "--mount", "sh", "-c", read_only, "-", need("setpriv"), *user]
    command += [sys.executable, "gunicorn.conf.py", "--check-config"]
    env = image | {"PATH": os.environ["PATH"], "HOME": "/"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
