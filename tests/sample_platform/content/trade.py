"""Environment, market, finance, housing, statistics, employment."""

from ..shapes import Resource
from ..values import (
    STREETS,
    TRADES,
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
    year,
)
from .making import date, number, place, resource, text

_STATIONS = ("澄湖站", "望岳站", "工业园站", "丰禾站")
_AGES = (*(f"{n}-{n + 4}岁" for n in range(0, 85, 5)), "85岁及以上")

_GROUPS = ("食品烟酒", "衣着", "居住", "生活用品", "交通通信", "教育文化", "医疗保健", "其他")


def trade_resources() -> tuple[Resource, ...]:
    return (*_environment(), *_market(), *_finance(), *_housing(), *_statistics(), *_employment())


def _environment() -> tuple[Resource, ...]:
    theme = "生态环境"
    return (
        resource(
            "HBJ", 1, "空气质量日报", "各空气站逐日的空气质量指数与六项污染物浓度。",
            (
                date("日期", day("2020-01-01", 0.25), "Date"),
                text("站点", cycle(_STATIONS), "Station"),
                number("AQI", whole(18, 190, 401), "AQI"),
                number("PM2.5", whole(5, 130, 402), "PM2.5 (µg/m³)"),
                number("PM10", whole(10, 210, 403), "PM10 (µg/m³)"),
                number("臭氧", whole(20, 230, 404), "Ozone (µg/m³)"),
                text("首要污染物", pick(("—", "PM2.5", "PM10", "O3"), 405), "Main pollutant"),
                text("级别", pick(("优", "良", "良", "轻度污染"), 406), "Level"),
            ), 10040, theme=theme, cycle="每日", office="大气环境科",
            en=("Daily air quality", "Daily air quality index and concentrations of six pollutants by station."),
            words=("空气质量", "AQI", "PM2.5"), words_en=("air quality", "pollution"),
            files=(("csv-utf8", "空气质量日报.csv"),),
        ),
        resource(
            "HBJ", 2, "空气质量小时值", "各空气站逐小时的空气质量指数。",
            (
                text("时间", hour("2025-01-01 00:00:00", 0.25), "Time"),
                text("站点", cycle(_STATIONS), "Station"),
                number("AQI", whole(15, 210, 411), "AQI"),
                number("PM2.5", whole(4, 150, 412), "PM2.5 (µg/m³)"),
                number("气温", decimal(-6, 38, 1, 413), "Temperature (°C)"),
            ), 60000, theme=theme, cycle="实时", office="大气环境科",
            en=("Hourly air quality", "Hourly air quality index by station."), words=("空气质量",),
            words_en=("air quality", "hourly"),
        ),
        resource(
            "HBJ", 3, "地表水断面水质", "区控断面每月的水质类别与主要指标。",
            (
                text("月份", month(2019, 16), "Month"),
                text("断面名称", cycle(tuple(f"{s}断面" for s in ("澄湖", "望岳河", "柳堤港", "丰禾渠") * 4)), "Section"),
                text("水质类别", pick(("Ⅱ", "Ⅲ", "Ⅲ", "Ⅳ"), 421), "Class"),
                number("溶解氧", decimal(4.2, 11.5, 2, 422), "Dissolved oxygen (mg/L)"),
                number("氨氮", decimal(0.05, 1.6, 3, 423), "Ammonia nitrogen (mg/L)"),
            ), 1488, theme=theme, cycle="每月", office="水生态环境科",
            en=("Surface water quality", "Class and indicators of water by section and month."), words=("水质",),
            words_en=("water quality",),
        ),
        resource(
            "HBJ", 4, "重点排污单位名录", "年度重点排污单位的名称与类别。",
            (
                text("年度", year(2023, 70), "Year"),
                text("单位名称", company(431), "Company"),
                text("统一社会信用代码", credit_code(432), "Unified social credit code"),
                text("类别", pick(("水环境", "大气环境", "土壤环境", "噪声"), 433), "Kind"),
                text("所属街镇", street(434), "Subdistrict"),
            ), 280, theme=theme, office="综合科", words=("排污单位",),
        ),
        resource(
            "HBJ", 5, "声环境监测", "功能区噪声昼夜等效声级。",
            (
                text("季度", lambda i: f"{2021 + i // 80}年第{i // 20 % 4 + 1}季度", "Quarter"),
                text("点位", cycle(tuple(f"噪声点{n:02d}" for n in range(1, 21))), "Point"),
                number("昼间", decimal(46, 69, 1, 441), "Day (dB)"),
                number("夜间", decimal(38, 58, 1, 442), "Night (dB)"),
            ), 460, theme=theme, cycle="每季度", office="大气环境科", words=("噪声",),
        ),
    )  # fmt: skip


