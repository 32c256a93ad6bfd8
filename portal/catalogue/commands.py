"""Everything that changes the catalogue, by the names that doors and jobs use. None of them commits."""

from portal.catalogue.curation import edit_wording, find_curated, merge_curated, return_wording, with_curated
from portal.catalogue.files import (
    finish_export_job,
    forget_export_jobs,
    forget_spooled_files,
    note_progress,
    record_spooled_file,
    request_export_job,
    take_export_job,
)
from portal.catalogue.indexing import mark_all_unindexed, mark_indexed
from portal.catalogue.publishing import Published, publish_dataset, record_verdict
from portal.catalogue.restricting import restrict_dataset
from portal.catalogue.row_withdrawals import add_row_withdrawal, find_withdrawn
from portal.catalogue.uses import count_popularity, record_use
from portal.catalogue.withdrawal import (
    COLUMN_CLOSED,
    lift_withdrawal,
    redact_columns,
    redact_versions,
    thin_versions,
    withdraw_dataset,
)

__all__ = [
    "COLUMN_CLOSED",
    "Published",
    "add_row_withdrawal",
    "count_popularity",
    "edit_wording",
    "find_curated",
    "find_withdrawn",
    "finish_export_job",
    "forget_export_jobs",
    "forget_spooled_files",
    "lift_withdrawal",
    "mark_all_unindexed",
    "mark_indexed",
    "merge_curated",
    "note_progress",
    "publish_dataset",
    "record_spooled_file",
    "record_use",
    "record_verdict",
    "redact_columns",
    "redact_versions",
    "request_export_job",
    "restrict_dataset",
    "return_wording",
    "take_export_job",
    "thin_versions",
    "with_curated",
    "withdraw_dataset",
]
