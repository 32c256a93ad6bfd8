"""One dataset: its versions, its parts, its files."""

from marshmallow import Schema, fields

from portal.api.answers.cards import CardAnswer
from portal.api.fields import SelfLinks, flag, instant, string, strings, text, whole


class VersionAnswer(Schema):
    """A published state, never edited."""

    number = whole("1, 2, 3 …")
    ref = string("What pins it in any address: `id@v3`.")
    published_at = instant("When it was published.")
    data_modified_at = instant("When the source says that its data changed.", allow_none=True)
    redacted_at = instant("When something was cut from it.", allow_none=True)
    data_digest = string(
        "SHA-256 of what the gate judged: content and column rules; null without a grant for its rows.", allow_none=True
    )
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
    open_condition = string("What the department asks of those who use it; the terms of a conditional dataset.")
    shows_rows = flag("Whether you may read its rows and files: false for conditional data without a grant.")
    apply = string("The page that takes applications, where you need a grant.", allow_none=True)
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
