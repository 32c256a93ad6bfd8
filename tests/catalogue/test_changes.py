"""The feed of changes: in order, without gaps, whoever commits when; nothing that was never public leaves a trace."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from sqlalchemy import func, select, update

from portal.catalogue.change_log import Change
from portal.catalogue.changes import (
    announce_changes,
    are_changes_due,
    compact_changes,
    find_newest_change,
    list_changes,
    list_latest_changes,
)
from portal.catalogue.commands import withdraw_dataset
from portal.catalogue.datestamps import StampSelection, list_stamps
from portal.catalogue.describing import stamp_catalogue
from portal.catalogue.models import Dataset
from portal.catalogue.objections import Objection
from portal.kernel.principal import ANONYMOUS
from tests.builders import NOW, Built, build_publication, publish

LATER = datetime(2027, 11, 20, tzinfo=UTC)


def _publish(built: Built, folder: Path, number: int, **changes: object) -> str:
    with built.database.transaction() as session:
        return publish(session, build_publication(number, built.store, folder, **changes)).dataset_id  # type: ignore[arg-type]


def _announce(built: Built, now: datetime = NOW) -> None:
    with built.database.transaction() as session:
        announce_changes(session, now)


def _told(built: Built, since: int = 0) -> list[tuple[int, str, str]]:
    with built.database.reading() as session:
        return [(c.number, c.kind, c.dataset_id) for c in list_changes(session, ANONYMOUS, since, 100)]


def test_creation_update_and_withdrawal_are_told_in_order(built: Built, tmp_path: Path) -> None:
    first = _publish(built, tmp_path, 1)
    _announce(built)
    second = _publish(built, tmp_path, 2)
    _publish(built, tmp_path, 1, licence="另一种许可")
    _announce(built)
    with built.database.transaction() as session:
        withdraw_dataset(session, first, "数据有误", "tester", NOW)
    _announce(built)
    told = _told(built)
    assert [number for number, _, _ in told] == [1, 2, 3, 4]
    assert told[0][1:] == ("created", first) and told[3][1:] == ("withdrawn", first)
    assert {entry[1:] for entry in told[1:3]} == {("created", second), ("updated", first)}
    assert _told(built, since=3) == told[3:]
    with built.database.reading() as session:
        last = list_changes(session, ANONYMOUS, 3, 10)[0]
    assert (last.reason, last.version, last.publisher_slug != "") == ("数据有误", None, True)


def test_what_is_no_public_change_is_not_told(built: Built, tmp_path: Path) -> None:
    shown = _publish(built, tmp_path, 1)
    draft = _publish(built, tmp_path, 2)
    with built.database.transaction() as session:
        session.execute(update(Dataset).where(Dataset.id == draft).values(state="draft"))
    _announce(built)
    with built.database.transaction() as session:  # a popularity that rises makes a new revision
        session.execute(update(Dataset).values(revision=Dataset.revision + 1, popularity=7))
    _announce(built)
    assert _told(built) == [(1, "created", shown)]
    with built.database.reading() as session:
        assert not are_changes_due(session)


def test_a_datestamp_is_when_the_public_learned_of_a_change_and_never_goes_back(built: Built, tmp_path: Path) -> None:
    first, second = _publish(built, tmp_path, 1), _publish(built, tmp_path, 2)
    hour, everything = timedelta(hours=1), StampSelection()
    with built.database.reading() as session:
        assert {one.at for one in list_stamps(session, ANONYMOUS, everything, limit=9)} == {NOW}
    _announce(built, NOW + hour)
    with built.database.transaction() as session:  # no public change: no stamp
        session.execute(update(Dataset).values(revision=Dataset.revision + 1, popularity=7))
        session.add(_objection(second))
    _announce(built, NOW + 2 * hour)
    with built.database.transaction() as session:
        session.execute(update(Objection).values(state="rejected"))
    _announce(built, NOW)  # by a clock that is late
    with built.database.reading() as session:
        stamps = list_stamps(session, ANONYMOUS, everything, limit=9)
        following = list_stamps(session, ANONYMOUS, everything, after=(stamps[0].at, stamps[0].dataset_id), limit=9)
    assert [(one.dataset_id, one.at) for one in stamps] == [(first, NOW + hour), (second, NOW + 2 * hour)]
    assert following == stamps[1:]


def test_the_stamp_of_the_catalogue_is_another_after_every_public_change(built: Built, tmp_path: Path) -> None:
    def stamp() -> str:
        with built.database.reading() as session:
            return stamp_catalogue(session, ANONYMOUS)

    stamps, later = [stamp()], NOW + timedelta(minutes=1)
    first, second = _publish(built, tmp_path, 1), _publish(built, tmp_path, 2)
    stamps.append(stamp())
    with built.database.transaction() as session:  # one goes and one comes, of equal revisions: count and sum stay
        withdraw_dataset(session, first, "数据有误", "tester", later)
        publish(session, build_publication(3, built.store, tmp_path), now=NOW)
    stamps.append(stamp())
    with built.database.transaction() as session:
        session.add(_objection(second))
    stamps.append(stamp())
    with built.database.transaction() as session:
        session.execute(update(Objection).values(state="rejected", answered_at=later))
    stamps.append(stamp())
    with built.database.transaction() as session:  # a curator's words
        session.execute(update(Dataset).where(Dataset.id == second).values(revision=Dataset.revision + 1))
    stamps.append(stamp())
    assert len(set(stamps)) == len(stamps)
    assert stamp() == stamps[-1]


def test_an_objection_hides_and_its_answer_shows_again(built: Built, tmp_path: Path) -> None:
    dataset_id = _publish(built, tmp_path, 1)
    _announce(built)
    with built.database.transaction() as session:
        session.add(_objection(dataset_id))
    for _ in range(2):
        _announce(built)
    with built.database.transaction() as session:
        session.execute(update(Objection).values(state="rejected"))
    for _ in range(2):
        _announce(built)
    assert [kind for _, kind, _ in _told(built)] == ["created", "withdrawn", "created"]


def test_announcers_at_the_same_time_number_without_gap_or_double(built: Built, tmp_path: Path) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 5):
            _publish(built, tmp_path / str(first), number, rows=5)
            _announce(built)

    folders = [tmp_path / str(first) for first in (0, 5, 10)]
    for folder in folders:
        folder.mkdir()
    threads = [Thread(target=work, args=(int(folder.name),)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _announce(built)
    told = _told(built)
    assert [number for number, _, _ in told] == list(range(1, 16))
    assert len({dataset_id for _, _, dataset_id in told}) == 15


def test_old_changes_that_were_overtaken_are_forgotten(built: Built, tmp_path: Path) -> None:
    for licence in ("甲", "乙", "丙"):
        _publish(built, tmp_path, 1, licence=licence)
        _announce(built)
    with built.database.transaction() as session:
        assert compact_changes(session, NOW + timedelta(days=100)) == 0
        assert compact_changes(session, LATER) == 2
    assert [(number, kind) for number, kind, _ in _told(built)] == [(3, "updated")]
    with built.database.reading() as session:
        assert find_newest_change(session) == 3


def test_the_latest_of_each_dataset_comes_newest_first(built: Built, tmp_path: Path) -> None:
    ids = [_publish(built, tmp_path, number) for number in (0, 1, 2)]
    _announce(built)
    _publish(built, tmp_path, 0, licence="别的")
    _announce(built)
    with built.database.reading() as session:
        latest = list_latest_changes(session, ANONYMOUS, None, 10)
        assert next(c.number for c in latest) == 4 and latest[0].dataset_id == ids[0]
        assert len(latest) == 3
        slug = latest[0].publisher_slug
        assert {c.publisher_slug for c in list_latest_changes(session, ANONYMOUS, None, 10, publisher=slug)} == {slug}
        older = max(c.number for c in latest if c.number < 3)  # datasets of one round come in any order
        assert [c.number for c in list_latest_changes(session, ANONYMOUS, 3, 1)] == [older]
        themes = list_changes(session, ANONYMOUS, 0, 10, theme="education")
        assert themes and all("education" in c.theme_slugs for c in themes)
        assert list_changes(session, ANONYMOUS, 0, 10, theme='educ%"') == ()


def test_many_changes_are_told_in_rounds(built: Built, tmp_path: Path) -> None:
    for number in range(5):
        _publish(built, tmp_path, number, rows=5)
    rounds = []
    while True:
        with built.database.transaction() as session:
            rounds.append(announce_changes(session, NOW, 2))
        if not rounds[-1]:
            break
    assert rounds == [2, 2, 1, 0]
    with built.database.reading() as session:
        assert session.scalar(select(func.count(Change.number))) == 5


def _objection(dataset_id: str) -> Objection:
    return Objection(
        dataset_id=dataset_id,
        data_digest="0" * 64,
        ground="privacy",
        statement="",
        language="zh",
        receipt_sha256="0" * 64,
        filed_at=NOW,
    )
