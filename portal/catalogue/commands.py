"""Everything that changes the catalogue, by the names that doors and jobs use. None of them commits."""

from portal.catalogue.curation import edit_wording, find_curated, merge_curated, return_wording, with_curated
from portal.catalogue.export_jobs import (
    cancel_export_job,
    finish_export_job,
    forget_export_jobs,
    note_progress,
    request_catalogue_job,
    request_export_job,
    return_export_job,
    take_export_job,
)
from portal.catalogue.files import (
    forget_spooled_files,
    note_sent,
    record_spooled_file,
    shrink_spool,
)
from portal.catalogue.indexing import mark_all_unindexed, mark_indexed
from portal.catalogue.publishing import Published, publish_dataset, record_verdict
from portal.catalogue.restricting import restrict_dataset
from portal.catalogue.row_withdrawals import add_row_withdrawal, find_withdrawn
from portal.catalogue.uses import count_popularity, record_use
from portal.catalogue.whole import forget_catalogue_files, record_catalogue_file
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
    "cancel_export_job",
    "count_popularity",
    "edit_wording",
    "find_curated",
    "find_withdrawn",
    "finish_export_job",
    "forget_catalogue_files",
    "forget_export_jobs",
    "forget_spooled_files",
    "lift_withdrawal",
    "mark_all_unindexed",
    "mark_indexed",
    "merge_curated",
    "note_progress",
    "note_sent",
    "publish_dataset",
    "record_catalogue_file",
    "record_spooled_file",
    "record_use",
    "record_verdict",
    "redact_columns",
    "redact_versions",
    "request_catalogue_job",
    "request_export_job",
    "restrict_dataset",
    "return_export_job",
    "return_wording",
    "shrink_spool",
    "take_export_job",
    "thin_versions",
    "with_curated",
    "withdraw_dataset",
]
