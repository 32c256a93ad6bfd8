"""`python -m tests.gate.corpus [WORD …]` runs the corpus and prints its table; words select specimens by name."""

import sys

from tests.gate.corpus.everything import clean, specimens
from tests.gate.corpus.report import whole
from tests.gate.corpus.running import cores, run, run_clean


def main(words: list[str]) -> int:
    """0 when nothing was missed."""
    tables = [table for table in clean() if all(word in table.name for word in words)]
    with cores() as pool:
        alarms = run_clean(pool, tables)
        results = run(pool, (s for s in specimens() if all(word in s.name for word in words)))
    print(whole(results, alarms, len(tables)))
    return int(any(result.is_missed for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
