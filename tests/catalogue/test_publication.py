"""The two digests cover what the public gets, each its own half."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from portal.catalogue.publication import Publication, PublishedPart, digest_data, digest_page, page_texts
from portal.kernel.columns import AbsentColumn, ColumnRule
from portal.kernel.text import Language, Origin, Text, Wording
from portal.kernel.vocab import ColumnAction, DataClass, Openness, PartKind, UpdateCycle
from tests.builders import build_link

Make = Callable[..., Publication]

PAGE_CHANGES: dict[str, Any] = {
    "source_key": "built:other",
    "title": Text.of("另一个标题"),
    "description": Text.of("另一个说明"),
    "keywords": {Language.ZH: ("别的",)},
    "themes": ("safety",),
    "openness": Openness.CONDITIONAL,
    "owner": "别人",
    "approver": "别人",
    "basis": "别的依据",
    "data_class": "别的",
    "grade": DataClass.CORE,
    "resource_code": "1/2",
    "open_condition": "申请",
    "update_cycle": UpdateCycle.NEVER,
    "licence": "CC0",
    "particulars": {"update_note": "别的"},
}
NOT_ON_THE_PAGE = {"parts", "publisher", "data_modified_at", "provenance", "pending"}


@pytest.mark.parametrize("field", PAGE_CHANGES)
def test_every_change_of_the_page_changes_its_digest_alone(make: Make, field: str) -> None:
    before = make()
    after = replace(before, **{field: PAGE_CHANGES[field]})
    assert digest_page(after) != digest_page(before)
    assert digest_data(after.parts) == digest_data(before.parts)


def test_no_field_of_the_page_was_forgotten() -> None:
    assert {f.name for f in fields(Publication)} == set(PAGE_CHANGES) | NOT_ON_THE_PAGE


def test_the_publishers_names_are_part_of_the_page(make: Make) -> None:
    before = make()
    after = replace(before, publisher=replace(before.publisher, name=Text.of("改名局")))
    assert digest_page(after) != digest_page(before)


def test_provenance_and_pending_are_in_no_digest(make: Make) -> None:
    before = make()
    after = replace(
        before, provenance={"run_id": "other"}, pending={("title", Language.ZH): "x"}, data_modified_at=None
    )
    assert (digest_page(after), digest_data(after.parts)) == (digest_page(before), digest_data(before.parts))


def test_every_change_of_the_data_changes_its_digest(make: Make) -> None:
    part = make().parts[0]
    assert part.schema is not None
    changed = (
        replace(part, sha256="0" * 64),
        replace(part, rules=(*part.rules, ColumnRule("手机", ColumnAction.DROP, "column_closed"))),
        replace(part, rules=(replace(part.rules[0], action=ColumnAction.MASK), *part.rules[1:])),
        replace(part, preview=(("别的", *part.preview[0][1:]), *part.preview[1:])),
        replace(part, original_sha256="1" * 64),
        replace(part, slug="other"),
        replace(part, row_count=1),
        replace(part, schema=replace(part.schema, columns=part.schema.columns[::-1])),
    )
    digests = {digest_data((p,)) for p in (part, *changed)}
    assert len(digests) == len(changed) + 1
    assert digest_data((part, build_link())) != digest_data((build_link(), part))
    assert digest_data((build_link(url="https://a.example/"),)) != digest_data((build_link(url="https://b.example/"),))


def test_column_texts_are_part_of_the_page(make: Make) -> None:
    before = make()
    part = before.parts[0]
    assert part.schema is not None
    column = part.schema.columns[0]
    for schema in (
        replace(part.schema, columns=(replace(column, title=Text.of("别名")), *part.schema.columns[1:])),
        replace(part.schema, columns=(replace(column, description=Text.of("说明")), *part.schema.columns[1:])),
        replace(part.schema, absent=(AbsentColumn("手机", "column_closed"),)),
    ):
        after = replace(before, parts=(replace(part, schema=schema),))
        assert digest_page(after) != digest_page(before)


def test_notes_about_a_file_are_part_of_the_page(make: Make) -> None:
    before = make()
    notes = {"rows_read": 40, "notes": [{"code": "sheet_without_rows", "subject": "张三 13800000000", "count": None}]}
    after = replace(before, parts=(replace(before.parts[0], quality=notes),))
    assert digest_page(after) != digest_page(before)
    assert dict(page_texts(after))["quality#data"] == "sheet_without_rows\n张三 13800000000"


def test_addresses_formats_and_languages_of_parts_are_inspected(make: Make) -> None:
    link = replace(build_link(), slug="a-13800138000", format="13800138001", languages=("zh-13800138002",))
    inspected = "\n".join(text for _, text in page_texts(make(parts=(link,))))
    for number in ("13800138000", "13800138001", "13800138002"):
        assert number in inspected


def test_who_worded_a_text_is_part_of_the_page(make: Make) -> None:
    before = make(title=Text(en=Wording("Schools")))
    after = replace(before, title=Text(en=Wording("Schools", Origin.MACHINE, "a" * 64)))
    assert digest_page(after) != digest_page(before)


def test_every_public_text_is_handed_to_inspection_once(make: Make) -> None:
    publication = make(keywords={Language.ZH: ("甲", "乙")}, parts=(make().parts[0], build_link()), licence="CC0")
    places = [place for place, _ in page_texts(publication)]
    assert len(places) == len(set(places))
    texts = dict(page_texts(publication))
    assert texts["keywords#zh"] == "甲\n乙"
    assert texts["url#elsewhere"] == "https://example.org/data.csv"
    assert texts["column title#data.0.en"] == "Name"
    assert texts["licence"] == "CC0"
    assert publication.publisher.source_name in texts.values()


def test_a_name_that_is_withheld_is_no_part_of_the_public_digest() -> None:
    """Whoever guesses the name of a secret column could otherwise confirm the guess."""

    def digest(name: str, reason: str) -> str:
        rules = (ColumnRule(name, ColumnAction.DROP, reason),)
        return digest_data((PublishedPart("t", PartKind.TABLE, Text(), "csv", rules=rules),))

    assert digest("线人姓名", "column_secret") == digest("别的名字", "column_secret")
    assert digest("线人姓名", "column_closed") != digest("别的名字", "column_closed")
    assert digest("线人姓名", "column_secret") != digest("线人姓名", "column_closed")
