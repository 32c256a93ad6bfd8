"""Numbers that look personal only as often as chance makes them."""

from typing import Final

from portal.gate.rules.model import Rule, Words

RULE: Final = Rule(
    name="serial_number",
    weight="note",
    title=Words("流水号", "Serial numbers"),
    message=Words(
        "“%(subject)s”中的号码（%(count)s 处）与个人号码相像，但只是流水号碰巧相像的程度。",
        "Numbers in “%(subject)s” (%(count)s) look like personal numbers, but only as often as chance makes serial numbers "
        "look so.",
    ),
    source=Words("校验规则的偶然符合率", "How often chance satisfies the checks"),
    counts=Words(
        "整列中像个人号码的只占偶然比例。", "Columns in which numbers look personal as seldom as chance makes them."
    ),
    ignores=Words(
        "从该列规律中突出的号码仍然算。", "Numbers that stand out from the pattern of their column still count."
    ),
)
