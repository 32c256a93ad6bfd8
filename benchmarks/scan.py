"""Rows per second of scan and gate, on tables made for it. Run: `python -m benchmarks.scan [--rows N]`.

Named tables: `mixed` (20 columns: 6 of text, 14 of numbers, dates and flags) and `text` (20 columns of text) are free of
hazards, as published tables are. The others are the worst legitimate cases: every cell passes the pre-filter. On a busy
machine look at the CPU time: two free cores do about 2,000,000 / (µs CPU a row) rows a second.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

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

TARGETS = {"mixed": 500_000, "text": 100_000}
_WORDS = (
    "北京市朝阳区东城西海淀丰台行政许可处罚有限公司科技发展学校医院停车场公交站点空气质量检测合格不符标准药品食品经营"
)
_VARIETY = 50_000


def main() -> None:
    """Print rows per second for every table, the named ones with their ratio to the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        for name, make in TABLES.items():
            path = Path(folder) / f"{name}.parquet"
            frame = make(arguments.rows)
            frame.write_parquet(path, row_group_size=32_768)
            columns = tuple(frame.columns)
            del frame
            before = time.process_time()
            seconds, outcome = _measure(path, columns)
            cpu_us = (time.process_time() - before) / arguments.rows * 1e6
            rate = arguments.rows / seconds
            target = TARGETS.get(name)
            ratio = f"{rate / target:6.2f} × target of {target:,}/s" if target else "       worst case, no target"
            print(
                f"{name:>12}  {rate:12,.0f} rows/s  {cpu_us:6.2f} µs CPU a row  {len(columns)} columns  {ratio}  {outcome}"
            )
            path.unlink()
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB (making the tables included)"
    )


def _measure(path: Path, columns: tuple[str, ...]) -> tuple[float, str]:
    document: dict[str, object] = {
        "fields": {"open_label": {"1": "unconditional"}, "grade_label": {"1": "general"}},
        "defaults": {"owner": "o", "approver": "a", "basis": "b", "class": "c"},
    }
    signature = Signature("benchmark", "2024-01-01", ValueMapping.parse(document).digest)
    labels = DeclaredLabels(
        open_label="1", grade_label="1", columns=tuple(ColumnLabels(name, open_label="1") for name in columns)
    )
    started = time.perf_counter()
    declaration = declare(ValueMapping.parse(document, signature), labels)
    plan = plan_columns(declaration, columns)
    findings = scan_table(path, digest="d")
    part = JudgedPart("table", PartKind.TABLE, "d", plan.rules, findings)
    verdict = judge(Case("d", "p", declaration, (part,), scan_texts({"title": "标题"}, digest="p")))
    return time.perf_counter() - started, str(verdict.outcome)


def _texts(make: Callable[[], str], rows: int) -> pl.Series:
    return pl.Series(random.choices([make() for _ in range(_VARIETY)], k=rows))


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


def _mixed(rows: int) -> pl.DataFrame:
    columns = {f"文本{i}": _texts(_TEXT_KINDS[i], rows) for i in range(6)}
    columns |= {f"数值{i}": pl.Series(random.choices(range(10**6), k=rows)) for i in range(6)}
    columns |= {f"度量{i}": pl.Series(random.choices([x / 7 for x in range(_VARIETY)], k=rows)) for i in range(4)}
    columns |= {f"日期{i}": pl.Series(random.choices([_day() for _ in range(_VARIETY)], k=rows)) for i in range(2)}
    columns |= {f"标志{i}": pl.Series(random.choices([True, False], k=rows)) for i in range(2)}
    return pl.DataFrame(columns)


def _text(rows: int) -> pl.DataFrame:
    return pl.DataFrame({f"文本{i}": _texts(_TEXT_KINDS[i % 7], rows) for i in range(20)})


def _same(make: Callable[[], str], columns: int) -> Callable[[int], pl.DataFrame]:
    return lambda rows: pl.DataFrame({f"列{i}": _texts(make, rows) for i in range(columns)})


TABLES: dict[str, Callable[[int], pl.DataFrame]] = {
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


if __name__ == "__main__":
    main()
