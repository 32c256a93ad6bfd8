"""Words about people and places: all made from lists at random, no person, house or village is meant."""

from datetime import date
from random import Random

from tests.gate.corpus import values

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎欧阳"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国玉兰志文海燕红梅春晓冬雪子涵梓轩欣怡浩然雨泽"
_TOWNS = ("临江街道", "东湖街道", "南桥镇", "青松镇", "柳河乡", "西山街道")
_VILLAGES = ("上河村", "李家庄村", "东沟村", "新民村", "石桥村")
_ROADS = ("建设路", "解放大道", "青年街", "文昌巷", "滨河北路")
_ESTATES = ("阳光花园", "锦绣家园", "幸福小区", "翠湖苑", "教师新村")
_ILLNESSES = ("尿毒症", "肺癌", "慢性肾衰竭", "精神分裂症", "艾滋病", "乙型肝炎")
_WELFARE = ("低保户", "特困供养人员", "建档立卡贫困户", "孤儿", "残疾人两项补贴对象", "公租房保障对象")
_MARKS = ("绝密★30年", "机密★10年", "秘密★5年", "机密", "内部资料 注意保存", "内部文件，不得外传", "秘密级", "绝密")
_GUARDED = ("枪支弹药库", "民用爆炸物品仓库", "区看守所监控室", "自来水厂取水口", "油气储备库", "部队营区通信站")


def name(rng: Random) -> str:
    """A personal name of two or three characters."""
    surname: str = rng.choice((*_SURNAMES[:-2], "欧阳"))
    return surname + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2, 2))))


def address(rng: Random) -> str:
    """A home in one of the many ways in which a department writes it; villages have groups and no street."""
    town, village, road, estate = (rng.choice(words) for words in (_TOWNS, _VILLAGES, _ROADS, _ESTATES))
    a, b, c = rng.randrange(1, 40), rng.randrange(1, 6), rng.randrange(101, 1802)
    return rng.choice(
        (
            f"{town}{road}{a}号{estate}{b}栋{b}单元{c}室",
            f"{road}{a * 7}号{b}号楼{b}单元{c}",
            f"{estate}{a}幢{c}室",
            f"{estate}{a}-{b}-{c}",
            f"{town}{village}{b}组{a}号",
            f"{town}{village}{rng.choice('一二三四五六七')}组{a}号附{b}号",
            f"{village}第{b}村民小组{a}号",
            f"{town}{village}{rng.choice(('上', '下', '老'))}湾{a}号",
            f"{road}{a}弄{b}号{c}室",
            f"{town}{rng.choice(('东风', '红旗'))}社区{estate}{a}号楼{b}门{c}号",
        )
    )


def masked_identity(rng: Random, born: date | None = None) -> str:
    """Stars where a list hid something, and too little: sequence and check alone, or only the day of birth."""
    number = values.identity(rng, born=born)
    return rng.choice((number[:14] + "****", number[:6] + "********" + number[14:], number[:12] + "****" + number[16:]))


def masked_mobile(rng: Random) -> str:
    """Four stars in the middle of a number."""
    number = values.mobile(rng)
    return number[:3] + "****" + number[7:]


def illness(rng: Random) -> str:
    """A diagnosis as lists of medical aid have printed it."""
    return rng.choice(_ILLNESSES)


def welfare(rng: Random) -> str:
    """Why somebody gets help."""
    return rng.choice(_WELFARE)


def secrecy_mark(rng: Random) -> str:
    """A mark of 保守国家秘密法, or of an internal paper."""
    return rng.choice(_MARKS)


def guarded_place(rng: Random) -> str:
    """A place whose exact position is nobody's business."""
    return rng.choice(_GUARDED)


def position(rng: Random) -> tuple[str, str]:
    """Longitude and latitude to about ten centimetres, somewhere in a sea."""
    return f"123.{rng.randrange(10**5, 10**6)}", f"31.{rng.randrange(10**5, 10**6)}"
