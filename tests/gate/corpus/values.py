"""Numbers that pass their own check: made here from the standards, with check digits of our own. See the package's table."""

from datetime import date, timedelta
from random import Random

# Provinces of GB/T 2260; area 0199 of none is assigned (county cities of a first prefecture do not reach 99).
PROVINCES = (
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65,
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Issuer identification numbers as they stand on cards in use, and the length of the whole number.
ISSUERS = (
    ("622202", 19),  # 工商银行
    ("621226", 19),
    ("621700", 19),  # 建设银行
    ("622848", 19),  # 农业银行
    ("621661", 19),  # 中国银行
    ("622260", 17),  # 交通银行
    ("622588", 16),  # 招商银行
    ("621098", 19),  # 邮储银行
    ("621797", 19),
    ("622823", 19),
    ("625912", 16),  # 信用卡
    ("436742", 16),
    ("521899", 16),
    ("356885", 16),
    ("370246", 15),
)
_MOBILE = (
    "130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "145", "147", "149", "150", "151", "152", "153",
    "155", "156", "157", "158", "159", "162", "165", "166", "167", "170", "171", "172", "173", "175", "176", "177", "178",
    "180", "181", "182", "183", "184", "185", "186", "187", "188", "189", "190", "191", "192", "193", "195", "196", "197",
    "198", "199",
)  # fmt: skip
_PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def digits(rng: Random, count: int) -> str:
    """Decimal digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


def check_11_2(body: str) -> str:
    """ISO 7064 MOD 11-2 over 17 digits, as GB 11643 uses it."""
    return "10X98765432"[sum(int(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def check_luhn(body: str) -> str:
    """The check digit that ISO/IEC 7812-1 appends to an issuer's and an account's digits."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def check_credit(body: str) -> str:
    """The last sign of a unified social credit code over its first 17 (GB 32100-2015, 5.5)."""
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return _CREDIT_SIGNS[-total % 31]


def area(rng: Random) -> str:
    """Six digits of an area that no table has ever listed."""
    return f"{rng.choice(PROVINCES)}0199"


def birthday(rng: Random, first: int = 1940, last: int = 2012) -> date:
    """A day between the first of January of one year and the end of another."""
    return date(first, 1, 1) + timedelta(days=rng.randrange((last - first + 1) * 365))


def identity(rng: Random, *, ends_in_x: bool = False, born: date | None = None) -> str:
    """18 signs of GB 11643-1999."""
    while True:
        body = f"{area(rng)}{born or birthday(rng):%Y%m%d}{rng.randrange(1, 1000):03d}"
        number = body + check_11_2(body)
        if not ends_in_x or number.endswith("X"):
            return number


def identity_15(rng: Random) -> str:
    """15 digits of GB 11643-1989."""
    return f"{area(rng)}{birthday(rng, 1930, 1998):%y%m%d}{rng.randrange(1, 1000):03d}"


def residence_permit(rng: Random) -> str:
    """Of residents from Hong Kong, Macao and Taiwan."""
    body = f"{rng.choice(('81', '82', '83'))}0000{birthday(rng):%Y%m%d}000"
    return body + check_11_2(body)


def permanent_residence_old(rng: Random) -> str:
    """Three letters, then area, birth, sequence: 15 signs; areas xx99 are nowhere."""
    state = rng.choice(("USA", "CAN", "GBR", "KOR", "JPN"))
    return f"{state}{rng.choice(PROVINCES)}99{birthday(rng):%y%m%d}{rng.randrange(1, 99):02d}"


def permanent_residence_new(rng: Random) -> str:
    """18 digits beginning with 9, of 2023."""
    body = f"9{rng.choice(PROVINCES)}999{birthday(rng):%Y%m%d}{rng.randrange(1, 1000):03d}"
    return body + check_11_2(body)


def travel_permit_hk_macao(rng: Random) -> str:
    """回乡证: H or M, eight digits, in the older form two more for the renewal."""
    return rng.choice("HM") + "0" + digits(rng, 7) + rng.choice(("", "", "01"))


def travel_permit_taiwan(rng: Random) -> str:
    """台胞证: eight digits; nothing in them tells what they are but the words around them."""
    return "0" + digits(rng, 7)


def travel_permit_outward(rng: Random) -> str:
    """往来港澳通行证 C or W, 往来台湾通行证 L or T, and eight digits."""
    return rng.choice("CWLT") + "0" + digits(rng, 7)


def passport(rng: Random) -> str:
    """Ordinary E and G, service and diplomatic; since 2012 a second letter in place of the first digit."""
    return rng.choice(("E0", "G0", "EA", "EJ", "EB", "SE", "PE", "DE")) + digits(rng, 7)


def machine_readable_zone(rng: Random) -> str:
    """The two lines of a passport's data page (ICAO 9303-4), check digits of weights 7, 3, 1."""
    number, born, until = passport(rng), f"{birthday(rng):%y%m%d}", "310815"
    optional = "<" * 14
    line = number + _check_731(number) + "CHN" + born + _check_731(born) + "M" + until + _check_731(until)
    line += optional + "<"
    body = number + _check_731(number) + born + _check_731(born) + until + _check_731(until) + optional + "<"
    return "POCHNOUYANG<<CESHI".ljust(44, "<") + "\n" + line + _check_731(body)


def mobile(rng: Random) -> str:
    """Eleven digits of the numbering plan."""
    return rng.choice(_MOBILE) + digits(rng, 8)


def bank_card(rng: Random, issuer: tuple[str, int] | None = None) -> str:
    """A card number of an issuer; the account part begins with zeros."""
    prefix, length = issuer or rng.choice(ISSUERS)
    body = prefix + "0000" + digits(rng, length - len(prefix) - 5)
    return body + check_luhn(body)


def plate(rng: Random) -> str:
    """A small car's plate, with at least two digits and one letter."""
    tail = list(digits(rng, 4) + rng.choice(_PLATE_LETTERS))
    rng.shuffle(tail)
    return rng.choice(_PLATE_PROVINCES) + rng.choice("ABCDEFGH") + "".join(tail)


def plate_new_energy(rng: Random) -> str:
    """Six signs behind the letter: D or F first on small cars, last on large ones."""
    body = digits(rng, 5)
    kind = rng.choice("DF")
    return rng.choice(_PLATE_PROVINCES) + rng.choice("ABCDEFGH") + (kind + body if rng.random() < 0.7 else body + kind)


def email(rng: Random) -> str:
    """Boxes that nobody has: example domains; QQ numbers never begin with 0, 163.com wants six signs."""
    return rng.choice(
        (
            f"w.ceshi{digits(rng, 3)}@example.com",
            f"o_y_{digits(rng, 4)}@mail.example.net",
            f"0{digits(rng, 8)}@qq.com",
            f"zq{digits(rng, 2)}@163.com",
        )
    )


def credit_code(rng: Random, prefix: str) -> str:
    """A unified social credit code: 91 company, 92 sole trader, 93 cooperative, 11 authority, 12 institution, 52 charity."""
    body = prefix + area(rng) + "".join(rng.choice(_CREDIT_SIGNS) for _ in range(9))
    return body + check_credit(body)


def _check_731(text: str) -> str:
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)