def _market() -> tuple[Resource, ...]:
    return (
        resource(
            "SCJ", 1, "食品安全监督抽检结果", "食品安全监督抽检的样品、项目与结论。",
            (
                text("抽样编号", serial("SC26{:08d}"), "Sample"),
                text("食品名称", pick(("鲜鸡蛋", "大白菜", "草鱼", "糕点", "食用植物油", "豆腐", "苹果", "腊肠"), 451), "Food"),
                text("被抽样单位", company(452), "Sampled at"),
                text("检验项目", pick(("菌落总数", "铅", "农药残留", "兽药残留", "防腐剂"), 453), "Item"),
                text("检验结论", lambda i: "不合格" if mix(454, i) % 43 == 0 else "合格", "Result"),
                date("抽样日期", day("2024-01-02", 0.2), "Sampled on"),
            ), 5200, theme="食品安全", cycle="每周", office="食品抽检科",
            en=("Food inspections", "Samples, items and results of food safety inspections."),
            words=("食品", "抽检"), words_en=("food safety", "inspection"), files=(("xlsx", "食品抽检.xlsx"),),
        ),
        resource(
            "SCJ", 2, "药店名录", "持证药品零售企业的名称、许可证号与位置。",
            (
                text("药店名称", named("大药房", 3), "Pharmacy"),
                text("许可证编号", serial("示DA{:06d}"), "Licence"),
                text("是否医保定点", pick(("是", "否"), 461), "Insurance accepted"),
                date("有效期至", day("2027-01-01", 2.0), "Valid until"),
                *place(462),
            ), 388, theme="医疗卫生", cycle="每季度", office="药品监管科",
            en=("Pharmacies", "Licensed pharmacies with location."), words=("药店",), words_en=("pharmacy",),
        ),
        resource(
            "SCJ", 3, "各街镇企业数量", "各街镇按行业统计的存续企业数。",
            (
                text("月份", month(2022, 144), "Month"),
                text("街镇", cycle(STREETS), "Subdistrict"),
                text("行业", cycle(TRADES, 12), "Industry"),
                number("存续企业数", whole(20, 1600, 471), "Companies"),
                number("本月新设", whole(0, 60, 472), "New this month"),
            ), 8352, theme="市场监管", cycle="每月", office="登记注册科",
            en=("Enterprises by subdistrict", "Number of companies by month, subdistrict and industry."),
            words=("企业", "街镇"), words_en=("enterprise", "statistics"),
        ),
        resource(
            "SCJ", 4, "餐饮单位量化分级", "餐饮服务单位食品安全量化等级。",
            (
                text("单位名称", company(481), "Restaurant"),
                text("许可证编号", serial("JY2380100{:06d}"), "Licence"),
                text("量化等级", pick(("A", "B", "B", "C"), 482), "Grade"),
                date("评定日期", day("2025-01-06", 0.15), "Graded on"),
                text("所属街镇", street(483), "Subdistrict"),
            ), 4100, theme="食品安全", cycle="每月", office="餐饮监管科",
            en=("Restaurant hygiene grades", "Food safety grades of restaurants."), words=("餐饮", "量化分级"),
            words_en=("restaurant", "hygiene"),
        ),
        resource(
            "SCJ", 5, "市场监管行政处罚", "适用一般程序的行政处罚决定，已隐去自然人。",
            (
                text("处罚决定文书号", serial("示市监罚〔2026〕{:05d}号"), "Decision number"),
                text("行政相对人名称", company(491), "Company"),
                text("统一社会信用代码", credit_code(492), "Unified social credit code"),
                text("违法行为类型", pick(("虚假宣传", "无证经营", "计量违法", "价格违法"), 493), "Offence"),
                number("罚款金额", whole(5, 500, 494), "Fine (100 CNY)"),
                date("处罚日期", day("2025-01-03", 0.5), "Decided on"),
            ), 1180, theme="信用服务", cycle="每周", office="法规科",
            en=("Market regulation penalties", "Administrative penalties against companies."),
            words=("行政处罚", "双公示"), words_en=("penalty",), files=(("csv-gbk", "行政处罚.csv"),),
        ),
        resource(
            "SCJ", 6, "特种设备数量统计", "各街镇电梯、锅炉等特种设备数量。",
            (
                text("年度", year(2020, 60), "Year"),
                text("街镇", cycle(STREETS, 5), "Subdistrict"),
                text("设备类别", cycle(("电梯", "锅炉", "压力容器", "起重机械", "场内机动车")), "Kind"),
                number("在用数量", whole(3, 1800, 501), "In use"),
            ), 360, theme="市场监管", office="特种设备科", words=("电梯", "特种设备"),
        ),
    )  # fmt: skip


