"""Education, health, civil affairs, culture."""

from ..shapes import Resource
from ..values import cycle, day, named, pick, serial, sometimes, street, whole, year
from .making import date, number, place, resource, text

_YES_NO = ("是", "否")


def living_resources() -> tuple[Resource, ...]:
    return (*_education(), *_health(), *_civil(), *_culture())


def _education() -> tuple[Resource, ...]:
    theme = "教育科技"
    return (
        resource(
            "JYJ", 1, "小学名录", "全区小学的名称、办学性质、在校规模与位置，每学年更新。",
            (
                text("学校编码", serial("3801{:04d}"), "School code"),
                text("学校名称", named("小学", 1), "School name"),
                text("办学性质", pick(("公办", "公办", "公办", "民办"), 11), "Ownership"),
                number("班级数", whole(12, 48, 12), "Classes"),
                number("在校生数", whole(420, 2200, 13), "Pupils"),
                number("专任教师数", whole(30, 140, 14), "Teachers"),
                *place(15, what="学校地址"),
            ), 92, theme=theme, office="基础教育科",
            en=("Primary schools", "Name, ownership, size and location of every primary school, updated each school year."),
            words=("小学", "学校", "义务教育"), words_en=("primary school", "education"),
            files=(("csv-gbk", "小学名录.csv"), ("xlsx", "小学名录.xlsx")),
        ),
        resource(
            "JYJ", 2, "幼儿园名录", "全区幼儿园的名称、等级、性质、班级数与位置。",
            (
                text("幼儿园名称", named("幼儿园", 5), "Kindergarten"),
                text("等级", pick(("省一级", "市一级", "区一级", "合格"), 21), "Grade"),
                text("办园性质", pick(("公办", "普惠性民办", "民办"), 22), "Ownership"),
                number("班级数", whole(3, 18, 23), "Classes"),
                number("学位数", whole(60, 540, 24), "Places"),
                *place(25, what="园所地址"),
            ), 186, theme=theme, office="学前教育科",
            en=("Kindergartens", "Name, grade, ownership, places and location of every kindergarten."),
            words=("幼儿园", "学前教育"), words_en=("kindergarten", "preschool"),
            files=(("csv-utf8", "幼儿园名录.csv"),),
        ),
        resource(
            "JYJ", 3, "初级中学名录", "全区初级中学和九年一贯制学校的基本情况。",
            (
                text("学校编码", serial("3802{:04d}"), "School code"),
                text("学校名称", named("中学", 9), "School name"),
                text("学校类别", pick(("初级中学", "九年一贯制学校"), 31), "Kind"),
                number("在校生数", whole(300, 1800, 32), "Students"),
                *place(33, what="学校地址"),
            ), 41, theme=theme, office="基础教育科", words=("初中", "学校"),
        ),
        resource(
            "JYJ", 4, "普通高中名录", "全区普通高中的名称、规模与位置。",
            (
                text("学校名称", named("高级中学", 13), "School name"),
                number("在校生数", whole(900, 3200, 41), "Students"),
                text("是否示范性高中", pick(_YES_NO, 42), "Model school"),
                *place(43, what="学校地址"),
            ), 18, theme=theme, office="基础教育科",
            en=("Senior high schools", "Name, size and location of senior high schools."),
            words=("高中",), words_en=("high school",),
        ),
        resource(
            "JYJ", 5, "校外培训机构白名单", "通过审核的校外培训机构名单及培训类别。",
            (
                text("机构名称", named("培训中心", 17), "Institution"),
                text("培训类别", pick(("文化艺术", "体育", "科技", "语言"), 51), "Subject"),
                text("许可文号", serial("示教民〔2025〕{:04d}号"), "Permit"),
                date("发证日期", day("2024-01-05", 3.2), "Issued on"),
                *place(52, what="办学地址"),
            ), 240, theme=theme, cycle="每月", office="校外教育培训监管科", words=("培训机构", "白名单"),
        ),
        resource(
            "JYJ", 6, "义务教育学校招生计划", "各小学、初中分年度招生计划班数与人数。",
            (
                text("年度", year(2021, 130), "Year"),
                text("学校名称", named("小学", 1), "School"),
                number("计划班数", whole(2, 12, 61), "Classes planned"),
                number("计划人数", whole(80, 540, 62), "Places planned"),
            ), 780, theme=theme, office="基础教育科",
            en=("Enrolment plans of compulsory schools", "Planned classes and places by school and year."),
            words=("招生", "义务教育"), words_en=("enrolment", "school"),
            files=(("xlsx", "招生计划.xlsx"), ("txt", "招生政策说明.txt")),
        ),
    )  # fmt: skip


