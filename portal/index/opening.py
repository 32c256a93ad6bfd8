"""Choosing the search engine by settings."""

from portal.db import Database
from portal.index.embedded import TantivyEngine
from portal.index.protocol import SearchEngine
from portal.index.service import SearchService
from portal.settings import Settings, SettingsError


def open_search(settings: Settings, database: Database) -> SearchService:
    """Elasticsearch when `search_url` is set, tantivy in `var_dir` otherwise; connects to nothing yet.

    Raises SettingsError when the address cannot be one.
    """
    engine: SearchEngine
    if settings.search_url:
        # Its client takes half a second to import, which no process without a cluster need spend.
        from portal.index.cluster import ElasticsearchEngine  # noqa: PLC0415

        try:
            engine = ElasticsearchEngine(settings.search_url, settings.search_index)
        except ValueError as error:
            raise SettingsError(
                "PORTAL_SEARCH_URL must have scheme, host and port: https://user:password@host:9200."
            ) from error
    else:
        engine = TantivyEngine(settings.var_dir / "search")
    return SearchService(engine, database)
