"""The closed vocabularies that answers speak in, in both languages, straight from the code's own declarations.

Licences are the exception: they are whatever public datasets have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from marshmallow import Schema, fields

from portal.api.addresses import links
from portal.api.fields import SelfLinks, WordsAnswer, string, whole
from portal.api.operations import Answer, operation
from portal.api.path_parts import declare_part
from portal.api.projections import Json, words
from portal.catalogue.queries import count_licences
from portal.catalogue.themes import THEMES
from portal.exports import FORMATS
from portal.http.context import principal, session
from portal.http.problems import KINDS
from portal.i18n import REASONS, VOCABULARY, later
from portal.index.facets import FACETS
from portal.kernel.errors import NotFound

Terms = Callable[[], list[Json]]
_OWN_TERMS = "site-terms"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list. `title` is a message id; `terms` gives code, label in both languages, and what else it has."""

    title: str
    terms: Terms


class VocabularyAnswer(Schema):
    """A vocabulary by name."""

    name = string("Its name in addresses.")
    title = fields.Nested(WordsAnswer, required=True)
    term_count = whole("How many terms it has.")
    links = fields.Nested(SelfLinks, required=True)


class VocabulariesAnswer(Schema):
    """All vocabularies."""

    items = fields.List(fields.Nested(VocabularyAnswer), required=True)


class TermAnswer(Schema):
    """One word of a vocabulary."""

    code = string("The word as programs use it.")
    label = fields.Nested(WordsAnswer, required=True)
    note = fields.Nested(WordsAnswer, metadata={"description": "What to do about it, or what it is for."})
    status = fields.Integer(metadata={"description": "Of a problem: the HTTP status."})
    dataset_count = fields.Integer(metadata={"description": "Of a licence: how many datasets have it."})
    media_type = fields.String(metadata={"description": "Of a format: the media type of its files."})


class TermsAnswer(VocabularyAnswer):
    """A vocabulary with its terms."""

    items = fields.List(fields.Nested(TermAnswer), required=True)


def _labelled(vocabulary: str) -> Terms:
    return lambda: [
        {"code": code, "label": words(message)} for (name, code), message in VOCABULARY.items() if name == vocabulary
    ]


def _themes() -> list[Json]:
    return [{"code": slug, "label": {"zh": zh, "en": en}} for slug, zh, en in THEMES]


def _formats() -> list[Json]:
    labels = {code: message for (name, code), message in VOCABULARY.items() if name == "format"}
    return [
        {"code": name, "label": words(labels.get(name, name)), "media_type": made.media_type}
        for name, made in FORMATS.items()
    ]


def _problems() -> list[Json]:
    return [
        {"code": code, "label": words(kind.title), "note": words(kind.remedy), "status": kind.status}
        for code, kind in KINDS.items()
    ]


def _licences() -> list[Json]:
    """Those that public datasets have, as their departments wrote them; without one, the terms of this site hold."""
    ours = words(later("Terms of use of this site"))
    return [
        {
            "code": licence or _OWN_TERMS,
            "label": {"zh": licence, "en": licence} if licence else ours,
            "dataset_count": count,
        }
        for licence, count in count_licences(session(), principal())
    ]


VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        "themes": Vocabulary(later("Themes"), _themes),
        "openness": Vocabulary(later("Openness"), _labelled("openness")),
        "frequencies": Vocabulary(later("Update frequencies"), _labelled("cycle")),
        "formats": Vocabulary(later("Formats"), _formats),
        "column-types": Vocabulary(later("Types of columns"), _labelled("type")),
        "column-actions": Vocabulary(later("What is done with columns"), _labelled("action")),
        "geometry-types": Vocabulary(later("Kinds of geometries"), _labelled("geometry")),
        "grades": Vocabulary(later("Grades of data"), _labelled("grade")),
        "languages": Vocabulary(later("Languages"), _labelled("language")),
        "tiers": Vocabulary(later("Tiers of callers"), _labelled("tier")),
        "budgets": Vocabulary(later("Budgets"), _labelled("budget")),
        "sorts": Vocabulary(later("Orders of search results"), _labelled("sort")),
        "facets": Vocabulary(
            later("Facets"), lambda: [{"code": facet.name, "label": words(facet.label)} for facet in FACETS]
        ),
        "reasons": Vocabulary(
            later("Reasons"), lambda: [{"code": code, "label": words(message)} for code, message in REASONS.items()]
        ),
        "licences": Vocabulary(later("Licences"), _licences),
        "problems": Vocabulary(later("Kinds of problems"), _problems),
    }
)

declare_part("vocabulary", "Name of a vocabulary, as the list has it.", values=tuple(VOCABULARIES))


@operation("/vocabularies", summary="List the vocabularies", tag="start", gives=VocabulariesAnswer)
def list_vocabularies(_nothing: None) -> Answer:
    """The closed lists whose words stand in answers and parameters: themes, openness, frequencies, formats, column types and
    more."""
    return Answer({"items": [_vocabulary_json(name, one, len(one.terms())) for name, one in VOCABULARIES.items()]})


@operation("/vocabularies/<vocabulary>", summary="Get a vocabulary", tag="start", gives=TermsAnswer)
def get_vocabulary(_nothing: None, vocabulary: str) -> Answer:
    """Every word of one vocabulary with its label in both languages."""
    found = VOCABULARIES.get(vocabulary)
    if found is None:
        raise NotFound(f"There is no vocabulary of that name; there are: {', '.join(VOCABULARIES)}.")
    terms = found.terms()
    return Answer(_vocabulary_json(vocabulary, found, len(terms)) | {"items": terms})


def _vocabulary_json(name: str, found: Vocabulary, count: int) -> Json:
    return {
        "name": name,
        "title": words(found.title),
        "term_count": count,
        "links": {"self": f"{links().api}/vocabularies/{name}"},
    }
