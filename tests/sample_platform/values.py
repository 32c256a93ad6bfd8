"""Makers of plausible cells, each a function of the row number alone. Everything named here is invented."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from .shapes import Make

STREETS = (
    "澄湖街道", "望岳街道", "柳堤街道", "启明街道", "锦屏街道", "东渡街道", "松涛街道", "桂园街道",
    "丰禾镇", "白鹭洲镇", "云台镇", "石桥镇",
)  # fmt: skip
STREETS_EN = (
    "Chenghu", "Wangyue", "Liudi", "Qiming", "Jinping", "Dongdu", "Songtao", "Guiyuan",
    "Fenghe", "Bailuzhou", "Yuntai", "Shiqiao",
)  # fmt: skip
ROADS = (
    "澄湖中路", "望岳大道", "柳堤东路", "启明路", "锦屏西街", "渡口路", "松涛路", "桂园一路", "丰禾大街", "白鹭路",
    "云台北路", "石桥街", "青枫路", "百合巷", "文澜路", "听雨街", "长亭路", "麦浪路", "朝阳南街", "星河大道",
)  # fmt: skip
WORDS = (
    "青禾", "晨曦", "明德", "知远", "启航", "锦绣", "云杉", "松风", "澄心", "望湖", "博雅", "新苗", "向阳", "百川",
    "春晖", "芳草", "润泽", "和畅", "嘉禾", "远山", "清泉", "星海", "银杏", "梧桐", "紫荆", "映月", "枫林", "兰亭",
)  # fmt: skip
TRADES = (
    "商贸",
    "餐饮管理",
    "科技",
    "建筑工程",
    "物流",
    "食品",
    "机械",
    "文化传媒",
    "农业发展",
    "环保",
    "医药",
    "家具",
)


def mix(salt: int, i: int) -> int:
    """A well-spread number for a salt and a row: the same on every machine and in every run."""
    x = (i * 2654435761 + salt * 2246822519 + 374761393) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    x = (x * 3266489917) & 0xFFFFFFFF
    return x ^ (x >> 16)


def pick(options: Sequence[str], salt: int) -> Make:
    return lambda i: options[mix(salt, i) % len(options)]


def cycle(options: Sequence[str], step: int = 1) -> Make:
    return lambda i: options[(i // step) % len(options)]


def serial(pattern: str, start: int = 1) -> Make:
    """`pattern` holds one `{}`-field for the number."""
    return lambda i: pattern.format(i + start)


def whole(low: int, high: int, salt: int) -> Make:
    return lambda i: str(low + mix(salt, i) % (high - low + 1))


def decimal(low: float, high: float, places: int, salt: int) -> Make:
    return lambda i: f"{low + (high - low) * (mix(salt, i) % 100003) / 100003:.{places}f}"


def sometimes(make: Make, percent: int, salt: int) -> Make:
    """The cell is empty in the other rows."""
    return lambda i: make(i) if mix(salt, i) % 100 < percent else None


def constant(value: str) -> Make:
    return lambda i: value


def day(start: str, step_days: float = 1.0, jitter: int = 0, salt: int = 0) -> Make:
    first = date.fromisoformat(start)

    def make(i: int) -> str:
        extra = mix(salt, i) % (jitter + 1) if jitter else 0
        return (first + timedelta(days=int(i * step_days) + extra)).isoformat()

    return make


def hour(start: str, step_hours: float = 1.0) -> Make:
    first = datetime.fromisoformat(start)
    return lambda i: (first + timedelta(hours=i * step_hours)).strftime("%Y-%m-%d %H:%M:%S")


def month(start_year: int, step: int = 1) -> Make:
    return lambda i: f"{start_year + (i // step) // 12}-{(i // step) % 12 + 1:02d}"


def year(start: int, step: int = 1) -> Make:
    return lambda i: str(start + i // step)


def street(salt: int) -> Make:
    return pick(STREETS, salt)


def address(salt: int) -> Make:
    """A place that is not a home: street, road, number."""
    return lambda i: f"示例区{STREETS[mix(salt, i) % 12]}{ROADS[mix(salt + 1, i) % 20]}{1 + mix(salt + 2, i) % 399}号"


def longitude(salt: int) -> Make:
    return decimal(118.2105, 118.5620, 6, salt)


def latitude(salt: int) -> Make:
    return decimal(31.0320, 31.3185, 6, salt + 7)


def named(suffix: str, salt: int, prefix: str = "示例区") -> Make:
    """`示例区青禾锦绣小学`: two invented words, so that names rarely repeat."""
    n = len(WORDS)
    return lambda i: f"{prefix}{WORDS[(i + salt) % n]}{WORDS[(i // n + i * 5 + salt) % n]}{suffix}"


def company(salt: int) -> Make:
    n = len(WORDS)
    return lambda i: (
        f"{WORDS[(i * 3 + salt) % n]}{WORDS[(i // n + i + salt) % n]}{TRADES[mix(salt, i) % len(TRADES)]}有限公司"
    )


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code(salt: int) -> Make:
    """Unified social credit code (GB 32100-2015) with a right check sign, of a district that does not exist (999999)."""

    def make(i: int) -> str:
        body = f"91999999MA{mix(salt, i) % 10**6:06d}"
        body += "X"
        total = sum(_CREDIT_SIGNS.index(s) * w for s, w in zip(body, _CREDIT_WEIGHTS, strict=True))
        return body + _CREDIT_SIGNS[(31 - total % 31) % 31]

    return make


_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(salt: int) -> Callable[[int], str]:
    """Resident identity number (GB 11643-1999) with a right check digit, of a district that does not exist (349901)."""

    def make(i: int) -> str:
        born = date(1950, 1, 1) + timedelta(days=mix(salt, i) % 18000)
        body = f"349901{born:%Y%m%d}{mix(salt + 1, i) % 1000:03d}"
        total = sum(int(d) * w for d, w in zip(body, _IDENTITY_WEIGHTS, strict=True))
        return body + "10X98765432"[total % 11]

    return make


def mobile_number(salt: int) -> Callable[[int], str]:
    """Eleven digits that look like a mobile number; no operator has handed out this block."""
    return lambda i: f"1390000{mix(salt, i) % 10000:04d}"


def person_name(salt: int) -> Make:
    families = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
    given = ("示一", "例二", "样三", "本四", "虚五", "拟六", "假七", "名八")
    return lambda i: families[mix(salt, i) % len(families)] + given[mix(salt + 1, i) % len(given)]
