"""How MariaDB is started: unprivileged, on a free port, without its network of plug-ins and without waiting for the disk."""

from pathlib import Path

from tests.services.processes import find_program, free_port, hand_over, run_once, service_directory, start

_USER = "portal"
_PASSWORD = "test-only"


def start_mariadb() -> str:
    """A throw-away MariaDB; answers an SQLAlchemy URL of an account that may make databases and accounts."""
    server = find_program("mariadbd", "usr/sbin/mariadbd")
    installer = find_program("mariadb-install-db", "usr/bin/mariadb-install-db")
    directory = service_directory("mariadb")
    data, port, script = directory / "data", free_port(), directory / "accounts.sql"
    data.mkdir()
    script.write_text(
        f"CREATE USER '{_USER}'@'127.0.0.1' IDENTIFIED BY '{_PASSWORD}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO '{_USER}'@'127.0.0.1' WITH GRANT OPTION;\n",
        encoding="utf-8",
    )
    hand_over(directory)
    run_once(
        [installer, "--no-defaults", f"--datadir={data}", "--skip-test-db", "--auth-root-authentication-method=normal"]
    )
    start(
        [server, *_options(directory, data, port, script)],
        directory=directory,
        is_ready=lambda: _answers(port),
        timeout_s=60,
    )
    return f"mysql+pymysql://{_USER}:{_PASSWORD}@127.0.0.1:{port}/mysql?charset=utf8mb4"


def _options(directory: Path, data: Path, port: int, script: Path) -> tuple[str, ...]:
    return (
        "--no-defaults",
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={directory / 'socket'}",
        f"--pid-file={directory / 'pid'}",
        f"--init-file={script}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M",
        "--max-allowed-packet=64M",
    )


def _answers(port: int) -> bool:
    import pymysql

    pymysql.connect(host="127.0.0.1", port=port, user=_USER, password=_PASSWORD, connect_timeout=2).close()
    return True
