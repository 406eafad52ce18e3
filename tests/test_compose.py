"""compose.yaml and its proxy: nothing runs here, so what must stand in them is looked for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from gunicorn.config import Keepalive

from app.config import VARIABLES, Config, ServerConfig
from app.web.request_guard import MAX_BODY_BYTES
from tools.many import need

ROOT = Path(__file__).parent.parent
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


@pytest.mark.parametrize("name", ["proxy", "web"])
def test_each_container_has_its_limits_and_no_rights(name: str, services: dict) -> None:
    service = services[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert {"mem_limit", "cpus", "pids_limit", "healthcheck", "restart"} <= service.keys()
    assert any(one.startswith("/tmp:size=") for one in service["tmpfs"])
    assert {"max-size", "max-file"} == service["logging"]["options"].keys()
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()


@pytest.fixture(scope="module")
def many() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((ROOT / "compose.many.yaml").read_text())["services"]


@pytest.mark.parametrize("name", ["proxy", "web", "worker", "redis"])
def test_so_has_each_of_many(name: str, many: dict) -> None:
    test_each_container_has_its_limits_and_no_rights(name, many)


def test_many_are_two_of_each_around_one_redis(many: dict, services: dict) -> None:
    assert [many[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    urls = {many[name]["environment"]["REDIS_URL"] for name in ("web", "worker")}
    assert len(urls) == 1 and Config.from_environment(many["worker"]["environment"]).redis in urls
    assert not any("ports" in many[name] for name in ("web", "worker", "redis"))
    # What both files have is the same.
    shared = services["web"]["environment"].items()
    assert shared <= many["web"]["environment"].items() and many["proxy"] == services["proxy"]
    assert many["worker"]["environment"]["WEB_CONCURRENCY"] == str(many["worker"]["cpus"])


def test_its_redis_writes_nothing_and_lets_go_of_what_ends_by_itself(many: dict) -> None:
    words = " ".join(many["redis"]["command"])
    assert "--save  --appendonly no" in words and "--maxmemory-policy volatile-lru" in words
    # The image's own volume would be kept.
    assert any(one.startswith("/data:size=") for one in many["redis"]["tmpfs"])


def test_its_redis_answers_the_other_containers(many: dict) -> None:
    # A Redis that is not built for containers refuses whoever comes from elsewhere.
    words = " ".join(many["redis"]["command"])
    assert "--protected-mode no" in words and "ports" not in many["redis"]


def test_only_the_proxy_is_reached_and_it_waits_for_the_app(services: dict) -> None:
    assert "ports" not in services["web"]
    assert services["proxy"]["depends_on"]["web"]["condition"] == "service_healthy"
    assert services["proxy"]["ports"] == ["8080:8080"] and "listen 8080;" in NGINX


def test_the_apps_environment_is_one_that_it_takes(services: dict) -> None:
    given = services["web"]["environment"]
    assert given.keys() <= {one.name for one in VARIABLES}
    # A default after ":-" is what counts without an .env file.
    plain = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", text) for name, text in given.items()}
    config = Config.from_environment(plain)
    assert (config.base_path, config.proxies, config.has_metrics) == ("/lab/", 1, False)
    assert ServerConfig.from_environment(plain).workers == services["web"]["cpus"]


def test_it_waits_longer_for_a_stop_than_gunicorn(services: dict) -> None:
    conf = (ROOT / "gunicorn.conf.py").read_text()
    graceful = int(re.search(r"graceful_timeout = (\d+)", conf)[1])
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > graceful


def test_the_proxy_says_what_the_app_believes() -> None:
    for header in ("Host", "X-Forwarded-Host"):
        assert f"proxy_set_header {header} $http_host;" in NGINX
    for header in ("X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr"):
        assert f"proxy_set_header {header};" in NGINX
    # A location with headers of its own would lose those.
    assert not re.search(r"location[^}]*proxy_set_header", NGINX)


def test_the_proxy_buffers_keeps_files_and_writes_no_address() -> None:
    for one in ("proxy_request_buffering on", "proxy_buffering on", "gzip off"):
        assert f"{one};" in NGINX
    # What it says of an error on a level below, it says of a request, query and all.
    assert "access_log off;" in NGINX and "error_log stderr emerg;" in NGINX
    assert int(re.search(r"client_max_body_size (\d+)m", NGINX)[1]) * 2**20 > MAX_BODY_BYTES
    kept = re.search(r"location ~ (\S+) \{[^}]*proxy_cache files;", NGINX)[1]
    for path in ("assets/02-lab.css", "_dash-component-suites/dash/a.js", "plotly-7.1.0.min.js"):
        assert re.match(kept, f"/lab/{path}")
    for path in ("", "_dash-update-component", "_dash-layout", "health", "saved-page.html"):
        assert not re.match(kept, f"/lab/{path}")


def test_the_proxy_finds_containers_that_come_later_and_leaves_those_that_die() -> None:
    upstream = re.search(r"upstream app \{(.*?)\n    \}", NGINX, re.DOTALL)[1]
    # Docker's own name server; without a zone, nginx would ask it once, at its start.
    assert "resolver 127.0.0.11 " in NGINX
    assert re.search(r"zone \w+ \d+k;", upstream) and "server web:8050 resolve " in upstream
    assert "proxy_next_upstream error timeout non_idempotent;" in NGINX
    # Else requests would be sent into connections that the app is just closing.
    kept = int(re.search(r"keepalive_timeout (\d+)s;", upstream)[1])
    assert kept < Keepalive.default


def test_the_proxys_own_errors_are_a_sentence_that_nobody_keeps() -> None:
    away = re.search(r"location @away \{(.*?)\n        \}", NGINX, re.DOTALL)[1]
    assert "error_page 502 503 504 =503 @away;" in NGINX and "return 503" in away
    assert "add_header Cache-Control no-store always;" in away and "Retry-After" in away


@pytest.mark.parametrize("name", ["web", "worker"])
def test_they_do_not_wait_for_the_name_of_a_redis_that_is_away(name: str, many: dict) -> None:
    # Board allows Redis a second, which no look-up of a name counts in.
    assert {"timeout:1", "attempts:1"} <= set(many[name]["dns_opt"])


def test_the_workers_log_is_json_alone(many: dict) -> None:
    assert "--quiet" in many["worker"]["command"]


def test_nginx_understands_it(tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    # The name of the app's container is known in compose alone.
    # Nor does an nginx before 1.27.3 know how to ask for a name again.
    known = NGINX.replace("web:8050 resolve", "127.0.0.1:8050")
    path.write_text(known.replace("/tmp/", f"{tmp_path}/"))
    done = subprocess.run([need("nginx"), "-t", "-c", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_registry_is_asked_for_the_apps_image(many: dict, services: dict) -> None:
    for one in (*services.values(), *many.values()):
        is_ours = one["image"] == "descent-lab"
        assert is_ours == (one.get("pull_policy") == "never")
