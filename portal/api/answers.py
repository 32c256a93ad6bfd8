"""What the API gives: marshmallow schemas, the contract that the description prints and a test holds every answer to."""

from marshmallow import INCLUDE, Schema, fields

from portal.index.facets import FACETS


def _text(description: str) -> fields.Nested:
    return fields.Nested(TextAnswer, required=True, metadata={"description": description})


def _string(description: str, *, allow_none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=allow_none, metadata={"description": description})


def _whole(description: str, *, allow_none: bool = False) -> fields.Integer:
    return fields.Integer(required=True, allow_none=allow_none, metadata={"description": description})


def _flag(description: str) -> fields.Boolean:
    return fields.Boolean(required=True, metadata={"description": description})


def _instant(description: str, *, allow_none: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=allow_none, metadata={"description": description})


def _strings(description: str) -> fields.List[str]:
    return fields.List(fields.String(), required=True, metadata={"description": description})


class OriginAnswer(Schema):
    """Who worded a text, in each language."""

    zh = _string("source, person or machine; null where there is no Chinese.", allow_none=True)
    en = _string("source, person or machine; null where there is no English.", allow_none=True)


class TextAnswer(Schema):
    """A text in two languages."""

    zh = _string("Chinese, or null.", allow_none=True)
    en = _string("English, or null.", allow_none=True)
    origin = fields.Nested(OriginAnswer, required=True)
    stale = _strings("Languages whose translation is older than the text it was made from.")


class WordsAnswer(Schema):
    """A sentence of ours in both languages."""

    zh = _string("Chinese.")
    en = _string("English.")


class SelfLinks(Schema):
    """Where it is."""

    self = _string("Address of this by API.")


class CardLinks(SelfLinks):
    """Where a dataset is, for programs and people."""

    page_zh = _string("Page in Chinese.")
    page_en = _string("Page in English.")


class PublisherName(Schema):
    """The department that publishes a dataset."""

    slug = _string("Its address, and its value in the facet `department`.")
    name = _text("Its name.")


class CardAnswer(Schema):
    """A dataset as lists show it."""

    id = _string("Our own opaque id; it never changes.")
    title = _text("What it is called.")
    description = _text("What it is about.")
    publisher = fields.Nested(PublisherName, required=True)
    themes = _strings("Slugs of themes.")
    openness = _string("unconditional or conditional.")
    update_cycle = _string("How often the department says it updates.")
    formats = _strings("Formats of the current version.")
    languages = _strings("Languages that the dataset has a title in.")
    modified_at = _instant("When it last changed here.")
    current_version = _whole("Number of the current version.")
    row_count = _whole("Rows of all tables of the current version.", allow_none=True)
    popularity = _whole("Distinct caller-days of use in 90 days.")
    links = fields.Nested(CardLinks, required=True)


class PagedAnswer(Schema):
    """A slice of a list."""

    total = _whole("How many there are in all.", allow_none=True)
    offset = _whole("Items left out at the start.")
    limit = _whole("Items that an answer has at most.")
    next = _string("Address of the next slice, or null.", allow_none=True)


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
    is_relaxed = _flag("Nothing has all the words, so these have any of them.")
    is_degraded = _flag("The search engine is away; the database answered, more simply.")


class VersionAnswer(Schema):
    """A published state, never edited."""

    number = _whole("1, 2, 3 …")
    ref = _string("What pins it in any address: `id@v3`.")
    published_at = _instant("When it was published.")
    data_modified_at = _instant("When the source says that its data changed.", allow_none=True)
    redacted_at = _instant("When something was cut from it.", allow_none=True)
    data_digest = _string("SHA-256 of what the gate judged: content and column rules.")
    page_digest = _string("SHA-256 of the texts that the gate judged.")
    row_count = _whole("Rows of all its tables.", allow_none=True)
    provenance = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "From the source's record to this version."}
    )
    links = fields.Nested(SelfLinks, required=True)


