"""Personal data, made up and checked, in every form in which departments have delivered such things."""

import random
from collections.abc import Callable

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PROVINCES = ("11", "12", "13", "31", "32", "33", "44", "51", "65")

_MARKS = ("秘密★10年", "机 密 ★ 长期", "绝密", "【机密】", "密级：秘密", "通知\n机密\n正文")

Maker = Callable[[random.Random], str]


def identity(source: random.Random, region: str = "") -> str:
    """A resident identity number with the right check digit (GB 11643)."""
    region = region or source.choice(_PROVINCES) + f"{source.randrange(100, 9999):04d}"
    born = f"{source.randrange(1935, 2015)}{source.randrange(1, 13):02d}{source.randrange(1, 29):02d}"
    body = f"{region}{born}{source.randrange(1, 1000):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def mobile(source: random.Random) -> str:
    return f"1{source.randrange(3, 10)}{source.randrange(10**9):09d}"


def card(source: random.Random, length: int = 19) -> str:
    """A bank card number of UnionPay with the right check digit (Luhn)."""
    body = "62" + "".join(source.choices("0123456789", k=length - 3))
    total = 0
    for place, sign in enumerate(reversed(body)):
        digit = int(sign) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return body + str(-total % 10)


def _spaced(text: str, sizes: tuple[int, ...], separator: str) -> str:
    groups, start = [], 0
    for size in sizes:
        groups.append(text[start : start + size])
        start += size
    return separator.join(groups)


def _identity(change: Callable[[str], str]) -> Maker:
    return lambda source: change(identity(source))


def _mobile(change: Callable[[str], str]) -> Maker:
    return lambda source: change(mobile(source))


def _rounded(source: random.Random) -> str:
    """Rounded by a spreadsheet to 15 digits; a number whose check happens to fit is the plain rule's."""
    number = identity(source)[:15] + "000"
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number if "10X98765432"[total % 11] != "0" else _rounded(source)


