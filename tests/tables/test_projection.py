from datetime import date, datetime
from pathlib import Path

import pytest

from portal.kernel.columns import AbsentColumn, ColumnRule
from portal.kernel.digests import file_digest
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import Projection, project, schema_from_json, schema_to_json
from portal.tables.errors import ProjectionError
from tests.tables.tables import publish_all, write_source

TYPES = {
    "名称": ColumnType.TEXT,
    "手机": ColumnType.TEXT,
    "人数": ColumnType.INTEGER,
    "面积": ColumnType.NUMBER,
    "有效": ColumnType.BOOLEAN,
    "日期": ColumnType.DATE,
    "时间": ColumnType.DATETIME,
}
ROWS = [
    ("一中", "13800138000", 3, 1234.5, True, date(2024, 5, 17), datetime(2024, 5, 17, 8, 30)),
    ("二中", None, 1250, 0.0276, False, None, datetime(2023, 1, 2, 3, 4, 5, 600)),
    (None, "8", 0, None, None, date(1999, 12, 31), None),
]


def projected(folder: Path, **actions: ColumnAction) -> Projection:
    columns = write_source(folder / "source.parquet", TYPES, ROWS)
    rules = [ColumnRule(name, action, "reason") for name, action in actions.items()]
    return project(folder / "source.parquet", columns, rules, folder / "published.parquet")


def test_only_columns_with_a_rule_to_publish_come_out(tmp_path: Path) -> None:
    projection = projected(tmp_path, 名称=ColumnAction.PUBLISH, 手机=ColumnAction.DROP, 日期=ColumnAction.PUBLISH)
    assert [column.name for column in projection.schema.columns] == ["名称", "日期"]
    assert projection.preview == (("一中", "2024-05-17"), ("二中", None), (None, "1999-12-31"))
    assert projection.schema.absent == ()
    assert b"13800138000" not in projection.path.read_bytes()
    assert "手机".encode() not in projection.path.read_bytes()


def test_what_is_absent_is_told_by_the_caller_alone(tmp_path: Path) -> None:
    columns = write_source(tmp_path / "source.parquet", TYPES, ROWS)
    rules = [
        ColumnRule("名称", ColumnAction.PUBLISH, "column_open"),
        ColumnRule("手机", ColumnAction.DROP, "column_secret"),
    ]
    told = (AbsentColumn("", "column_secret"), AbsentColumn("地址", "column_missing"))
    target = tmp_path / "published.parquet"
    projection = project(tmp_path / "source.parquet", columns, rules, target, absent=told)
    assert projection.schema.absent == told
    assert "手机" not in str(schema_to_json(projection.schema))


def test_masked_text_keeps_a_beginning_and_not_its_length(tmp_path: Path) -> None:
    projection = projected(tmp_path, 名称=ColumnAction.MASK, 手机=ColumnAction.MASK, 人数=ColumnAction.MASK)
    assert projection.preview == (("一**", "138****", "**"), ("二**", None, "1**"), (None, "**", "**"))
    assert {column.type for column in projection.schema.columns} == {ColumnType.TEXT}


def test_generalised_days_are_months_and_numbers_two_digits(tmp_path: Path) -> None:
    actions = dict.fromkeys(("名称", "人数", "面积", "有效", "日期", "时间"), ColumnAction.GENERALISE)
    projection = projected(tmp_path, **actions)
    assert projection.preview == (
        ("一**", 3, 1200.0, None, "2024-05-01", "2024-05-01T00:00:00"),
        ("二**", 1300, 0.028, None, None, "2023-01-01T00:00:00"),
        (None, 0, None, None, "1999-12-01", None),
    )
    types = {column.name: column.type for column in projection.schema.columns}
    assert types["日期"] is ColumnType.DATE
    assert types["人数"] is ColumnType.INTEGER


def test_suppressed_small_counts_are_null(tmp_path: Path) -> None:
    projection = projected(tmp_path, 人数=ColumnAction.SUPPRESS, 名称=ColumnAction.SUPPRESS)
    assert projection.preview == ((None, None), (None, 1250), (None, 0))


def test_counts_and_digest_are_of_what_came_out(tmp_path: Path) -> None:
    projection = publish_all(tmp_path, TYPES, ROWS)
    assert [column.null_count for column in projection.schema.columns] == [1, 1, 0, 1, 1, 1, 1]
    assert projection.row_count == 3
    assert projection.sha256 == file_digest(projection.path)
    assert projection.size_bytes == projection.path.stat().st_size
    assert projection.preview[1][-1] == "2023-01-02T03:04:05.000600"


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    types = {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}
    rows = [(n * 7919 % 10_007, f"text {n % 371}") for n in range(100_000)]
    digests = set()
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        digests.add(publish_all(folder, types, rows).sha256)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ([], "nothing would be left"),
        ([("名称", ColumnAction.DROP)], "nothing would be left"),
        ([("无此列", ColumnAction.PUBLISH)], "does not have"),
        ([("名称", ColumnAction.PUBLISH), ("名称", ColumnAction.PUBLISH)], "two rules"),
    ],
)
def test_rules_that_do_not_fit_are_refused(tmp_path: Path, rules: list[tuple[str, ColumnAction]], what: str) -> None:
    columns = write_source(tmp_path / "source.parquet", TYPES, ROWS)
    given = [ColumnRule(name, action, "reason") for name, action in rules]
    with pytest.raises(ProjectionError, match=what):
        project(tmp_path / "source.parquet", columns, given, tmp_path / "published.parquet")
    assert not (tmp_path / "published.parquet").exists()


def test_column_names_are_never_sql(tmp_path: Path) -> None:
    types = {'a"b': ColumnType.TEXT, "x'; DROP TABLE t; --": ColumnType.INTEGER, "select": ColumnType.TEXT}
    projection = publish_all(tmp_path, types, [("甲", 1, "乙")])
    assert projection.preview == (("甲", 1, "乙"),)


def test_schema_survives_storage(tmp_path: Path) -> None:
    schema = projected(tmp_path, 名称=ColumnAction.PUBLISH, 人数=ColumnAction.SUPPRESS).schema
    assert schema_from_json(schema_to_json(schema)) == schema
