"""What the public reads about columns that are not public: each once, and a secret one without its name."""

import json
from collections.abc import Callable

from portal.catalogue.queries import find_dataset_id, get_dataset
from portal.catalogue.views import PartView, Ref
from portal.kernel.principal import ANONYMOUS
from tests.ingest.conftest import Bench

CLOSED, SECRET = "SPJ-0912", "SPJ-0913"


def _parts(bench: Bench, record_id: str) -> tuple[PartView, ...]:
    with bench.database.reading() as session:
        dataset_id = find_dataset_id(session, f"sample:{record_id}")
        return get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts if dataset_id else ()


def test_columns_that_are_not_public_are_named_once_and_secret_ones_not_at_all(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(resources=0, big_rows=10)
    others = [i for i in bench.sample.control("resources")["ids"] if i not in {CLOSED, SECRET}]
    bench.sample.control("remove", resources=others)
    assert bench.run().state == "done"
    closed = [a.name for part in _parts(bench, CLOSED) if part.schema for a in part.schema.absent]
    assert closed == ["法定代表人"]
    secret = _parts(bench, SECRET)
    absent = [(a.name, a.reason) for part in secret if part.schema for a in part.schema.absent]
    assert absent in ([], [("", "column_secret")])
    assert "保密项目代号" not in repr(secret)
    told = bench.rows("SELECT schema FROM version_part WHERE dataset_id = :id", id=_id(bench, CLOSED))
    assert len(json.loads(told[0][0])["absent"]) == 1


def _id(bench: Bench, record_id: str) -> str | None:
    with bench.database.reading() as session:
        return find_dataset_id(session, f"sample:{record_id}")
