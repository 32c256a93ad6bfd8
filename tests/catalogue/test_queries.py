"""What callers see of the catalogue, in a constant number of statements."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.catalogue import queries
from portal.catalogue.datestamps import StampSelection
from portal.catalogue.errors import Buried
from portal.catalogue.publication import Publication
from portal.catalogue.views import DatasetCard, Ref
from portal.catalogue.withdrawal import withdraw_dataset
from portal.kernel.errors import NotFound
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language, Text
from portal.kernel.vocab import PartKind
from portal.storage import BlobNotFound
from tests.builders import NOW, Built, build_catalogue, build_link
from tests.catalogue.conftest import Counter

Make = Callable[..., Publication]
Put = Callable[..., str]

# name → (question about all ids, statements it may take)
QUESTIONS: dict[str, tuple[Callable[[Session, tuple[str, ...]], object], int]] = {
    "page": (lambda s, ids: queries.get_dataset(s, ANONYMOUS, Ref(ids[0])), 8),
    "old page": (lambda s, ids: queries.get_dataset(s, ANONYMOUS, Ref(ids[0], 1)), 8),
    "cards": (lambda s, ids: queries.list_cards(s, ANONYMOUS, ids), 4),
    "newest": (lambda s, ids: queries.list_newest(s, ANONYMOUS, 50), 5),
    "publishers": (lambda s, _: queries.list_publishers(s, ANONYMOUS), 1),
    "themes": (lambda s, _: queries.list_themes(s, ANONYMOUS), 1),
    "publisher": (lambda s, _: queries.list_publisher_cards(s, ANONYMOUS, "district-education-bureau", 0, 50), 6),
    "theme": (lambda s, _: queries.list_theme_cards(s, ANONYMOUS, "education", 0, 50), 6),
    "counts": (lambda s, _: queries.count_catalogue(s, ANONYMOUS), 1),
    "sitemap": (lambda s, _: queries.list_sitemap(s, ANONYMOUS, "", 50), 1),
    "sitemap parts": (lambda s, _: queries.list_sitemap_parts(s, ANONYMOUS, 10), 1),
    "last changes": (lambda s, _: queries.list_last_changes(s, ANONYMOUS), 2),
    "whole datasets": (lambda s, ids: queries.describe_datasets(s, ANONYMOUS, ids), 7),
    "stamp": (lambda s, _: queries.stamp_catalogue(s, ANONYMOUS), 1),
    "datestamps": (lambda s, _: queries.list_stamps(s, ANONYMOUS, StampSelection(), limit=50), 1),
    "documents": (queries.describe_documents, 5),
    "file": (lambda s, ids: queries.find_file(s, ANONYMOUS, Ref(ids[0]), "data", "csv"), 4),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_number_of_statements_is_the_same_for_one_and_for_fifty(
    built: Built, statements: Counter, name: str
) -> None:
    ask, allowed = QUESTIONS[name]
    counts = []
    ids = build_catalogue(built, 1)
    for more in (0, 49):
        ids += build_catalogue(built, more, first=1)
        with built.database.reading() as session, statements() as made:
            ask(session, ids)
        counts.append(len(made))
    assert counts == [allowed, allowed]


def test_opening_a_table_takes_two_statements(built: Built, statements: Counter) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.reading() as session, statements() as made:
        table = queries.open_version(session, ANONYMOUS, Ref(dataset_id), "data", built.store)
    assert len(made) == 2
    assert table.version_key == f"{dataset_id}@v1/data"
    assert table.path.is_file()


def test_cards_come_in_the_order_asked_and_without_the_invisible(built: Built) -> None:
    ids = build_catalogue(built, 4)
    with built.database.transaction() as session:
        withdraw_dataset(session, ids[1], "reason", "actor", NOW)
    with built.database.reading() as session:
        cards = queries.list_cards(session, ANONYMOUS, (ids[3], "absent", ids[1], ids[0]))
        assert queries.list_cards(session, ANONYMOUS, ()) == ()
    assert [card.id for card in cards] == [ids[3], ids[0]]


def test_a_card_shows_both_languages_and_what_is_missing(built: Built) -> None:
    with_english, without = build_catalogue(built, 4)[2:]
    with built.database.reading() as session:
        first, second = queries.list_cards(session, ANONYMOUS, (with_english, without))
    assert first.languages == (Language.ZH, Language.EN)
    assert second.languages == (Language.ZH,)
    assert second.title.shown(Language.EN).is_fallback
    assert first.formats == ("csv", "json", "parquet")  # what a table is offered in
    assert first.row_count == 40


def _everything(session: Session, dataset_id: str) -> list[Callable[[], Any]]:
    """Every question that could show a dataset, as functions that answer with whatever names it."""
    refs = (Ref(dataset_id), Ref(dataset_id, 1))
    return [
        *(lambda r=r: queries.get_dataset(session, ANONYMOUS, r) for r in refs),
        *(lambda r=r: queries.find_file(session, ANONYMOUS, r, "data", "parquet") for r in refs),
        *(lambda r=r: queries.find_file(session, ANONYMOUS, r, "data", "csv") for r in refs),
    ]


def test_what_is_withdrawn_exists_nowhere_but_as_a_tombstone(built: Built) -> None:
    first, second = build_catalogue(built, 2)  # both of the same department and theme
    with built.database.transaction() as session:
        withdraw_dataset(session, first, "发布有误", "王五", NOW + timedelta(hours=1))
    with built.database.reading() as session:
        for ask in _everything(session, first):
            with pytest.raises(Buried) as error:
                ask()
            assert error.value.grave.reason == "发布有误"
            assert error.value.grave.buried_at == NOW + timedelta(hours=1)
        with pytest.raises(Buried):
            queries.open_version(session, ANONYMOUS, Ref(first), "data", built.store)
        assert queries.list_cards(session, ANONYMOUS, (first,)) == ()
        assert [c.id for c in queries.list_newest(session, ANONYMOUS, 9)] == [second]
        assert [i for i, _ in queries.list_sitemap(session, ANONYMOUS, "", 9)] == [second]
        assert [start for start, _ in queries.list_sitemap_parts(session, ANONYMOUS, 1)] == [""]
        assert [view.card.id for view in queries.describe_datasets(session, ANONYMOUS, (first, second))] == [second]
        gone = {
            stamp.dataset_id: stamp.is_gone
            for stamp in queries.list_stamps(session, ANONYMOUS, StampSelection(), limit=9)
        }
        assert gone == {first: True, second: False}
        assert queries.describe_documents(session, (first,)) == ()
        assert [i for i, _ in queries.list_revisions(session, "", 9)] == [second]
        page = queries.list_theme_cards(session, ANONYMOUS, "education", 0, 9)
        assert (page.total, [c.id for c in page.items]) == (1, [second])
        page = queries.list_publisher_cards(session, ANONYMOUS, "district-education-bureau", 0, 9)
        assert (page.total, [c.id for c in page.items]) == (1, [second])
        counts = queries.count_catalogue(session, ANONYMOUS)
        assert (counts.datasets, counts.tables, counts.rows) == (1, 1, 40)
        assert first in [i for i, _ in queries.list_unindexed(session, 9)], "the index must be told"


def test_departments_and_themes_with_nothing_to_show_do_not_exist(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1, first=15)
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "reason", "actor", NOW)
    with built.database.reading() as session:
        assert queries.list_publishers(session, ANONYMOUS) == ()
        assert queries.list_themes(session, ANONYMOUS) == ()
        for ask in (queries.get_publisher, queries.get_theme):
            with pytest.raises(NotFound):
                ask(session, ANONYMOUS, "weather")
        assert queries.count_catalogue(session, ANONYMOUS).publishers == 0


@pytest.mark.parametrize("ref", [Ref("absent"), Ref(""), Ref("absent", 1), Ref("x' OR '1'='1"), Ref("a\x00b")])
def test_what_never_was_is_not_found(built: Built, ref: Ref) -> None:
    build_catalogue(built, 1)
    with built.database.reading() as session, pytest.raises(NotFound):
        queries.get_dataset(session, ANONYMOUS, ref)


@pytest.mark.parametrize("number", [0, 2, -1, 10**18])
def test_a_version_that_never_was_is_not_found(built: Built, number: int) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.reading() as session, pytest.raises(NotFound):
        queries.get_dataset(session, ANONYMOUS, Ref(dataset_id, number))


@pytest.mark.parametrize("odd", ["a\x00b", "\x00", "'", "%", "x" * 10_000, "\U0001f600"])
def test_odd_names_are_not_found(built: Built, odd: str) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.reading() as session:
        for ask in (
            lambda: queries.get_publisher(session, ANONYMOUS, odd),
            lambda: queries.get_theme(session, ANONYMOUS, odd),
            lambda: queries.find_file(session, ANONYMOUS, Ref(dataset_id), odd, "csv"),
            lambda: queries.open_version(session, ANONYMOUS, Ref(dataset_id), odd, built.store),
            lambda: queries.get_export_job(session, ANONYMOUS, odd),
            lambda: queries.get_dataset(session, ANONYMOUS, Ref(odd)),
        ):
            with pytest.raises(NotFound):
                ask()


def test_files_are_what_the_part_is(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make(parts=(make().parts[0], build_link())))
    with built.database.reading() as session:
        table = queries.find_file(session, ANONYMOUS, Ref(dataset_id), "data", "parquet")
        assert table is not None
        assert table.file_name == "临江街道中小学校名录（2010年）-v1-data.parquet"
        assert built.store.size_bytes(table.blob_key) == table.size_bytes
        assert queries.find_file(session, ANONYMOUS, Ref(dataset_id), "data", "csv") is None
        for part, kind in (("data", "original"), ("elsewhere", "csv"), ("absent", "csv"), ("elsewhere", "parquet")):
            with pytest.raises(NotFound):
                queries.find_file(session, ANONYMOUS, Ref(dataset_id), part, kind)
        for part in ("elsewhere", "absent"):
            with pytest.raises(NotFound):
                queries.open_version(session, ANONYMOUS, Ref(dataset_id), part, built.store)
        link = queries.get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts[1]
        assert (link.kind, link.url, link.sha256) == (PartKind.LINK, "https://example.org/data.csv", None)


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("甲/乙:丙*?", "甲乙丙"),
        ("长" * 100, "长" * 60),
        ("a\u202eb\x01c\r\n", "abc"),
        ("..", ""),
        ("CON. ", "CON"),
    ],
)
def test_file_names_are_titles_that_every_system_takes(
    built: Built, make: Make, put: Put, title: str, stem: str
) -> None:
    dataset_id = put(make(title=Text.of(title)))
    with built.database.reading() as session:
        file = queries.find_file(session, ANONYMOUS, Ref(dataset_id), "data", "parquet")
    assert file is not None
    assert file.file_name == f"{stem or dataset_id}-v1-data.parquet"


def test_the_original_is_offered_where_it_was_published(built: Built, make: Make, put: Put) -> None:
    from dataclasses import replace

    part = make().parts[0]
    original = replace(
        part,
        original_blob_key=f"files/aa/{'a' * 64}.xlsx",
        original_format="xlsx",
        original_sha256="a" * 64,
        original_size_bytes=7,
    )
    dataset_id = put(make(parts=(original,)))
    with built.database.reading() as session:
        file = queries.find_file(session, ANONYMOUS, Ref(dataset_id), "data", "original")
        view = queries.get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts[0]
    assert file is not None
    assert (file.file_name, file.sha256, file.size_bytes) == (
        "临江街道中小学校名录（2010年）-v1-data-original.xlsx",
        "a" * 64,
        7,
    )
    assert (view.offers_original, view.original_format, view.original_size_bytes) == (True, "xlsx", 7)


def test_a_blob_that_is_missing_is_said_so(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    for key in list(built.store.list_keys("tables/")):
        built.store.delete(key)
    with built.database.reading() as session, pytest.raises(BlobNotFound):
        queries.open_version(session, ANONYMOUS, Ref(dataset_id), "data", built.store)


def test_pages_of_cards_follow_each_other(built: Built) -> None:
    build_catalogue(built, 40)
    with built.database.reading() as session:
        seen: list[DatasetCard] = []
        for offset in range(0, 12, 3):
            page = queries.list_theme_cards(session, ANONYMOUS, "education", offset, 3)
            seen += page.items
    assert page.total == len({card.id for card in seen}) == len(seen)
    assert [c.modified_at for c in seen] == sorted((c.modified_at for c in seen), reverse=True)


def test_the_sitemap_can_be_walked_in_files(built: Built) -> None:
    ids = build_catalogue(built, 25)
    with built.database.reading() as session:
        parts = queries.list_sitemap_parts(session, ANONYMOUS, 10)
        files = [queries.list_sitemap(session, ANONYMOUS, start, 10) for start, _ in parts]
    # the day on which a page changed, which is not that of its data
    assert {at for file in files for _, at in file} == {at for _, at in parts} == {NOW}
    assert [len(file) for file in files] == [10, 10, 5]
    assert [i for file in files for i, _ in file] == sorted(ids)
