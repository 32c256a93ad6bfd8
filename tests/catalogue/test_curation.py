"""Curators' texts survive every harvest, and become public only when judged."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.catalogue.commands import edit_wording, merge_curated, return_wording
from portal.catalogue.errors import CurationChanged
from portal.catalogue.models import DatasetWording
from portal.catalogue.publication import Publication
from portal.catalogue.queries import get_dataset
from portal.catalogue.views import Ref
from portal.kernel.digests import text_digest
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language, Origin, Text
from tests.builders import NOW, Built, publish

Make = Callable[..., Publication]
Put = Callable[..., str]


def _edit(built: Built, dataset_id: str, field: str, language: Language, value: str, **options: bool) -> None:
    with built.database.transaction() as session:
        edit_wording(session, dataset_id, field, language, value, actor="李四", now=NOW, **options)


def _harvest(built: Built, publication: Publication) -> None:
    """What ingest does: merge, judge, publish."""
    with built.database.transaction() as session:
        publish(session, merge_curated(session, publication))


def _title(built: Built, dataset_id: str) -> Text:
    with built.database.reading() as session:
        return get_dataset(session, ANONYMOUS, Ref(dataset_id)).card.title


def test_an_edit_is_not_public_before_it_was_judged(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    before = _title(built, dataset_id)
    _edit(built, dataset_id, "title", Language.EN, "Schools of Linjiang")
    assert _title(built, dataset_id) == before


def test_an_edit_becomes_public_with_the_next_publication(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.EN, " Schools of Linjiang ")
    _harvest(built, make())
    shown = _title(built, dataset_id).shown(Language.EN)
    assert (shown.value, shown.origin) == ("Schools of Linjiang", Origin.PERSON)


def test_a_harvest_never_overwrites_an_edit_and_notes_what_the_source_says(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.ZH, "编辑写的标题")
    _harvest(built, make())
    _harvest(built, make(title=Text.of("来源的新标题", "New title")))
    title = _title(built, dataset_id)
    assert title.shown(Language.ZH).value == "编辑写的标题"
    assert title.shown(Language.EN).value == "New title"
    with built.database.reading() as session:
        row = session.scalars(select(DatasetWording).where(DatasetWording.field_owner == "person")).one()
    assert row.pending == "来源的新标题"


def test_a_source_that_agrees_leaves_nothing_pending(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.ZH, "编辑写的标题")
    _harvest(built, make(title=Text.of("编辑写的标题")))
    with built.database.reading() as session:
        row = session.scalars(select(DatasetWording).where(DatasetWording.field_owner == "person")).one()
    assert (row.value, row.pending, row.draft) == ("编辑写的标题", None, None)
    assert dataset_id


def test_publishing_without_merging_is_refused(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.ZH, "编辑写的标题")
    with pytest.raises(CurationChanged, match="merge"):
        put(make(licence="other"))
    assert _title(built, dataset_id) == make().title


def test_a_text_that_a_curator_removed_stays_removed(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "description", Language.EN, "")
    _harvest(built, make())
    with built.database.reading() as session:
        description = get_dataset(session, ANONYMOUS, Ref(dataset_id)).card.description
    assert description.en is None
    assert description.shown(Language.EN).is_fallback


def test_a_source_that_drops_a_text_drops_it_here(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    put(make(title=Text.of("只有中文")))
    assert _title(built, dataset_id).en is None


def test_a_translation_is_stale_when_its_source_text_changes(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.EN, "My translation", is_translation=True)
    _harvest(built, make())
    zh = make().title.zh
    assert zh is not None
    wording = _title(built, dataset_id).en
    assert wording is not None
    assert wording.translated_from == text_digest(zh.value)
    assert not _title(built, dataset_id).shown(Language.EN).is_stale
    _harvest(built, make(title=Text.of("来源的新标题")))
    assert _title(built, dataset_id).shown(Language.EN).is_stale


def test_keywords_are_curated_like_the_rest(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "keywords", Language.ZH, "学校\n名录")
    _harvest(built, make())
    with built.database.reading() as session:
        keywords = get_dataset(session, ANONYMOUS, Ref(dataset_id)).keywords
    assert keywords[Language.ZH] == ("学校", "名录")
    assert keywords[Language.EN] == make().keywords[Language.EN]


def test_a_text_given_back_is_the_sources_again(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    _edit(built, dataset_id, "title", Language.ZH, "编辑写的标题")
    _harvest(built, make())
    with built.database.transaction() as session:
        return_wording(session, dataset_id, "title", Language.ZH)
    _harvest(built, make())
    assert _title(built, dataset_id) == make().title


def test_what_cannot_be_edited_is_refused(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with pytest.raises(InvalidInput, match="title, description, keywords"):
        _edit(built, dataset_id, "owner", Language.ZH, "x")
    with pytest.raises(InvalidInput, match="20000"):
        _edit(built, dataset_id, "title", Language.ZH, "x" * 20_001)
    with pytest.raises(NotFound):
        _edit(built, "absent", "title", Language.ZH, "x")
    with built.database.transaction() as session, pytest.raises(NotFound):
        return_wording(session, "absent", "title", Language.ZH)
