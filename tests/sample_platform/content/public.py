"""Safety, farming, weather, approvals, water, police."""

from ..shapes import Resource
from ..values import (
    STREETS,
    company,
    credit_code,
    cycle,
    day,
    decimal,
    hour,
    mix,
    month,
    named,
    pick,
    serial,
    street,
    whole,
)
from .making import date, number, place, resource, text

_PRODUCE = ("白菜", "黄瓜", "番茄", "土豆", "猪肉", "鸡蛋", "草鱼", "苹果", "香蕉", "大米", "豆角", "辣椒")
_PERMITS = ("食品经营许可", "公共场所卫生许可", "道路运输经营许可", "排污许可", "施工许可")
_RESERVOIRS = tuple(f"{w}水库" for w in ("青禾", "松风", "澄心", "映月", "百川", "清泉", "远山", "兰亭"))


def public_resources() -> tuple[Resource, ...]:
    return (*_safety(), *_farming(), *_weather(), *_approvals(), *_water())


def _safety() -> tuple[Resource, ...]:
    theme = "公共安全"
    return (
        resource(
            "YJJ", 1, "应急避难场所", "应急避难场所的面积、可容纳人数与位置。",
            (
                text("场所名称", named("避难场所", 3, prefix=""), "Shelter"),
                text("类别", pick(("Ⅰ类", "Ⅱ类", "Ⅲ类"), 701), "Class"),
                number("有效面积", whole(600, 60000, 702), "Area (m²)"),
                number("可容纳人数", whole(200, 30000, 703), "Capacity"),
                *place(704),
            ), 76, theme=theme, office="救灾减灾科",
            en=("Emergency shelters", "Area, capacity and location of emergency shelters."), words=("避难场所", "应急"),
            words_en=("emergency", "shelter"),
        ),
        resource(
            "YJJ", 2, "微型消防站", "社区和重点单位微型消防站的位置。",
            (
                text("站点名称", named("微型消防站", 5, prefix=""), "Station"),
                number("值守人数", whole(2, 12, 711), "On duty"),
                *place(712),
            ), 210, theme=theme, office="综合减灾科", words=("消防",),
        ),
        resource(
            "YJJ", 3, "危险化学品经营许可", "危险化学品经营许可证持证企业。",
            (
                text("许可证编号", serial("示危化经字〔2025〕{:05d}号"), "Licence"),
                text("企业名称", company(721), "Company"),
                text("统一社会信用代码", credit_code(722), "Unified social credit code"),
                text("许可范围", pick(("汽油、柴油", "工业气体", "涂料", "化学试剂"), 723), "Scope"),
                date("有效期至", day("2027-01-01", 6.0), "Valid until"),
            ), 132, theme=theme, cycle="每季度", office="危化科", words=("危险化学品", "许可"),
        ),
        resource(
            "GAJ", 1, "派出所与户籍窗口", "派出所办事窗口的办公时间与位置。",
            (
                text("单位名称", named("派出所", 7), "Station"),
                text("办公时间", pick(("工作日8:30-17:30", "周一至周六8:30-17:00"), 731), "Opening hours"),
                *place(732),
            ), 22, theme=theme, office="人口管理大队",
            en=("Police stations", "Opening hours and location of police stations."), words=("派出所",), words_en=("police",),
        ),
        resource(
            "GAJ", 2, "固定电子警察点位", "固定式交通技术监控设备的位置与抓拍类型。",
            (
                text("设备编号", serial("DJ{:05d}"), "Device"),
                text("抓拍类型", pick(("闯红灯", "超速", "不按导向车道行驶", "违法停车"), 741), "Records"),
                *place(742, what="设置地点"),
            ), 460, theme=theme, cycle="每季度", office="交警大队",
            en=("Traffic cameras", "Location and kind of fixed traffic cameras."), words=("电子警察", "交通"),
            words_en=("traffic camera",),
        ),
        resource(
            "GAJ", 3, "道路交通事故统计", "按月、街镇的道路交通事故起数，不含个案。",
            (
                text("月份", month(2021, 12), "Month"),
                text("街镇", cycle(STREETS), "Subdistrict"),
                number("事故起数", whole(12, 190, 751), "Accidents"),
            ), 828, theme=theme, cycle="每月", office="交警大队", words=("交通事故",),
        ),
    )  # fmt: skip


