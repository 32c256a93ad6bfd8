"""The name by which CKAN's clients keep a dataset: where it comes from, that it is free, that it never changes."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.catalogue.models import Dataset
from portal.catalogue.publication import Publication
from portal.kernel.text import Text
from tests.builders import Built

Make = Callable[..., Publication]
Put = Callable[..., str]


def _name(built: Built, dataset_id: str) -> str:
    with built.database.reading() as session:
        return session.scalars(select(Dataset.name).where(Dataset.id == dataset_id)).one() or ""


@pytest.mark.parametrize(
    "case",
    [
        ("hk-hko-rss_9", "Weather", "hk-hko-rss_9"),
        ("330102/000123", "Car parks, 2024", "car-parks-2024"),
        ("330102", "Crèches & Cafés", "creches-cafes"),
        ("A-B", "Car", "car"),
        ("x/y", "Ab", ""),
        ("x/y", "2024", ""),
        ("x/y", None, ""),
        ("x/y", "Parks " * 40, ("parks-" * 14)[:80].strip("-")),
    ],
)
def test_a_name_is_the_code_or_words_of_the_english_title_or_the_id(
    built: Built, make: Make, put: Put, case: tuple[str, str | None, str]
) -> None:
    code, english, name = case
    dataset_id = put(make(0, resource_code=code, title=Text.of("停车场", english)))
    assert _name(built, dataset_id) == (name or f"dataset-{dataset_id}")


def test_where_another_has_the_name_the_id_is_added_and_no_number(built: Built, make: Make, put: Put) -> None:
    long = "a" * 100
    first, second = (put(make(n, source_key=f"s:{n}", resource_code=long)) for n in range(2))
    assert _name(built, first) == long
    assert _name(built, second) == f"{'a' * 83}-{second}"


def test_a_name_stays_when_the_title_changes(built: Built, make: Make, put: Put) -> None:
    dataset_id = put(make(0, resource_code="x/y", title=Text.of("停车场", "Car parks")))
    assert put(make(0, resource_code="other-code", title=Text.of("停车场", "Parking"))) == dataset_id
    assert _name(built, dataset_id) == "car-parks"