DISGUISES: dict[str, tuple[str, Maker]] = {
    "identity": ("identity_number", _identity(str)),
    "identity of an unknown place": ("identity_number", lambda source: identity(source, "990199")),
    "identity with small x": ("identity_number", lambda source: _ending_in_x(source).lower()),
    "identity in text": ("identity_number", _identity(lambda n: f"经查，当事人（身份证号{n}）于去年")),
    "identity after colon": ("identity_number", _identity(lambda n: f"身份证:{n}，住本市")),
    "identity full width": ("identity_number", _identity(lambda n: n.translate(_FULL_WIDTH))),
    "identity spaced": ("identity_number", _identity(lambda n: _spaced(n, (6, 8, 4), " "))),
    "identity with parentheses": ("identity_number", _identity(lambda n: f"({n[:6]}){n[6:14]}({n[14:]})")),
    "identity in fours": ("identity_number", _identity(lambda n: _spaced(n, (6, 4, 4, 4), "-"))),
    "identity with dashes in text": ("identity_number", _identity(lambda n: f"证号 {_spaced(n, (6, 8, 4), '—')}。")),
    "identity digit by digit": ("identity_number", _identity(" ".join)),
    "identity with zero-width": (
        "identity_number",
        _identity(lambda n: n[:6] + "\u200b" + n[6:14] + "\ufeff" + n[14:]),
    ),
    "identity with no-break spaces": ("identity_number", _identity(lambda n: _spaced(n, (6, 8, 4), "\u00a0"))),
    "identity over two lines": ("identity_number", _identity(lambda n: f"证号\n{n[:14]}\n{n[14:]}")),
    "two identities": ("identity_number", lambda source: f"{identity(source)}、{identity(source)}"),
    "identity old form": ("identity_number_15", _identity(lambda n: n[:6] + n[8:17])),
    "identity old form in text": ("identity_number_15", _identity(lambda n: f"原证号{n[:6]}{n[8:17]}已换发")),
    "identity rounded": ("identity_number_rounded", _rounded),
    "identity scientific": ("identity_number_rounded", _identity(lambda n: f"{n[0]}.{n[1:6]}E+17")),
    "identity scientific long": ("identity_number_rounded", _identity(lambda n: f"{n[0]}.{n[1:15]}e+17")),
    "residence permit": (
        "residence_permit",
        lambda source: identity(source, source.choice(("810000", "820000", "830000"))),
    ),
    "Hong Kong identity": ("regional_identity", lambda source: f"Z{source.randrange(10**6):06d}(3)"),
    "mobile": ("mobile_number", _mobile(str)),
    "mobile in text": ("mobile_number", _mobile(lambda n: f"联系张先生{n}（微信同号）")),
    "mobile with country": ("mobile_number", _mobile(lambda n: f"+86{n}")),
    "mobile with country and space": ("mobile_number", _mobile(lambda n: f"(+86) {_spaced(n, (3, 4, 4), ' ')}")),
    "mobile with 0086": ("mobile_number", _mobile(lambda n: f"0086-{n}")),
    "mobile with 0": ("mobile_number", _mobile(lambda n: f"0{n}")),
    "mobile spaced": ("mobile_number", _mobile(lambda n: _spaced(n, (3, 4, 4), " "))),
    "mobile with hyphens": ("mobile_number", _mobile(lambda n: _spaced(n, (3, 4, 4), "-"))),
    "mobile with parentheses": ("mobile_number", _mobile(lambda n: f"({n[:3]}){n[3:7]}-{n[7:]}")),
    "mobile with country and parentheses": ("mobile_number", _mobile(lambda n: f"+86（{n[:3]}）{n[3:]}")),
    "mobile with dots": ("mobile_number", _mobile(lambda n: _spaced(n, (3, 4, 4), "."))),
    "mobile in other groups": ("mobile_number", _mobile(lambda n: _spaced(n, (4, 3, 4), " "))),
    "mobile digit by digit": ("mobile_number", _mobile(" ".join)),
    "mobile full width": ("mobile_number", _mobile(lambda n: f"电话：{n.translate(_FULL_WIDTH)}")),
    "mobile full width spaced": (
        "mobile_number",
        _mobile(lambda n: _spaced(n.translate(_FULL_WIDTH), (3, 4, 4), "\u3000")),
    ),
    "mobile with zero-width": ("mobile_number", _mobile("\u200b".join)),
    "mobile in Chinese digits": ("mobile_number", _mobile(lambda n: n.translate(_CHINESE))),
    "mobile in circles": ("mobile_number", _mobile(lambda n: n.translate(_CIRCLED))),
    "mobile in formal numerals": ("mobile_number", _mobile(lambda n: n.translate(_FORMAL))),
    "mobile of another script": ("mobile_number", _mobile(lambda n: n.translate(_ARABIC))),
    "identity with a Roman ten": ("identity_number", lambda source: _ending_in_x(source)[:17] + "Ⅹ"),
    "e-mail spelled": ("email_address", lambda source: f"wang{source.randrange(1000)} [at] qq.com"),
    "mobile beside a landline": ("mobile_number", _mobile(lambda n: f"010-65123456/{n}")),
    "mobile after a date": ("mobile_number", _mobile(lambda n: f"2024-05-01 {n}")),
    "mobile after an enumerator": ("mobile_number", _mobile(lambda n: f"①{n}")),
    "two mobiles in groups": (
        "mobile_number",
        lambda s: f"{_spaced(mobile(s), (3, 4, 4), '-')} {_spaced(mobile(s), (3, 4, 4), '-')}",
    ),
    "bank card": ("bank_card", card),
    "bank card in fours": ("bank_card", lambda source: _spaced(card(source), (4, 4, 4, 4, 3), " ")),
    "bank card of 16": ("bank_card", lambda source: f"账号{card(source, 16)}（工行）"),
    "passport": ("passport", lambda source: f"E{source.randrange(10**8):08d}"),
    "passport of two letters": ("passport", lambda source: f"护照EA{source.randrange(10**7):07d}"),
    "passport full width": ("passport", lambda source: "Ｇ" + f"{source.randrange(10**8):08d}".translate(_FULL_WIDTH)),
    "travel permit": ("passport", lambda source: f"通行证H{source.randrange(10**8):08d}"),
    "e-mail": ("email_address", lambda source: f"zhang{source.randrange(1000)}@qq.com"),
    "e-mail full width": ("email_address", lambda source: f"请联系li{source.randrange(1000)}＠163．com"),
    "name beside landline": (
        "name_beside_phone",
        lambda source: f"联系人：张三 电话：010-65{source.randrange(10**6):06d}",
    ),
    "home": (
        "home_address",
        lambda source: f"家住幸福路{source.randrange(1, 99)}号院3号楼2单元{source.randrange(101, 999)}室",
    ),
    "secrecy mark": (
        "secrecy_mark",
        lambda source: source.choice(("秘密★10年", "机 密 ★ 长期", "绝密", "【机密】", "密级：秘密")),
    ),
}
"""Name → (rule that must find it, how to make one)."""


def _ending_in_x(source: random.Random) -> str:
    while not (number := identity(source)).endswith("X"):
        pass
    return number
