"""One door to publishing, and what goes through it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.catalogue.commands import publish_dataset, record_verdict
from portal.catalogue.errors import DigestMismatch, Incomplete, StaysWithdrawn, VerdictMismatch
from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.publication import Publication
from portal.catalogue.queries import find_dataset_id, get_dataset
from portal.catalogue.versions import Verdict, Version, VersionPart
from portal.catalogue.views import Ref
from portal.catalogue.withdrawal import lift_withdrawal, withdraw_dataset
from portal.gate import GATE_VERSION, Held, Reason
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Text
from tests.builders import NOW, Built, admit, publish

Make = Callable[..., Publication]
Put = Callable[..., str]
LATER = NOW + timedelta(days=1)


def test_a_published_dataset_is_as_it_was_judged(built: Built, make: Make, put: Put) -> None:
    publication = make(7)
    dataset_id = put(publication)
    with built.database.reading() as session:
        view = get_dataset(session, ANONYMOUS, Ref(dataset_id))
    assert view.card.title == publication.title
    assert view.card.description == publication.description
    assert view.keywords == publication.keywords
    assert view.card.publisher_name == publication.publisher.name
    assert view.card.theme_slugs == tuple(sorted(publication.themes))
    assert (view.owner, view.approver, view.basis) == (publication.owner, publication.approver, publication.basis)
    assert (view.data_class, view.grade, view.licence) == (
        publication.data_class,
        publication.grade,
        publication.licence,
    )
    part, given = view.parts[0], publication.parts[0]
    assert (part.schema, part.preview, part.row_count) == (given.schema, given.preview, given.row_count)
    assert (part.sha256, part.size_bytes, part.languages) == (given.sha256, given.size_bytes, given.languages)
    assert view.is_current
    assert view.version.number == 1


def test_provenance_leads_back_to_record_and_verdict(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with built.database.reading() as session:
        provenance = get_dataset(session, ANONYMOUS, Ref(dataset_id)).version.provenance
        verdict = session.get(Verdict, provenance["verdict_id"])
    assert provenance["source"] == "built"
    assert provenance["record_id"] == "000000"
    assert verdict is not None
    assert verdict.source_key == "built:000000"


def test_publishing_the_same_again_changes_nothing(built: Built, make: Make) -> None:
    with built.database.transaction() as session:
        first = publish(session, make())
        second = publish(session, make(), now=LATER)
        revision = session.scalar(select(Dataset.revision))
    assert (first.version, first.is_new) == (1, True)
    assert (second.version, second.is_new, second.dataset_id) == (1, False, first.dataset_id)
    assert revision == 1


def test_new_data_makes_a_new_version_beside_the_old(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    other = make(1).parts
    assert put(make(parts=other), now=LATER) == dataset_id
    with built.database.reading() as session:
        new = get_dataset(session, ANONYMOUS, Ref(dataset_id))
        old = get_dataset(session, ANONYMOUS, Ref(dataset_id, 1))
    assert new.version.number == 2
    assert [v.number for v in new.versions] == [2, 1]
    assert (new.is_current, old.is_current) == (True, False)
    assert new.parts[0].sha256 == other[0].sha256 != old.parts[0].sha256


def test_a_corrected_page_makes_a_version_that_shares_the_data(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make(data_modified_at=None))
    put(make(data_modified_at=None, title=Text.of("改正的标题")), now=LATER)
    with built.database.reading() as session:
        view = get_dataset(session, ANONYMOUS, Ref(dataset_id))
        keys = session.scalars(select(VersionPart.blob_key)).all()
    new, old = view.versions
    assert (new.number, old.number) == (2, 1)
    assert new.data_digest == old.data_digest
    assert new.page_digest != old.page_digest
    assert keys[0] == keys[1]
    assert view.card.modified_at == NOW, "the data did not change"


def test_what_the_gate_did_not_judge_is_not_published(built: Built, make: Make) -> None:
    judged, other = make(), make(title=Text.of("没有审过的标题"))
    with built.database.transaction() as session:
        admitted = admit(judged)
        verdict_id = record_verdict(session, judged.source_key, admitted, GATE_VERSION, NOW)
        with pytest.raises(DigestMismatch):
            publish_dataset(session, admitted, other, verdict_id, NOW)
        with pytest.raises(DigestMismatch):
            publish_dataset(session, admitted, replace(judged, parts=make(1).parts), verdict_id, NOW)
    assert _versions(built) == 0


def test_a_verdict_of_another_record_opens_nothing(built: Built, make: Make) -> None:
    publication = make()
    with built.database.transaction() as session:
        admitted = admit(publication)
        foreign = record_verdict(session, "other:1", admitted, GATE_VERSION, NOW)
        with pytest.raises(VerdictMismatch):
            publish_dataset(session, admitted, publication, foreign, NOW)
        with pytest.raises(VerdictMismatch):
            publish_dataset(session, admitted, publication, "absent", NOW)
    assert _versions(built) == 0


def test_a_verdict_that_held_opens_nothing(built: Built, make: Make) -> None:
    publication = make()
    with built.database.transaction() as session:
        admitted = admit(publication)
        held = Held(admitted.data_digest, admitted.page_digest, (Reason("found_mobile_number", "hold", "备注", 3),))
        verdict_id = record_verdict(session, publication.source_key, held, GATE_VERSION, NOW)
        with pytest.raises(VerdictMismatch):
            publish_dataset(session, admitted, publication, verdict_id, NOW)
        with pytest.raises(DigestMismatch):
            publish_dataset(session, held, publication, verdict_id, NOW)  # type: ignore[arg-type]
        stored = session.get(Verdict, verdict_id)
        assert stored is not None
        assert stored.reasons == [{"code": "found_mobile_number", "severity": "hold", "subject": "备注", "count": 3}]


@pytest.mark.parametrize("field", ["owner", "approver", "basis", "data_class"])
def test_a_dataset_that_names_nobody_is_not_published(built: Built, make: Make, field: str) -> None:
    from tests.builders import build_case

    publication = make(**{field: " "})
    verdict_of = make()
    with built.database.transaction() as session:
        from portal.gate import Admitted, judge

        verdict = judge(replace(build_case(publication), declaration=build_case(verdict_of).declaration))
        assert isinstance(verdict, Admitted)
        verdict_id = record_verdict(session, publication.source_key, verdict, GATE_VERSION, NOW)
        with pytest.raises(Incomplete):
            publish_dataset(session, verdict, publication, verdict_id, NOW)


def test_what_a_person_withdrew_no_source_brings_back(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "含有错误", "王五", NOW)
    with pytest.raises(StaysWithdrawn):
        put(make(1, source_key="built:000000"), now=LATER)
    with built.database.transaction() as session:
        lift_withdrawal(session, dataset_id, "王五", LATER)
    assert put(make(), now=LATER) == dataset_id
    with built.database.reading() as session:
        assert get_dataset(session, ANONYMOUS, Ref(dataset_id)).version.number == 2


def test_a_source_that_closed_may_open_again(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with built.database.transaction() as session:
        withdraw_dataset(session, dataset_id, "closed_by_source", "source:built", NOW, stays=False)
    assert put(make(), now=LATER) == dataset_id
    with built.database.reading() as session:
        assert get_dataset(session, ANONYMOUS, Ref(dataset_id)).version.number == 2


def test_departments_keep_their_address_and_learn_their_names(built: Built, make: Make, put: Put) -> None:
    publication = make()
    name = publication.publisher.source_name
    put(replace(publication, publisher=replace(publication.publisher, name=Text.of(name))))
    with built.database.reading() as session:
        slug = session.scalar(select(Publisher.slug))
        before = session.scalar(select(Dataset.revision))
    put(make(18), now=LATER)  # the same department, now with an English name
    with built.database.reading() as session:
        row = session.scalars(select(Publisher)).one()
        after = session.scalar(select(Dataset.revision).where(Dataset.source_key == "built:000000"))
        assert row.slug == slug
        assert row.names["en"]["value"] == "District Education Bureau"
    assert after == (before or 0) + 1, "its datasets are found by the new name only after indexing"


def test_departments_of_the_same_english_name_have_addresses_of_their_own(built: Built, make: Make, put: Put) -> None:
    publication = make()
    twin = replace(publication.publisher, source_name="市教育局", name=Text.of("市教育局", "District Education Bureau"))
    put(publication)
    put(make(18, publisher=twin))
    with built.database.reading() as session:
        slugs = session.scalars(select(Publisher.slug).order_by(Publisher.slug)).all()
    assert slugs[0] == "district-education-bureau"
    assert slugs[1].startswith("district-education-bureau-")


def test_themes_follow_the_publication(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make(themes=("education", "safety")))
    put(make(themes=("safety", "weather", "no such theme")), now=LATER)
    with built.database.reading() as session:
        assert get_dataset(session, ANONYMOUS, Ref(dataset_id)).card.theme_slugs == ("safety", "weather")


def test_the_record_finds_its_dataset(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with built.database.reading() as session:
        assert find_dataset_id(session, "built:000000") == dataset_id
        assert find_dataset_id(session, "built:999999") is None


def _versions(built: Built) -> int:
    with built.database.reading() as session:
        return len(session.scalars(select(Version.number)).all())
