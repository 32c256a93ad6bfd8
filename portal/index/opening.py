"""Choosing the search engine by settings."""

from portal.db import Database
from portal.index.protocol import SearchEngine
from portal.index.service import SearchService
from portal.settings import Settings


def open_search(settings: Settings, database: Database) -> SearchService:
    """Elasticsearch when `search_url` is set, tantivy in `var_dir` otherwise; connects to nothing yet."""
    engine: SearchEngine
    raise NotImplementedError
    return SearchService(engine, database)
