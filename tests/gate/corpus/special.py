"""Specimens that are a whole column or a whole table rather than one text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.gate.corpus import documents, people, values
from tests.gate.corpus.bench import Delivery
from tests.gate.corpus.kinds import KINDS, camera
from tests.gate.corpus.places import clean_rows
from tests.gate.corpus.specimens import Specimen, as_table, clean_row, seeded

MANY = 100_000
_COLUMN = "数值"


def special() -> Iterator[Specimen]:
    """All of them."""
    yield from one_in_many()
    yield from of_issuers()
    yield from in_numbers()
    yield from among_serials()
    yield from small_counts()
    yield from of_tables()


def one_in_many() -> Iterator[Specimen]:
    """One hit in 100,000 rows, for every kind."""
    rows = [clean_row(number, seeded("many", number % 97)) for number in range(1, 98)]
    for kind in KINDS:
        rng = seeded(kind.name, "many")
        plant = kind.make(rng)
        columns = tuple(dict.fromkeys((*rows[0], *plant.beside, plant.column)))
        clean = [tuple(row.get(column) or None for column in columns) for row in rows]
        table = (clean * (MANY // len(clean) + 1))[:MANY]
        hit = rows[0] | dict(plant.beside) | {plant.column: plant.frame.replace("{}", plant.text)}
        table[rng.randrange(MANY)] = tuple(hit.get(column) or None for column in columns)
        delivery = Delivery(columns, tuple(table))
        yield _specimen(kind.name, "cell, one in 100,000 rows", delivery, [plant.text])


def of_issuers() -> Iterator[Specimen]:
    """A card of each issuer, alone in its cell."""
    for issuer in values.ISSUERS:
        text = values.bank_card(seeded(issuer), issuer)
        yield _specimen("bank card", f"cell, issuer {issuer[0]} of {issuer[1]}", _with(_planted([text])), [text])


def in_numbers() -> Iterator[Specimen]:
    """Columns that hold numbers: whole ones of all lengths, decimals, floats that a spreadsheet rounded, days."""
    rng = seeded("numbers")
    cards = [values.bank_card(rng, ("622588", 16)) for _ in range(3)]
    mobiles = [values.mobile(rng) for _ in range(3)]
    persons = [values.identity(rng) for _ in range(8)]
    digits_only = [person for person in persons if person.isdigit()]
    whole = [str(rng.randrange(10, 10 ** rng.randrange(2, 9))) for _ in range(20)]
    decimal = [f"{rng.randrange(10, 90_000) / 100:.2f}" for _ in range(20)]
    days = [f"{values.birthday(rng, 2015, 2025):%Y-%m-%d}" for _ in range(20)]
    rounded = [person[:15] + "000" for person in digits_only]
    floats = [f"{float(person):.14E}".replace("E+0", "E+") for person in digits_only]
    for name, kind, filler, planted in (
        ("integer column", "mobile number", whole, mobiles),
        ("integer column", "bank card", whole, cards),
        ("integer column", "identity 15", whole, [values.identity_15(rng) for _ in range(12)]),
        ("decimal column", "mobile number", decimal, [f"{mobile}.00" for mobile in mobiles]),
        ("decimal column", "identity 18", decimal, [f"{person}.0" for person in digits_only]),
        ("date-like column", "identity 18", days, persons[:1]),
        ("date-like column", "mobile number", days, mobiles[:1]),
        ("rounded by a spreadsheet", "identity 18", [], rounded),
        ("rounded among numbers", "identity 18", whole, rounded),
        ("float column", "identity 18", decimal, floats),
        ("float column alone", "identity 18", [], floats),
        ("float column", "bank card", decimal, [f"{float(card):.14E}".replace("E+0", "E+") for card in cards]),
    ):
        delivery = _with([*filler, *planted])
        yield _specimen(kind, f"cell, {name}", delivery, [text[:14].replace(".", "") for text in planted] + planted)


def among_serials() -> Iterator[Specimen]:
    """A column of serial numbers that are none of a person, and a few cells in which somebody wrote one."""
    for kind, make in (
        ("identity 18", values.identity),
        ("mobile number", values.mobile),
        ("bank card", values.bank_card),
    ):
        rng = seeded("serials", kind)
        serials = [f"XK2024{number:06d}" for number in range(60)]
        dated = [f"2024{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}{number:04d}" for number in range(60)]
        for name, filler in (("permits", serials), ("dated serials", dated)):
            planted = [make(rng) for _ in range(2)]
            yield _specimen(kind, f"cell, leaks among {name}", _with([*filler, *planted]), planted)


def small_counts() -> Iterator[Specimen]:
    """Tables in which a cell of one or two people is that one or those two (Statistics Act, article 25)."""
    villages = ("上河村", "李家庄村", "东沟村", "新民村", "石桥村", "南湾村", "北岭村", "西滩村")
    for name, counted, counts in (
        ("illness by village", "艾滋病病例数", (1, 2, 0, 1, 3, 1, 2, 1)),
        ("suicides by village", "自杀死亡人数", (1, 0, 2, 1, 0, 1, 1, 2)),
        ("mental illness by village", "严重精神障碍患者人数", (2, 1, 1, 3, 2, 1, 1, 2)),
        ("drug users by village", "吸毒人员人数", (1, 1, 2, 0, 1, 2, 1, 1)),
        ("abused minors by village", "受侵害未成年人数", (1, 0, 1, 1, 2, 0, 1, 1)),
    ):
        rows = [
            {"行政村": village, counted: str(count), "年份": "2024"}
            for village, count in zip(villages, counts, strict=True)
        ]
        yield _specimen("small count", f"cell, {name}", as_table(rows), ["1"])


def of_tables() -> Iterator[Specimen]:
    """Whole lists as they were on public pages, and a picture that knows where it was taken."""
    rng = seeded("lists")
    lists: tuple[tuple[str, Callable[[], dict[str, str]]], ...] = (
        ("medical aid", lambda: {"对象": people.name(rng), "住址": people.address(rng), "病种": people.illness(rng)}),
        ("poor households", lambda: {"户主": people.name(rng), "村组": people.address(rng), "致贫原因": "因病"}),
        (
            "students with aid",
            lambda: {"学生": people.name(rng), "班级": "三年级（2）班", "困难类型": people.welfare(rng)},
        ),
        ("graduates", lambda: {"获得者": people.name(rng), "号码": values.identity(rng)}),
        ("subsidy by bank", lambda: {"户主": people.name(rng), "账户": values.bank_card(rng), "金额": "600"}),
    )
    for name, row in lists:
        rows = [row() for _ in range(20)]
        traces = [next(iter(row.values())) for row in rows]
        yield _specimen("list of persons", f"table, {name}", as_table(rows), traces)
    for name, make in (("cameras", camera), ("guarded sites", people.guarded_place)):
        rows = []
        for number in range(12):
            longitude, latitude = people.position(rng)
            rows.append({"序号": str(number + 1), "点位": make(rng), "经度": longitude, "纬度": latitude})
        kind = "camera with position" if make is camera else "guarded site with position"
        yield _specimen(kind, f"table, {name} with columns of degrees", as_table(rows), [row["经度"] for row in rows])
    picture = Delivery(file_name="现场照片.jpg", content=documents.jpeg("现场", has_position=True))
    yield replace(_specimen("position of a picture", "jpeg, GPS", picture, []), is_in_original=True)


def _planted(texts: Sequence[str]) -> list[str]:
    return [*("资料齐全", "已答复", "需补正", "转办") * 5, *texts]


def _with(cells: Sequence[str]) -> Delivery:
    rows = clean_rows()
    return as_table([rows[number % len(rows)] | {_COLUMN: cell} for number, cell in enumerate(cells)])


def _specimen(kind: str, place: str, delivery: Delivery, traces: Sequence[str]) -> Specimen:
    return Specimen(f"{kind} | plain | {place}", kind, "plain", place, delivery, tuple((trace,) for trace in traces))
