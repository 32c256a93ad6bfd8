"""Datasette over SQLite, asked over HTTP with SQL."""

import contextlib
import csv
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.beside.asking import TIMEOUT_S, Asked, ask_address, await_port
from benchmarks.beside.questions import Question
from benchmarks.beside.table import COLUMNS, table_columns, write_table
from tests.services.processes import free_port


@contextlib.contextmanager
def datasette(rows: int, folder: Path) -> Iterator[Asked]:
    """Datasette over SQLite as `sqlite-utils` would load a CSV: typed columns and a primary key, no further index."""
    database, csv_file = folder / f"table-{rows}.db", write_table(rows, folder / "table.csv")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        _load_sqlite(connection, csv_file)
    csv_file.unlink()
    port = free_port()
    command = [sys.executable, "-m", "datasette", "serve", str(database), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--setting", "sql_time_limit_ms", str(int(TIMEOUT_S * 1000)), "--setting", "num_sql_threads", "3"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port)

        def ask(question: Question) -> float | None:
            sql = question.sql.format(table="t")
            return ask_address(port, f"/table-{rows}.json?{urlencode({'sql': sql, '_shape': 'arrays'})}")

        yield ask
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _load_sqlite(connection: sqlite3.Connection, csv_file: Path) -> None:

    assert isinstance(connection, sqlite3.Connection)
    kinds = {"编号": "INTEGER PRIMARY KEY", "数量": "INTEGER", "金额": "REAL", "是否": "INTEGER"}
    connection.execute(f"CREATE TABLE t ({table_columns(kinds, 'TEXT')})")
    with csv_file.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(lines)
        next(records)
        cells = ([cell or None for cell in record] for record in records)
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(COLUMNS))})", cells)
    connection.commit()
