"""Plain values that queries return: what doors, templates and schemas see instead of ORM objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.kernel.columns import TableSchema
from portal.kernel.text import Language, Text
from portal.kernel.vocab import DatasetState, Openness, PartKind, UpdateCycle


@dataclass(frozen=True, slots=True)
class Ref:
    """What an address names: a dataset, or one version of it (`id@v3`)."""

    dataset_id: str
    version: int | None = None

    def __str__(self) -> str:
        return self.dataset_id if self.version is None else f"{self.dataset_id}@v{self.version}"


@dataclass(frozen=True, slots=True)
class PublisherView:
    """A department and the number of its datasets that the caller may see."""

    id: str
    slug: str
    name: Text
    description: Text
    dataset_count: int


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A theme and the number of its datasets that the caller may see."""

    slug: str
    name: Text
    dataset_count: int


@dataclass(frozen=True, slots=True)
class PartView:
    """A distribution of one version. `preview`: up to 20 stored rows, each a list of JSON values in schema order.

    `offers_original`: the delivered file itself may be downloaded. Links have `url` and were not checked by us.
    """

    slug: str
    kind: PartKind
    name: Text
    format: str
    media_type: str
    url: str
    languages: tuple[str, ...]
    schema: TableSchema | None
    preview: tuple[tuple[Any, ...], ...]
    row_count: int | None
    size_bytes: int | None
    sha256: str | None
    offers_original: bool
    original_format: str | None
    original_size_bytes: int | None
    quality: Mapping[str, Any]
    spooled_sizes: Mapping[str, int] = field(default_factory=dict)  # format → bytes, for those already made
    spooled_sha256: Mapping[str, str] = field(default_factory=dict)  # format → digest, of the same


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version. `data_digest` is empty for who may not read its rows. `provenance`: source,
    record id, run id, raw_sha256, fetched_at, verdict id, gate and scanner version."""

    number: int
    published_at: datetime
    data_modified_at: datetime | None
    data_digest: str
    page_digest: str
    row_count: int | None
    redacted_at: datetime | None
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """What lists and search results show of one dataset."""

    id: str
    title: Text
    description: Text
    publisher_slug: str
    publisher_name: Text
    theme_slugs: tuple[str, ...]
    openness: Openness
    update_cycle: UpdateCycle
    formats: tuple[str, ...]
    languages: tuple[Language, ...]
    modified_at: datetime
    current_version: int
    row_count: int | None
    popularity: int


@dataclass(frozen=True, slots=True)
class DatasetView:
    """Everything a dataset page shows, for one version of it. `is_current`: `version` is the newest.

    `openness` is that of the version shown. `shows_rows` False: its rows are for applicants, and the caller is not granted
    them; then nothing counted or made from them is here (null and failed-cast counts of columns are 0 and mean nothing).
    """

    card: DatasetCard
    state: DatasetState
    keywords: Mapping[Language, tuple[str, ...]]
    licence: str
    open_condition: str
    resource_code: str
    owner: str
    approver: str
    basis: str
    data_class: str
    grade: str
    issued_at: datetime
    version: VersionView
    parts: tuple[PartView, ...]
    versions: tuple[VersionView, ...]
    themes: tuple[ThemeView, ...]
    is_current: bool
    openness: Openness
    shows_rows: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """A downloadable file: where its bytes lie and what to say about them. `is_private`: of a dataset that needs a grant."""

    blob_key: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    modified_at: datetime
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueCounts:
    """Numbers for the home page, over what the caller may see."""

    datasets: int
    publishers: int
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a search engine may be told about one visible dataset. Texts: language → text; facet values are codes."""

    id: str
    revision: int
    titles: Mapping[Language, str]
    descriptions: Mapping[Language, str]
    keywords: Mapping[Language, str]
    publisher_names: Mapping[Language, str]
    columns: str
    publisher_slug: str
    theme_slugs: tuple[str, ...]
    formats: tuple[str, ...]
    update_cycle: UpdateCycle
    openness: Openness
    languages: tuple[Language, ...]
    modified_at: datetime
    popularity: int


@dataclass(frozen=True, slots=True)
class ExportJobView:
    """A file that is being made. `state`: waiting, running, done, failed, cancelled, or expired (done, and let go of since).

    `dataset_id` None: the whole catalogue. `clauses`: name → text as it was asked for, none for a whole table. `is_new`: it
    was asked for just now, by this call. `share_done`: 0 … 1, None while nobody knows. `may_cancel`: whether it is the caller's
    to let be.
    """

    id: str
    dataset_id: str | None
    version_number: int
    part: str
    format: str
    state: str
    rows_done: int
    rows_total: int
    error: str
    bytes_done: int = 0
    query: str = ""
    clauses: Mapping[str, str] = field(default_factory=dict)
    account_id: str | None = None
    kept_until: datetime | None = None
    is_new: bool = False
    share_done: float | None = None
    may_cancel: bool = False

    @property
    def ref(self) -> "Ref":
        """The version that it is made from. Raises ValueError for the catalogue."""
        if self.dataset_id is None:
            raise ValueError("The catalogue has no version.")
        return Ref(self.dataset_id, self.version_number)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {"waiting", "running"}