def _finance() -> tuple[Resource, ...]:
    theme = "财税金融"
    departments = ("教育局", "卫生健康委员会", "交通运输局", "生态环境局", "民政局", "水务局", "城市管理局", "财政局")
    return (
        resource(
            "CZJ", 1, "部门预算", "各部门年度预算收支，单位万元。",
            (
                text("年度", year(2019, 48), "Year"),
                text("部门", cycle(departments, 6), "Department"),
                text("科目", cycle(("人员经费", "公用经费", "项目支出", "其他收入", "财政拨款", "结转")), "Item"),
                number("预算数", decimal(30, 42000, 2, 511), "Budget (10,000 CNY)"),
            ), 384, theme=theme, office="预算科",
            en=("Departmental budgets", "Yearly budgets by department and item."), words=("预算",), words_en=("budget",),
            files=(("xlsx", "部门预算.xlsx"), ("txt", "编制说明.txt")),
        ),
        resource(
            "CZJ", 2, "一般公共预算收支执行", "按月的一般公共预算收入与支出。",
            (
                text("月份", month(2018, 1), "Month"),
                number("收入", decimal(12000, 68000, 2, 521), "Revenue (10,000 CNY)"),
                number("支出", decimal(18000, 90000, 2, 522), "Expenditure (10,000 CNY)"),
            ), 106, theme=theme, cycle="每月", office="国库科",
            en=("Public revenue and expenditure", "Monthly public revenue and expenditure."), words=("财政收入", "支出"),
            words_en=("revenue", "expenditure"),
        ),
        resource(
            "CZJ", 3, "政府采购中标结果", "政府采购项目的中标单位与金额。",
            (
                text("项目编号", serial("SLQ-2025-{:05d}"), "Project number"),
                text("项目名称", named("采购项目", 7, prefix=""), "Project"),
                text("中标单位", company(531), "Supplier"),
                number("中标金额", decimal(3, 980, 2, 532), "Amount (10,000 CNY)"),
                date("公告日期", day("2025-01-03", 0.4), "Announced on"),
            ), 1540, theme=theme, cycle="每周", office="政府采购科",
            en=("Public procurement awards", "Suppliers and amounts of procurement."), words=("政府采购", "中标"),
            words_en=("procurement",),
        ),
        resource(
            "CZJ", 4, "惠企专项资金拨付", "惠企专项资金按项目拨付情况。",
            (
                text("资金名称", pick(("技改补助", "稳岗补贴", "外贸扶持", "首贷贴息"), 541), "Fund"),
                text("受益企业", company(542), "Company"),
                number("拨付金额", decimal(0.5, 200, 2, 543), "Amount (10,000 CNY)"),
                date("拨付日期", day("2025-02-01", 0.9), "Paid on"),
            ), 640, theme=theme, cycle="每季度", office="企业科", words=("惠企资金",),
        ),
    )  # fmt: skip


