"""Real files that others have published: fewer than one column in a hundred may be stopped without a person in it."""

from pathlib import Path

import pytest

from tests.gate.corpus.real import FileLine, judged_files, told

pytestmark = [pytest.mark.shared, pytest.mark.slow]
_LARGEST_SHARE = 0.01
# Columns of persons, looked at one by one: their names say whose number belongs in them, whether cells are filled or not.
# They are stopped rightly, so they are no false alarms.
FOUND = frozenset(
    {
        "法定代表人证件号码",
        "证件号码",
        "法定代表人身份证号",
        "身份证号码",
    }
)


def _false(line: FileLine) -> set[str]:
    return {column for _, column in line.alarms} - FOUND


def test_fewer_than_one_column_in_a_hundred_of_real_files_is_a_false_alarm(shared_data: Path) -> None:
    lines = judged_files(shared_data / "files")
    print("\n".join(told(lines)))
    assert len(lines) > 200
    columns = sum(line.columns for line in lines)
    assert columns > 2_000
    stopped = {(line.name, column) for line in lines for column in _false(line)}
    assert len(stopped) < _LARGEST_SHARE * columns, sorted(stopped)
