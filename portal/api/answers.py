"""What the API gives: marshmallow schemas, the contract that the description prints and a test holds every answer to."""

from marshmallow import INCLUDE, Schema, fields

from portal.api.fields import CardLinks, SelfLinks, WordsAnswer, flag, instant, string, strings, text, whole
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


class VersionAnswer(Schema):
    """A published state, never edited."""

    number = whole("1, 2, 3 …")
    ref = string("What pins it in any address: `id@v3`.")
    published_at = instant("When it was published.")
    data_modified_at = instant("When the source says that its data changed.", allow_none=True)
    redacted_at = instant("When something was cut from it.", allow_none=True)
    data_digest = string("SHA-256 of what the gate judged: content and column rules.")
    page_digest = string("SHA-256 of the texts that the gate judged.")
    row_count = whole("Rows of all its tables.", allow_none=True)
    provenance = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "From the source's record to this version."}
    )
    links = fields.Nested(SelfLinks, required=True)


class VersionsAnswer(Schema):
    """All versions that are kept, newest first."""

    items = fields.List(fields.Nested(VersionAnswer), required=True)


class DownloadAnswer(Schema):
    """A file that can be had."""

    format = string("Name of the format.")
    url = string("Address of the file; it serves ranges.")
    media_type = string("Its media type.")
    size_bytes = whole("Its size; null while it has not been made.", allow_none=True)
    is_job = flag("It is made in the background: the first answer is 202.")


class PartAnswer(Schema):
    """A distribution: a table, a file, or a link elsewhere."""

    slug = string("Its name in addresses.")
    kind = string("table, file or link.")
    name = text("What it is called.")
    format = string("As delivered.")
    media_type = string("Its media type.")
    languages = strings("Languages of its content, where stated.")
    row_count = whole("Rows of a table.", allow_none=True)
    size_bytes = whole("Size as we hold it.", allow_none=True)
    sha256 = string("SHA-256 as we hold it.", allow_none=True)
    is_checked = flag("False for a link: what lies there was not checked by us.")
    url = string("Where a link leads.", allow_none=True)
    table = string("Schema of a table.", allow_none=True)
    rows = string("Rows of a table.", allow_none=True)
    downloads = fields.List(fields.Nested(DownloadAnswer), required=True)
    quality = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "What was counted when reading."}
    )


class KeywordsAnswer(Schema):
    """Keywords by language."""

    zh = strings("Chinese.")
    en = strings("English.")


class DatasetAnswer(CardAnswer):
    """A dataset with one of its versions."""

    keywords = fields.Nested(KeywordsAnswer, required=True)
    licence = string("Under which terms it may be used.")
    open_condition = string("What the department asks of those who use it.")
    resource_code = string("The code it has on the exchange platform.")
    owner = string("Who answers for the data.")
    approver = string("Who approved its opening.")
    basis = string("On what ground it was opened.")
    data_class = string("Its class.")
    grade = string("Its grade.")
    issued_at = instant("When it was first published.")
    is_current = flag("Whether this is the newest version.")
    version = fields.Nested(VersionAnswer, required=True)
    versions = string("Address of the list of versions.")
    parts = fields.List(fields.Nested(PartAnswer), required=True)


class PublisherAnswer(Schema):
    """A department."""

    slug = string("Its address.")
    name = text("Its name.")
    description = text("What it does.")
    dataset_count = whole("How many datasets it has here.")
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

    slug = string("Its address.")
    name = text("Its name.")
    dataset_count = whole("How many datasets it has here.")
    links = fields.Nested(SelfLinks, required=True)


class ThemesAnswer(Schema):
    """All themes."""

    items = fields.List(fields.Nested(ThemeAnswer), required=True)


class ThemeDatasetsAnswer(CardsAnswer):
    """A theme and its datasets."""

    theme = fields.Nested(ThemeAnswer, required=True)


