"""Addresses that nothing links to: what the leak matrix asks of each door, asked about every dataset there ever was."""

from collections.abc import Iterator
from urllib.parse import quote

from sqlalchemy import Connection, text

from tests.leaks.matrix import MATRIX

_KNOWN = text(
    "SELECT DISTINCT dataset.id AS id, publisher.slug AS publisher, coalesce(version_part.slug, 'unknown') AS part"
    " FROM dataset JOIN publisher ON publisher.id = dataset.publisher_id"
    " LEFT JOIN version_part ON version_part.dataset_id = dataset.id ORDER BY dataset.id, part"
)


def guesses(connection: Connection, word: str) -> Iterator[str]:
    """Every GET of the matrix, about every dataset and table whatever its state. `word`: guessed of what they hold."""
    words = {kind: quote(word, safe="") for kind in ("title", "note", "row", "kind", "column", "tag")}
    for row in connection.execute(_KNOWN):
        values = {"id": row.id, "publisher": row.publisher, "part": quote(row.part), **words}
        for asked in MATRIX.values():
            yield from (one.path.format(**values) for one in asked if one.method == "GET")