def _farming() -> tuple[Resource, ...]:
    theme = "农业农村"
    return (
        resource(
            "NYJ", 1, "农产品批发价格", "主要农产品批发市场每日均价。",
            (
                date("日期", day("2024-01-01", 0.0834), "Date"),
                text("品种", cycle(_PRODUCE), "Product"),
                number("最低价", decimal(1, 12, 2, 761), "Lowest (CNY/kg)"),
                number("平均价", decimal(12, 24, 2, 762), "Average (CNY/kg)"),
            ), 12480, theme=theme, cycle="每日", office="市场信息科",
            en=("Wholesale prices of produce", "Daily wholesale prices of produce."), words=("农产品", "价格"),
            words_en=("prices", "agriculture"),
        ),
        resource(
            "NYJ", 2, "农民专业合作社名录", "农民专业合作社的名称、主营产品与所在街镇。",
            (
                text("合作社名称", named("农民专业合作社", 9), "Cooperative"),
                text("主营产品", pick(("水稻", "蔬菜", "水果", "水产", "茶叶"), 771), "Product"),
                text("示范等级", pick(("省级", "市级", "区级", "无"), 772), "Model"),
                text("所属街镇", street(773), "Subdistrict"),
            ), 236, theme=theme, office="合作经济科", words=("合作社",),
        ),
    )  # fmt: skip


def _weather() -> tuple[Resource, ...]:
    theme = "气象服务"
    return (
        resource(
            "QXJ", 1, "气象日值", "区气象站逐日气温、降水、风速。",
            (
                date("日期", day("2015-01-01"), "Date"),
                number("最高气温", decimal(2, 39, 1, 781), "Highest (°C)"),
                number("最低气温", decimal(-7, 27, 1, 782), "Lowest (°C)"),
                number("降水量", lambda i: f"{mix(783, i) % 480 / 10:.1f}" if mix(784, i) % 3 == 0 else "0.0", "Rain (mm)"),
                number("平均风速", decimal(0.4, 7.8, 1, 785), "Wind (m/s)"),
            ), 4340, theme=theme, cycle="每日", office="观测科",
            en=("Daily weather", "Daily temperature, rain and wind."), words=("天气", "气温", "降水"), words_en=("weather",),
            files=(("csv-utf8", "气象日值.csv"),),
        ),
        resource(
            "QXJ", 2, "气象灾害预警发布记录", "预警信号的类别、等级与发布时间。",
            (
                text("发布时间", hour("2020-03-01 08:00:00", 31), "Issued at"),
                text("类别", pick(("暴雨", "雷电", "高温", "大风", "大雾", "寒潮"), 791), "Kind"),
                text("等级", pick(("蓝色", "黄色", "橙色", "红色"), 792), "Level"),
            ), 1720, theme=theme, cycle="实时", office="预报科",
            en=("Weather warnings", "Kind, level and time of weather warnings."), words=("预警",), words_en=("warning",),
        ),
        resource(
            "QXJ", 3, "自动雨量站", "自动雨量站的站号与位置。",
            (text("站号", serial("Y{:04d}"), "Station"), *place(801, what="站址")),
            48, theme=theme, office="观测科", words=("雨量",),
        ),
    )  # fmt: skip


