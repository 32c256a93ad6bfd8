"""What is asked: as clauses of the portal's API, and as SQL that SQLite and PostgreSQL both understand."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """`clauses`: parameters of the rows endpoint. `{table}` in `sql` is the table's name; `%` stands for itself."""

    name: str
    clauses: Mapping[str, str]
    sql: str


_ALL = '"编号", "区", "街道", "名称", "类型", "数量", "金额", "日期", "是否", "备注"'


def _year(sqlite: bool) -> str:
    return 'CAST(substr("日期", 1, 4) AS INTEGER)' if sqlite else 'EXTRACT(year FROM "日期")'


def questions(*, sqlite: bool) -> tuple[Question, ...]:
    """The questions; `sqlite`: in its dialect, which has no dates."""
    year = _year(sqlite)
    page = {"limit": "100", "total": "false"}
    return (
        Question("first page", page, f"SELECT {_ALL} FROM {{table}} LIMIT 100"),
        Question("one street", {**page, "where": "街道 = '街道017'"},
                 f"SELECT {_ALL} FROM {{table}} WHERE \"街道\" = '街道017' LIMIT 100"),
        Question("one street, counted", {"select": "count(*) as n", "where": "街道 = '街道017'", "total": "false"},
                 "SELECT count(*) FROM {table} WHERE \"街道\" = '街道017'"),
        Question("a word in a note", {**page, "where": "备注 contains '图书馆' and 数量 > 990"},
                 f"SELECT {_ALL} FROM {{table}} WHERE \"备注\" LIKE '%图书馆%' AND \"数量\" > 990 LIMIT 100"),
        Question("largest amounts", {**page, "order_by": "金额 desc"},
                 f'SELECT {_ALL} FROM {{table}} ORDER BY "金额" DESC LIMIT 100'),
        Question("amounts from the middle", {**page, "where": "金额 > 50000", "order_by": "金额, 编号"},
                 f'SELECT {_ALL} FROM {{table}} WHERE "金额" > 50000 ORDER BY "金额", "编号" LIMIT 100'),
        Question("facet of 25", {"select": "区, count(*) as n", "group_by": "区", "order_by": "n desc", "total": "false"},
                 'SELECT "区", count(*) AS n FROM {table} GROUP BY "区" ORDER BY n DESC'),
        Question("facet of 300", {"select": "街道, count(*) as n", "group_by": "街道", "order_by": "n desc",
                                  "limit": "20", "total": "false"},
                 'SELECT "街道", count(*) AS n FROM {table} GROUP BY "街道" ORDER BY n DESC LIMIT 20'),
        Question("sums by year and kind",
                 {"select": "year(日期) as y, 类型, sum(金额) as s", "group_by": "year(日期), 类型", "total": "false"},
                 f'SELECT {year} AS y, "类型", sum("金额") AS s FROM {{table}} GROUP BY {year}, "类型"'),
        Question("whole column", {"select": "avg(金额) as a, min(金额) as b, max(金额) as c", "total": "false"},
                 'SELECT avg("金额"), min("金额"), max("金额") FROM {table}'),
    )  # fmt: skip
