"""The table: caught, missed and false alarms for each kind, each disguise and each rule."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from tests.gate.corpus.running import Alarm, Result


def table(results: Sequence[Result], by: Callable[[Result], str], title: str) -> Iterator[str]:
    """One line for each group: specimens, caught, missed."""
    groups: dict[str, Counter[bool]] = defaultdict(Counter)
    for result in results:
        groups[by(result)][result.is_missed] += 1
    width = max((len(name) for name in groups), default=0)
    yield f"{title:<{width}}  specimens  caught  missed"
    for name, counted in groups.items():
        yield f"{name:<{width}}  {counted.total():>9}  {counted[False]:>6}  {counted[True]:>6}"
    total = Counter(result.is_missed for result in results)
    yield f"{'all':<{width}}  {total.total():>9}  {total[False]:>6}  {total[True]:>6}"


def misses(results: Sequence[Result]) -> Iterator[str]:
    """Every miss by name, those of one kind on one line."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.is_missed:
            by_kind[result.kind].append(f"{result.disguise} [{result.place}]")
    for kind, missed in by_kind.items():
        yield f"MISSED {kind}: {'; '.join(missed)}"


def rules(results: Sequence[Result]) -> Iterator[str]:
    """How many specimens each reason had a part in stopping."""
    counted = Counter(
        code
        for result in results
        if not result.is_missed
        for code in result.codes or ("column or original not public",)
    )
    yield "reasons that stopped a specimen (several may stop one):"
    yield from (f"  {count:>6}  {code}" for code, count in counted.most_common())


def false_alarms(alarms: Sequence[Alarm], tables: int) -> Iterator[str]:
    """Every clean table that did not come out."""
    yield f"clean tables: {tables}, false alarms: {len(alarms)}"
    for alarm in alarms:
        yield f"ALARM {alarm.name}: {alarm.action}, {'; '.join(alarm.reasons) or 'the column is not there'}"


def whole(results: Sequence[Result], alarms: Sequence[Alarm] = (), tables: int = 0) -> str:
    """The report."""
    parts = (
        table(results, lambda result: result.kind, "kind"),
        table(results, lambda result: result.disguise, "disguise"),
        table(results, lambda result: result.place, "place"),
        rules(results),
        false_alarms(alarms, tables),
        misses(results),
    )
    return "\n\n".join("\n".join(part) for part in parts)