def _housing() -> tuple[Resource, ...]:
    theme = "城建住房"
    return (
        resource(
            "ZJJ", 1, "商品房预售许可", "商品房预售许可证及核准面积。",
            (
                text("预售许可证号", serial("示房预字〔2025〕{:04d}号"), "Permit"),
                text("项目名称", named("花园", 9, prefix=""), "Project"),
                text("开发企业", company(551), "Developer"),
                number("核准面积", decimal(900, 58000, 2, 552), "Area (m²)"),
                date("发证日期", day("2022-01-05", 4.0), "Issued on"),
            ), 410, theme=theme, cycle="每月", office="房地产市场科",
            en=("Presale permits", "Presale permits of housing projects."), words=("预售许可", "商品房"),
            words_en=("housing", "permit"),
        ),
        resource(
            "ZJJ", 2, "物业服务企业名录", "在区内承接项目的物业服务企业。",
            (
                text("企业名称", company(561), "Company"),
                text("统一社会信用代码", credit_code(562), "Unified social credit code"),
                number("在管项目数", whole(1, 40, 563), "Projects"),
                text("信用等级", pick(("AAA", "AA", "A", "B"), 564), "Credit grade"),
            ), 168, theme=theme, cycle="每季度", office="物业科", words=("物业",),
        ),
        resource(
            "ZJJ", 3, "建设工程竣工验收备案", "房屋建筑和市政工程竣工验收备案信息。",
            (
                text("备案编号", serial("示竣备〔2026〕{:05d}"), "Filing number"),
                text("工程名称", named("工程", 11, prefix=""), "Project"),
                text("建设单位", company(571), "Client"),
                text("施工单位", company(572), "Contractor"),
                number("建筑面积", decimal(300, 96000, 2, 573), "Floor area (m²)"),
                date("备案日期", day("2023-01-04", 1.3), "Filed on"),
            ), 980, theme=theme, cycle="每月", office="建筑业科", words=("竣工", "备案"),
            files=(("csv-gbk", "竣工备案.csv"),),
        ),
        resource(
            "ZJJ", 4, "保障性住房房源", "保障性租赁住房项目的套数与位置。",
            (
                text("项目名称", named("公寓", 13, prefix=""), "Project"),
                number("总套数", whole(40, 1200, 581), "Flats"),
                number("已配租套数", whole(10, 900, 582), "Let"),
                *place(583, what="项目地址"),
            ), 44, theme=theme, cycle="每季度", office="住房保障科",
            en=("Affordable housing", "Flats and location of affordable housing projects."), words=("保障性住房",),
            words_en=("affordable housing",),
        ),
    )  # fmt: skip


