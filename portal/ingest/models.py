"""Sources, their signed mappings, runs, the append-only record of what each run did, and what waits for a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime, guards
from portal.kernel.ids import new_id


class Source(Base):
    """A registered source. `config` holds no secret: `secret_name` names a file that only the worker can read."""

    __tablename__ = "source"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    config: Mapped[dict[str, Any]]
    secret_name: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SourceMapping(Base):
    """A value mapping of a source (field → label → our value), valid only when a person signed it."""

    __tablename__ = "source_mapping"
    __table_args__ = (UniqueConstraint("source_name", "digest"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), index=True)
    labels: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    signed_by: Mapped[str | None] = mapped_column(String(200))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HarvestRun(Base):
    """One run over one source. `counts`: action → number; `state`: running | done | failed | stopped | killed.

    `holder` is the process that runs it (host, process number, its start) and `heartbeat_at` its last sign of life: together
    they tell a run that goes on from one whose process was killed. A dry run leaves no row. At most one run of a source is
    `running`, which the database itself holds to. `started_by`: person | schedule; `deadline_at`: when its time limit is
    over; `end_reason`: why it did not reach its end (`portal.ingest.runs.ending`), "" when it did.
    """

    __tablename__ = "harvest_run"
    __table_args__ = (
        Index(
            "uq_harvest_run_running",
            "source_name",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="running")
    holder: Mapped[str] = mapped_column(String(200), default="")
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    errors: Mapped[list[Any]] = mapped_column(default=list)
    started_by: Mapped[str] = mapped_column(String(10), default="person")
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(20), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SourceSchedule(Base):
    """When a source is harvested, for how long at most, and who is told; one row for each source that has one.

    `next_run_at` is the only thing that makes a run due: claiming it and opening the run is one transaction. `attempts`:
    starts in a row that ended with a killed process. The rest remembers what was told: a failing source is told of once,
    then daily, then once when it works again; `held_untold` are records held since the last mail about held ones.
    """

    __tablename__ = "source_schedule"

    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), primary_key=True)
    expression: Mapped[str] = mapped_column(String(100))
    is_on: Mapped[bool] = mapped_column(default=True)
    time_limit_s: Mapped[int]
    notify: Mapped[list[Any]] = mapped_column(default=list)
    next_run_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    failure_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_untold: Mapped[int] = mapped_column(default=0)


class HarvestRecord(Base):
    """What one run did with one record; append-only (triggers refuse UPDATE and DELETE).

    For unchanged records one row notes a batch: `record_ids` in `detail`. For published ones `detail` has what the record was
    mapped to, for withheld ones the hash under which the quarantine keeps that.
    """

    __tablename__ = "harvest_record"
    __table_args__ = (Index("ix_harvest_record_run_record", "run_id", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("harvest_run.id"))
    record_id: Mapped[str] = mapped_column(String(340))
    action: Mapped[str] = mapped_column(String(12))
    raw_sha256: Mapped[str] = mapped_column(String(64), default="")
    verdict_id: Mapped[str | None] = mapped_column(String(16))
    dataset_id: Mapped[str | None] = mapped_column(String(16))
    version_number: Mapped[int | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


guards.append_only(HarvestRecord.__table__)


class SourceRecord(Base):
    """The last known state of one record of one source: what makes "unchanged" cheap and a killed run resumable.

    `fingerprint` digests raw record, data stamp, mapping, configuration, gate and scanner version together. `parts`: what was
    made of its data (`portal.ingest.staging`), without any row, so that a corrected title needs no second fetch.

    `department` is the source's spelling, `department_names` its names by language; `code_digest` and `title_digest` (title
    and department) tell a resource that is there twice; `labels` counts its labels by field; `first_run_id` found the
    record, `changed_run_id` found it changed.
    """

    __tablename__ = "source_record"
    __table_args__ = (Index("ix_source_record_seen", "source_name", "seen_run_id"),)

    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(340), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    rules_digest: Mapped[str] = mapped_column(String(64), default="")
    raw_sha256: Mapped[str] = mapped_column(String(64))
    data_stamp: Mapped[str] = mapped_column(String(400), default="")
    parts: Mapped[list[Any]] = mapped_column(default=list)
    action: Mapped[str] = mapped_column(String(12))
    dataset_id: Mapped[str | None] = mapped_column(String(16))
    seen_run_id: Mapped[str] = mapped_column(String(16))
    is_missing: Mapped[bool] = mapped_column(default=False)
    is_incremental: Mapped[bool] = mapped_column(default=False, index=True)
    compare_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compare_from_run: Mapped[int | None]
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    department: Mapped[str] = mapped_column(String(300), default="")
    department_names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    code_digest: Mapped[str] = mapped_column(String(64), default="")
    title_digest: Mapped[str] = mapped_column(String(64), default="")
    labels: Mapped[dict[str, Any] | None]
    first_run_id: Mapped[str] = mapped_column(String(16), default="")
    changed_run_id: Mapped[str] = mapped_column(String(16), default="")


class SourceLabels(Base):
    """The labels that the last listing of a source used: `labels` maps field → label (masked) → number of times.

    `unknown` lists those (field, label) that the mapping in force at that time did not know.
    """

    __tablename__ = "source_labels"

    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(16))
    labels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unknown: Mapped[list[Any]] = mapped_column(default=list)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reconciliation(Base):
    """How what a run found compares with what was known: `summary` maps new, gone, changed … to a count and some names."""

    __tablename__ = "reconciliation"

    run_id: Mapped[str] = mapped_column(ForeignKey("harvest_run.id"), primary_key=True)
    source_name: Mapped[str] = mapped_column(String(60), index=True)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadingPlan(Base):
    """How a person said that a delivered table is read: where its header is. Never changed, only followed by a newer one.

    `sheet`: the sheet or member of the archive, "" where there is one table. `header_row`, `header_rows`, `names`: as in
    `portal.readers.HeaderChoice`; `shape`: of the delivery that it was confirmed for, with which alone it is used.
    """

    __tablename__ = "reading_plan"
    __table_args__ = (Index("ix_reading_plan_record", "source_name", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"))
    record_id: Mapped[str] = mapped_column(String(340))
    part_key: Mapped[str] = mapped_column(String(400))
    sheet: Mapped[str] = mapped_column(String(400))
    header_row: Mapped[int]
    header_rows: Mapped[int]
    names: Mapped[list[Any]] = mapped_column(default=list)
    shape: Mapped[str] = mapped_column(String(64))
    decided_by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


guards.append_only(ReadingPlan.__table__)


class HeldRecord(Base):
    """What waits for a person, bound to the digests judged. `state`: waiting | released | refused | superseded.

    `kind` `record`: one record; `staged` has the hash of what the quarantine keeps to publish it without its source, and
    slug, rows and column names of its tables. `title` is masked, as `reasons` are: no value of the data is in this table.
    `kind` `absence`: records missing from the source's list, to be withdrawn on release; `record_id` is then empty.
    `approved_by`: the first of two people, where two released it; `reviewer` is who decided.
    """

    __tablename__ = "held_record"
    __table_args__ = (
        Index("ix_held_record_source_record", "source_name", "record_id"),
        Index("ix_held_record_data_digest", "data_digest"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    source_name: Mapped[str] = mapped_column(ForeignKey("source.name"), index=True)
    run_id: Mapped[str] = mapped_column(String(16), default="")
    record_id: Mapped[str] = mapped_column(String(340))
    kind: Mapped[str] = mapped_column(String(10), default="record")
    title: Mapped[str] = mapped_column(Text)
    data_digest: Mapped[str] = mapped_column(String(64))
    page_digest: Mapped[str] = mapped_column(String(64))
    verdict_id: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    staged: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), default="waiting", index=True)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    reviewer: Mapped[str] = mapped_column(String(200), default="")
    review_reason: Mapped[str] = mapped_column(Text, default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReviewAct(Base):
    """What a person decided about something held, for good: `act` approve | release | refuse, bound to digests and reasons.

    `approve` is the first half of a release by two. `assessment` is the text of the assessment of privacy: never public,
    never in a log, and kept when the quarantine has let go of what it is about.
    """

    __tablename__ = "review_act"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    held_id: Mapped[str] = mapped_column(ForeignKey("held_record.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    data_digest: Mapped[str] = mapped_column(String(64))
    page_digest: Mapped[str] = mapped_column(String(64))
    reasons_digest: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    assessment_sha256: Mapped[str] = mapped_column(String(64), default="")
    assessment: Mapped[str] = mapped_column(Text, default="")
    acted_at: Mapped[datetime] = mapped_column(UtcDateTime)


guards.append_only(ReviewAct.__table__)
