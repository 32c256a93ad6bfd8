"""Tables that a district publishes every day and whose columns look like secrets: none of them may be stopped.

Why each is public, or nobody's: legal persons' codes, names of their representatives and their addresses (企业信息公示暂行
条例; 双公示 standard, 发改办财金〔2018〕424号), offices with their addresses, land lines and boxes (政府信息公开条例,
article 20), honours (表彰奖励 are announced by name), positions of public places, numbers of things and of papers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from tests.gate.corpus import values
from tests.gate.corpus.bench import Delivery
from tests.gate.corpus.disguises import DISGUISES
from tests.gate.corpus.specimens import as_table, clean_row, seeded

ROWS = 60
_FIRMS = (
    "临江建材有限公司",
    "东湖餐饮管理有限公司",
    "青松物流股份有限公司",
    "南桥电子科技有限公司",
    "柳河农业发展有限公司",
)
_WORDS = ("资料齐全", "已答复", "需补正", "转办")


@dataclass(frozen=True)
class LookAlike:
    """A clean table. `column` is the one that looks like something."""

    name: str
    column: str
    delivery: Delivery


def look_alikes() -> Iterator[LookAlike]:
    """Columns under the name that departments give them, and the same under one that says nothing; innocent texts in disguise."""
    for name, column, make in COLUMNS:
        for title in (column, "编码"):
            rng = seeded(name, title)
            rows = [_row(number, rng) | {title: make(rng, number)} for number in range(ROWS)]
            yield LookAlike(f"{name} as {title}", title, as_table(rows))
    for disguise in DISGUISES:
        rng = seeded(disguise.name)
        cells = [disguise.apply(f"XK{number:05d}号" if number % 2 else f"{number:08d}", rng) for number in range(24)]
        texts = [cell for cell in cells if isinstance(cell, str)]
        rows = [clean_row(number, rng) | {"备注": text} for number, text in enumerate(texts)]
        if rows:
            yield LookAlike(f"innocent text, {disguise.name}", "备注", as_table(rows))


def _row(number: int, rng: Random) -> dict[str, str]:
    return {"序号": str(number + 1), "事项": rng.choice(_WORDS), "数量": str(rng.randrange(20, 900))}


def _dated(rng: Random) -> str:
    return f"{rng.randrange(2018, 2026)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"


def _isbn(rng: Random, number: int) -> str:
    body = "9787" + values.digits(rng, 8)
    total = sum(int(sign) * (3 if place % 2 else 1) for place, sign in enumerate(body))
    return body + str(-total % 10)


def landline(rng: Random, number: int) -> str:
    """A telephone on a desk, in the ways in which offices write it."""
    forms = ("0571-8{}", "010-6{}", "(0571)8{}", "8{}", "05718{}", "0571-8{}转8012")
    return rng.choice(forms).format(values.digits(rng, 7))


def _impossible_identity(rng: Random, number: int) -> str:
    province, month = rng.choice(("99", "00", "77")), rng.choice(("13", "00", "31"))
    return f"{province}{values.digits(rng, 4)}1990{month}{values.digits(rng, 6)}"


def _one_of(*words: str) -> "Make":
    return lambda rng, number: rng.choice(words)


def _uuid(rng: Random, number: int) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def _isbn_parts(rng: Random, number: int) -> str:
    plain = _isbn(rng, number)
    return "-".join((plain[:3], plain[3], plain[4:8], plain[8:12], plain[12]))


Make = Callable[[Random, int], str]
COLUMNS: Sequence[tuple[str, str, Make]] = (
    ("permits with area and date", "许可证编号", lambda rng, n: f"{values.area(rng)}{_dated(rng)}{n:04d}"),
    ("permits of one office", "行政许可决定书文号", lambda rng, n: f"330106{_dated(rng)}{n:04d}"),
    ("permits with letters", "许可编号", lambda rng, n: f"JY{values.digits(rng, 14)}"),
    ("identity numbers that cannot be", "流水号", _impossible_identity),
    ("order numbers of 18", "订单号", lambda rng, n: f"{_dated(rng)}{values.digits(rng, 10)}"),
    ("order numbers of 16", "业务流水号", lambda rng, n: f"{_dated(rng)}{n:08d}"),
    ("order numbers of 19", "受理编号", lambda rng, n: f"{_dated(rng)}{values.digits(rng, 11)}"),
    ("dated numbers of 11", "编号", lambda rng, n: f"{_dated(rng)}{n:03d}"),
    ("numbers of 12 beginning with 1", "设备编号", lambda rng, n: f"1{values.digits(rng, 11)}"),
    ("company codes", "统一社会信用代码", lambda rng, n: values.credit_code(rng, "91")),
    ("institution codes", "统一社会信用代码", lambda rng, n: values.credit_code(rng, rng.choice(("11", "12", "52", "93")))),
    ("decimals", "监测值", lambda rng, n: f"{rng.random() * 1000:.12f}"),
    ("large decimals", "金额", lambda rng, n: f"{rng.random() * 10**10:.2f}"),
    ("longitudes", "经度", lambda rng, n: f"{120 + rng.random():.8f}"),
    ("positions in one cell", "坐标", lambda rng, n: f"{120 + rng.random():.6f},{30 + rng.random():.6f}"),
    ("milliseconds", "时间戳", lambda rng, n: str(1_700_000_000_000 + rng.randrange(10**10))),
    ("seconds", "时间戳", lambda rng, n: str(1_700_000_000 + rng.randrange(10**7))),
    ("times of 14 digits", "更新时间", lambda rng, n: f"{_dated(rng)}{rng.randrange(24):02d}3{n % 10}5{n % 7}"),
    ("times with words", "时间", lambda rng, n: f"{_dated(rng)[:4]}年{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日 08:30"),
    ("ISBN", "ISBN", _isbn),
    ("ISBN with hyphens", "书号", _isbn_parts),
    ("bar codes", "条形码", lambda rng, n: f"69{values.digits(rng, 11)}"),
    ("land lines", "联系电话", landline),
    ("service numbers", "服务热线", _one_of("12345", "12315", "96196", "95598", "400-820-8820", "4008208820", "12329")),
    ("postcodes", "邮编", lambda rng, n: f"310{values.digits(rng, 3)}"),
    ("area codes of 12", "区划代码", lambda rng, n: f"330106{rng.randrange(1, 20):03d}{rng.randrange(1, 40):03d}"),
    ("bank offices", "联行号", lambda rng, n: f"10{rng.randrange(2, 9)}3310{values.digits(rng, 5)}"),
    ("medicines", "批准文号", lambda rng, n: f"国药准字{rng.choice('HZS')}20{values.digits(rng, 6)}"),
    ("medicines without words", "批准文号", lambda rng, n: f"{rng.choice('HZS')}20{values.digits(rng, 6)}"),
    ("food licences", "生产许可证编号", lambda rng, n: f"SC{values.digits(rng, 14)}"),
    ("parcels", "不动产单元号", lambda rng, n: f"330106{values.digits(rng, 6)}GB{values.digits(rng, 5)}F{values.digits(rng, 8)}"),
    ("papers", "文号", lambda rng, n: f"临政发〔{rng.randrange(2010, 2026)}〕{n + 1}号"),
    ("meters", "表号", lambda rng, n: values.digits(rng, 16)),
    ("hashes", "校验值", lambda rng, n: f"{rng.getrandbits(128):032x}"),
    ("checksums of rows", "INC_CRC", lambda rng, n: f"{rng.getrandbits(64):016X}"),
    ("stamped downloads", "下载地址", lambda rng, n: f"https://example.gov.cn/up/{n}/63{values.digits(rng, 16)}.csv"),
    ("UUID", "标识", _uuid),
    ("links", "链接", lambda rng, n: f"https://bszn.example.gov.cn/item/{values.digits(rng, 18)}?v={n}"),
    ("standards", "标准号", lambda rng, n: f"GB/T {rng.randrange(1000, 40000)}-{rng.randrange(1995, 2025)}"),
    ("office boxes", "电子邮箱", lambda rng, n: f"{rng.choice(('jyj', 'mzj', 'wjj'))}{n}@example.gov.cn"),
)  # fmt: skip
