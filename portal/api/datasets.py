"""Datasets: search, one, its versions, the schema of a table, suggestions."""

from flask import request

from portal.api.addresses import earlier_slices, links, next_slice
from portal.api.answers import DatasetAnswer, SearchAnswer, SuggestionsAnswer, TableAnswer, VersionsAnswer
from portal.api.operations import Answer, Gives, operation
from portal.api.parameters import MAX_SEARCH_DEPTH, Prefix, SearchParameters, SuggestionParameters
from portal.api.projections import (
    Json,
    absent_json,
    card_json,
    column_json,
    dataset_json,
    text_json,
    version_json,
    words,
)
from portal.catalogue.queries import get_dataset, list_cards
from portal.http.context import parts, principal, session
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.i18n import explain
from portal.index import SearchRequest, SearchResult
from portal.index.facets import FACETS
from portal.kernel.errors import NotFound
from portal.kernel.text import Language


@operation("/datasets", summary="Search datasets", tag="datasets", takes=SearchParameters, gives=SearchAnswer)
def search_datasets(asked: SearchRequest) -> Answer:
    """Find datasets by words and facets. All words are required first; where nothing has them all, any word counts, and
    `is_relaxed` says so. Values of one facet are alternatives, facets together narrow."""
    result = parts().search.search(asked)
    cards = list_cards(session(), principal(), result.ids)
    next_url = next_slice(result.total, asked.offset, asked.limit, len(result.ids), MAX_SEARCH_DEPTH)
    addresses = links()
    return Answer(
        {
            "items": [card_json(card, addresses) for card in cards],
            "total": result.total,
            "offset": asked.offset,
            "limit": asked.limit,
            "next": next_url,
            "facets": _facets_json(result),
            "is_relaxed": result.is_relaxed,
            "is_degraded": result.is_degraded,
        },
        next_url=next_url,
        links=earlier_slices(asked.offset, asked.limit),
    )


def _facets_json(result: SearchResult) -> Json:
    return {
        facet.name: {"label": words(facet.label), "counts": dict(result.facets[facet.name])}
        for facet in FACETS
        if facet.name in result.facets
    }


@operation(
    "/datasets/<ref>",
    summary="Get a dataset",
    tag="datasets",
    gives=Gives(schema=DatasetAnswer, headers=("Link",)),
    problems=("not-found", "gone"),
)
def get_one_dataset(_nothing: None, ref: str) -> Answer:
    """One dataset with its current version, or with the version that the address pins (`id@v3`)."""
    view = get_dataset(session(), principal(), parse_ref(ref))
    if request.method == "GET":
        note_use(view.card.id)
    addresses = links()
    described_by = f"{addresses.base}/dataset/{view.card.id}.ttl"
    return Answer(dataset_json(view, addresses), links={"describedby": described_by})


@operation(
    "/datasets/<ref>/versions",
    summary="List the versions of a dataset",
    tag="datasets",
    gives=VersionsAnswer,
    problems=("not-found", "gone"),
)
def list_versions(_nothing: None, ref: str) -> Answer:
    """Versions that are kept, newest first, each with its digests and provenance."""
    view = get_dataset(session(), principal(), parse_ref(ref))
    addresses = links()
    return Answer({"items": [version_json(view.card.id, version, addresses) for version in view.versions]})


@operation(
    "/datasets/<ref>/tables/<part>",
    summary="Get the schema of a table",
    tag="rows",
    gives=TableAnswer,
    problems=("not-found", "gone"),
)
def get_table(_nothing: None, ref: str, part: str) -> Answer:
    """The data dictionary of a table: its columns, and those that are not public with the reason."""
    view = get_dataset(session(), principal(), parse_ref(ref))
    table = next((one for one in view.parts if one.slug == part), None)
    if table is None or table.schema is None:
        raise NotFound("This dataset has no table of that name; its `parts` of kind `table` are named in the dataset.")
    pinned = f"{view.card.id}@v{view.version.number}"
    return Answer(
        {
            "ref": pinned,
            "part": table.slug,
            "row_count": table.row_count,
            "columns": [column_json(column, shows_rows=view.shows_rows) for column in table.schema.columns],
            "absent": [
                absent_json(absent, {language: explain(language, absent.reason) for language in Language})
                for absent in table.schema.absent
            ],
            "rows": f"{links().table(pinned, table.slug)}/rows",
        }
    )


@operation(
    "/suggestions",
    summary="Suggest datasets while typing",
    tag="datasets",
    takes=SuggestionParameters,
    gives=SuggestionsAnswer,
)
def suggest_datasets(typed: Prefix) -> Answer:
    """Datasets whose title goes with what was typed so far, the best first; none while the search engine is away."""
    ids = parts().search.suggest(typed.text, typed.limit)
    addresses = links()
    return Answer(
        {
            "items": [
                {"id": card.id, "title": text_json(card.title), "links": card_json(card, addresses)["links"]}
                for card in list_cards(session(), principal(), ids)
            ]
        }
    )
