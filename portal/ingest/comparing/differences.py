"""Field by field: what the public sees of a dataset now, and what it would see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.catalogue.publication import Publication, PublishedPart
from portal.catalogue.views import DatasetView, PartView
from portal.kernel.text import Language, Text

Fields = Mapping[str, str]
OF_PARTS = "part "


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would differ. `before` None: it is not there yet; `after` None: it would go."""

    field: str
    before: str | None
    after: str | None


def difference(before: Fields, after: Fields) -> tuple[Change, ...]:
    """The fields that differ, by name."""
    return tuple(
        Change(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def fields_of_publication(publication: Publication) -> dict[str, str]:
    """Every public field of what would be published, by name; blank ones are absent."""
    found = {
        "openness": publication.openness.value,
        "grade": publication.grade.value,
        "update_cycle": publication.update_cycle.value,
        "themes": ", ".join(sorted(publication.themes)),
        "resource_code": publication.resource_code,
        "open_condition": publication.open_condition,
        "licence": publication.licence,
        "owner": publication.owner,
        "approver": publication.approver,
        "basis": publication.basis,
        "data_class": publication.data_class,
    }
    found |= _words("title", publication.title) | _words("description", publication.description)
    found |= _words("publisher", publication.publisher.name)
    found |= {f"keywords.{language}": ", ".join(words) for language, words in publication.keywords.items()}
    return _filled(found | _parts(publication.parts))


def fields_of_view(view: DatasetView) -> dict[str, str]:
    """Every public field of what is published, by the same names."""
    found = {
        "openness": view.card.openness.value,
        "grade": view.grade,
        "update_cycle": view.card.update_cycle.value,
        "themes": ", ".join(sorted(view.card.theme_slugs)),
        "resource_code": view.resource_code,
        "open_condition": view.open_condition,
        "licence": view.licence,
        "owner": view.owner,
        "approver": view.approver,
        "basis": view.basis,
        "data_class": view.data_class,
    }
    found |= _words("title", view.card.title) | _words("description", view.card.description)
    found |= _words("publisher", view.card.publisher_name)
    found |= {f"keywords.{language}": ", ".join(words) for language, words in view.keywords.items()}
    return _filled(found | _parts(view.parts))


def _parts(parts: Iterable[PublishedPart | PartView]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        place = f"{OF_PARTS}{part.slug}"
        found |= _words(f"{place}.name", part.name)
        found |= {
            f"{place}.url": part.url,
            f"{place}.format": part.format,
            f"{place}.rows": "" if part.row_count is None else str(part.row_count),
            f"{place}.sha256": part.sha256 or "",
        }
        for column in part.schema.columns if part.schema else ():
            found[f"{place}.column {column.name}"] = column.type.value
            found |= _words(f"{place}.column {column.name}.title", column.title)
            found |= _words(f"{place}.column {column.name}.description", column.description)
        for number, absent in enumerate(part.schema.absent if part.schema else ()):
            found[f"{place}.absent {number}"] = f"{absent.name} {absent.reason}".strip()
    return found


def _words(name: str, text: Text) -> dict[str, str]:
    return {f"{name}.{language}": w.value for language in Language if (w := text.wording(language))}


def _filled(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
