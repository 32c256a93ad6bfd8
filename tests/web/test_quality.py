"""What a dataset's page tells about how a table was read."""

import pytest
from flask.testing import FlaskClient

from portal.catalogue.views import PartView
from portal.kernel.columns import Column, TableSchema
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType, PartKind
from portal.web.quality import quality_of
from tests.web.reading import read_page
from tests.web.site import Site

NOTES = [
    {"code": "footers_left_out", "subject": "", "count": 2},
    {"code": "numbers_damaged", "subject": "编号", "count": 3},
    {"code": "numbers_damaged", "subject": "证件", "count": 9},
    {"code": "header_uncertain", "subject": "", "count": 1},
    {"code": "member_left_out", "subject": "名单.pdf", "count": None},
]


def part(quality: dict[str, object]) -> PartView:
    columns = (Column("编号", ColumnType.TEXT, Text(), Text(), "编号"),)
    made = dict.fromkeys(PartView.__slots__)
    return PartView(**(made | {"kind": PartKind.TABLE, "schema": TableSchema(columns), "quality": quality}))  # type: ignore[arg-type]


def test_nothing_is_told_of_columns_that_are_not_public() -> None:
    told = quality_of(part({"notes": NOTES, "delivered_format": "xlsx", "rows_lost": 2}))
    assert [(note.code, note.subject) for note in told.notes] == [("footers_left_out", ""), ("numbers_damaged", "编号")]
    assert told.damaged == {"编号"}
    assert (told.format, told.rows_lost, told.is_told) == ("xlsx", 2, True)


def test_a_table_without_a_report_tells_nothing() -> None:
    assert not quality_of(part({})).is_told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("How the table was read", "gb18030", "2 delivered rows are not in the table.", "2 rows under the table"),
        ),
        ("zh", ("数据读取说明", "gb18030", "有 2 行未列入数据表。", "表格下方的 2 行")),
    ],
)
def test_the_page_tells_how_the_table_was_read(
    client: FlaskClient, site: Site, language: str, words: tuple[str, ...]
) -> None:
    page = read_page(client.get(f"/{language}/dataset/{site.many_parts}").text).visible_text()
    for said in words:
        assert said in page
