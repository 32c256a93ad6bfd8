"""The revision pair: every public change is told to the index, and a change while telling is not lost."""

from collections.abc import Callable

from portal.catalogue.commands import mark_all_unindexed, mark_indexed
from portal.catalogue.publication import Publication
from portal.catalogue.queries import describe_documents, list_revisions, list_unindexed
from portal.kernel.text import Language, Text
from tests.builders import NOW, Built, build_catalogue

Make = Callable[..., Publication]
Put = Callable[..., str]


def test_a_change_during_indexing_stays_to_be_indexed(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make())
    with built.database.reading() as session:
        told = list_unindexed(session, 10)
    put(make(title=Text.of("变了")), now=NOW)
    with built.database.transaction() as session:
        mark_indexed(session, told)
        left = list_unindexed(session, 10)
        mark_indexed(session, left)
        assert list_unindexed(session, 10) == ()
    assert left == ((dataset_id, told[0][1] + 1),)


def test_an_index_that_was_lost_is_told_everything(built: Built) -> None:
    ids = build_catalogue(built, 3)
    with built.database.transaction() as session:
        mark_indexed(session, list_unindexed(session, 10))
        mark_all_unindexed(session)
        assert {i for i, _ in list_unindexed(session, 10)} == set(ids)
        assert len(list_unindexed(session, 2)) == 2


def test_a_whole_index_can_be_walked(built: Built) -> None:
    ids = sorted(build_catalogue(built, 5))
    with built.database.reading() as session:
        first = list_revisions(session, "", 3)
        rest = list_revisions(session, first[-1][0], 3)
    assert [i for i, _ in (*first, *rest)] == ids


def test_a_document_says_what_a_search_needs(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make(parts=(*make().parts,)))
    with built.database.reading() as session:
        (facts,) = describe_documents(session, (dataset_id, "absent"))
    assert facts.titles[Language.EN].startswith("Primary and secondary schools")
    assert facts.keywords[Language.ZH] == "中小学校名录\n临江街道"
    assert facts.publisher_names == {Language.ZH: "区教育局", Language.EN: "District Education Bureau"}
    assert "名称\nName" in facts.columns
    assert (facts.publisher_slug, facts.theme_slugs) == ("district-education-bureau", ("education", "government"))
    assert (facts.update_cycle, facts.openness) == ("daily", "unconditional")
    assert facts.formats == ("csv", "json", "parquet")
    assert facts.languages == (Language.ZH, Language.EN)
