"""Fixtures of real services; a test that asks for one is skipped, with the reason, where it cannot run."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal.kernel.ids import new_id
from tests.services.processes import Absent
from tests.services.registry import service_url


def _or_skip(name: str) -> str:
    try:
        return service_url(name)
    except Absent as error:
        pytest.skip(str(error))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    server, name = make_url(_or_skip("postgres")), f"t_{new_id()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """The URL of an empty MariaDB database of this test's own; the account may make others."""
    server, name = make_url(_or_skip("mariadb")), f"t_{new_id()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE `{name}`"))
    admin.dispose()


@pytest.fixture
def redis_url() -> str:
    """The URL of a Redis server, emptied."""
    import redis

    url = _or_skip("redis")
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(params=["elasticsearch8", "elasticsearch9"])
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """The URL of an Elasticsearch server; the test runs once for each major version."""
    return _or_skip(request.param)


@pytest.fixture
def elasticsearch8_url() -> str:
    """The URL of an Elasticsearch 8 server, for what need not be shown on both."""
    return _or_skip("elasticsearch8")


@pytest.fixture
def s3_url() -> str:
    """The endpoint of an S3-compatible store; make a bucket of your own."""
    return _or_skip("s3")


@pytest.fixture(scope="session")
def oidc_issuer() -> str:
    """The issuer of a real sign-in provider; register a client of your own."""
    return _or_skip("oidc")


@pytest.fixture
def nginx_program() -> str:
    """The nginx binary."""
    return _or_skip("nginx")


@pytest.fixture
def chromium_program() -> str:
    """The Chromium binary."""
    return _or_skip("chromium")
