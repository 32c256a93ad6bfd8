"""JSON schemas as people read them: a list of members, and a sample that has each of them once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

Document = Mapping[str, object]
_DEEPEST = 5
_BILINGUAL = {"TextAnswer": {"zh": "…", "en": "…", "origin": {"zh": "source", "en": "machine"}, "stale": []}}
_BILINGUAL_WORDS = {"WordsAnswer": {"zh": "…", "en": "…"}}
TWO_LANGUAGES = "text in two languages"
"""The shape of a text in Chinese and English, which the pages explain once."""
_SAMPLES: Mapping[str, object] = {
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "string": "…",
    "object": {},
    "array": [],
}
_FORMATS = {"date-time": "2026-11-21T08:00:00Z", "date": "2026-11-21", "uri": "https://…"}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object. `path`: where it stands, lists with `[]`; `depth` counts from 0."""

    path: str
    depth: int
    shape: str
    is_nullable: bool
    is_required: bool
    description: str


def list_members(document: Document, schema: object) -> tuple[Member, ...]:
    """The members of an object's schema and of what is in it, each where it stands."""
    return tuple(_members(document, resolved(document, schema), "", 0))


def sample_of(document: Document, schema: object) -> str:
    """A value that the schema describes, as JSON."""
    return json.dumps(_sample(document, schema, 0), ensure_ascii=False, indent=2)


def shape_of(schema: Document) -> str:
    """The type, or the choices."""
    choices = [str(value) for value in as_list(schema.get("enum")) if value is not None]
    if choices:
        return " | ".join(choices)
    kinds = _kinds(schema)
    if kinds == ["array"]:
        return f"{shape_of(as_mapping(schema.get('items')))} []".strip()
    return " | ".join(kinds)


def resolved(document: Document, value: object) -> Document:
    """What a reference within the document leads to; anything else as it is."""
    members = as_mapping(value)
    reference = members.get("$ref")
    if not isinstance(reference, str):
        return members
    found: object = document
    for step in reference.removeprefix("#/").split("/"):
        found = as_mapping(found).get(step)
    return {**as_mapping(found), **{name: one for name, one in members.items() if name != "$ref"}}


def as_mapping(value: object) -> Document:
    """An object's members; none of anything else."""
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """A list; an empty one of anything else."""
    return cast(list[object], value) if isinstance(value, list) else []


def as_word(members: Document, name: str) -> str:
    """A text member; empty where there is none."""
    value = members.get(name)
    return value if isinstance(value, str) else ""


def _members(document: Document, schema: Document, prefix: str, depth: int) -> Iterator[Member]:
    required = as_list(schema.get("required"))
    for name, raw in as_mapping(schema.get("properties")).items():
        is_list, inner, nullable = _opened(document, raw)
        path = f"{prefix}{name}{'[]' if is_list else ''}"
        bilingual = _reference(inner) in {*_BILINGUAL, *_BILINGUAL_WORDS}
        shown = resolved(document, inner)
        shape = TWO_LANGUAGES if bilingual else shape_of(shown)
        described = as_word(as_mapping(raw), "description") or as_word(shown, "description")
        yield Member(path, depth, shape, nullable, name in required, described)
        if not bilingual and depth < _DEEPEST:
            yield from _members(document, shown, f"{path}.", depth + 1)


def _opened(document: Document, raw: object) -> tuple[bool, object, bool]:
    """Whether it is a list, what it is (or each of the list), and whether it may be null."""
    schema = as_mapping(raw)
    nullable = "null" in as_list(schema.get("type"))
    for choice in ("anyOf", "oneOf", "allOf"):
        options = [one for one in as_list(schema.get(choice)) if as_mapping(one).get("type") != "null"]
        if options:
            nullable = nullable or len(options) < len(as_list(schema[choice]))
            return False, options[0], nullable
    if "array" in _kinds(schema) and "items" in schema:
        return True, schema["items"], nullable
    return False, raw, nullable


def _reference(value: object) -> str:
    return as_word(as_mapping(value), "$ref").rpartition("/")[2]


def _kinds(schema: Document) -> list[str]:
    kind = schema.get("type")
    kinds = [str(one) for one in kind] if isinstance(kind, list) else [kind] if isinstance(kind, str) else []
    return [one for one in kinds if one != "null"]


def _sample(document: Document, schema: object, depth: int) -> object:
    known = (_BILINGUAL | _BILINGUAL_WORDS).get(_reference(schema))
    if known is not None:
        return known
    is_list, inner, _ = _opened(document, schema)
    if is_list:
        return [_sample(document, inner, depth + 1)] if depth <= _DEEPEST else []
    if inner is not schema:
        return _sample(document, inner, depth)
    shown = resolved(document, schema)
    if properties := as_mapping(shown.get("properties")):
        return (
            {name: _sample(document, one, depth + 1) for name, one in properties.items()} if depth <= _DEEPEST else {}
        )
    choices = [one for one in as_list(shown.get("enum")) if one is not None]
    if choices:
        return choices[0]
    text = _FORMATS.get(as_word(shown, "format"))
    return text or _SAMPLES.get(next(iter(_kinds(shown)), ""))