class VersionsAnswer(Schema):
    """All versions that are kept, newest first."""

    items = fields.List(fields.Nested(VersionAnswer), required=True)


class DownloadAnswer(Schema):
    """A file that can be had."""

    format = _string("Name of the format.")
    url = _string("Address of the file; it serves ranges.")
    media_type = _string("Its media type.")
    size_bytes = _whole("Its size; null while it has not been made.", allow_none=True)
    is_job = _flag("It is made in the background: the first answer is 202.")


class PartAnswer(Schema):
    """A distribution: a table, a file, or a link elsewhere."""

    slug = _string("Its name in addresses.")
    kind = _string("table, file or link.")
    name = _text("What it is called.")
    format = _string("As delivered.")
    media_type = _string("Its media type.")
    languages = _strings("Languages of its content, where stated.")
    row_count = _whole("Rows of a table.", allow_none=True)
    size_bytes = _whole("Size as we hold it.", allow_none=True)
    sha256 = _string("SHA-256 as we hold it.", allow_none=True)
    is_checked = _flag("False for a link: what lies there was not checked by us.")
    url = _string("Where a link leads.", allow_none=True)
    table = _string("Schema of a table.", allow_none=True)
    rows = _string("Rows of a table.", allow_none=True)
    downloads = fields.List(fields.Nested(DownloadAnswer), required=True)
    quality = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "What was counted when reading."}
    )


class KeywordsAnswer(Schema):
    """Keywords by language."""

    zh = _strings("Chinese.")
    en = _strings("English.")


class DatasetAnswer(CardAnswer):
    """A dataset with one of its versions."""

    keywords = fields.Nested(KeywordsAnswer, required=True)
    licence = _string("Under which terms it may be used.")
    open_condition = _string("What the department asks of those who use it.")
    resource_code = _string("The code it has on the exchange platform.")
    owner = _string("Who answers for the data.")
    approver = _string("Who approved its opening.")
    basis = _string("On what ground it was opened.")
    data_class = _string("Its class.")
    grade = _string("Its grade.")
    issued_at = _instant("When it was first published.")
    is_current = _flag("Whether this is the newest version.")
    version = fields.Nested(VersionAnswer, required=True)
    versions = _string("Address of the list of versions.")
    parts = fields.List(fields.Nested(PartAnswer), required=True)


class PublisherAnswer(Schema):
    """A department."""

    slug = _string("Its address.")
    name = _text("Its name.")
    description = _text("What it does.")
    dataset_count = _whole("How many datasets it has here.")
    links = fields.Nested(SelfLinks, required=True)


class PublishersAnswer(Schema):
    """All departments that publish here."""

    items = fields.List(fields.Nested(PublisherAnswer), required=True)


class CardsAnswer(PagedAnswer):
    """Datasets of one department or theme, the newest change first."""

    items = fields.List(fields.Nested(CardAnswer), required=True)


class PublisherDatasetsAnswer(CardsAnswer):
    """A department and its datasets."""

    publisher = fields.Nested(PublisherAnswer, required=True)


class ThemeAnswer(Schema):
    """A theme."""

    slug = _string("Its address.")
    name = _text("Its name.")
    dataset_count = _whole("How many datasets it has here.")
    links = fields.Nested(SelfLinks, required=True)


class ThemesAnswer(Schema):
    """All themes."""

    items = fields.List(fields.Nested(ThemeAnswer), required=True)


class ThemeDatasetsAnswer(CardsAnswer):
    """A theme and its datasets."""

    theme = fields.Nested(ThemeAnswer, required=True)


class ColumnAnswer(Schema):
    """A line of the data dictionary."""

    name = _string("Its name in `select`, `where` and `order_by`, and in files.")
    type = _string("text, integer, number, boolean, date or datetime.")
    title = _text("What people call it.")
    description = _text("What it means.")
    source_name = _string("What the department wrote.")
    null_count = _whole("Rows without a value.")
    failed_casts = _whole("Values that did not fit the type and are left out.")
    action = _string("publish or mask.")