class ColumnAnswer(Schema):
    """A line of the data dictionary."""

    name = string("Its name in `select`, `where` and `order_by`, and in files.")
    type = string("text, integer, number, boolean, date or datetime.")
    title = text("What people call it.")
    description = text("What it means.")
    source_name = string("What the department wrote.")
    null_count = whole("Rows without a value.")
    failed_casts = whole("Values that did not fit the type and are left out.")
    action = string("publish, mask, generalise or suppress.")
    parameter = string("How the action is done: year, town, band:1000, grid:0.01, 10, phone …; empty: its default.")
    treatment = fields.Nested(
        WordsAnswer, required=True, metadata={"description": "The same in words; empty for publish."}
    )


class AbsentAnswer(Schema):
    """A column that is not public."""

    name = string("Its name; empty where that is withheld as well.")
    code = string("Why, for programs.")
    reason = fields.Nested(WordsAnswer, required=True, metadata={"description": "Why, in words."})


class TableAnswer(Schema):
    """The schema of a table."""

    ref = string("The version it belongs to: `id@v3`.")
    part = string("Its name in addresses.")
    row_count = whole("How many rows it has.", allow_none=True)
    columns = fields.List(fields.Nested(ColumnAnswer), required=True)
    absent = fields.List(fields.Nested(AbsentAnswer), required=True)
    rows = string("Address of its rows.")


class RowColumnAnswer(Schema):
    """A column of an answer."""

    name = string("Its name.")
    type = string("Its type.")


class RowsAnswer(Schema):
    """Rows in order. Dates and times are ISO 8601 text."""

    ref = string("The version that the rows are of; `next` stays with it.")
    part = string("The table's name in addresses.")
    columns = fields.List(fields.Nested(RowColumnAnswer), required=True)
    rows = fields.List(fields.Raw(), required=True, metadata={"description": "Objects by column name, or arrays."})
    total = whole("How many rows match; null when not asked.", allow_none=True)
    limit = whole("Rows that an answer has at most.")
    next = string("Address of the next page, or null.", allow_none=True)


class SuggestionAnswer(Schema):
    """A dataset whose title goes with what was typed."""

    id = string("Its id.")
    title = text("Its title.")
    links = fields.Nested(CardLinks, required=True)


class SuggestionsAnswer(Schema):
    """Suggestions, the best first."""

    items = fields.List(fields.Nested(SuggestionAnswer), required=True)


class BudgetAnswer(Schema):
    """What is left of one budget."""

    policy = string("Its name in the `RateLimit` headers.")
    description = fields.Nested(WordsAnswer, required=True)
    limit = whole("Units in a window.")
    window_s = whole("Length of the window.")
    remaining = whole("Units left.")
    reset_s = whole("Seconds until more units are there.")


class QuotaAnswer(Schema):
    """Who you are to us, and what you may use."""

    tier = string("anonymous, registered, verified or partner.")
    key_id = string("Id of the key that was shown, or null.", allow_none=True)
    budgets = fields.List(fields.Nested(BudgetAnswer), required=True)


class ExportAnswer(Schema):
    """A file that is being made."""

    id = string("Id of the job.")
    ref = string("The version it is made from.")
    part = string("The table.")
    format = string("The format.")
    state = string("waiting, running, done or failed.")
    rows_done = whole("Rows written so far.")
    rows_total = whole("Rows in all.")
    error = string("Why it failed, or null.", allow_none=True)
    file = string("Address of the file once it is done, or null.", allow_none=True)
    links = fields.Nested(SelfLinks, required=True)


class IndexAnswer(Schema):
    """Where everything is."""

    name = fields.Nested(WordsAnswer, required=True)
    version = string("Version of the API.")
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ProblemAnswer(Schema):
    """Problem details, RFC 9457."""

    class Meta:
        """Kinds of problems add members of their own."""

        unknown = INCLUDE

    type = string("Address where this kind of problem is explained.")
    title = string("What kind of problem it is.")
    title_zh = string("The same in Chinese.")
    status = whole("The HTTP status.")
    detail = string("What is wrong this time.")
    remedy = string("What to do about it.")
    instance = string("The path that was asked for.")
    request_id = string("What to tell us if you ask about it.")
    parameter = fields.String(metadata={"description": "The parameter that is wrong."})
    position = fields.Integer(metadata={"description": "Where in it, counted in characters from 0."})