def _approvals() -> tuple[Resource, ...]:
    return (
        resource(
            "SPJ", 1, "行政许可公示", "法人和其他组织的行政许可决定。",
            (
                text("许可决定文书号", serial("示审许字〔2025〕{:05d}号"), "Decision number"),
                text("许可事项", pick(_PERMITS, 811), "Permit"),
                text("行政相对人名称", company(812), "Licensee"),
                text("统一社会信用代码", credit_code(813), "Unified social credit code"),
                date("许可决定日期", day("2025-01-02", 0.08), "Decided on"),
                date("有效期至", day("2030-01-02", 0.08), "Valid until"),
            ), 7600, theme="信用服务", cycle="每周", office="审批协调科",
            en=("Administrative permits", "Permits granted to companies and organisations."),
            words=("行政许可", "双公示"), words_en=("permit", "licence"), files=(("csv-gbk", "行政许可公示.csv"),),
        ),
        resource(
            "SPJ", 2, "政务服务事项目录", "依申请政务服务事项的办理时限与渠道。",
            (
                text("事项编码", serial("SX{:06d}"), "Service code"),
                text("事项名称", named("办理", 11, prefix=""), "Service"),
                text("事项类型", pick(("行政许可", "行政确认", "公共服务", "行政给付"), 821), "Kind"),
                number("承诺时限", whole(1, 20, 822), "Days promised"),
                text("是否网办", pick(("是", "是", "是", "否"), 823), "Online"),
            ), 1560, theme="机构团体", cycle="每季度", office="政务服务科",
            en=("Government services", "Services with promised times and channels."), words=("政务服务", "办事"),
            words_en=("government service",),
        ),
        resource(
            "SPJ", 3, "政务服务大厅办件量", "各窗口每日办件量与平均等候时间。",
            (
                date("日期", day("2025-01-02", 0.1), "Date"),
                text("窗口", cycle(tuple(f"{n}号窗口" for n in range(1, 11))), "Counter"),
                number("办件量", whole(8, 160, 831), "Cases"),
                number("平均等候", decimal(1, 28, 1, 832), "Average wait (min)"),
            ), 6800, theme="机构团体", cycle="每日", office="政务服务科", words=("办件量",),
        ),
    )  # fmt: skip


def _water() -> tuple[Resource, ...]:
    theme = "水利水务"
    return (
        resource(
            "SWJ", 1, "水库水位", "小型水库每日八时水位。",
            (
                date("日期", day("2024-01-01", 0.125), "Date"),
                text("水库名称", cycle(_RESERVOIRS), "Reservoir"),
                number("水位", decimal(38, 61, 2, 841), "Level (m)"),
            ), 8400, theme=theme, cycle="每日", office="水旱灾害防御科",
            en=("Reservoir levels", "Daily levels of small reservoirs."), words=("水库", "水位"),
            words_en=("reservoir", "water level"),
        ),
        resource(
            "SWJ", 2, "计划停水通知", "计划性停水的范围与起止时间。",
            (
                text("停水开始", hour("2025-01-06 22:00:00", 16), "From"),
                text("停水结束", hour("2025-01-07 05:00:00", 16), "Until"),
                text("影响街镇", street(851), "Subdistrict"),
                text("原因", pick(("管网改造", "二次供水清洗", "抢修"), 852), "Reason"),
            ), 940, theme=theme, cycle="每日", office="供水排水科",
            en=("Planned water outages", "Area and time of planned water outages."), words=("停水",), words_en=("water outage",),
        ),
        resource(
            "SWJ", 3, "河长名录（河道）", "河道名称、等级与责任街镇，不含个人联系方式。",
            (
                text("河道编号", serial("HD{:04d}"), "River number"),
                text("河道名称", named("河", 13, prefix=""), "River"),
                text("河道等级", pick(("区级", "镇级", "村级"), 861), "Level"),
                text("责任街镇", street(862), "Subdistrict"),
                number("长度", decimal(0.4, 18, 2, 863), "Length (km)"),
            ), 324, theme=theme, office="河长办", words=("河长", "河道"),
        ),
    )  # fmt: skip