def _health() -> tuple[Resource, ...]:
    theme = "医疗卫生"
    return (
        resource(
            "WJW", 1, "医院名录", "全区医院的等级、性质、床位与位置。",
            (
                text("机构名称", named("医院", 3), "Hospital"),
                text("等级", pick(("三级", "二级甲等", "二级乙等", "一级", "未定级"), 71), "Level"),
                text("经营性质", pick(("非营利性", "营利性"), 72), "Nature"),
                number("编制床位", whole(20, 1200, 73), "Beds"),
                text("医保定点", pick(_YES_NO, 74), "Insurance accepted"),
                *place(75),
            ), 37, theme=theme, office="医政医管科",
            en=("Hospitals", "Level, nature, beds and location of every hospital."),
            words=("医院", "床位"), words_en=("hospital", "beds"), files=(("csv-gbk", "医院名录.csv"),),
        ),
        resource(
            "WJW", 2, "诊所名录", "经备案的诊所名称、诊疗科目与位置。",
            (
                text("诊所名称", named("诊所", 7), "Clinic"),
                text("备案编号", serial("示诊备〔2025〕{:05d}号"), "Filing number"),
                text("诊疗科目", pick(("全科", "口腔科", "中医科", "内科", "儿科", "眼科"), 81), "Speciality"),
                date("备案日期", day("2019-03-01", 4.1), "Filed on"),
                *place(82),
            ), 412, theme=theme, cycle="每季度", office="医政医管科",
            en=("Clinics", "Filed clinics with speciality and location."), words=("诊所",), words_en=("clinic",),
        ),
        resource(
            "WJW", 3, "社区卫生服务机构", "社区卫生服务中心和服务站的服务时间与位置。",
            (
                text("机构名称", named("社区卫生服务站", 11), "Institution"),
                text("服务时间", pick(("8:00-17:00", "8:00-20:00", "24小时"), 91), "Opening hours"),
                text("是否开展家庭医生签约", pick(_YES_NO, 92), "Family doctor contracts"),
                *place(93),
            ), 86, theme=theme, office="基层卫生科", words=("社区卫生", "家庭医生"),
        ),
        resource(
            "WJW", 4, "预防接种门诊", "预防接种门诊的接种日与位置。",
            (
                text("门诊名称", named("预防接种门诊", 15), "Clinic"),
                text("接种日", pick(("周一至周五", "周二、周四", "周一、周三、周六"), 94), "Days"),
                text("接种对象", pick(("儿童", "成人", "儿童和成人"), 95), "For whom"),
                *place(96),
            ), 34, theme=theme, cycle="每月", office="疾病预防控制科",
            en=("Vaccination clinics", "Days and places of vaccination."), words=("疫苗", "接种"), words_en=("vaccination",),
        ),
        resource(
            "WJW", 5, "公共场所卫生监测结果", "游泳场所、住宿场所等公共场所的卫生监测结果。",
            (
                date("监测日期", day("2023-01-03", 0.6), "Date"),
                text("场所类别", pick(("游泳场所", "住宿场所", "沐浴场所", "美容美发", "候诊室"), 101), "Kind"),
                text("场所名称", named("服务中心", 19), "Place"),
                text("监测项目", pick(("浑浊度", "pH值", "游离性余氯", "甲醛", "二氧化碳", "细菌总数"), 102), "Item"),
                text("结果", pick(("合格", "合格", "合格", "合格", "不合格"), 103), "Result"),
            ), 2100, theme=theme, cycle="每月", office="综合监督科",
            en=("Sanitary inspections of public places", "Results of sanitary inspections."),
            words=("卫生监测",), words_en=("inspection", "hygiene"),
        ),
    )  # fmt: skip


