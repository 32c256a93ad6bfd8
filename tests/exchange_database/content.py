"""What lies in the sample exchange database: bus stops that departments push again and again, and markets."""

from datetime import datetime, timedelta
from typing import Any

from tests.exchange_database.server import ExchangeDatabase

START = datetime(2026, 3, 1, 8, 0, 0)
STOPS: dict[str, Any] = {
    "table": "jt_stop",
    "title": {"zh": "公交站点", "en": "Bus stops"},
    "publisher": "交通运输局",
    "open": "1",
    "grade": "一般数据",
    "owner": "数据科",
    "approver": "王主任",
    "basis": "开放清单",
    "class": "交通",
    "columns": [
        {"name": "stop_rank", "title": "站点序号", "open": "1"},
        {"name": "stop_name", "title": "站点名称", "open": "1"},
        {"name": "lines_count", "title": "线路数", "open": "1"},
    ],
    "reading": {"stamp": "pushed_at", "operation": "op", "keys": ["stop_rank"], "settle_s": 0, "overlap_s": 60},
}
MARKETS: dict[str, Any] = {
    "table": "sc_market",
    "title": "农贸市场",
    "publisher": "市场监管局",
    "open": "1",
    "grade": "一般数据",
    "owner": "数据科",
    "approver": "王主任",
    "basis": "开放清单",
    "class": "市场",
    "columns": [
        {"name": "rank", "title": "序号", "open": "1"},
        {"name": "name", "title": "市场名称", "open": "1"},
        {"name": "stalls", "title": "摊位数", "open": "1"},
    ],
    "reading": {"sequence": "seq", "settle_s": 0, "overlap_numbers": 5},
}


def make_tables(database: ExchangeDatabase, *, stops: int = 40, markets: int = 30) -> None:
    """Both tables, with rows."""
    database.run(
        "CREATE TABLE jt_stop (stop_rank INTEGER, stop_name VARCHAR(80), lines_count INTEGER, op CHAR(2),"
        " pushed_at {stamp})"
    )
    database.run(
        "CREATE TABLE sc_market (rank INTEGER PRIMARY KEY, name VARCHAR(80), stalls INTEGER, seq BIGINT, photo {bytes})"
    )
    push_stops(database, [(number, f"站点{number}", number % 7 + 1, "I", number) for number in range(1, stops + 1)])
    push_markets(database, [(number, f"市场{number}", number * 3, number) for number in range(1, markets + 1)])


def push_stops(database: ExchangeDatabase, rows: list[tuple[int, str, int, str, int]]) -> None:
    """(number, name, lines, operation, minutes after the start): one more line of the log each."""
    database.run(
        "INSERT INTO jt_stop VALUES (:no, :name, :lines, :op, :at)",
        [
            {"no": no, "name": name, "lines": lines, "op": op, "at": _stamp(database, minutes)}
            for no, name, lines, op, minutes in rows
        ],
    )


def push_markets(database: ExchangeDatabase, rows: list[tuple[int, str, int, int]]) -> None:
    """(id, name, stalls, sequence): a row that is there already is replaced."""
    for number, *_ in rows:
        database.run("DELETE FROM sc_market WHERE rank = :id", {"id": number})
    database.run(
        "INSERT INTO sc_market (rank, name, stalls, seq) VALUES (:id, :name, :stalls, :seq)",
        [{"id": number, "name": name, "stalls": stalls, "seq": seq} for number, name, stalls, seq in rows],
    )


def _stamp(database: ExchangeDatabase, minutes: int) -> object:
    at = START + timedelta(minutes=minutes)
    return at.isoformat(" ") if database.kind == "sqlite" else at
