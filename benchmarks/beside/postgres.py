"""PostgreSQL, asked directly: no web server in between."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.beside.asking import TIMEOUT_S, Asked
from benchmarks.beside.questions import Question
from benchmarks.beside.table import table_columns, write_table

_SQL = {"编号": "bigint PRIMARY KEY", "数量": "bigint", "金额": "double precision", "日期": "date", "是否": "boolean"}


@contextlib.contextmanager
def postgres(rows: int, folder: Path, url: str) -> Iterator[Asked]:
    """PostgreSQL with typed columns, a primary key and fresh statistics; asked without a web server in between."""
    csv_file = write_table(rows, folder / "table.csv")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS beside")
        connection.execute(f"CREATE TABLE beside ({table_columns(_SQL, 'text')})".encode())
        with (
            connection.cursor().copy("COPY beside FROM STDIN (FORMAT csv, HEADER)") as copy,
            csv_file.open("rb") as lines,
        ):
            while block := lines.read(1 << 20):
                copy.write(block)
        csv_file.unlink()
        connection.execute("VACUUM ANALYZE beside")
        connection.execute(f"SET statement_timeout = {int(TIMEOUT_S * 1000)}".encode())

        def ask(question: Question) -> float | None:
            began = time.perf_counter()
            try:
                connection.execute(question.sql.format(table="beside").encode()).fetchall()
            except psycopg.errors.QueryCanceled:
                return None
            return time.perf_counter() - began

        try:
            yield ask
        finally:
            connection.execute("DROP TABLE beside")