def _civil() -> tuple[Resource, ...]:
    theme = "社会民生"
    return (
        resource(
            "MZJ", 1, "养老机构名录", "养老机构的床位、星级、收费区间与位置。",
            (
                text("机构名称", named("养老服务中心", 2), "Institution"),
                text("星级", pick(("五星", "四星", "三星", "未评"), 111), "Stars"),
                number("床位数", whole(20, 600, 112), "Beds"),
                number("最低月收费", whole(1200, 3000, 113), "Lowest monthly fee (CNY)"),
                *place(114),
            ), 58, theme=theme, cycle="每季度", office="养老服务科",
            en=("Care homes", "Beds, stars, fees and location of care homes for the elderly."),
            words=("养老", "床位"), words_en=("elderly care",), files=(("csv-gbk", "养老机构.csv"),),
        ),
        resource(
            "MZJ", 2, "社会组织名录", "依法登记的社会团体、民办非企业单位和基金会。",
            (
                text("组织名称", named("协会", 6), "Organisation"),
                text("类型", pick(("社会团体", "民办非企业单位", "基金会"), 121), "Kind"),
                text("登记证号", serial("示社证字第{:05d}号"), "Registration"),
                date("成立日期", day("2001-02-12", 21.0), "Founded on"),
                text("登记状态", pick(("正常", "正常", "正常", "注销"), 122), "State"),
            ), 420, theme=theme, cycle="每季度", office="社会组织管理科", words=("社会组织",),
        ),
        resource(
            "MZJ", 3, "社区居委会名录", "各街镇社区居民委员会的名称与办公地点。",
            (text("社区名称", named("社区", 8, prefix=""), "Community"), *place(131, what="办公地址")),
            128, theme=theme, office="基层政权科",
            en=("Residents' committees", "Offices of residents' committees by subdistrict."),
            words=("社区", "居委会"), words_en=("community",),
        ),
        resource(
            "MZJ", 4, "婚姻登记数量统计", "按月统计的结婚登记、离婚登记对数。",
            (
                text("月份", lambda i: f"{2018 + i // 12}-{i % 12 + 1:02d}", "Month"),
                number("结婚登记对数", whole(120, 640, 141), "Marriages"),
                number("离婚登记对数", whole(40, 180, 142), "Divorces"),
            ), 106, theme=theme, cycle="每月", office="社会事务科",
            en=("Marriages by month", "Registered marriages and divorces by month."), words=("婚姻登记",),
            words_en=("marriage", "statistics"),
        ),
    )  # fmt: skip


def _culture() -> tuple[Resource, ...]:
    theme = "文化旅游"
    return (
        resource(
            "WLJ", 1, "公共文化场馆", "图书馆、文化馆、博物馆等场馆的开放时间与位置。",
            (
                text("场馆名称", named("文化馆", 4), "Venue"),
                text("类别", pick(("图书馆", "文化馆", "博物馆", "美术馆", "街镇文化站"), 151), "Kind"),
                text("开放时间", pick(("9:00-17:00", "9:00-20:30", "周一闭馆"), 152), "Opening hours"),
                text("是否免费", pick(("是", "是", "是", "否"), 153), "Free of charge"),
                *place(154),
            ), 46, theme=theme, office="公共服务科",
            en=("Libraries, museums and cultural centres", "Opening hours and location of public venues."),
            words=("图书馆", "博物馆", "文化馆"), words_en=("library", "museum"),
        ),
        resource(
            "WLJ", 2, "A级旅游景区", "A级旅游景区的等级、最大承载量与位置。",
            (
                text("景区名称", named("风景区", 10), "Scenic area"),
                text("等级", pick(("4A", "3A", "2A"), 161), "Grade"),
                number("瞬时最大承载量", whole(2000, 30000, 162), "Capacity"),
                *place(163),
            ), 14, theme=theme, office="资源开发科",
            en=("Scenic areas", "Rated scenic areas with capacity."), words=("景区", "旅游"), words_en=("tourism",),
        ),
        resource(
            "WLJ", 3, "不可移动文物名录", "各级文物保护单位与登记不可移动文物。",
            (
                text("名称", named("遗址", 14, prefix=""), "Name"),
                text("级别", pick(("省级", "市级", "区级", "登记"), 171), "Level"),
                text("年代", pick(("宋", "明", "清", "民国", "近现代"), 172), "Period"),
                text("所属街镇", street(173), "Subdistrict"),
            ), 163, theme=theme, office="文物科", words=("文物",),
        ),
        resource(
            "WLJ", 4, "公共文化活动预告", "各场馆的展览、讲座、演出预告。",
            (
                date("日期", day("2026-01-02", 0.4), "Date"),
                text("活动类别", pick(("展览", "讲座", "演出", "亲子阅读", "培训"), 181), "Kind"),
                text("活动名称", named("专场", 18, prefix=""), "Title"),
                text("场馆", named("文化馆", 4), "Venue"),
                number("名额", whole(30, 400, 182), "Places"),
            ), 760, theme=theme, cycle="每周", office="公共服务科",
            en=("Cultural events", "Exhibitions, lectures and performances to come."), words=("活动", "展览"),
            words_en=("event",),
        ),
        resource(
            "WLJ", 5, "旅行社名录", "取得经营许可的旅行社。",
            (
                text("旅行社名称", named("旅行社", 22), "Agency"),
                text("许可编号", serial("L-SL-{:05d}"), "Licence"),
                text("经营范围", cycle(("境内", "境内和入境", "出境")), "Scope"),
                text("备注", sometimes(pick(("已换证", "分社"), 191), 20, 192), "Remarks"),
                *place(193),
            ), 72, theme=theme, cycle="每季度", office="市场管理科", words=("旅行社",),
        ),
    )  # fmt: skip
