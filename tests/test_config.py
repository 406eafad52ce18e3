"""What a deployment may choose, what it is told of a mistake, and that the README says the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.choices import SettingsError
from app.config import VARIABLES, Config, Container, readme_rows

ROOT = Path(__file__).parent.parent


def test_the_readme_has_these_rows_and_no_other() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    ours = tuple(f"| `{one.name}`" for one in VARIABLES)
    assert [line for line in lines if line.startswith((*ours, "| `DESCENT_LAB"))] == readme_rows()


def test_nobody_else_reads_the_environment() -> None:
    files = [ROOT / "gunicorn.conf.py"]
    for folder in ("app", "callbacks", "components"):
        files += (ROOT / folder).rglob("*.py")
    readers = {path.name for path in files if re.search(r"\bos\.environ|getenv", path.read_text())}
    # These set what torch, gunicorn and prometheus_client read.
    assert readers - {"__init__.py", "container.py", "gunicorn.conf.py"} == {"config.py"}


def test_nothing_chosen_is_the_default() -> None:
    assert Config.from_environment({}) == Config()
    assert Config.from_environment({one.name: " " for one in VARIABLES}) == Config()
    assert Container.from_environment({}).port == 8050


def test_everything_chosen() -> None:
    chosen = {
        "DESCENT_LAB_LESSONS": os.pathsep.join(["/a", "/b"]),
        "DESCENT_LAB_HOSTS": "Lab.example.org",
        "DESCENT_LAB_FRAME_ANCESTORS": "https://course.example.org",
        "DESCENT_LAB_BASE_PATH": "/teaching/lab/",
        "DESCENT_LAB_PROXIES": "2",
        "DESCENT_LAB_METRICS": "1",
        "DESCENT_LAB_CACHE": "/c", "DESCENT_LAB_CACHE_MB": "7",
        "REDIS_URL": "redis://:secret@redis:6379/0",
        "PORT": "80", "WEB_CONCURRENCY": "3", "THREADS": "4",
    }  # fmt: skip
    assert set(chosen) == {one.name for one in VARIABLES}
    assert Config.from_environment(chosen) == Config(
        (Path("/a"), Path("/b")),
        ("lab.example.org",),
        ("https://course.example.org",),
        "/teaching/lab/",
        2,
        True,
        Path("/c"),
        7_000_000,
        "redis://:secret@redis:6379/0",
    )
    assert "secret" not in repr(Config.from_environment(chosen))
    assert Container.from_environment(chosen) == Container(80, 3, 4)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DESCENT_LAB_HOSTS", "http://a"),
        ("DESCENT_LAB_FRAME_ANCESTORS", "a"),
        *(("DESCENT_LAB_BASE_PATH", text) for text in ("lab", "/lab", "lab/", "//", "/../")),
        *(("DESCENT_LAB_BASE_PATH", text) for text in ("/a b/", "/<x>/", "/é/", "/lab/?a/")),
        *(("DESCENT_LAB_PROXIES", text) for text in ("-1", "10", "1.0", "one", "9" * 5000, "²")),
        *(("DESCENT_LAB_METRICS", text) for text in ("2", "yes", "true")),
        *(("DESCENT_LAB_CACHE_MB", text) for text in ("0", "1e3", "-5", "65537")),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_in_a_sentence(name: str, text: str) -> None:
    refused(Config.from_environment, {name: text}, name)


@pytest.mark.parametrize("text", ["0", "-1", "many", "8050.0", "65536"])
@pytest.mark.parametrize("name", ["PORT", "WEB_CONCURRENCY", "THREADS"])
def test_so_is_a_wrong_number_of_the_container(name: str, text: str) -> None:
    refused(Container.from_environment, {name: text}, name)


def refused(read: Callable[[dict], object], environment: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(environment)
    sentence = str(caught.value)
    assert sentence.startswith(name) and sentence.endswith(".") and "Got" in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize(
    "text", ["redis:6379", "unix:///secret", "http://:secret@a", "redis://", "redis:// secret"]
)
def test_a_wrong_address_of_redis_is_not_quoted(text: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must be an address") as caught:
        Config.from_environment({"REDIS_URL": text})
    assert "secret" not in str(caught.value)


def test_a_misspelt_name_is_no_silence() -> None:
    with pytest.raises(SettingsError, match=r"^There is no setting named 'DESCENT_LAB_HOST'\.$"):
        Config.from_environment({"DESCENT_LAB_HOST": "lab.example.org"})


@pytest.mark.parametrize(
    ("module", "name", "text"),
    [
        ("gunicorn", "THREADS", "none"),
        ("gunicorn", "WEB_CONCURRENCY", "0"),
        ("gunicorn", "DESCENT_LAB_HOSTS", "a:1"),
        ("app.container", "DESCENT_LAB_HOSTS", "a:1"),
        # gunicorn itself stops at this one with a trace.
        ("app.container", "WEB_CONCURRENCY", "two"),
    ],
)
def test_the_container_does_not_start_and_says_why(module: str, name: str, text: str) -> None:
    command = [sys.executable, "-m", module, "--bind", "127.0.0.1:0"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {name: text}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert f"Descent Lab does not start. {name} must" in done.stderr
