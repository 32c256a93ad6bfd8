"""Everything that reads the catalogue, by the names that doors use. Session first, then who asks."""

from portal.catalogue.datasets import find_dataset_id, find_file, get_dataset, open_version
from portal.catalogue.datestamps import find_first_stamp, find_stamp, list_stamps
from portal.catalogue.describing import describe_datasets, list_ids, stamp_catalogue
from portal.catalogue.export_jobs import get_export_job
from portal.catalogue.indexing import describe_documents, list_revisions, list_unindexed
from portal.catalogue.lists import (
    count_catalogue,
    count_licences,
    get_publisher,
    get_theme,
    list_cards,
    list_last_changes,
    list_newest,
    list_open_on_application,
    list_publisher_cards,
    list_publishers,
    list_sitemap,
    list_sitemap_parts,
    list_theme_cards,
    list_themes,
    name_publishers,
    name_themes,
)
from portal.catalogue.whole import find_catalogue_file, list_records, read_state

__all__ = [
    "count_catalogue",
    "count_licences",
    "describe_datasets",
    "describe_documents",
    "find_catalogue_file",
    "find_dataset_id",
    "find_file",
    "find_first_stamp",
    "find_stamp",
    "get_dataset",
    "get_export_job",
    "get_publisher",
    "get_theme",
    "list_cards",
    "list_ids",
    "list_last_changes",
    "list_newest",
    "list_open_on_application",
    "list_publisher_cards",
    "list_publishers",
    "list_records",
    "list_revisions",
    "list_sitemap",
    "list_sitemap_parts",
    "list_stamps",
    "list_theme_cards",
    "list_themes",
    "list_unindexed",
    "name_publishers",
    "name_themes",
    "open_version",
    "read_state",
    "stamp_catalogue",
]