def _statistics() -> tuple[Resource, ...]:
    theme = "财税金融"
    return (
        resource(
            "TJJ", 1, "常住人口年龄结构", "分街镇、年龄组、性别的常住人口数，人数少的组已合并。",
            (
                text("年度", year(2021, 432), "Year"),
                text("街镇", cycle(STREETS, 36), "Subdistrict"),
                text("年龄组", cycle(_AGES, 2), "Age group"),
                text("性别", cycle(("男", "女")), "Sex"),
                number("人数", whole(320, 5200, 591), "Persons"),
            ), 2160, theme="社会民生", office="人口科",
            en=("Population by age", "Resident population by subdistrict, age group and sex."),
            words=("人口", "年龄"), words_en=("population", "age"), files=(("xlsx", "人口年龄结构.xlsx"),),
        ),
        resource(
            "TJJ", 2, "地区生产总值", "按季度、产业的地区生产总值。",
            (
                text("季度", lambda i: f"{2016 + i // 12}年第{i // 3 % 4 + 1}季度", "Quarter"),
                text("产业", cycle(("第一产业", "第二产业", "第三产业")), "Sector"),
                number("增加值", decimal(4, 260, 2, 601), "Value added (100 million CNY)"),
                number("增速", decimal(-2, 9, 1, 602), "Growth (%)"),
            ), 126, theme=theme, cycle="每季度", office="核算科",
            en=("Gross regional product", "Quarterly product by sector."), words=("生产总值", "GDP"), words_en=("GDP",),
        ),
        resource(
            "TJJ", 3, "居民消费价格指数", "按月、类别的居民消费价格指数。",
            (
                text("月份", month(2018, 8), "Month"),
                text("类别", cycle(_GROUPS), "Group"),
                number("同比", decimal(96, 106, 1, 611), "Year on year"),
                number("环比", decimal(98, 102, 1, 612), "Month on month"),
            ), 848, theme=theme, cycle="每月", office="消费价格科",
            en=("Consumer prices", "Monthly consumer price index by group."), words=("物价", "CPI"), words_en=("CPI", "prices"),
        ),
        resource(
            "TJJ", 4, "规模以上工业主要指标", "规模以上工业按行业的产值与利润。",
            (
                text("年度", year(2018, 12), "Year"),
                text("行业", cycle(TRADES), "Industry"),
                number("总产值", decimal(1, 320, 2, 621), "Output (100 million CNY)"),
                number("利润总额", decimal(-4, 40, 2, 622), "Profit (100 million CNY)"),
            ), 96, theme=theme, office="工业科", words=("工业",),
        ),
    )  # fmt: skip


def _employment() -> tuple[Resource, ...]:
    theme = "就业社保"
    return (
        resource(
            "RSJ", 1, "招聘岗位信息", "公共就业服务平台发布的招聘岗位。",
            (
                text("岗位编号", serial("GW{:07d}"), "Post number"),
                text("岗位名称", pick(("电工", "焊工", "护理员", "客服", "会计", "仓储管理", "教师", "程序员"), 631), "Post"),
                text("招聘单位", company(632), "Employer"),
                number("招聘人数", whole(1, 40, 633), "Vacancies"),
                text("月薪", pick(("4000-6000元", "6000-8000元", "8000-12000元", "面议"), 634), "Monthly pay"),
                date("截止日期", day("2026-11-25", 0.02), "Until"),
            ), 3600, theme=theme, cycle="每日", office="就业促进科",
            en=("Job vacancies", "Vacancies announced by the public employment service."), words=("招聘", "就业"),
            words_en=("jobs", "vacancies"),
        ),
        resource(
            "RSJ", 2, "城镇新增就业统计", "按月、街镇的城镇新增就业人数。",
            (
                text("月份", month(2020, 12), "Month"),
                text("街镇", cycle(STREETS), "Subdistrict"),
                number("新增就业人数", whole(30, 620, 641), "Newly employed"),
            ), 984, theme=theme, cycle="每月", office="就业促进科", words=("就业",),
        ),
        resource(
            "RSJ", 3, "职业技能培训机构", "承担补贴性培训的机构与工种。",
            (
                text("机构名称", named("职业培训学校", 15), "Institution"),
                text("培训工种", pick(("电工", "养老护理员", "育婴员", "中式烹调师"), 651), "Trade"),
                number("年培训能力", whole(100, 2400, 652), "Places a year"),
                *place(653),
            ), 62, theme=theme, office="职业能力建设科",
            en=("Vocational training", "Institutions that give subsidised training."), words=("培训",), words_en=("training",),
        ),
    )  # fmt: skip
