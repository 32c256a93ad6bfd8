"""Transport and urban management, the largest table among them."""

from datetime import date as calendar_date
from datetime import timedelta

from ..shapes import Resource
from ..values import STREETS, WORDS, cycle, day, hour, mix, named, pick, serial, whole
from .making import date, number, place, resource, text

_STOPS = 600
_HOURS = 18  # 05:00 – 22:59
_PER_DAY = _STOPS * _HOURS
_DAYS = tuple((calendar_date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(4000))
_STOP_NAMES = tuple(f"{WORDS[n % 28]}{WORDS[(n // 28 + 3) % 28]}站" for n in range(_STOPS))


def _flow_date(i: int) -> str:
    return _DAYS[i // _PER_DAY]


def _flow_hour(i: int) -> str:
    return f"{5 + i % _PER_DAY // _STOPS:02d}:00"


def _stop_code(i: int) -> str:
    return f"ZD{i % _STOPS + 1:05d}"


def _stop_name(i: int) -> str:
    return _STOP_NAMES[i % _STOPS]


def _flow_street(i: int) -> str:
    return STREETS[i % _STOPS % 12]


def _boarding(i: int) -> str:
    return str((i * 7919 + i // 977) % 160)


def _alighting(i: int) -> str:
    return str((i * 6101 + i // 883) % 150)


def _quality(i: int) -> str:
    return "补采" if i % 97 == 0 else "正常"


def flow_rows(start: int, stop: int, touched: int) -> str:
    """The rows of the largest table as JSON, in one pass: what the column makers give, but quicker."""
    rows = [
        f'["{_DAYS[i // _PER_DAY]}","{5 + i % _PER_DAY // _STOPS:02d}:00","ZD{i % _STOPS + 1:05d}",'
        f'"{_STOP_NAMES[i % _STOPS]}","{STREETS[i % _STOPS % 12]}","{(i * 7919 + i // 977) % 160}",'
        f'"{(i * 6101 + i // 883) % 150}","{"补采" if i % 97 == 0 else "正常"}"]'
        for i in range(start, stop)
    ]
    if touched and start == 0 and rows:
        rows[0] = rows[0].replace("补采", f"补采（更正{touched}）")
    return f"[{','.join(rows)}]"


def traffic_resources(big_rows: int) -> tuple[Resource, ...]:
    return (*_transport(big_rows), *_city())


def _transport(big_rows: int) -> tuple[Resource, ...]:
    theme = "交通出行"
    return (
        resource(
            "JTJ", 1, "公交站点分时客流", "各公交站点逐小时上下客人次，由刷卡与扫码记录汇总，不含个人信息。",
            (
                date("日期", _flow_date, "Date"),
                text("时段", _flow_hour, "Hour"),
                text("站点编码", _stop_code, "Stop code"),
                text("站点名称", _stop_name, "Stop"),
                text("所属街镇", _flow_street, "Subdistrict"),
                number("上车人次", _boarding, "Boarding"),
                number("下车人次", _alighting, "Alighting"),
                text("数据标识", _quality, "Quality"),
            ), big_rows, theme=theme, cycle="每日", office="公共交通科",
            en=("Bus passengers by stop and hour",
                "Passengers boarding and alighting at every bus stop by hour; sums only, no personal data."),
            words=("公交", "客流", "站点"), words_en=("bus", "passengers"), fast_rows=flow_rows,
        ),
        resource(
            "JTJ", 2, "公交线路", "公交线路的起讫站、首末班时间、票价与长度。",
            (
                text("线路名称", serial("{}路"), "Line"),
                text("起点站", lambda i: _STOP_NAMES[mix(201, i) % _STOPS], "First stop"),
                text("终点站", lambda i: _STOP_NAMES[mix(202, i) % _STOPS], "Last stop"),
                text("首班时间", pick(("05:30", "06:00", "06:20"), 203), "First bus"),
                text("末班时间", pick(("20:30", "21:30", "22:30"), 204), "Last bus"),
                number("票价", pick(("1", "2", "3"), 205), "Fare (CNY)"),
                number("线路长度", whole(6, 34, 206), "Length (km)"),
            ), 96, theme=theme, cycle="每月", office="公共交通科",
            en=("Bus lines", "First and last stops, times, fares and lengths of bus lines."),
            words=("公交", "线路"), words_en=("bus", "line"), files=(("csv-gbk", "公交线路.csv"),),
        ),
        resource(
            "JTJ", 3, "公交站点", "公交站点的名称、编码与坐标。",
            (
                text("站点编码", _stop_code, "Stop code"),
                text("站点名称", _stop_name, "Stop"),
                text("是否有候车亭", pick(("有", "有", "无"), 211), "Shelter"),
                *place(212, what="所在道路"),
            ), _STOPS, theme=theme, cycle="每月", office="公共交通科",
            en=("Bus stops", "Name, code and coordinates of bus stops."), words=("公交", "站点"), words_en=("bus stop",),
            files=(("xlsx", "公交站点.xlsx"),),
        ),
        resource(
            "JTJ", 4, "公共停车场", "公共停车场的泊位数、收费标准与位置。",
            (
                text("停车场编号", serial("TC{:04d}"), "Car park number"),
                text("停车场名称", named("停车场", 5), "Car park"),
                number("泊位总数", whole(24, 900, 221), "Spaces"),
                number("充电泊位数", whole(0, 60, 222), "Charging spaces"),
                text("收费标准", pick(("5元/小时", "4元/小时", "首小时免费，之后3元/小时", "免费"), 223), "Fee"),
                *place(224),
            ), 318, theme=theme, cycle="每月", office="静态交通科",
            en=("Public car parks", "Spaces, fees and location of public car parks."), words=("停车", "停车场", "泊位"),
            words_en=("parking", "car park"),
        ),
        resource(
            "JTJ", 5, "停车场空余泊位", "公共停车场每半小时的空余泊位数。",
            (
                text("停车场编号", cycle(tuple(f"TC{n:04d}" for n in range(1, 61))), "Car park number"),
                text("时间", hour("2026-11-01 00:00:00", 1 / 120), "Time"),
                number("空余泊位", whole(0, 300, 231), "Free spaces"),
            ), 43200, theme=theme, cycle="实时", office="静态交通科",
            en=("Free parking spaces", "Free spaces of public car parks every half hour."), words=("停车", "空余泊位"),
            words_en=("parking", "real time"),
        ),
        resource(
            "JTJ", 6, "公共自行车租赁点", "公共自行车租赁点的锁桩数与位置。",
            (
                text("租赁点名称", named("租赁点", 9, prefix=""), "Station"),
                number("锁桩数", whole(12, 60, 241), "Docks"),
                *place(242),
            ), 264, theme=theme, cycle="每季度", office="公共交通科",
            en=("Bicycle stations", "Docks and location of public bicycle stations."), words=("自行车",),
            words_en=("bicycle",),
        ),
        resource(
            "JTJ", 7, "道路养护计划", "年度道路养护工程的路段、长度与工期。",
            (
                text("项目名称", named("路段养护工程", 13, prefix=""), "Project"),
                number("长度", whole(200, 5200, 251), "Length (m)"),
                date("计划开工", day("2026-02-01", 3.0), "Planned start"),
                date("计划完工", day("2026-05-01", 3.0), "Planned end"),
            ), 90, theme=theme, office="公路建设科", words=("道路", "养护"), files=(("pdf", "养护计划说明.pdf"),),
        ),
        resource(
            "JTJ", 8, "公共充电桩", "公共充电站的枪数、功率与位置。",
            (
                text("充电站名称", named("充电站", 17), "Station"),
                number("快充枪数", whole(0, 40, 261), "Fast chargers"),
                number("慢充枪数", whole(0, 60, 262), "Slow chargers"),
                *place(263),
            ), 205, theme=theme, cycle="每月", office="静态交通科",
            en=("Charging stations", "Chargers and location of public charging stations."), words=("充电桩",),
            words_en=("charging",),
        ),
    )  # fmt: skip


def _city() -> tuple[Resource, ...]:
    theme = "城建住房"
    return (
        resource(
            "CGJ", 1, "公共厕所", "公共厕所的等级、开放时间、无障碍设施与位置。",
            (
                text("编号", serial("GC{:04d}"), "Number"),
                text("类别", pick(("一类", "二类", "三类"), 271), "Class"),
                text("开放时间", pick(("24小时", "6:00-22:00"), 272), "Opening hours"),
                text("无障碍设施", pick(("有", "有", "无"), 273), "Accessible"),
                *place(274),
            ), 342, theme=theme, cycle="每季度", office="环境卫生科",
            en=("Public toilets", "Class, hours, accessibility and location."), words=("公厕", "公共厕所"),
            words_en=("public toilet",),
        ),
        resource(
            "CGJ", 2, "垃圾分类投放点", "生活垃圾分类投放点的投放时段与位置。",
            (
                text("投放点编号", serial("TF{:05d}"), "Number"),
                text("投放时段", pick(("6:30-8:30", "18:00-20:30", "全天"), 281), "Hours"),
                text("是否智能", pick(("是", "否", "否"), 282), "Smart"),
                *place(283),
            ), 1480, theme=theme, cycle="每季度", office="环境卫生科", words=("垃圾分类",),
        ),
        resource(
            "CGJ", 3, "公园绿地名录", "公园和绿地的面积、类别与位置。",
            (
                text("名称", named("公园", 3, prefix=""), "Park"),
                text("类别", pick(("综合公园", "社区公园", "口袋公园", "带状公园"), 291), "Kind"),
                number("面积", whole(1200, 320000, 292), "Area (m²)"),
                *place(293),
            ), 134, theme=theme, office="园林绿化科",
            en=("Parks and green spaces", "Area, kind and location of parks."), words=("公园", "绿地"), words_en=("park",),
        ),
        resource(
            "CGJ", 4, "城市照明设施统计", "各街镇路灯数量、功率与亮灯率。",
            (
                text("月份", lambda i: f"{2024 + i // 144}-{i // 12 % 12 + 1:02d}", "Month"),
                text("街镇", cycle(STREETS), "Subdistrict"),
                number("路灯数", whole(400, 5200, 301), "Lamps"),
                number("亮灯率", lambda i: f"{95 + mix(302, i) % 50 / 10:.1f}", "Working (%)"),
            ), 408, theme=theme, cycle="每月", office="市政设施科", words=("路灯", "照明"),
        ),
    )  # fmt: skip
