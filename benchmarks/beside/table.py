"""A table of ten columns that is the same wherever it is loaded: every cell follows from its row's number."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

COLUMNS = ("编号", "区", "街道", "名称", "类型", "数量", "金额", "日期", "是否", "备注")
_CELLS = """
SELECT i AS 编号,
  '第' || (i * 7 % 25) || '区' AS 区,
  '街道' || lpad((i * 13 % 300)::VARCHAR, 3, '0') AS 街道,
  '单位' || i || '号' AS 名称,
  '类' || (i * 31 % 12) AS 类型,
  (i * 7919 % 1000)::BIGINT AS 数量,
  (i * 104729 % 10000019) / 100.0::DOUBLE AS 金额,
  DATE '2018-01-01' + (i * 37 % 2900)::INTEGER AS 日期,
  i % 3 = 0 AS 是否,
  CASE WHEN i % 1000 = 17 THEN '近图书馆，第' || i || '条' WHEN i % 5 = 0 THEN NULL
    ELSE '第' || (i % 4001) || '条说明' END AS 备注
FROM range(1, {rows} + 1) AS numbers(i)
"""


def table_columns(kinds: Mapping[str, str], default: str) -> str:
    """The columns of `CREATE TABLE`: name and SQL type each."""
    return ", ".join(f'"{name}" {kinds.get(name, default)}' for name in COLUMNS)


def write_table(rows: int, target: Path) -> Path:
    """`rows` rows as Parquet or CSV, by the target's suffix."""
    form = (
        "FORMAT parquet, ROW_GROUP_SIZE 32768, COMPRESSION zstd"
        if target.suffix == ".parquet"
        else "FORMAT csv, HEADER"
    )
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"COPY ({_CELLS.format(rows=int(rows))}) TO '{target}' ({form})")
    return target