class AbsentAnswer(Schema):
    """A column that is not public."""

    name = _string("Its name; empty where that is withheld as well.")
    code = _string("Why, for programs.")
    reason = fields.Nested(WordsAnswer, required=True, metadata={"description": "Why, in words."})


class TableAnswer(Schema):
    """The schema of a table."""

    ref = _string("The version it belongs to: `id@v3`.")
    part = _string("Its name in addresses.")
    row_count = _whole("How many rows it has.", allow_none=True)
    columns = fields.List(fields.Nested(ColumnAnswer), required=True)
    absent = fields.List(fields.Nested(AbsentAnswer), required=True)
    rows = _string("Address of its rows.")


class RowColumnAnswer(Schema):
    """A column of an answer."""

    name = _string("Its name.")
    type = _string("Its type.")


class RowsAnswer(Schema):
    """Rows in order. Dates and times are ISO 8601 text."""

    ref = _string("The version that the rows are of; `next` stays with it.")
    part = _string("The table's name in addresses.")
    columns = fields.List(fields.Nested(RowColumnAnswer), required=True)
    rows = fields.List(fields.Raw(), required=True, metadata={"description": "Objects by column name, or arrays."})
    total = _whole("How many rows match; null when not asked.", allow_none=True)
    limit = _whole("Rows that an answer has at most.")
    next = _string("Address of the next page, or null.", allow_none=True)


class SuggestionAnswer(Schema):
    """A dataset whose title goes with what was typed."""

    id = _string("Its id.")
    title = _text("Its title.")
    links = fields.Nested(CardLinks, required=True)


class SuggestionsAnswer(Schema):
    """Suggestions, the best first."""

    items = fields.List(fields.Nested(SuggestionAnswer), required=True)


class BudgetAnswer(Schema):
    """What is left of one budget."""

    policy = _string("Its name in the `RateLimit` headers.")
    description = fields.Nested(WordsAnswer, required=True)
    limit = _whole("Units in a window.")
    window_s = _whole("Length of the window.")
    remaining = _whole("Units left.")
    reset_s = _whole("Seconds until more units are there.")


class QuotaAnswer(Schema):
    """Who you are to us, and what you may use."""

    tier = _string("anonymous, registered, verified or partner.")
    key_id = _string("Id of the key that was shown, or null.", allow_none=True)
    budgets = fields.List(fields.Nested(BudgetAnswer), required=True)


class ExportAnswer(Schema):
    """A file that is being made."""

    id = _string("Id of the job.")
    ref = _string("The version it is made from.")
    part = _string("The table.")
    format = _string("The format.")
    state = _string("waiting, running, done or failed.")
    rows_done = _whole("Rows written so far.")
    rows_total = _whole("Rows in all.")
    error = _string("Why it failed, or null.", allow_none=True)
    file = _string("Address of the file once it is done, or null.", allow_none=True)
    links = fields.Nested(SelfLinks, required=True)


class IndexAnswer(Schema):
    """Where everything is."""

    name = fields.Nested(WordsAnswer, required=True)
    version = _string("Version of the API.")
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ProblemAnswer(Schema):
    """Problem details, RFC 9457."""

    class Meta:
        """Kinds of problems add members of their own."""

        unknown = INCLUDE

    type = _string("Address where this kind of problem is explained.")
    title = _string("What kind of problem it is.")
    title_zh = _string("The same in Chinese.")
    status = _whole("The HTTP status.")
    detail = _string("What is wrong this time.")
    remedy = _string("What to do about it.")
    instance = _string("The path that was asked for.")
    request_id = _string("What to tell us if you ask about it.")
    parameter = fields.String(metadata={"description": "The parameter that is wrong."})
    position = fields.Integer(metadata={"description": "Where in it, counted in characters from 0."})
