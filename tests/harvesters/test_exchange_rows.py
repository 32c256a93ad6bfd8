"""Rows and files of an exchange platform: all of them, page by page, or an error that names the record."""

import pytest

from harvesters import RetryLater, SkipRecord, StopRun
from harvesters.protocols import Source
from harvesters.records import DatasetRecord, FilePart, RowBatch, TablePart
from portal.outbound import OutboundLimits
from tests.harvesters.conftest import Lines, Opening, misbehave, steer
from tests.sample_platform.server import Platform

TABLE = "WJW-0005"  # 2,100 rows: 21 pages


def mapped(source: Source, record_id: str) -> DatasetRecord:
    records = (record for page in source.list_records() for record in page.records)
    return source.map_record(next(record for record in records if record.id == record_id))


def table_of(source: Source, record_id: str = TABLE) -> TablePart:
    return next(part for part in mapped(source, record_id).parts if isinstance(part, TablePart))


def file_of(source: Source, record_id: str = "JYJ-0001") -> FilePart:
    return next(part for part in mapped(source, record_id).parts if isinstance(part, FilePart))


def rows_of(source: Source, part: TablePart) -> list[tuple[str | None, ...]]:
    return [row for batch in source.fetch_rows(part) for row in batch.rows]


def test_all_rows_come_in_the_platforms_order(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    rows = rows_of(source, table_of(source))
    assert rows == [tuple(row) for row in platform.catalogue.rows(TABLE, 0, 2100)]
    assert platform.counters[f"rows:{TABLE}"] == 21


def test_a_page_is_asked_for_only_when_the_one_before_was_taken(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    batches = source.fetch_rows(table_of(source))
    for _ in range(3):
        next(batches)
    assert platform.counters[f"rows:{TABLE}"] == 3


def test_numbers_keep_their_digits_and_other_values_become_text(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = table_of(source, "JYJ-0001")
    page = (
        '{"total":2,"pageNum":1,"columns":["a","b","c","d"],'
        '"rows":[[1.10,12345678901234567890123,true,null],["x",{"k":1},false,""]]}'
    )
    misbehave(platform, "replace", "rows", value=page)
    batches = list(source.fetch_rows(part))
    assert batches == [
        RowBatch(
            ("a", "b", "c", "d"), (("1.10", "12345678901234567890123", "true", None), ("x", '{"k": "1"}', "false", ""))
        )
    ]


def test_rows_as_objects_are_put_in_the_order_of_the_first_page(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = table_of(source, "JYJ-0001")
    misbehave(platform, "replace", "rows", value='{"total":2,"rows":[{"a":"1","b":"2"},{"b":"4"}]}')
    batches = list(source.fetch_rows(part))
    assert batches == [RowBatch(("a", "b"), (("1", "2"), (None, "4")))]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("repeat_page", "page 7 was asked for, page 6 came"),
        ("extra_column", "page 7 has other columns than page 1"),
        ("ragged_row", "page 7 has a row of 6 cells where 5 columns"),
        ("missing_total", "page 7 does not hold rows and their total"),
    ],
)
def test_a_page_that_does_not_fit_skips_the_record_and_says_where(
    platform: Platform, open_exchange: Opening, kind: str, said: str
) -> None:
    source = open_exchange()
    part = table_of(source)
    misbehave(platform, kind, "rows", page=7)
    with pytest.raises(SkipRecord, match=said) as caught:
        rows_of(source, part)
    assert caught.value.record_id == TABLE


def test_rows_that_end_early_are_asked_for_again_and_then_skip_the_record(
    platform: Platform, open_exchange: Opening, lines: Lines
) -> None:
    source = open_exchange()
    part = table_of(source)
    misbehave(platform, "empty_page", "rows", page=4, times=1)
    assert len(rows_of(source, part)) == 2100
    misbehave(platform, "empty_page", "rows", page=4, times=-1)
    with pytest.raises(SkipRecord, match="page 4 is empty although 300 of 2,100"):
        rows_of(source, part)


def test_rows_that_change_in_number_while_reading_skip_the_record(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    batches = source.fetch_rows(table_of(source))
    next(batches)
    steer(platform, "rows", resource=TABLE, count=1900)
    with pytest.raises(SkipRecord, match="changed from 2,100 to 1,900"):
        list(batches)


def test_column_names_come_as_delivered_even_when_empty_or_twice_there(
    platform: Platform, open_exchange: Opening
) -> None:
    source = open_exchange()
    part = table_of(source, "JYJ-0004")
    misbehave(platform, "duplicate_columns", "rows")
    first = next(source.fetch_rows(part))
    assert first.columns[0] == first.columns[1]
    misbehave(platform, "empty_column", "rows")
    assert next(source.fetch_rows(part)).columns[-1] == ""


def test_a_secret_that_expires_between_pages_is_renewed(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = table_of(source)
    misbehave(platform, "expire_secret", "rows", page=9)
    assert len(rows_of(source, part)) == 2100
    assert platform.counters["secret"] == 2


def test_a_page_of_rows_that_is_a_bomb_skips_that_record_alone(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange(limits=OutboundLimits(max_bytes=4_000_000))
    part = table_of(source)
    misbehave(platform, "bomb", "rows", value=100, times=-1)
    with pytest.raises(SkipRecord, match="more than") as caught:
        rows_of(source, part)
    assert caught.value.record_id == TABLE


def test_a_record_that_vanished_is_skipped_alone(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = table_of(source)
    steer(platform, "remove", resource=TABLE)
    with pytest.raises(SkipRecord, match="40401"):
        rows_of(source, part)


def test_a_login_page_among_rows_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = table_of(source)
    misbehave(platform, "login_page", "rows", page=2)
    with pytest.raises(StopRun, match="login page"):
        rows_of(source, part)


def test_a_planted_cell_comes_through(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    steer(platform, "plant", resource=TABLE, row=-1, column="结果", value="planted")
    assert rows_of(source, table_of(source))[-1][-1] == "planted"


def test_a_file_is_whole_and_in_its_own_encoding(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    with source.fetch_file(file_of(source)) as chunks:
        content = b"".join(chunks)
    assert content.decode("gb18030").startswith("学校编码,学校名称,办学性质")


@pytest.mark.parametrize(
    ("kind", "error"), [("truncated_file", SkipRecord), ("broken", RetryLater), ("login_page", StopRun)]
)
def test_a_file_that_is_not_whole_is_an_error(
    platform: Platform, open_exchange: Opening, kind: str, error: type[Exception]
) -> None:
    source = open_exchange()
    part = file_of(source)
    misbehave(platform, kind, "file", times=-1)
    with pytest.raises(error), source.fetch_file(part) as chunks:
        list(chunks)


def test_a_file_with_other_content_than_its_record_states_is_refused(
    platform: Platform, open_exchange: Opening
) -> None:
    source = open_exchange()
    part = file_of(source)
    wrong = FilePart(part.key, part.names, part.locator, part.file_name, part.format_label, part.size_bytes, "0" * 64)
    with pytest.raises(SkipRecord, match="another SHA-256"), source.fetch_file(wrong) as chunks:
        list(chunks)


def test_a_file_that_never_ends_is_cut(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange(limits=OutboundLimits(stream_max_bytes=2_000_000))
    part = file_of(source)
    endless = FilePart(part.key, part.names, part.locator, part.file_name)
    misbehave(platform, "huge", "file", value=50)
    with pytest.raises(SkipRecord, match="more than"), source.fetch_file(endless) as chunks:
        list(chunks)


def test_an_error_in_an_answer_of_200_is_not_taken_for_the_file(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = file_of(source)
    unsized = FilePart(part.key, part.names, part.locator, part.file_name, "JSON")
    misbehave(platform, "error_200", "file", value="40999")
    with pytest.raises(SkipRecord, match="40999"), source.fetch_file(unsized) as chunks:
        list(chunks)


def test_the_secret_is_renewed_before_a_file(platform: Platform, open_exchange: Opening) -> None:
    source = open_exchange()
    part = file_of(source)
    steer(platform, "expire")
    with source.fetch_file(part) as chunks:
        assert sum(map(len, chunks)) == part.size_bytes
