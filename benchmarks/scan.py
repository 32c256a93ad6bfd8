"""Rows per second of scan and gate, on tables made for it. Run: `python -m benchmarks.scan [--rows N …] [--tables NAME …]`.

`mixed` (20 columns: 6 of text, 14 of numbers, dates and flags) and `text` (20 columns of text) are free of hazards, as
published tables are; what is asked of them stands beside what they do. The others (`--tables all`) are the worst
legitimate cases: hardly a cell is cleared by the pre-filter. Tables are written in stretches and scanned in a process
of their own, so the peak memory is the scan's alone. On a busy machine look at the CPU time: two free cores do about
2,000,000 / (µs CPU a row) rows a second.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pyarrow.parquet as pq

from portal.gate import (
    Case,
    ColumnLabels,
    DeclaredLabels,
    JudgedPart,
    Signature,
    ValueMapping,
    declare,
    judge,
    plan_columns,
)
from portal.inspect import scan_table, scan_texts
from portal.kernel.vocab import PartKind

TARGETS = {"mixed": 1_000_000, "text": 100_000}
_STRETCH = 500_000
_CORES = 2
_WORDS = (
    "北京市朝阳区东城西海淀丰台行政许可处罚有限公司科技发展学校医院停车场公交站点空气质量检测合格不符标准药品食品经营"
)
_VARIETY = 50_000


class Measured(NamedTuple):
    """One scan: wall and CPU seconds, highest resident memory in MiB, and what the gate says."""

    seconds: float
    cpu_s: float
    peak_mib: float
    outcome: str


def main() -> None:
    """Print rows per second for every table and number of rows, with what is asked beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 20_000_000])
    parser.add_argument("--tables", nargs="+", default=list(TARGETS), choices=["all", *TABLES])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    names = list(TABLES) if "all" in arguments.tables else arguments.tables
    print("table         rows        rows/s   CPU µs/row   two free cores rows/s   asked rows/s   peak MiB   verdict")
    with tempfile.TemporaryDirectory() as folder:
        for rows in arguments.rows:
            for name in names:
                path = Path(folder) / f"{name}.parquet"
                _write(TABLES[name], rows, path)
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                    measured = alone.submit(_measure, path).result()
                path.unlink()
                _tell(name, rows, measured)


def _tell(name: str, rows: int, measured: Measured) -> None:
    cpu_us = measured.cpu_s / rows * 1e6
    asked = f"{TARGETS[name]:,}" if name in TARGETS else "-"
    print(
        f"{name:<12} {rows:>10,} {rows / measured.seconds:>11,.0f} {cpu_us:>12.2f} {_CORES * 1e6 / cpu_us:>23,.0f}"
        f" {asked:>14} {measured.peak_mib:>10,.0f}   {measured.outcome}",
        flush=True,
    )


def _write(make: Callable[[], pl.DataFrame], rows: int, path: Path) -> None:
    """A table of `rows` rows, drawn with replacement from each column's `_VARIETY` values; one stretch in memory."""
    values = make()
    with pq.ParquetWriter(path, values.to_arrow().schema) as writer:
        for start in range(0, rows, _STRETCH):
            size, seed = min(_STRETCH, rows - start), random.randrange(2**32)
            drawn = [
                column.sample(size, with_replacement=True, seed=seed + i)
                for i, column in enumerate(values.iter_columns())
            ]
            writer.write_table(pl.DataFrame(drawn).to_arrow(), row_group_size=32_768)


def _measure(path: Path) -> Measured:
    columns = tuple(pl.scan_parquet(path).collect_schema())
    document: dict[str, object] = {
        "fields": {"open_label": {"1": "unconditional"}, "grade_label": {"1": "general"}},
        "defaults": {"owner": "o", "approver": "a", "basis": "b", "class": "c"},
    }
    signature = Signature("benchmark", "2024-01-01", ValueMapping.parse(document).digest)
    labels = DeclaredLabels(
        open_label="1", grade_label="1", columns=tuple(ColumnLabels(name, open_label="1") for name in columns)
    )
    started, cpu_before = time.perf_counter(), time.process_time()
    declaration = declare(ValueMapping.parse(document, signature), labels)
    plan = plan_columns(declaration, columns)
    findings = scan_table(path, digest="d")
    part = JudgedPart("table", PartKind.TABLE, "d", plan.rules, findings)
    verdict = judge(Case("d", "p", declaration, (part,), scan_texts({"title": "标题"}, digest="p")))
    return Measured(
        time.perf_counter() - started,
        time.process_time() - cpu_before,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        str(verdict.outcome),
    )


