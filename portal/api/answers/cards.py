"""A dataset as lists show it, slices of lists, and what a search gives."""

from marshmallow import Schema, fields

from portal.api.fields import CardLinks, WordsAnswer, flag, instant, string, strings, text, whole
from portal.index.facets import FACETS


class PublisherName(Schema):
    """The department that publishes a dataset."""

    slug = string("Its address, and its value in the facet `department`.")
    name = text("Its name.")


class CardAnswer(Schema):
    """A dataset as lists show it."""

    id = string("Our own opaque id; it never changes.")
    title = text("What it is called.")
    description = text("What it is about.")
    publisher = fields.Nested(PublisherName, required=True)
    themes = strings("Slugs of themes.")
    openness = string("unconditional or conditional.")
    update_cycle = string("How often the department says it updates.")
    formats = strings("Formats of the current version.")
    languages = strings("Languages that the dataset has a title in.")
    modified_at = instant("When it last changed here.")
    current_version = whole("Number of the current version.")
    row_count = whole("Rows of all tables of the current version.", allow_none=True)
    popularity = whole("Distinct caller-days of use in 90 days.")
    links = fields.Nested(CardLinks, required=True)


class PagedAnswer(Schema):
    """A slice of a list."""

    total = whole("How many there are in all.", allow_none=True)
    offset = whole("Items left out at the start.")
    limit = whole("Items that an answer has at most.")
    next = string("Address of the next slice, or null.", allow_none=True)


class FacetAnswer(Schema):
    """How many results have each value of a facet, over the whole result, without the choice in this facet."""

    label = fields.Nested(WordsAnswer, required=True)
    counts = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, metadata={"description": "Value → number."}
    )


FacetsAnswer = Schema.from_dict({facet.name: fields.Nested(FacetAnswer) for facet in FACETS}, name="FacetsAnswer")


class SearchAnswer(PagedAnswer):
    """Datasets that were found."""

    items = fields.List(fields.Nested(CardAnswer), required=True)
    facets = fields.Nested(FacetsAnswer, required=True)
    is_relaxed = flag("Nothing has all the words, so these have any of them.")
    is_degraded = flag("The search engine is away; the database answered, more simply.")


class SuggestionAnswer(Schema):
    """A dataset whose title goes with what was typed."""

    id = string("Its id.")
    title = text("Its title.")
    links = fields.Nested(CardLinks, required=True)


class SuggestionsAnswer(Schema):
    """Suggestions, the best first."""

    items = fields.List(fields.Nested(SuggestionAnswer), required=True)
