"""Popularity counts caller-days of the last 90 days, once each."""

from datetime import date, timedelta

from sqlalchemy import func, select

from portal.catalogue.commands import count_popularity, record_use, withdraw_dataset
from portal.catalogue.models import DatasetUse
from portal.catalogue.queries import list_cards, list_unindexed
from portal.kernel.principal import ANONYMOUS
from tests.builders import NOW, Built, build_catalogue

TODAY = date(2026, 11, 20)


def _use(built: Built, dataset_id: str, *uses: tuple[str, int]) -> None:
    with built.database.transaction() as session:
        for caller, days_ago in uses:
            record_use(session, dataset_id, caller, TODAY - timedelta(days=days_ago))


def _count(built: Built, today: date = TODAY) -> int:
    with built.database.transaction() as session:
        return count_popularity(session, today)


def _popularity(built: Built, *ids: str) -> list[int]:
    with built.database.reading() as session:
        return [card.popularity for card in list_cards(session, ANONYMOUS, ids)]


def test_a_caller_counts_once_a_day(built: Built) -> None:
    first, second = build_catalogue(built, 2)
    _use(built, first, ("a", 0), ("a", 0), ("a", 1), ("b", 0))
    _use(built, second, ("a", 0))
    assert _count(built) == 2
    assert _popularity(built, first, second) == [3, 1]


def test_uses_older_than_ninety_days_are_forgotten(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    _use(built, dataset_id, ("a", 89), ("a", 0))
    _count(built)
    assert _popularity(built, dataset_id) == [2]
    _count(built, TODAY + timedelta(days=1))
    assert _popularity(built, dataset_id) == [1]
    _count(built, TODAY + timedelta(days=200))
    assert _popularity(built, dataset_id) == [0]
    with built.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DatasetUse)) == 0


def test_only_what_changed_is_indexed_again(built: Built) -> None:
    from portal.catalogue.commands import mark_indexed

    first, _ = build_catalogue(built, 2)
    with built.database.transaction() as session:
        mark_indexed(session, list_unindexed(session, 10))
    _use(built, first, ("a", 0))
    assert _count(built) == 1
    assert _count(built) == 0
    with built.database.reading() as session:
        assert [i for i, _ in list_unindexed(session, 10)] == [first]


def test_use_of_what_does_not_exist_is_not_recorded(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "reason", "actor", NOW)
    _use(built, dataset_id, ("a", 0))
    _use(built, "absent", ("a", 0))
    with built.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DatasetUse)) == 0
