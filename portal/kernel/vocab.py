"""Closed vocabularies of the domain. `docs/glossary.md` pairs them with the Chinese terms."""

from enum import StrEnum


class Openness(StrEnum):
    """开放属性 of the 2017 guide: to everyone, on application, or not at all."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What the gate answers."""

    ADMITTED = "admitted"
    HELD = "held"
    REFUSED = "refused"


class DatasetState(StrEnum):
    """Where a dataset stands. Only `published` exists for the public; `withdrawn` answers with a tombstone."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class HarvestAction(StrEnum):
    """What a run did with one record."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    REFUSE = "refuse"
    SKIP = "skip"  # the record itself could not be read; what is published stays


class UpdateCycle(StrEnum):
    """How often the department says it updates (更新周期)."""

    REALTIME = "realtime"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"
    NEVER = "never"
    UNKNOWN = "unknown"

    @property
    def days(self) -> int | None:
        """Days after which data of this cycle is late; None where no cycle binds."""
        return _CYCLE_DAYS.get(self)


_CYCLE_DAYS = {
    UpdateCycle.REALTIME: 1,
    UpdateCycle.DAILY: 1,
    UpdateCycle.WEEKLY: 7,
    UpdateCycle.MONTHLY: 31,
    UpdateCycle.QUARTERLY: 92,
    UpdateCycle.HALF_YEARLY: 184,
    UpdateCycle.YEARLY: 366,
}


class DataClass(StrEnum):
    """数据分类分级: the grade of data (GB/T 43697-2024). Core and important data are never opened."""

    GENERAL = "general"
    IMPORTANT = "important"
    CORE = "core"


class Tier(StrEnum):
    """Who a caller is to us, lowest first."""

    ANONYMOUS = "anonymous"
    REGISTERED = "registered"
    VERIFIED = "verified"
    PARTNER = "partner"


class StaffRole(StrEnum):
    """What a person of ours may do besides, given by the command line alone."""

    APPLICATION_REVIEWER = "application_reviewer"  # decides about applications for conditional datasets
    ACCOUNT_MANAGER = "account_manager"  # sets tiers, locks accounts


class Scope(StrEnum):
    """What a key may be used for, chosen when it is made."""

    CATALOGUE = "catalogue"  # metadata
    ROWS = "rows"  # rows of tables
    EXPORTS = "exports"  # having files made
    FILES = "files"  # downloads
    ACCOUNT = "account"  # the account itself: its keys and what it applied for


class PartKind(StrEnum):
    """What a distribution is: rows we hold, a file we hold, or a link elsewhere that we did not check."""

    TABLE = "table"
    FILE = "file"
    LINK = "link"


class ColumnType(StrEnum):
    """Types of published columns. Identifiers and codes stay text, whatever they look like."""

    TEXT = "text"
    INTEGER = "integer"  # 64 bit
    NUMBER = "number"  # IEEE double
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"  # without zone unless the source states one
    GEOMETRY = "geometry"  # longitude and latitude, WGS 84


class ColumnAction(StrEnum):
    """What happens to a column before anything is stored in a public place."""

    PUBLISH = "publish"
    DROP = "drop"
    MASK = "mask"
    GENERALISE = "generalise"  # dates to the month, numbers to two digits, geometries to a grid, text as MASK
    SUPPRESS = "suppress"  # counts of 1 to 9 become null
