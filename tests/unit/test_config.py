"""The environment variables: what is read, what is refused, and the README's table of them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import HOSTS, NAMES, Config, ServerConfig
from app.domain.errors import UserError

ROOT = Path(__file__).parents[2]
SERVER_NAMES = ("PORT", "WEB_CONCURRENCY", "THREADS")


def test_readme_table_describes_every_variable() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == [*NAMES, *SERVER_NAMES]


def test_only_config_reads_the_environment() -> None:
    files = [ROOT / "gunicorn.conf.py"]
    for folder in ("app", "callbacks", "components"):
        files += (ROOT / folder).rglob("*.py")
    readers = {path.name for path in files if re.search(r"\bos\.environ|getenv", path.read_text())}
    # These set variables that torch, gunicorn and prometheus_client read.
    assert readers - {"__init__.py", "gunicorn.conf.py"} == {"config.py"}


def test_unset_and_empty_variables_give_the_defaults() -> None:
    assert Config.from_environment({}) == Config()
    assert Config.from_environment(dict.fromkeys(NAMES, " ")) == Config()
    assert ServerConfig.from_environment({}).port == 8050


def test_every_variable_is_read() -> None:
    chosen = {
        "DESCENT_LAB_LESSONS": os.pathsep.join(["/a", "/b"]),
        "DESCENT_LAB_HOSTS": "Lab.example.org",
        "DESCENT_LAB_FRAME_ANCESTORS": "https://course.example.org",
        "DESCENT_LAB_BASE_PATH": "/teaching/lab/",
        "DESCENT_LAB_PROXIES": "2",
        "DESCENT_LAB_METRICS": "1",
        "REDIS_URL": "redis://:secret@redis:6379/0",
        "PORT": "80", "WEB_CONCURRENCY": "3", "THREADS": "4",
    }  # fmt: skip
    assert set(chosen) == {*NAMES, *SERVER_NAMES}
    assert Config.from_environment(chosen) == Config(
        lessons=(Path("/a"), Path("/b")),
        hosts=("lab.example.org",),
        frame_ancestors=("https://course.example.org",),
        base_path="/teaching/lab/",
        proxies=2,
        has_metrics=True,
        redis="redis://:secret@redis:6379/0",
    )
    assert "secret" not in repr(Config.from_environment(chosen))
    assert ServerConfig.from_environment(chosen) == ServerConfig(port=80, workers=3, threads=4)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DESCENT_LAB_HOSTS", "http://a"),
        ("DESCENT_LAB_FRAME_ANCESTORS", "a"),
        *(("DESCENT_LAB_BASE_PATH", text) for text in ("lab", "/lab", "lab/", "//", "/../")),
        *(("DESCENT_LAB_BASE_PATH", text) for text in ("/a b/", "/<x>/", "/é/", "/lab/?a/")),
        *(("DESCENT_LAB_PROXIES", text) for text in ("-1", "10", "1.0", "one", "9" * 5000, "²")),
        *(("DESCENT_LAB_METRICS", text) for text in ("2", "yes", "true")),
    ],
)  # fmt: skip
def test_invalid_value_is_reported_with_its_name(name: str, text: str) -> None:
    refused(Config.from_environment, {name: text}, name)


@pytest.mark.parametrize("text", ["0", "-1", "many", "8050.0", "65536"])
@pytest.mark.parametrize("name", SERVER_NAMES)
def test_invalid_server_number_is_reported_with_its_name(name: str, text: str) -> None:
    refused(ServerConfig.from_environment, {name: text}, name)


def refused(read: Callable[[dict], object], environment: dict[str, str], name: str) -> None:
    with pytest.raises(UserError) as caught:
        read(environment)
    assert str(caught.value).startswith(name) and len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        *("redis:6379", "unix:///secret", "http://:secret@a", "redis://", "redis:// secret"),
        # Unescaped, these end the password, and with it the host.
        *("redis://:57#secret@host/0", "redis://:5/secret@host/0", "redis://:5?secret@host/0"),
        *("redis://host/secret", "redis://host:secret/0", "redis://host/0?secret=1"),
        "redis://host/0?ssl_cert_reqs=required",
    ],
)
def test_invalid_redis_url_is_not_quoted(text: str) -> None:
    with pytest.raises(UserError, match="REDIS_URL must be a URL") as caught:
        Config.from_environment({"REDIS_URL": text})
    assert "secret" not in str(caught.value) and "#" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("redis://host", "redis://host/", "redis://host:6379/15", "redis://[::1]:6379/0"),
        *("redis://:57%23W@host/0", "redis://name:a@b@host/0"),
        "rediss://host/0?ssl_cert_reqs=none",
        "rediss://host/0?ssl_ca_certs=/run/ca.pem&ssl_cert_reqs=optional",
    ],
)
def test_redis_url_is_accepted_as_it_is(text: str) -> None:
    assert Config.from_environment({"REDIS_URL": text}).redis == text


def test_redis_with_tls_requires_a_certificate_by_default() -> None:
    for text, end in {"/0": "?", "/0?ssl_ca_certs=/run/ca.pem": "&"}.items():
        config = Config.from_environment({"REDIS_URL": f"rediss://host{text}"})
        assert config.redis == f"rediss://host{text}{end}ssl_cert_reqs=required"


@pytest.mark.parametrize("name", ["HOST", "PORT", "PROXY_SERVICE", "METRICS_PORT"])
def test_misspelt_name_is_reported(name: str) -> None:
    with pytest.raises(UserError, match=f"Unknown environment variable 'DESCENT_LAB_{name}'"):
        Config.from_environment({f"DESCENT_LAB_{name}": "8050"})


def test_retired_variable_does_not_stop_the_start() -> None:
    config = Config.from_environment({"DESCENT_LAB_CACHE": "/c", "DESCENT_LAB_CACHE_MB": "many"})
    assert config == Config(retired=("DESCENT_LAB_CACHE", "DESCENT_LAB_CACHE_MB"))


@pytest.mark.parametrize("service", ["DESCENT_LAB", "DESCENT_LAB_REDIS"])
def test_kubernetes_service_links_are_ignored(service: str) -> None:
    """The names of a service with a named port, as Kubernetes documents them."""
    links = {
        f"{service}_SERVICE_HOST": "10.0.0.11",
        f"{service}_SERVICE_PORT": "8050",
        f"{service}_SERVICE_PORT_HTTP": "8050",
        f"{service}_PORT": "tcp://10.0.0.11:8050",
        f"{service}_PORT_8050_TCP": "tcp://10.0.0.11:8050",
        f"{service}_PORT_8050_TCP_PROTO": "tcp",
        f"{service}_PORT_8050_TCP_PORT": "8050",
        f"{service}_PORT_8050_TCP_ADDR": "10.0.0.11",
    }
    assert Config.from_environment(links) == Config()


@pytest.mark.servers
@pytest.mark.parametrize(
    ("name", "text"),
    [("THREADS", "none"), ("WEB_CONCURRENCY", "two"), ("DESCENT_LAB_HOSTS", "a:1")],
)
def test_invalid_configuration_stops_the_container_with_a_message(name: str, text: str) -> None:
    command = [sys.executable, "gunicorn.conf.py", "--bind", "127.0.0.1:0"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {name: text}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert f"Descent Lab does not start. {name} must" in done.stderr


def test_host_names_are_split_at_spaces() -> None:
    for text, names in {
        "": (),
        "a.b  .c\nd-e.f 10.0.0.1": ("a.b", ".c", "d-e.f", "10.0.0.1"),
    }.items():
        assert Config.from_environment({HOSTS: text}).hosts == names


@pytest.mark.parametrize("text", ["http://a", "a:80", "a/b", "*", "*.a", "a,b", "-a", "a..b"])
def test_invalid_host_name_is_reported(text: str) -> None:
    with pytest.raises(UserError, match=rf"^{HOSTS} must list .* Got .*\.$"):
        Config.from_environment({HOSTS: f"good.example {text}"})
