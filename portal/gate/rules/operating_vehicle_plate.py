"""Number plates of vehicles that organisations operate."""

from typing import Final

from portal.gate.rules.model import Rule, Words

RULE: Final = Rule(
    name="operating_vehicle_plate",
    weight="note",
    title=Words("单位营运车辆号牌", "Number plates of vehicles that organisations operate"),
    message=Words(
        "“%(subject)s”中的机动车号牌（%(count)s 处）看来属于单位营运车辆。",
        "The vehicle number plates in “%(subject)s” (%(count)s) seem to be those of vehicles that organisations operate.",
    ),
    source=Words(
        "《道路运输条例》；双公示数据标准", "Road transport regulations; standard for publishing licences and penalties"
    ),
    counts=Words(
        "没有人名列的表中，列名写明公交、线路、出租、客运、货运、业户、企业等，或该列名本身是公交、出租车牌的号牌。",
        "Plates in a table without a column of persons whose column names speak of bus lines, taxis, passengers, freight or "
        "companies.",
    ),
    ignores=Words(
        "其余号牌一律按个人车辆对待（vehicle_plate）。", "All other plates are treated as those of private vehicles."
    ),
)
