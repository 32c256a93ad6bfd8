"""Search over many datasets: how long a query, a rebuild and a batch take, per engine, and their ratios.

    python -m benchmarks.search [--datasets 10000] [--engine tantivy] [--engine http://127.0.0.1:9200] [--rounds 300]

The documents are generated, so no catalogue is needed; an Elasticsearch is asked at its address under a name of its own,
which is removed at the end. Figures are milliseconds of wall time as one client sees them, and of this process's CPU.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import portal.accounts.models
import portal.catalogue.models
import portal.ingest.models  # noqa: F401 - these three register their tables
from portal.db import Base, Database
from portal.index import Document, SearchRequest, SearchService
from portal.index.cluster import ElasticsearchEngine
from portal.index.embedded import TantivyEngine
from portal.index.protocol import SearchEngine
from portal.kernel.ids import new_id
from tests.index.corpus import make_documents, make_queries

CASES: dict[str, SearchRequest] = {
    "browse, no words": SearchRequest(),
    "one Chinese word, 6 facets": SearchRequest("停车场"),
    "two English words, 6 facets": SearchRequest("air quality"),
    "two facets chosen": SearchRequest("信息", facets={"theme": ("transport",), "format": ("csv",)}),
    "long word, cut in parts": SearchRequest("西湖区停车场年度收费标准"),
    "sorted by use": SearchRequest("停车场", sort="popularity"),
    "without facets": SearchRequest("停车场", with_facets=False),
    "last page of 10,000": SearchRequest("年", offset=9_980),
}


def main() -> None:
    """Measure each engine and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=300, help="queries per case")
    parser.add_argument(
        "--engine", action="append", help="tantivy, or the address of an Elasticsearch; may be repeated"
    )
    arguments = parser.parse_args()
    documents = make_documents(arguments.datasets)
    with tempfile.TemporaryDirectory() as folder:
        database = _empty_database(Path(folder))
        columns = {
            name: _measure(_open(name, Path(folder)), database, documents, arguments.rounds)
            for name in arguments.engine or ["tantivy"]
        }
        database.dispose()
    _print(columns, arguments.datasets)


def _empty_database(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'empty.sqlite3'}")
    Base.metadata.create_all(database.engine)
    return database


def _open(name: str, folder: Path) -> SearchEngine:
    return TantivyEngine(folder / "search") if name == "tantivy" else ElasticsearchEngine(name, f"bench-{new_id()}")


def _measure(
    engine: SearchEngine, database: Database, documents: list[Document], rounds: int
) -> dict[str, tuple[float, ...]]:
    """Case → figures. The engine's index is removed afterwards."""
    figures: dict[str, tuple[float, ...]] = {}
    started = time.perf_counter()
    engine.rebuild(documents)
    figures["rebuild, s"] = (time.perf_counter() - started,)
    for size in (1, 100, 1000):
        batch = [replace(document, revision=100) for document in documents[:size]]
        figures[f"batch of {size} changes, ms"] = (statistics.median(_timed(partial(engine.change, batch, {}), 5)),)
    service = SearchService(engine, database)
    for name, request in CASES.items():
        figures[name] = _percentiles(partial(service.search, request), rounds)
    queries = iter(make_queries(documents, rounds + 20))
    figures["200 mixed queries"] = _percentiles(lambda: service.search(SearchRequest(next(queries))), rounds)
    prefixes = iter(["停", "停车", "air", "air q", "2023年西", "sch", "p", "公交站"] * rounds)
    figures["suggestions"] = _percentiles(lambda: service.suggest(next(prefixes)), rounds)
    _remove(engine)
    return figures


def _timed(action: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _percentiles(action: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """p50, p95 of wall time and mean CPU time of this process, in ms."""
    for _ in range(5):
        action()
    cpu = time.process_time()
    times = sorted(_timed(action, rounds))
    cpu_ms = (time.process_time() - cpu) * 1000 / rounds
    return times[len(times) // 2], times[int(len(times) * 0.95)], cpu_ms


def _remove(engine: SearchEngine) -> None:
    if isinstance(engine, ElasticsearchEngine):
        for index in engine._client.indices.get(index=f"{engine._alias}-*").body:
            engine._client.indices.delete(index=index)
    engine.close()


def _print(columns: dict[str, dict[str, tuple[float, ...]]], datasets: int) -> None:
    names = list(columns)
    print(f"{datasets:,} datasets; p50 / p95 / CPU of this process in ms; ratio: p50 against the first engine")
    print(f"{'':34}" + "".join(f"{name.removeprefix('http://'):>32}" for name in names))
    for case in columns[names[0]]:
        first = columns[names[0]][case][0]
        print(f"{case:34}" + "".join(f"{_cell(columns[name][case], first):>32}" for name in names))


def _cell(values: Iterable[float], first: float) -> str:
    figures = list(values)
    return " / ".join(f"{value:.1f}" for value in figures) + f"  ×{figures[0] / max(first, 1e-6):.1f}"


if __name__ == "__main__":
    main()
