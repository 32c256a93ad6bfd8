"""Finding: one tokenizer and one query language in front of tantivy, Elasticsearch or the database itself."""

from portal.index.errors import EngineAway
from portal.index.opening import open_search
from portal.index.protocol import Document, SearchRequest, SearchResult
from portal.index.service import Differences, SearchService

__all__ = ["Differences", "Document", "EngineAway", "SearchRequest", "SearchResult", "SearchService", "open_search"]
