"""How documents are stored: sort keys above all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.index.encoding import SORT_KEYS, encode
from tests.index.corpus import make_documents

DOCUMENT = make_documents(1)[0]
ids = st.text(alphabet="2357abyz-A{~19", min_size=1, max_size=8)


@given(ids, ids, st.integers(0, 3), st.integers(0, 3))
def test_integers_and_strings_sort_alike(one: str, other: str, days: int, uses: int) -> None:
    first = encode(replace(DOCUMENT, id=one))
    second = encode(
        replace(
            DOCUMENT,
            id=other,
            modified_at=DOCUMENT.modified_at + timedelta(days=days - 1),
            popularity=DOCUMENT.popularity + uses,
        )
    )
    for name in SORT_KEYS:
        by_string = (first.keys[name] > second.keys[name]) - (first.keys[name] < second.keys[name])
        by_rank = (first.ranks[name] > second.ranks[name]) - (first.ranks[name] < second.ranks[name])
        assert by_rank in {by_string, 0}


def test_extreme_instants_and_counts_stay_within_64_bits_and_in_order() -> None:
    old = encode(replace(DOCUMENT, modified_at=datetime(1900, 1, 1, tzinfo=UTC), popularity=0))
    new = encode(replace(DOCUMENT, modified_at=datetime(2240, 1, 1, tzinfo=UTC), popularity=10**12))
    for name in SORT_KEYS:
        assert 0 <= new.ranks[name] < old.ranks[name] < 2**63
        assert new.keys[name] < old.keys[name]


def test_weight_is_small_and_grows_with_use_and_freshness() -> None:
    idle = encode(replace(DOCUMENT, popularity=0))
    used = encode(replace(DOCUMENT, popularity=10**9))
    fresh = encode(replace(DOCUMENT, popularity=0, modified_at=DOCUMENT.modified_at + timedelta(days=3000)))
    assert 0 <= idle.weight < fresh.weight < used.weight <= 0.3
