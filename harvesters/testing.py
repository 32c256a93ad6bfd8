"""The contract that every source keeps, as a suite: subclass it, give a `subject` fixture, and the tests run.

It needs no test library to be imported, so that a source outside of this repository can be tried with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from harvesters.errors import HarvestError, SkipRecord
from harvesters.protocols import Source
from harvesters.records import DatasetRecord, FilePart, RawRecord, TablePart


@dataclass(frozen=True, slots=True)
class Subject:
    """A source under test and how to disturb what it reads.

    `open` gives a fresh source; `ids` are all identifiers that it must list. `change_data` changes rows or files of one
    record, `truncate` makes every file come short from now on (None: the source fetches no files), `open_elsewhere`
    gives a source that is pointed where it must not go: an unregistered private host, a path that is not its root.
    """

    open: Callable[[], Source]
    ids: frozenset[str]
    change_data: Callable[[str], None]
    open_elsewhere: Callable[[], Source]
    truncate: Callable[[], None] | None = None


class SourceContract:
    """What `portal.ingest` relies on."""

    def test_check_says_what_was_found(self, subject: Subject) -> None:
        assert subject.open().check().endswith(".")

    def test_the_listing_is_whole_and_states_its_total(self, subject: Subject) -> None:
        pages = list(subject.open().list_records())
        records = [record for page in pages for record in page.records]
        usable = [record for record in records if not record.problem]
        assert {record.id for record in usable} == subject.ids
        assert len(usable) == len(subject.ids)
        assert all(page.total in {None, len(records)} for page in pages)

    def test_identifiers_and_stamps_are_the_same_in_every_listing(self, subject: Subject) -> None:
        first, second = _listed(subject.open()), _listed(subject.open())
        assert [(r.id, r.data_stamp, r.raw) for r in first] == [(r.id, r.data_stamp, r.raw) for r in second]
        assert all(0 < len(record.data_stamp) <= 100 for record in first)

    def test_changed_data_changes_the_stamp_of_that_record_alone(self, subject: Subject) -> None:
        before = {record.id: record.data_stamp for record in _listed(subject.open())}
        chosen = min(subject.ids)
        subject.change_data(chosen)
        after = {record.id: record.data_stamp for record in _listed(subject.open())}
        assert {identifier for identifier in before if before[identifier] != after[identifier]} == {chosen}

    def test_mapping_is_pure(self, subject: Subject) -> None:
        source, other = subject.open(), subject.open()
        for record in _listed(source):
            untouched = repr(record.raw)
            mapped = source.map_record(record)
            assert mapped == source.map_record(record) == other.map_record(record)
            assert repr(record.raw) == untouched
            assert mapped.id == record.id
            assert mapped.titles
            assert set(mapped.titles) <= {"zh", "en"}

    def test_part_keys_are_unique_in_a_record(self, subject: Subject) -> None:
        for record in _mapped(subject.open()):
            keys = [part.key for part in record.parts]
            assert len(set(keys)) == len(keys)

    def test_a_record_with_a_problem_is_skipped_by_name(self, subject: Subject) -> None:
        try:
            subject.open().map_record(RawRecord("some-id", {}, "", problem="It is broken."))
        except SkipRecord as error:
            assert error.record_id == "some-id"
            assert "broken" in str(error)
        else:
            raise AssertionError("a record with a problem was mapped")

    def test_rows_are_complete_and_rectangular(self, subject: Subject) -> None:
        source = subject.open()
        for record in _mapped(source):
            for part in record.parts:
                if not isinstance(part, TablePart):
                    continue
                count = 0
                for batch in source.fetch_rows(part):
                    assert all(len(row) == len(batch.columns) for row in batch.rows)
                    count += len(batch.rows)
                assert part.row_count in {None, count}

    def test_files_come_whole_and_the_same_every_time(self, subject: Subject) -> None:
        source = subject.open()
        for record in _mapped(source):
            for part in record.parts:
                if not isinstance(part, FilePart):
                    continue
                first, second = _content(source, part), _content(source, part)
                assert first == second
                assert part.size_bytes in {None, len(first)}
                assert part.sha256 in {"", sha256(first).hexdigest()}

    def test_a_file_that_comes_short_is_an_error(self, subject: Subject) -> None:
        if subject.truncate is None:
            return
        source = subject.open()
        parts = [part for record in _mapped(source) for part in record.parts if isinstance(part, FilePart)]
        assert parts
        subject.truncate()
        for part in parts:
            try:
                _content(source, part)
            except HarvestError:
                continue
            raise AssertionError(f"{part.file_name} came short without an error")

    def test_it_goes_nowhere_else(self, subject: Subject) -> None:
        source = subject.open_elsewhere()
        try:
            list(source.list_records())
        except HarvestError as error:
            assert str(error)
        else:
            raise AssertionError("a source reached what it must not reach")


def _listed(source: Source) -> list[RawRecord]:
    return [record for page in source.list_records() for record in page.records if not record.problem]


def _mapped(source: Source) -> list[DatasetRecord]:
    return [source.map_record(record) for record in _listed(source)]


def _content(source: Source, part: FilePart) -> bytes:
    with source.fetch_file(part) as chunks:
        return b"".join(chunks)
