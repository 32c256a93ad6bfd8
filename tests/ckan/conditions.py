"""Any tree of conditions, and what plain Python makes of it over what is stored: the oracle of every lookup."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.index.lookup import Both, Condition, Every, Has, HasLike, Holds, Is, Known, Like, No, Some, Within

FIELDS = ("tags", "res_format", "groups", "organization", "nosuch")
_ENDS = st.sampled_from([None, "CSV", "a", "education", "停", "zz"])
_LEAVES = st.one_of(
    st.builds(Every, st.booleans()),
    st.builds(Is, st.sampled_from(FIELDS), st.sampled_from(["CSV", "education", "停车", "x"])),
    st.builds(Like, st.sampled_from(FIELDS), st.sampled_from(["C*", "c*", "*", "??V", "e*n", "\\*", "%", "_*"])),
    st.builds(Holds, st.sampled_from(FIELDS), st.sampled_from(["cs", "CS", "停", "%", "_", "\\"])),
    st.builds(Known, st.sampled_from(FIELDS)),
    st.builds(Within, st.sampled_from(FIELDS), _ENDS, _ENDS, st.booleans(), st.booleans()),
    st.builds(
        Has, st.sampled_from(["title", "text"]), st.sampled_from([("data",), ("a", "b"), ("停",)]), st.booleans()
    ),
    st.builds(HasLike, st.sampled_from(["title", "text"]), st.sampled_from(["da*", "*ta", "d?ta", "d*a", "停*", "*"])),
)
TREES: st.SearchStrategy[Condition] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(No, inner),
        st.builds(Both, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, max_size=3).map(tuple), st.integers(1, 3)),
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Stored:
    """What is kept of one dataset: pairs of field and exact value, and the stream of words of each field."""

    values: set[tuple[str, str]] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        """The exact values of one field."""
        return [value for field, value in self.values if field == name]


def read_stored(session: Session) -> Mapping[str, Stored]:
    """Dataset id → what is kept of it."""
    found = {i: Stored() for (i,) in session.execute(text("SELECT dataset_id FROM dataset_entry"))}
    for i, name, value in session.execute(text("SELECT dataset_id, field, value FROM entry_value")):
        found[i].values.add((name, value))
    for i, name, stream in session.execute(text("SELECT dataset_id, field, words FROM entry_words")):
        found[i].words[name] = stream
    return found


def holds(tree: Condition, one: Stored) -> bool:  # noqa: PLR0911 - one for each kind
    """Whether a dataset goes with a tree."""
    match tree:
        case Every():
            return tree.is_true
        case No():
            return not holds(tree.condition, one)
        case Both():
            return all(holds(inner, one) for inner in tree.conditions)
        case Some():
            return sum(holds(inner, one) for inner in tree.conditions) >= tree.at_least
        case Is():
            return (tree.field, tree.value) in one.values
        case Holds():
            return any(tree.text.lower() in value.lower() for value in one.of(tree.field))
        case Like():
            return any(re.fullmatch(_shape(tree.glob, "."), value, re.DOTALL) for value in one.of(tree.field))
        case Within():
            return any(_lies(tree, value) for value in one.of(tree.field))
        case Known():
            return tree.field in one.words or bool(one.of(tree.field))
        case Has():
            stream = one.words.get(tree.field, "")
            return tree.words[0] in stream if tree.is_inside else f" {' '.join(tree.words)} " in stream
        case HasLike():
            return bool(re.search(f" {_shape(tree.glob, '[^ ]')} ", one.words.get(tree.field, "")))


def _lies(asked: Within, value: str) -> bool:
    low, high = str(asked.low), str(asked.high)
    after = asked.low is None or low < value or (asked.has_low and low == value)
    return after and (asked.high is None or value < high or (asked.has_high and value == high))


def _shape(glob: str, sign: str) -> str:
    signs = {"*": f"{sign}*", "?": sign}
    return "".join(signs.get(s) or re.escape(s[-1]) for s in re.findall(r"\\.|.", glob))
