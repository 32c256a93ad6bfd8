"""Whole tables that a district publishes every day: names, addresses and plates in them are public by law."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from tests.gate.corpus import people, values
from tests.gate.corpus.lookalikes import ROWS, LookAlike, landline
from tests.gate.corpus.specimens import as_table, seeded

_FIRMS = (
    "临江建材有限公司",
    "东湖餐饮管理有限公司",
    "青松物流股份有限公司",
    "南桥电子科技有限公司",
    "柳河农业发展有限公司",
)
_OFFICES = (
    "区教育局",
    "区民政局",
    "区卫生健康局",
    "临江街道办事处",
    "区残疾人联合会",
    "国家保密局区分局",
    "区妇女儿童活动中心",
)


def public_tables() -> Iterator[LookAlike]:
    """Each table once; its `column` is the one that looks like something."""
    for name, column, row in TABLES:
        rng = seeded(name)
        yield LookAlike(name, column, as_table([row(rng, number) for number in range(ROWS)]))


def number_of_day(number: int) -> str:
    """Two digits."""
    return f"{number % 28 + 1:02d}"


def _firm(rng: Random, number: int) -> str:
    return f"{rng.choice(_FIRMS)[:2]}{number}{rng.choice(_FIRMS)[2:]}"


Row = Callable[[Random, int], dict[str, str]]
TABLES: Sequence[tuple[str, str, Row]] = (
    (
        "double publicity of licences",
        "法定代表人",
        lambda rng, n: {
            "行政相对人名称": _firm(rng, n),
            "行政相对人代码_1(统一社会信用代码)": values.credit_code(rng, "91"),
            "法定代表人": people.name(rng),
            "行政许可决定书文号": f"临审批许〔2024〕{n + 1}号",
            "许可决定日期": "2024-03-05",
            "许可机关": "区行政审批局",
        },
    ),
    (
        "companies with addresses",
        "住所",
        lambda rng, n: {
            "企业名称": _firm(rng, n),
            "法定代表人": people.name(rng),
            "住所": f"临江街道建设路{n + 1}号临江大厦{rng.randrange(1, 9)}幢{rng.randrange(101, 2000)}室",
            "成立日期": "2019-06-01",
        },
    ),
    (
        "offices",
        "办公地址",
        lambda rng, n: {
            "单位名称": rng.choice(_OFFICES),
            "办公地址": f"建设路{n + 1}号行政中心{rng.randrange(1, 4)}号楼{rng.randrange(101, 900)}室",
            "联系电话": landline(rng, n),
            "邮编": "310016",
            "办公时间": "周一至周五 8:30-12:00，13:30-17:00",
        },
    ),
    (
        "winners of honours",
        "获奖人",
        lambda rng, n: {
            "获奖人": people.name(rng),
            "单位": rng.choice(_OFFICES),
            "荣誉称号": "区劳动模范",
            "颁奖日期": f"2024-05-{number_of_day(n)}",
            "表彰年度": "2023",
        },
    ),
    (
        "leaders",
        "姓名",
        lambda rng, n: {"姓名": people.name(rng), "职务": "副局长", "分工": "负责办公室、财务、机关党建工作"},
    ),
    (
        "buses",
        "车牌号",
        lambda rng, n: {
            "线路": f"{n + 1}路",
            "车牌号": values.plate_new_energy(rng),
            "车型": "纯电动公交车",
            "运营公司": "区公共交通有限公司",
            "座位数": "32",
        },
    ),
    (
        "taxis",
        "车牌号",
        lambda rng, n: {
            "出租汽车公司": _firm(rng, n),
            "车牌号": values.plate(rng),
            "营运证号": f"{values.digits(rng, 9)}",
            "车辆类型": "巡游出租车",
        },
    ),
    (
        "toilets",
        "经度",
        lambda rng, n: {
            "名称": f"建设路{n + 1}号公共厕所",
            "经度": f"{120 + rng.random():.6f}",
            "纬度": f"{30 + rng.random():.6f}",
            "厕位数": str(rng.randrange(2, 12)),
        },
    ),
    (
        "schools",
        "学生数",
        lambda rng, n: {
            "学校名称": f"第{n + 1}小学",
            "地址": f"文昌巷{n + 1}号",
            "学生数": str(rng.randrange(400, 3000)),
            "教师数": str(rng.randrange(30, 200)),
            "电话": landline(rng, n),
        },
    ),
    (
        "welfare statistics",
        "低保人数",
        lambda rng, n: {
            "年月": f"20{10 + n // 12}-{n % 12 + 1:02d}",
            "低保户数": str(rng.randrange(900, 3000)),
            "低保人数": str(rng.randrange(1500, 6000)),
            "残疾人补贴人数": str(rng.randrange(800, 2000)),
            "孤儿人数": str(rng.randrange(60, 120)),
        },
    ),
    (
        "illness statistics",
        "发病数",
        lambda rng, n: {
            "病种": rng.choice(("流行性感冒", "手足口病", "肺结核", "乙型肝炎")),
            "年月": f"20{10 + n // 12}-{n % 12 + 1:02d}",
            "发病数": str(rng.randrange(60, 4000)),
        },
    ),
    (
        "small counts of things",
        "数量",
        lambda rng, n: {
            "街道": rng.choice(("临江街道", "东湖街道")),
            "设施": rng.choice(("图书馆", "体育馆", "公厕", "充电站")),
            "数量": str(rng.randrange(1, 6)),
        },
    ),
    (
        "service items with secrecy in their names",
        "事项名称",
        lambda rng, n: {
            "事项名称": rng.choice(
                (
                    "国家秘密载体印制资质认定",
                    "涉密信息系统集成资质审批",
                    "《中华人民共和国保守国家秘密法》宣传",
                    "未成年人救助保护咨询",
                    "残疾人证办理",
                    "艾滋病自愿咨询检测点查询",
                    "最低生活保障审核确认",
                )
            ),
            "实施机关": rng.choice(_OFFICES),
            "法定时限": "20个工作日",
        },
    ),
    (
        "institutions for the weak",
        "机构名称",
        lambda rng, n: {
            "机构名称": rng.choice(
                ("区儿童福利院", "临江街道养老服务中心", "区特殊教育学校", "区未成年人救助保护中心", "区精神卫生中心")
            ),
            "地址": f"滨河北路{n + 1}号",
            "床位数": str(rng.randrange(30, 400)),
            "电话": landline(rng, n),
        },
    ),
    (
        "complaints",
        "诉求内容",
        lambda rng, n: {
            "诉求内容": f"建设路{n + 1}号附近路灯不亮，请尽快维修。",
            "受理时间": f"2024-03-{n % 28 + 1:02d} 09:12:33",
            "办理结果": "已转市政科，3月8日修复。",
        },
    ),
    (
        "lawyers",
        "律师姓名",
        lambda rng, n: {
            "律师姓名": people.name(rng),
            "执业机构": "临江律师事务所",
            "执业证号": f"133012{rng.randrange(2005, 2024)}1{values.digits(rng, 7)}",
        },
    ),
    (
        "penalties of firms with their offices",
        "违法事实",
        lambda rng, n: {
            "违法事实": f"（统一社会信用代码：{values.credit_code(rng, '91')}；住所：临江区西二旗大街{n + 1}号4层40{n % 9 + 1}；"
            f"法定代表人：{people.name(rng)}）在网站上公开展示的地图不符合国家有关规定",
            "处罚日期": "2024-03-05",
        },
    ),
    (
        "projects about an illness",
        "项目名称",
        lambda rng, n: {
            "项目名称": f"人工智能辅助早期{rng.choice(('肺癌', '肿瘤', '白血病'))}呼气VOC的拉曼检测系统（{n + 1}期）",
            "企业名称": _firm(rng, n),
            "产业特派员姓名": f"{people.name(rng)[0]}**",
        },
    ),
    (
        "ranks of causes of death by year",
        "乡村心脏病死亡率位次",
        lambda rng, n: {"年份": f"{1990 + n}年", "地区": "乡村", "乡村心脏病死亡率位次": f"{rng.randrange(1, 6)}"},
    ),
    (
        "thousands of patients by year",
        "社区卫生服务站患者人次",
        lambda rng, n: {
            "年份": f"{1990 + n}年",
            "地区": "全国",
            "社区卫生服务站患者人次": f"{1 + rng.random() * 4:.2f}",
        },
    ),
)
