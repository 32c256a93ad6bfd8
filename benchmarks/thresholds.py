"""How often the judgements over whole columns err. Run: `python -m benchmarks.thresholds [--columns N] [--real FOLDER]`.

Columns without persons (permits that carry their day, order numbers, random digits, registration numbers) must give no
finding; the same columns with a share of identifiers mixed in must give one. Every line is one kind and size: columns made,
how many were judged wrongly, and by which rule. `--real`: columns of delivered CSV files, whose findings are listed for a look.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import polars as pl

from portal.inspect.cells import examine, findings_of
from portal.inspect.prefilter import suspects

_SIZES = (10, 30, 100, 1_000, 10_000, 100_000, 1_000_000)
_SHARES = (0.01, 0.05, 0.2, 0.5)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Kind = TypeVar("Kind")
Maker = Callable[[random.Random], str]


def identity(source: random.Random) -> str:
    """A resident identity number that nobody has, with its check digit."""
    born = date(1935, 1, 1) + timedelta(days=source.randrange(28_000))
    body = f"{source.choice((11, 31, 44, 51))}0{source.randrange(100, 999)}{born:%Y%m%d}{source.randrange(1000):03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def mobile(source: random.Random) -> str:
    """A mobile number."""
    return f"1{source.randrange(3, 10)}{source.randrange(10**9):09d}"


def card(source: random.Random) -> str:
    """A card number of 19 digits with its check digit."""
    body = f"62{source.randrange(10**16):016d}"
    return next(body + last for last in "0123456789" if _luhn(body + last))


def _luhn(number: str) -> bool:
    doubled = [int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _day(source: random.Random) -> date:
    return date(2012, 1, 1) + timedelta(days=source.randrange(4700))


def _registration(source: random.Random) -> str:
    """A business registration number (ISO 7064 MOD 11,10)."""
    body, product = f"110105{source.randrange(10**8):08d}", 10
    for sign in body:
        product = (((product + int(sign)) % 10 or 10) * 2) % 11
    return body + str((11 - product) % 10)


SERIALS: dict[str, Maker] = {
    "permits with their day": lambda s: f"110105{_day(s):%Y%m%d}{s.randrange(10**4):04d}",
    "order numbers of 18": lambda s: f"{_day(s):%Y%m%d%H%M%S}{s.randrange(10**4):04d}",
    "random digits 11": lambda s: f"{s.randrange(10**10, 10**11)}",
    "random digits 15": lambda s: f"{s.randrange(10**14, 10**15)}",
    "random digits 16": lambda s: f"{s.randrange(10**15, 10**16)}",
    "random digits 18": lambda s: f"{s.randrange(10**17, 10**18)}",
    "random digits 20": lambda s: f"{s.randrange(10**19, 10**20)}",
    "random digits 24": lambda s: f"{s.randrange(10**23, 10**24)}",
    "like cards": lambda s: f"62{s.randrange(10**17):017d}",
    "registration numbers": _registration,
}
MIXED: dict[str, tuple[Maker, Maker, str]] = {
    "identities among permits": (identity, SERIALS["permits with their day"], "identity_number"),
    "identities among random 18": (identity, SERIALS["random digits 18"], "identity_number"),
    "mobiles among random 11": (mobile, SERIALS["random digits 11"], "mobile_number"),
    "cards among numbers like cards": (card, SERIALS["like cards"], "bank_card"),
    "identities among words": (identity, lambda s: "合格", "identity_number"),
}


def judged(cells: list[str]) -> set[str]:
    """The rules that find something in a column, as a scan would."""
    counts = examine(suspects(pl.Series(cells)), column="编号")
    text = pl.Series(cells)
    counts.numbers.update(
        eleven=int(text.str.contains("^[1-9][0-9]{10}$").sum()),
        eleven_from_1=int(text.str.contains("^1[0-9]{10}$").sum()),
        eleven_from_10_to_12=int(text.str.contains("^1[0-2][0-9]{9}$").sum()),
    )
    return {f.rule for f in findings_of(counts, "编号", "cell", len(cells)) if f.rule != "serial_number"}


def main() -> None:
    """Print one line for each kind of column and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, default=100, help="columns of each kind; fewer of the long ones")
    parser.add_argument("--longest", type=int, default=100_000)
    parser.add_argument("--shortest", type=int, default=_SIZES[0])
    parser.add_argument("--kind", default="", help="only columns whose kind has this word")
    parser.add_argument("--real", type=Path, help="a folder of CSV files")
    arguments = parser.parse_args()
    source = random.Random(1)
    for size in (size for size in _SIZES if arguments.shortest <= size <= arguments.longest):
        columns = max(3, min(arguments.columns, 300_000 // size))
        for name, make in _chosen(SERIALS, arguments.kind):
            alarms = Counter(rule for _ in range(columns) for rule in judged([make(source) for _ in range(size)]))
            _tell(name, size, columns, "false alarms", alarms)
        for name, (person, other, rule) in _chosen(MIXED, arguments.kind):
            for share in _SHARES:
                leaks = max(1, round(share * size))
                missed = sum(
                    rule
                    not in judged([person(source) for _ in range(leaks)] + [other(source) for _ in range(size - leaks)])
                    for _ in range(columns)
                )
                _tell(f"{name}, {share:.0%} ({leaks})", size, columns, "missed", Counter({rule: missed}))
    if arguments.real and arguments.real.is_dir():
        _tell_real(arguments.real)


def _chosen(kinds: dict[str, Kind], word: str) -> list[tuple[str, Kind]]:
    return [(name, kind) for name, kind in kinds.items() if word in name]


def _tell(name: str, size: int, columns: int, error: str, by_rule: Counter[str]) -> None:
    told = ", ".join(f"{rule} {count / columns:.0%}" for rule, count in by_rule.most_common() if count) or "none"
    print(f"{name:<45} {size:>8,} cells × {columns:>4} columns   {error}: {told}", flush=True)


def _tell_real(folder: Path) -> None:
    for path in sorted(folder.rglob("*.csv")):
        try:
            frame = pl.read_csv(path, infer_schema=False, n_rows=200_000)
        except (pl.exceptions.PolarsError, OSError):
            continue
        for column in frame.get_columns():
            if rules := judged(column.fill_null("").to_list()):
                print(f"{path.relative_to(folder)} | {column.name} | {', '.join(sorted(rules))}")


if __name__ == "__main__":
    main()
