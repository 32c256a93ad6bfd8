"""Solr's query syntax as the clients of a CKAN write it, read into conditions of `portal.index.lookup`."""

from portal.ckan.solr.errors import Unreadable
from portal.ckan.solr.filters import read_filter
from portal.ckan.solr.queries import ReadQuery, read_query

__all__ = ["ReadQuery", "Unreadable", "read_filter", "read_query"]
