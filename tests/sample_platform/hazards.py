"""Which record of the sample carries which hazard, and what a gate must do about it. For tests alone."""

from dataclasses import dataclass
from typing import Literal

# refused: the department's decision or the law; held: a person must look; published_without: the table is published,
# the named columns are not in it.
# for_applicants: published, and its rows are for those who were granted them.
Expected = Literal["refused", "held", "published_without", "held_or_without", "for_applicants"]


@dataclass(frozen=True, slots=True)
class Hazard:
    """`columns` are those that must not be public. `is_fetched`: whether its data may be asked for at all."""

    resource_id: str
    what: str
    expected: Expected
    columns: tuple[str, ...] = ()
    is_fetched: bool = True


HAZARDS = (
    Hazard("GAJ-0901", "closed", "refused", is_fetched=False),
    Hazard("RSJ-0901", "conditional", "for_applicants"),
    Hazard("YJJ-0901", "secret flag", "refused", is_fetched=False),
    Hazard("SWJ-0901", "important data", "refused", is_fetched=False),
    Hazard("HBJ-0901", "owned by a higher level", "refused", is_fetched=False),
    Hazard("ZJJ-0901", "open but not shared", "held"),
    Hazard("TJJ-0901", "empty open attribute", "held", is_fetched=False),
    Hazard("CZJ-0901", "label never seen", "held", is_fetched=False),
    Hazard("NYJ-0901", "no basis for opening", "held"),
    Hazard("SPJ-0911", "unannounced column", "published_without", ("内部审批意见",)),
    Hazard("SPJ-0912", "closed column", "published_without", ("法定代表人",)),
    Hazard("SPJ-0913", "secret column that is marked open", "held_or_without", ("保密项目代号",)),
    Hazard("RSJ-0911", "identity numbers under their own name", "held_or_without", ("身份证号",)),
    Hazard("MZJ-0921", "identity numbers under a harmless name", "held", ("档案代码",)),
    Hazard("CGJ-0921", "mobile numbers in remarks", "held", ("备注",)),
    Hazard("ZJJ-0921", "names beside home addresses", "held_or_without", ("家庭住址",)),
    Hazard("YJJ-0921", "one identity number in the last row, full width", "held", ("备注",)),
    Hazard("JYJ-0921", "mobile numbers in an attachment", "held", ("联络方式",)),
)
HAZARDOUS_IDS = frozenset(hazard.resource_id for hazard in HAZARDS)
