"""Conditional data: everybody learns that it exists and which columns it has; rows are for those who were granted them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.catalogue import commands, queries
from portal.catalogue.describing import describe_datasets
from portal.catalogue.errors import Buried
from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.views import Ref
from portal.kernel.errors import GrantNeeded, NotFound
from portal.kernel.principal import ANONYMOUS, Principal
from portal.kernel.vocab import Openness, Tier
from tests.builders import NOW, Built, build_catalogue, build_link, build_publication, publish

TERMS = "仅限科研机构，需签订利用协议"


def publish_conditional(built: Built, folder: Path, number: int = 0, **changes: object) -> str:
    """Publish dataset `number` as open on application; its id."""
    values: dict[str, Any] = {"openness": Openness.CONDITIONAL, "open_condition": TERMS, **changes}
    publication = build_publication(number, built.store, folder, **values)
    with built.database.transaction() as session:
        return publish(session, publication).dataset_id


def granted(*ids: str) -> Principal:
    return Principal(tier=Tier.REGISTERED, grants=frozenset(ids))


def test_its_page_has_terms_and_columns_and_nothing_made_from_rows(built: Built, tmp_path: Path) -> None:
    publication = build_publication(0, built.store, tmp_path)
    table = replace(publication.parts[0], quality={"rows_lost": 3})
    dataset_id = publish_conditional(built, tmp_path, parts=(table, build_link()))
    with built.database.reading() as session:
        view = queries.get_dataset(session, ANONYMOUS, Ref(dataset_id))
        known = queries.get_dataset(session, granted(dataset_id), Ref(dataset_id))
        (listed,) = describe_datasets(session, ANONYMOUS, (dataset_id,))
        (listed_known,) = describe_datasets(session, granted(dataset_id), (dataset_id,))
    assert (listed.parts, listed.version) == (view.parts, view.version)
    assert (listed.shows_rows, listed_known.shows_rows, listed_known.version) == (False, True, known.version)
    part, link = view.parts
    assert (view.openness, view.open_condition, view.shows_rows) == (Openness.CONDITIONAL, TERMS, False)
    assert part.schema is not None
    assert known.parts[0].schema is not None
    assert [c.name for c in part.schema.columns] == [c.name for c in known.parts[0].schema.columns]
    assert (part.preview, part.row_count, part.size_bytes, part.sha256, dict(part.quality)) == (
        (),
        None,
        None,
        None,
        {},
    )
    assert (link.url, view.card.row_count, view.version.row_count, view.version.data_digest) == ("", None, None, "")
    assert (known.shows_rows, known.card.row_count, len(known.parts[0].preview)) == (True, 40, 20)
    assert known.parts[1].url


@pytest.mark.parametrize("version", [None, 1])
def test_rows_and_files_ask_for_a_grant_of_this_dataset(built: Built, tmp_path: Path, version: int | None) -> None:
    dataset_id = publish_conditional(built, tmp_path)
    other = publish_conditional(built, tmp_path, 1)
    ref = Ref(dataset_id, version)
    with built.database.reading() as session:
        for stranger in (ANONYMOUS, Principal(tier=Tier.PARTNER), granted(other)):
            with pytest.raises(GrantNeeded) as told:
                queries.open_version(session, stranger, ref, "data", built.store)
            assert told.value.dataset_id == dataset_id
            for format_name in ("parquet", "csv", "original", "nonsense"):
                with pytest.raises(GrantNeeded):
                    queries.find_file(session, stranger, ref, "data", format_name)
            with pytest.raises(NotFound):
                queries.open_version(session, stranger, ref, "no-such-part", built.store)
        assert queries.open_version(session, granted(dataset_id), ref, "data", built.store).row_count == 40
        assert queries.find_file(session, granted(dataset_id), ref, "data", "parquet")
    with built.database.transaction() as session, pytest.raises(GrantNeeded):
        commands.request_export_job(session, ANONYMOUS, ref, "data", "xlsx")


def test_a_job_is_shown_to_those_who_may_read_what_it_makes(built: Built, tmp_path: Path) -> None:
    dataset_id = publish_conditional(built, tmp_path)
    with built.database.transaction() as session:
        job = commands.request_export_job(session, granted(dataset_id), Ref(dataset_id), "data", "xlsx")
    with built.database.reading() as session:
        assert queries.get_export_job(session, granted(dataset_id), job.id).rows_total == 40
        with pytest.raises(GrantNeeded):
            queries.get_export_job(session, ANONYMOUS, job.id)


def test_its_rows_are_in_no_public_number(built: Built, tmp_path: Path) -> None:
    build_catalogue(built, 2)
    dataset_id = publish_conditional(built, tmp_path, 2)
    with built.database.transaction() as session:
        counts = queries.count_catalogue(session, ANONYMOUS)
        assert (counts.datasets, counts.rows) == (3, 80)
        (card,) = queries.list_cards(session, granted(dataset_id), (dataset_id,))
        assert card.row_count is None
    with built.database.transaction() as session:
        from portal.catalogue.counts import recount

        assert recount(session) == 0


def test_restricting_acts_on_every_version_with_the_next_request(built: Built) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        assert commands.restrict_dataset(session, dataset_id, "source:built", NOW)
        assert not commands.restrict_dataset(session, dataset_id, "source:built", NOW)
    with built.database.reading() as session:
        assert queries.get_dataset(session, ANONYMOUS, Ref(dataset_id, 1)).parts[0].preview == ()
        with pytest.raises(GrantNeeded):
            queries.open_version(session, ANONYMOUS, Ref(dataset_id, 1), "data", built.store)
        assert session.scalars(select(Publisher.row_count)).all() == [0]
        revision, indexed = session.execute(select(Dataset.revision, Dataset.indexed_revision)).one()
        assert revision > indexed


def test_opening_again_opens_what_was_judged_for_it_and_no_older_version(built: Built, tmp_path: Path) -> None:
    dataset_id = publish_conditional(built, tmp_path)
    opened = build_publication(0, built.store, tmp_path)
    with built.database.transaction() as session:
        assert publish(session, opened).version == 2
    with built.database.reading() as session:
        assert queries.open_version(session, ANONYMOUS, Ref(dataset_id), "data", built.store).row_count == 40
        with pytest.raises(GrantNeeded):
            queries.open_version(session, ANONYMOUS, Ref(dataset_id, 1), "data", built.store)
        view = queries.get_dataset(session, ANONYMOUS, Ref(dataset_id))
        assert [(v.number, v.row_count) for v in view.versions] == [(2, 40), (1, None)]


def test_the_same_publication_opens_what_was_restricted(built: Built, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        commands.restrict_dataset(session, dataset_id, "source:built", NOW)
    with built.database.transaction() as session:
        published = publish(session, build_publication(0, built.store, tmp_path))
    assert (published.version, published.is_new) == (2, True)
    with built.database.reading() as session:
        assert queries.open_version(session, ANONYMOUS, Ref(dataset_id), "data", built.store).row_count == 40


def test_a_tombstone_of_conditional_data_confirms_no_guess(built: Built, tmp_path: Path) -> None:
    dataset_id, public_id = publish_conditional(built, tmp_path), build_catalogue(built, 1, first=1)[0]
    with built.database.transaction() as session:
        for one in (dataset_id, public_id):
            commands.redact_versions(session, one, (1,), reason="thinned", actor="test", now=NOW)
    with built.database.reading() as session:
        for one, is_told in ((dataset_id, False), (public_id, True)):
            with pytest.raises(Buried) as told:
                queries.get_dataset(session, ANONYMOUS, Ref(one, 1))
            assert bool(told.value.grave.checksums) is is_told


@pytest.mark.parametrize("odd", ["closed", "", "whatever"])
def test_an_openness_that_nobody_knows_opens_nothing(built: Built, odd: str) -> None:
    (dataset_id,) = build_catalogue(built, 1)
    with built.database.transaction() as session:
        if odd == "closed":
            session.execute(update(Dataset).values(state="withdrawn"))
            return
        session.execute(update(Dataset).values(openness=odd))
    with built.database.reading() as session, pytest.raises(NotFound):
        queries.open_version(session, granted(dataset_id), Ref(dataset_id), "data", built.store)
