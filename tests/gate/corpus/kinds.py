"""What must not come out, kind by kind: a value, the words around it, and what stands beside it in the row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random

from tests.gate.corpus import people, values

TEXT = "备注"


@dataclass(frozen=True)
class Plant:
    """One row's secret. `text` is what is disguised, put into `frame` (of which `{}` is its place) in column `column`;
    `beside` are other cells of the same row; without them `text` alone would say nothing about anybody."""

    text: str
    frame: str = "{}"
    beside: Mapping[str, str] = field(default_factory=dict)
    column: str = TEXT


@dataclass(frozen=True)
class Kind:
    """`make(rng)` gives a new plant. `family` decides which disguises exist."""

    name: str
    make: Callable[[Random], Plant]
    family: str = "number"


def _number(make: Callable[[Random], str], *frames: str) -> Callable[[Random], Plant]:
    return lambda rng: Plant(make(rng), rng.choice(frames or ("{}",)))


def _beside_name(column: str, make: Callable[[Random], str], *frames: str) -> Callable[[Random], Plant]:
    return lambda rng: Plant(make(rng), rng.choice(frames or ("{}",)), {"姓名": people.name(rng)}, column)


def _name_before(make: Callable[[Random], str], frame: str) -> Callable[[Random], Plant]:
    return lambda rng: Plant(f"{people.name(rng)}{frame.format(make(rng))}")


def _birth(rng: Random) -> str:
    day = values.birthday(rng)
    return rng.choice((f"{day:%Y-%m-%d}", f"{day:%Y年%m月%d日}", f"{day:%Y%m%d}", f"{day:%Y.%m.%d}", f"{day:%Y/%m/%d}"))


def _recoverable(rng: Random) -> Plant:
    """The mask hides the birthday, and the birthday stands beside it."""
    day = values.birthday(rng)
    number = values.identity(rng, born=day)
    beside = {"姓名": people.name(rng), "出生年月日": f"{day:%Y-%m-%d}"}
    return Plant(number[:6] + "********" + number[14:], "{}", beside, "编号")


def _position(make: Callable[[Random], str]) -> Callable[[Random], Plant]:
    def plant(rng: Random) -> Plant:
        longitude, latitude = people.position(rng)
        return Plant(f"{make(rng)}，坐标{longitude},{latitude}")

    return plant


def camera(rng: Random) -> str:
    """A camera by its number."""
    return (
        rng.choice(("公安监控摄像头", "人脸识别抓拍机", "天网工程球机", "治安卡口摄像机"))
        + f"{rng.randrange(1, 400)}号"
    )


def _minor(rng: Random) -> str:
    return rng.choice(("留守儿童", "未成年人", "困境儿童", "一年级学生", "事实无人抚养儿童"))


_SUBJECT = ("身份证号{}", "公民身份号码：{}", "{}", "持证人{}")
KINDS: tuple[Kind, ...] = (
    Kind("identity 18", _number(values.identity, *_SUBJECT)),
    Kind("identity 18 with X", _number(partial(values.identity, ends_in_x=True), *_SUBJECT)),
    Kind("identity 15", _number(values.identity_15, "身份证{}", "公民身份号码：{}", "老身份证号{}")),
    Kind("residence permit 港澳台", _number(values.residence_permit, "居住证{}", "{}")),
    Kind("permanent residence old", _number(values.permanent_residence_old, "外国人永久居留证{}", "{}")),
    Kind("permanent residence new", _number(values.permanent_residence_new, "外国人永久居留身份证{}", "{}")),
    Kind("travel permit 回乡证", _number(values.travel_permit_hk_macao, "回乡证{}", "港澳居民来往内地通行证：{}")),
    Kind("travel permit 台胞证", _number(values.travel_permit_taiwan, "台胞证{}", "台湾居民来往大陆通行证：{}")),
    Kind("travel permit 往来", _number(values.travel_permit_outward, "往来港澳通行证{}", "通行证号码：{}")),
    Kind("passport", _number(values.passport, "护照{}", "护照号码：{}", "Passport No. {}")),
    Kind("machine-readable zone", _number(values.machine_readable_zone)),
    Kind("mobile number", _number(values.mobile, "{}", "电话{}", "请联系{}")),
    Kind("bank card", _number(values.bank_card, "{}", "银行卡号{}", "打款账户：{}")),
    Kind("vehicle plate", _number(values.plate, "车牌{}", "违停车辆{}", "{}")),
    Kind("vehicle plate new energy", _number(values.plate_new_energy, "车牌{}", "{}已拖离")),
    Kind("e-mail", _number(values.email, "{}", "邮箱：{}")),
    Kind("sole trader", _number(lambda rng: values.credit_code(rng, "92"), "{}", "统一社会信用代码{}")),
    Kind("masked identity beside name", _beside_name("编号", people.masked_identity), "words"),
    Kind("masked identity, recoverable", _recoverable, "words"),
    Kind("masked mobile beside name", _beside_name("编号", people.masked_mobile), "words"),
    Kind("birthday beside name", _beside_name(TEXT, _birth, "出生日期：{}", "生于{}", "{}出生"), "words"),
    Kind("address beside name", _beside_name(TEXT, people.address), "words"),
    Kind("name and mobile in one text", _name_before(values.mobile, "（{}）"), "words"),
    Kind("name and birthday in one text", _name_before(_birth, "，{}出生"), "words"),
    Kind("home address", _number(people.address, "住址：{}", "家住{}", "户籍地址{}"), "words"),
    Kind("patient", _name_before(people.illness, "，患{}"), "words"),
    Kind("patient beside name", _beside_name(TEXT, people.illness), "words"),
    Kind("welfare", _name_before(people.welfare, "（{}）"), "words"),
    Kind("welfare beside name", _beside_name(TEXT, people.welfare), "words"),
    Kind("minor", _name_before(_minor, "，{}"), "words"),
    Kind("minor beside name", _beside_name(TEXT, _minor), "words"),
    Kind("secrecy mark", _number(people.secrecy_mark), "words"),
    Kind("camera with position", _position(camera), "words"),
    Kind("guarded site with position", _position(people.guarded_place), "words"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
