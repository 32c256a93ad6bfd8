"""People look for CSV: a table is published as that, whatever lies in the store; files and links keep their own format."""

from collections.abc import Callable

from portal.catalogue.queries import list_newest
from portal.kernel.principal import ANONYMOUS
from tests.ingest.conftest import Bench


def test_cards_of_tables_say_csv(make_harvested: Callable[..., Bench]) -> None:
    bench = make_harvested(resources=6)
    with bench.database.reading() as session:
        cards = list_newest(session, ANONYMOUS, 20)
    assert cards
    assert all(card.formats[0] == "csv" for card in cards)
    tables = bench.rows("SELECT DISTINCT format, media_type FROM version_part WHERE kind = 'table'")
    assert [tuple(row) for row in tables] == [("csv", "application/vnd.apache.parquet")]
