"""How each server is started: PostgreSQL, Redis, Elasticsearch 8 and 9, an S3-compatible store."""

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from tests.services.processes import Absent, find_program, free_port, hand_over, run_once, service_directory, start

ARTEFACTS = Path(__file__).resolve().parents[2] / ".services"


def start_postgres() -> str:
    """A throw-away PostgreSQL; answers an SQLAlchemy URL of its `postgres` database."""
    binary = Path(find_program("postgres", "usr/lib/postgresql/*/bin/postgres")).resolve()
    directory = service_directory("postgres")
    hand_over(directory)
    data, port = directory / "data", free_port()
    run_once(
        [str(binary.parent / "initdb"), "-D", str(data), "-A", "trust", "-U", "portal", "-E", "UTF8", "--locale=C"]
    )
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": directory, "fsync": "off"}
    start(
        [
            str(binary),
            "-D",
            str(data),
            *(f"--{name}={value}" for name, value in options.items()),
            "--max_connections=200",
        ],
        directory=directory,
        is_ready=lambda: _postgres_answers(port),
        timeout_s=60,
    )
    return f"postgresql+psycopg://portal@127.0.0.1:{port}/postgres"


def _postgres_answers(port: int) -> bool:
    import psycopg

    with psycopg.connect(host="127.0.0.1", port=port, user="portal", dbname="postgres", connect_timeout=2):
        return True


def start_redis() -> str:
    """A Redis without persistence; answers its URL."""
    binary = find_program("redis-server")
    directory, port = service_directory("redis"), free_port()
    hand_over(directory)
    start(
        [
            binary,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(directory),
        ],
        directory=directory,
        is_ready=lambda: _redis_answers(port),
        timeout_s=30,
    )
    return f"redis://127.0.0.1:{port}/0"


def _redis_answers(port: int) -> bool:
    import redis

    with redis.Redis(port=port) as client:
        return bool(client.ping())


def start_elasticsearch(version: str, minimum_java: int) -> str:
    """A single Elasticsearch node from the integration-test artefact in `.services/`; answers its URL."""
    archive = ARTEFACTS / f"elasticsearch-{version}.zip"
    if not archive.is_file():
        raise Absent(f"the artefact elasticsearch-{version}.zip is not in .services (`make services` fetches it)")
    java = _java_home(minimum_java)
    directory, port = service_directory("elasticsearch"), free_port()
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(directory)
    home = directory / f"elasticsearch-{version}"
    for script in (home / "bin").iterdir():
        script.chmod(0o755)
    hand_over(directory)
    settings = {
        "discovery.type": "single-node",
        "http.port": port,
        "http.host": "127.0.0.1",
        "transport.port": free_port(),
        "path.data": directory / "data",
        "path.logs": directory / "logs",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "xpack.security.enabled": "false",
    }
    start(
        [str(home / "bin" / "elasticsearch"), *(f"-E{name}={value}" for name, value in settings.items())],
        directory=directory,
        is_ready=lambda: _elasticsearch_answers(port),
        timeout_s=180,
        environment={"ES_JAVA_HOME": java, "ES_JAVA_OPTS": "-Xms512m -Xmx512m", "JAVA_HOME": java},
    )
    return f"http://127.0.0.1:{port}"


def _elasticsearch_answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_cluster/health", timeout=5) as answer:
        return b'"status":"green"' in answer.read()


def _java_home(minimum: int) -> str:
    """The home of an installed Java of at least that version; the lowest that fits. Raises Absent."""
    found = []
    for home in Path("/usr/lib/jvm").glob("*"):
        binary = home / "bin" / "java"
        if not binary.is_file():
            continue
        answer = subprocess.run([binary, "-version"], capture_output=True, text=True, check=False).stderr
        major = int(answer.split('"')[1].split(".")[0].split("-")[0]) if '"' in answer else 0
        if major >= minimum:
            found.append((major, str(home)))
    if not found:
        raise Absent(f"no Java {minimum} or later under /usr/lib/jvm")
    return min(found)[1]


def start_s3() -> str:
    """A moto server that speaks S3; answers its URL. Any key and secret are accepted."""
    directory, port = service_directory("s3"), free_port()
    start(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        directory=directory,
        is_ready=lambda: _s3_answers(port),
        timeout_s=60,
        environment={"PYTHONWARNINGS": "ignore", "MOTO_PORT": str(port)},
        as_caller=True,
    )
    return f"http://127.0.0.1:{port}"


def _s3_answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5) as answer:
        return int(answer.status) == 200


def find_nginx() -> str:
    """The nginx program, which the journey starts with the configuration of docker/."""
    return find_program("nginx", "usr/sbin/nginx")


def find_chromium() -> str:
    """The browser for the page tests."""
    return os.environ.get("TEST_CHROMIUM") or find_program("chromium")
