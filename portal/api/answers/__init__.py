"""What the API gives: marshmallow schemas, the contract that the description prints and a test holds every answer to."""

from portal.api.answers.account import BudgetAnswer, QuotaAnswer
from portal.api.answers.cards import (
    CardAnswer,
    FacetAnswer,
    FacetsAnswer,
    PagedAnswer,
    PublisherName,
    SearchAnswer,
    SuggestionAnswer,
    SuggestionsAnswer,
)
from portal.api.answers.datasets import (
    DatasetAnswer,
    DownloadAnswer,
    KeywordsAnswer,
    PartAnswer,
    VersionAnswer,
    VersionsAnswer,
)
from portal.api.answers.exports import ExportAnswer
from portal.api.answers.problems import ProblemAnswer
from portal.api.answers.publishers import (
    CardsAnswer,
    PublisherAnswer,
    PublisherDatasetsAnswer,
    PublishersAnswer,
    ThemeAnswer,
    ThemeDatasetsAnswer,
    ThemesAnswer,
)
from portal.api.answers.start import IndexAnswer
from portal.api.answers.tables import AbsentAnswer, ColumnAnswer, RowColumnAnswer, RowsAnswer, TableAnswer

__all__ = [
    "AbsentAnswer",
    "BudgetAnswer",
    "CardAnswer",
    "CardsAnswer",
    "ColumnAnswer",
    "DatasetAnswer",
    "DownloadAnswer",
    "ExportAnswer",
    "FacetAnswer",
    "FacetsAnswer",
    "IndexAnswer",
    "KeywordsAnswer",
    "PagedAnswer",
    "PartAnswer",
    "ProblemAnswer",
    "PublisherAnswer",
    "PublisherDatasetsAnswer",
    "PublisherName",
    "PublishersAnswer",
    "QuotaAnswer",
    "RowColumnAnswer",
    "RowsAnswer",
    "SearchAnswer",
    "SuggestionAnswer",
    "SuggestionsAnswer",
    "TableAnswer",
    "ThemeAnswer",
    "ThemeDatasetsAnswer",
    "ThemesAnswer",
    "VersionAnswer",
    "VersionsAnswer",
]
