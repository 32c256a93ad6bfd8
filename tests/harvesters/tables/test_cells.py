"""What is in the cells of exchange tables, as the servers really hand it over."""

from datetime import UTC, datetime

import pytest

from harvesters.errors import NotReady, SkipRecord
from harvesters.records import ChangeBatch, TablePart
from harvesters.tables.mojibake import Unreadable, repaired
from tests.exchange_database.server import ExchangeDatabase
from tests.harvesters.tables.conftest import OpenTables


def as_latin1(text: str, encoding: str) -> str:
    """A text as it looks when its bytes were stored through a Latin-1 connection."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)
        for byte in text.encode(encoding)
    )


def read(open_tables: OpenTables, table: str, since: str = "", **reading: object) -> list[ChangeBatch]:
    source = open_tables(tables=[{"table": table, "title": "表", "reading": {"settle_s": 0} | reading}])
    raw = next(iter(source.list_records())).records[0]
    (part,) = source.map_record(raw).parts
    assert isinstance(part, TablePart)
    return list(source.fetch_changes(part, since))


def noted(batches: list[ChangeBatch]) -> dict[tuple[str, str], int | None]:
    return {(note.code, note.subject): note.count for batch in batches for note in batch.notes}


def test_padding_null_words_and_wide_numbers(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    empty_exchange.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, code CHAR(8), word VARCHAR(20), wide {number}, raw {bytes})"
    )
    wide = "1234567890123456789012345678.5" if empty_exchange.kind != "sqlite" else "12345.5"
    empty_exchange.run(
        "INSERT INTO t VALUES (:id, :code, :word, " + wide + ", NULL)",
        [
            {"id": 1, "code": "AB", "word": "NULL"},
            {"id": 2, "code": "CD", "word": "无"},
            {"id": 3, "code": "EF", "word": ""},
            {"id": 4, "code": "GH", "word": "有"},
        ],
    )
    batches = read(open_tables, "t", null_words=["NULL", "", "无"])
    (batch,) = batches
    assert batch.columns == ("id", "code", "word", "wide")
    assert [row[1:3] for row in batch.rows] == [("AB", None), ("CD", None), ("EF", None), ("GH", "有")]
    assert {(row[3] or "").rstrip("0") for row in batch.rows} == {wide}
    assert noted(batches) == {("null_words", "word"): 3, ("column_not_text", "raw"): None}


def test_zero_dates_become_empty(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    is_maria = empty_exchange.kind == "mariadb"
    empty_exchange.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, day {'DATE' if is_maria else 'VARCHAR(10)'})")
    if is_maria:
        with empty_exchange.engine.begin() as connection:
            connection.exec_driver_sql("SET SESSION sql_mode = ''")
            connection.exec_driver_sql("INSERT INTO t VALUES (1, '0000-00-00'), (2, '2026-03-01'), (3, '2026-00-00')")
    else:
        empty_exchange.run("INSERT INTO t VALUES (1, '0000-00-00'), (2, '2026-03-01'), (3, '0000-00-00')")
    batches = read(open_tables, "t")
    assert batches[0].rows == (("1", None), ("2", "2026-03-01"), ("3", None))
    assert noted(batches)["zero_dates", "day"] == 2


def test_gbk_in_a_text_column_is_read_back(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(80))")
    names = [as_latin1("杭州市人民政府A座3楼", "gbk"), as_latin1("你好", "utf-8"), "São Paulo", "正常"]
    empty_exchange.run("INSERT INTO t VALUES (:id, :name)", [{"id": n, "name": name} for n, name in enumerate(names)])
    batches = read(open_tables, "t")
    assert [row[1] for row in batches[0].rows] == ["杭州市人民政府A座3楼", "你好", "São Paulo", "正常"]
    assert noted(batches)["characters_repaired", "name"] == 2


def test_text_that_cannot_be_read_back_refuses_the_record_by_column(
    empty_exchange: ExchangeDatabase, open_tables: OpenTables
) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(80))")
    broken = as_latin1("你好啊朋友", "gbk")[:-1]
    empty_exchange.run("INSERT INTO t VALUES (1, :name)", {"name": broken})
    with pytest.raises(SkipRecord, match="'name' holds text of a wrong character set") as caught:
        read(open_tables, "t")
    assert broken not in str(caught.value)


def test_an_operation_code_that_nobody_explained_refuses_the_record(
    empty_exchange: ExchangeDatabase, open_tables: OpenTables
) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER, op CHAR(1))")
    empty_exchange.run("INSERT INTO t VALUES (1, 'I'), (1, 'X')")
    with pytest.raises(SkipRecord, match="operation code that is not configured"):
        read(open_tables, "t", keys=["id"], operation="op")
    batches = read(open_tables, "t", keys=["id"], operation="op", delete_codes=["X"])
    assert batches[0].gone == (False, True)
    assert batches[0].columns == ("id",)


def test_a_stamp_in_the_future_does_not_hide_later_rows(
    empty_exchange: ExchangeDatabase, open_tables: OpenTables
) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, at {stamp})")
    for number, year in ((1, 2020), (2, 2999)):
        at = datetime(year, 1, 1)
        value = at.isoformat(" ") if empty_exchange.kind == "sqlite" else at
        empty_exchange.run("INSERT INTO t VALUES (:id, :at)", {"id": number, "at": value})
    batches = read(open_tables, "t", stamp="at")
    assert batches[-1].mark < f"{datetime.now(UTC).year + 1}"
    assert max(mark for batch in batches for mark in batch.marks).startswith("2999")


def test_a_catalogue_table_lists_records_with_their_labels(
    empty_exchange: ExchangeDatabase, open_tables: OpenTables
) -> None:
    empty_exchange.run("CREATE TABLE a (id INTEGER PRIMARY KEY, v INTEGER)")
    empty_exchange.run(
        "CREATE TABLE dir (tab VARCHAR(40), cn VARCHAR(40), dept VARCHAR(40), is_open VARCHAR(4), pk VARCHAR(40))"
    )
    empty_exchange.run(
        "CREATE TABLE dir_item (tab VARCHAR(40), col VARCHAR(40), cn VARCHAR(40), is_open VARCHAR(4), secret VARCHAR(4))"
    )
    empty_exchange.run(
        "INSERT INTO dir VALUES ('a', '甲表', '教育局', '是', 'id'), ('gone', '无此表', '教育局', '是', 'id')"
    )
    empty_exchange.run("INSERT INTO dir_item VALUES ('a', 'id', '序号', '是', '否'), ('a', 'v', '数量', '否', '是')")
    source = open_tables(
        tables=[],
        reading={"settle_s": 0},
        catalogue={
            "table": "dir",
            "columns": {"table": "tab", "title": "cn", "publisher": "dept", "open": "is_open", "keys": "pk"},
        },
        items={
            "table": "dir_item",
            "columns": {"table": "tab", "name": "col", "title": "cn", "open": "is_open", "secret": "secret"},
        },
    )
    found = {raw.id: raw for page in source.list_records() for raw in page.records}
    record = source.map_record(found["a"])
    assert (record.titles, record.publisher_names, record.open_label) == ({"zh": "甲表"}, {"zh": "教育局"}, "是")
    assert {field.name: (field.open_label, field.secret_label) for field in record.fields} == {
        "id": ("是", "否"),
        "v": ("否", "是"),
    }
    (part,) = record.parts
    assert isinstance(part, TablePart)
    assert part.increments is not None
    assert part.increments.key_columns == ("id",)
    assert "no table 'gone'" in found["gone"].problem


@pytest.mark.parametrize("text", ["créée", "25°×3", "Müñch", "naïve–test", "中文°×", "plain", "±5°"])
def test_words_and_signs_of_other_languages_are_left_alone(text: str) -> None:
    assert repaired(text) == text


def test_what_is_surely_broken_is_not_guessed() -> None:
    with pytest.raises(Unreadable):
        repaired(as_latin1("人民政府", "gbk")[:-1])


def test_booleans_come_as_the_server_has_them(empty_exchange: ExchangeDatabase, open_tables: OpenTables) -> None:
    """PostgreSQL knows a truth value; MariaDB's and SQLite's BOOLEAN is a number, but one bit of MariaDB is one."""
    bit = {"mariadb": "BIT(1)", "postgresql": "BIT(1)", "sqlite": "BOOLEAN"}[empty_exchange.kind]
    empty_exchange.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, yes BOOLEAN, one {bit})")
    literal = {"mariadb": "b'{}'", "postgresql": "B'{}'", "sqlite": "{}"}[empty_exchange.kind]
    for number, value in ((1, True), (2, False)):
        empty_exchange.run(f"INSERT INTO t VALUES ({number}, {value}, {literal.format(int(value))})")
    empty_exchange.run("INSERT INTO t VALUES (3, NULL, NULL)")
    (batch,) = read(open_tables, "t")
    truth = ("true", "false", None)
    found = {"mariadb": (("1", "0", None), truth), "postgresql": (truth, ("1", "0", None))}
    expected = found.get(empty_exchange.kind, (("1", "0", None), ("1", "0", None)))
    assert (tuple(row[1] for row in batch.rows), tuple(row[2] for row in batch.rows)) == expected


def test_a_batch_column_holds_the_table_back_until_every_row_is_finished(
    empty_exchange: ExchangeDatabase, open_tables: OpenTables
) -> None:
    empty_exchange.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20), batch VARCHAR(10))")
    empty_exchange.run("INSERT INTO t VALUES (1, '甲', 'done'), (2, '乙', 'loading'), (3, '丙', NULL)")
    with pytest.raises(NotReady, match="2 rows of 't' are of a batch that is not finished"):
        read(open_tables, "t", batch_column="batch", finished=["done"], settle_s=5)
    empty_exchange.run("UPDATE t SET batch = 'done'")
    (batch,) = read(open_tables, "t", batch_column="batch", finished=["done"], settle_s=5)
    assert batch.columns == ("id", "name")  # the marker only serves the exchange
    assert sorted(batch.rows) == [("1", "甲"), ("2", "乙"), ("3", "丙")]
