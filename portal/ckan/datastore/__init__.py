"""CKAN's DataStore as its clients know it: rows of published tables by `datastore_search` and its kin.

Reading alone. A request is read into plain values (`asking`, `filters`, `ordering`, `words`), these become one `RowQuery`
of `portal.tables`, and its page is written in CKAN's formats (`records`). `_id` is the row's number in the pinned version,
from 1.
"""
