"""As many made-up resources as a benchmark wants, all alike and all different."""

from ..shapes import Resource
from ..values import STREETS, cycle, day, pick, serial, whole
from .departments import BY_CODE
from .making import date, number, resource, text

_THEMES = ("教育科技", "医疗卫生", "交通出行", "生态环境", "市场监管", "城建住房", "社会民生", "文化旅游")
_CYCLES = ("每日", "每周", "每月", "每季度", "每年")
_SUBJECTS = ("设施", "项目", "服务", "监测", "统计", "巡查", "养护", "评价", "登记", "公示")
_SUBJECTS_EN = (
    "facilities", "projects", "services", "monitoring", "statistics", "inspections", "maintenance", "ratings",
    "registrations", "notices",
)  # fmt: skip


def synthetic_resources(count: int, *, tables: bool) -> tuple[Resource, ...]:
    """Every department gets its share; with `tables` each has 20 rows."""
    codes = tuple(BY_CODE)
    return tuple(_one(number, codes[number % len(codes)], tables=tables) for number in range(count))


def _one(serial_number: int, code: str, *, tables: bool) -> Resource:
    n = serial_number
    subject = n // len(BY_CODE) % 10
    place = STREETS[n // 7 % 12]
    return resource(
        code, 1000 + n, f"{place}{_SUBJECTS[subject]}信息（第{n + 1}批）",
        f"{BY_CODE[code].name}第{n + 1}批{_SUBJECTS[subject]}信息，按街镇汇总，供检索与性能试验使用。",
        (
            text("编号", serial("HB{:06d}", n * 100), "Number"),
            text("街镇", cycle(STREETS), "Subdistrict"),
            text("类别", pick(("甲类", "乙类", "丙类"), n), "Kind"),
            date("日期", day("2026-01-01", 1.0, 20, n), "Date"),
            number("数量", whole(1, 900, n + 1), "Count"),
        ), 20 if tables else 0, theme=_THEMES[n % 8], cycle=_CYCLES[n % 5],
        en=(f"Batch {n + 1}: {_SUBJECTS_EN[subject]} by subdistrict", "Made up for benchmarks.") if n % 2 else ("", ""),
        words=(_SUBJECTS[subject], place),
    )  # fmt: skip
