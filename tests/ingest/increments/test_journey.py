"""Two tables of an exchange database, the whole way to published datasets, on each kind of server."""

from tests.exchange_database.content import push_markets, push_stops
from tests.ingest.increments.conftest import Front


def test_tables_are_published_refreshed_by_increments_and_cleaned_of_what_was_deleted(front: Front) -> None:
    first = front.run()
    assert (first.state, first.counts["create"]) == ("done", 2)
    assert front.published("jt_stop") == [(n, f"站点{n}", n % 7 + 1) for n in range(1, 41)]
    assert front.published("sc_market") == [(n, f"市场{n}", n * 3) for n in range(1, 31)]
    assert ("column_not_text", "photo") in front.notes("sc_market")
    assert front.run().counts["unchanged"] == 2

    # one stop renamed and pushed twice, one deleted, one new; an older line of one that is newer already
    push_stops(
        front.exchange,
        [(5, "新名", 2, "U", 100), (5, "新名", 2, "U", 100), (6, "站点6", 7, "D", 101), (41, "新站", 1, "I", 102)],
    )
    push_markets(front.exchange, [(3, "三号市场", 99, 200)])
    again = front.run()
    assert again.counts["update"] == 2
    stops = {row[0]: row for row in front.published("jt_stop")}
    assert len(stops) == 40
    assert (stops[5][1], stops[41][1], 6 in stops) == ("新名", "新站", False)
    assert front.notes("jt_stop")["rows_repeated", ""] == 1
    assert (3, "三号市场", 99) in front.published("sc_market")

    # a row that just goes leaves no trace in an increment: only the comparison of keys finds it
    front.exchange.run("DELETE FROM sc_market WHERE rank = 17")
    push_markets(front.exchange, [(31, "市场31", 5, 201)])
    quiet = front.run()
    assert front.action(quiet, "sc_market") == "update"
    assert 17 in {row[0] for row in front.published("sc_market")}
    full = front.run(is_full=True)
    assert front.action(full, "sc_market") == "update"
    assert 17 not in {row[0] for row in front.published("sc_market")}
    assert front.notes("sc_market")["rows_gone_from_source", ""] == 1
    assert len(front.published("sc_market")) == 30
