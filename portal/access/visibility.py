"""Whether a dataset exists for a caller, and whether its rows do."""

from portal.kernel.principal import Principal
from portal.kernel.vocab import DatasetState, Openness

VISIBLE_STATES = (DatasetState.PUBLISHED,)


def is_visible(principal: Principal, state: str) -> bool:
    """Published datasets exist for everybody, nothing else does; no tier sees more at the public doors."""
    return state in VISIBLE_STATES


def is_gone(principal: Principal, state: str) -> bool:
    """Whether the caller is told that it was withdrawn: it was public once, so saying so reveals nothing."""
    return state == DatasetState.WITHDRAWN


def narrower(of_dataset: str, of_version: str) -> Openness:
    """What holds for a version: the narrower of what was decided about the dataset and of what the version was judged for.
    Opening a dataset opens what was judged for it, never an older version; restricting it restricts all of them."""
    widest_first = (Openness.UNCONDITIONAL, Openness.CONDITIONAL)
    both = {of_dataset, of_version}
    known = both <= set(widest_first)
    return max((Openness(one) for one in both), key=widest_first.index) if known else Openness.CLOSED


def can_read_rows(principal: Principal, openness: str, dataset_id: str) -> bool:
    """Unconditional data is everybody's; conditional data needs a grant for this dataset; closed data is nobody's."""
    if openness == Openness.UNCONDITIONAL:
        return True
    return openness == Openness.CONDITIONAL and dataset_id in principal.grants
