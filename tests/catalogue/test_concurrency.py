"""Workers that publish and withdraw at the same moment leave a catalogue that one of them could have left alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import func, select

from portal.catalogue.commands import withdraw_dataset
from portal.catalogue.counts import recount
from portal.catalogue.errors import StaysWithdrawn
from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.publication import Publication
from portal.catalogue.queries import count_catalogue
from portal.catalogue.versions import Version, VersionPart
from portal.kernel.principal import ANONYMOUS
from tests.builders import NOW, Built, publish

Make = Callable[..., Publication]


def _together(built: Built, *works: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result(timeout=60)


def _publishing(built: Built, publication: Publication, minute: int = 0) -> Callable[[], object]:
    def work() -> None:
        with built.database.transaction() as session:
            publish(session, publication, now=NOW + timedelta(minutes=minute))

    return work


def test_many_workers_meet_the_same_new_department_and_themes(built: Built, make: Make) -> None:
    publisher = make().publisher
    publications = [make(number, publisher=publisher, themes=("health", "weather")) for number in range(8)]
    _together(built, *(_publishing(built, publication) for publication in publications))
    with built.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Publisher)) == 1
        assert count_catalogue(session, ANONYMOUS).datasets == 8
        assert recount(session) == 0


def test_the_same_record_published_twice_is_one_dataset(built: Built, make: Make) -> None:
    publications = [make(licence=f"licence {number}") for number in range(6)]
    _together(built, *(_publishing(built, p, minute) for minute, p in enumerate(publications)))
    with built.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Dataset)) == 1
        assert session.scalars(select(Version.number).order_by(Version.number)).all() == [1, 2, 3, 4, 5, 6]
        assert recount(session) == 0


def test_a_withdrawal_wins_over_publications_under_way(built: Built, make: Make, put: Callable[..., str]) -> None:
    dataset_id = put(make())

    def withdraw() -> None:
        with built.database.transaction() as session:
            withdraw_dataset(session, dataset_id, "reason", "officer", NOW)

    def republish(number: int) -> None:
        with suppress(StaysWithdrawn):
            _publishing(built, make(licence=f"licence {number}"), number)()

    _together(
        built, *(lambda n=n: republish(n) for n in range(3)), withdraw, *(lambda n=n: republish(n) for n in (7, 8))
    )
    with built.database.transaction() as session:
        assert session.scalar(select(Dataset.state)) == "withdrawn"
        assert session.scalar(select(func.count()).select_from(VersionPart)) == 0
        assert session.scalar(select(func.count()).where(Version.redacted_at.is_(None))) == 0
        assert recount(session) == 0