def _texts(make: Callable[[], str]) -> pl.Series:
    return pl.Series([make() for _ in range(_VARIETY)])


def _words(shortest: int, longest: int) -> Callable[[], str]:
    return lambda: "".join(random.choices(_WORDS, k=random.randint(shortest, longest)))


def _day() -> date:
    return date(2015, 1, 1) + timedelta(days=random.randrange(3500))


def _credit_code() -> str:
    return "9111010" + "".join(random.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=11))


_TEXT_KINDS: tuple[Callable[[], str], ...] = (
    _words(4, 20),
    _credit_code,
    lambda: f"京卫医许字〔{random.randint(2010, 2024)}〕第{random.randint(1, 99999):05d}号",
    lambda: f"010-{random.randint(60_000_000, 69_999_999)}",
    lambda: (
        f"北京市朝阳区{_words(3, 6)()}路{random.randint(1, 300)}号{random.randint(1, 20)}号楼{random.randint(101, 2400)}室"
    ),
    _words(20, 60),
    lambda: f"{_day().isoformat()} {random.randrange(24):02d}:30:00",
)


def _mixed() -> pl.DataFrame:
    columns = {f"文本{i}": _texts(_TEXT_KINDS[i]) for i in range(6)}
    columns |= {f"数值{i}": pl.Series(random.choices(range(10**6), k=_VARIETY)) for i in range(6)}
    columns |= {f"度量{i}": pl.Series([random.randrange(_VARIETY) / 7 for _ in range(_VARIETY)]) for i in range(4)}
    columns |= {f"日期{i}": pl.Series([_day() for _ in range(_VARIETY)]) for i in range(2)}
    columns |= {f"标志{i}": pl.Series(random.choices([True, False], k=_VARIETY)) for i in range(2)}
    return pl.DataFrame(columns)


def _text() -> pl.DataFrame:
    return pl.DataFrame({f"文本{i}": _texts(_TEXT_KINDS[i % 7]) for i in range(20)})


def _same(make: Callable[[], str], columns: int) -> Callable[[], pl.DataFrame]:
    return lambda: pl.DataFrame({f"列{i}": _texts(make) for i in range(columns)})


TABLES: dict[str, Callable[[], pl.DataFrame]] = {
    "mixed": _mixed,
    "text": _text,
    "credit codes": _same(lambda: f"91110108{random.randrange(10**9, 10**10)}", 6),
    "permits": _same(lambda: f"110105{_day():%Y%m%d}{random.randrange(10**4):04d}", 6),
    "timestamps": _same(lambda: f"{_day():%Y%m%d}{random.randrange(24):02d}3000", 6),
    "day and time": _same(lambda: f"{_day()} {random.randrange(24):02d}3000", 6),
    "phone lists": _same(lambda: f"010-{random.randrange(6 * 10**7, 7 * 10**7)} 转 8001、010-65123456", 6),
    "coordinates": _same(lambda: f"116.{random.randrange(10**13)},39.{random.randrange(10**13)}", 6),
    "full width": _same(lambda: "".join(chr(0xFF10 + int(d)) for d in f"2{random.randrange(10**12):012}"), 6),
}


def make_frame(name: str, rows: int) -> pl.DataFrame:
    """That many rows of a table, in memory."""
    stretches, height = [], 0
    while height < rows:
        stretches.append(TABLES[name]())
        height += stretches[-1].height
    return pl.concat(stretches).head(rows)


if __name__ == "__main__":
    main()
