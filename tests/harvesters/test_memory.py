"""Memory of a harvest does not depend on the size of a table."""

import tracemalloc

import pytest

from harvesters import hosts_of, open_source
from harvesters.protocols import Source
from harvesters.records import TablePart
from tests.harvesters.conftest import SECRET, Lines
from tests.journey.platform import sample_platform

pytestmark = pytest.mark.slow


def peak_of(source: Source, part: TablePart) -> tuple[int, int]:
    """Rows read, and the peak of memory while reading them."""
    tracemalloc.start()
    try:
        rows = sum(len(batch.rows) for batch in source.fetch_rows(part))
        return rows, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_table_fifteen_times_as_large_takes_no_more_memory(lines: Lines) -> None:
    peaks = []
    for size in (20_000, 300_000):
        with sample_platform("--big-rows", str(size)) as platform:
            config = {"base_url": platform.address}
            transport = lines.transport(hosts_of("exchange", config))
            source = open_source("exchange", name="sample", config=config, secret=SECRET, transport=transport)
            records = (record for page in source.list_records() for record in page.records)
            record = next(record for record in records if record.id == "JTJ-0001")
            (part,) = (part for part in source.map_record(record).parts if isinstance(part, TablePart))
            rows, peak = peak_of(source, part)
            assert rows == size
            peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.3
