"""2,000 documents and 200 queries, Chinese and English, always the same ones."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from portal.index import Document
from portal.kernel.text import Language

ZH, EN = Language.ZH, Language.EN
DEPARTMENTS = {
    "education": ("区教育局", "Education Bureau"),
    "transport": ("区交通运输局", "Transport Bureau"),
    "environment": ("生态环境分局", "Ecology and Environment Branch"),
    "health": ("卫生健康局", "Health Bureau"),
    "market": ("市场监督管理局", "Market Regulation Bureau"),
    "finance": ("财政局", "Finance Bureau"),
}
SUBJECTS = [
    ("公共停车场", "public car parks", "transport"),
    ("公交站点", "bus stops", "transport"),
    ("空气质量监测", "air quality monitoring", "environment"),
    ("PM2.5日均值", "PM2.5 daily means", "environment"),
    ("中小学名录", "primary and secondary schools", "education"),
    ("幼儿园招生计划", "kindergarten enrolment plans", "education"),
    ("医疗机构信息", "medical institutions", "health"),
    ("疫苗接种点", "vaccination sites", "health"),
    ("行政处罚结果", "administrative penalties", "market"),
    ("食品抽检合格率", "food inspection pass rates", "market"),
    ("部门预算", "departmental budgets", "finance"),
    ("“三公”经费支出", "official expenses", "finance"),
    ("5G基站分布", "5G base stations", "transport"),
    ("A级旅游景区", "A-level scenic areas", "market"),
    ("图书馆藏书", "library holdings", "education"),
    ("雨量站實時數據", "rain gauges in real time", "environment"),
]
PLACES = [
    ("西湖区", "Xihu District"),
    ("龙门街道", "Longmen Subdistrict"),
    ("高新開發區", "High-tech Zone"),
    ("老城区(北)", "Old Town (North)"),
    ("全区", "the whole district"),
]
KINDS = [("信息", "list"), ("统计表", "statistics"), ("年度报告", "annual report"), ("明细——按月", "details by month")]
CYCLES = ("daily", "monthly", "yearly", "irregular")
FORMATS = ("csv", "xlsx", "json", "xml")
THEMES = ("transport", "environment", "education", "health", "business")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def make_documents(count: int = 2000, seed: int = 7) -> list[Document]:
    """Documents of all combinations, some in one language only, some with equal titles."""
    chance = random.Random(seed)
    return [_document(number, chance) for number in range(count)]


def _document(number: int, chance: random.Random) -> Document:
    (subject_zh, subject_en, department), place, kind = (
        chance.choice(SUBJECTS),
        chance.choice(PLACES),
        chance.choice(KINDS),
    )
    year = chance.randrange(2015, 2027)
    titles = {
        ZH: f"{year}年{place[0]}{subject_zh}{kind[0]}",
        EN: f"{subject_en.title()} of {place[1]}, {kind[1]} {year}",
    }
    shown = chance.choice(((ZH, EN), (ZH, EN), (ZH,), (ZH,), (EN,)))
    other = chance.choice(SUBJECTS)
    return Document(
        id=f"doc{number:05d}",
        revision=chance.randrange(1, 9),
        titles={language: titles[language] for language in shown},
        descriptions={ZH: f"本数据集包含{place[0]}的{subject_zh}，另见{other[0]}。", EN: f"See also {other[1]}."},
        keywords={ZH: f"{subject_zh[:2]},{place[0]},{other[0][-2:]}"} if number % 3 else {},
        publisher_names=dict(zip((ZH, EN), DEPARTMENTS[department], strict=True)),
        columns="编号\n名称\naddress\n经度\n" + chance.choice(("停车位数", "school_name", "PM2.5", "联系电话")),
        facets={
            "department": (department,),
            "theme": tuple(chance.sample(THEMES, chance.randrange(0, 3))),
            "format": tuple(chance.sample(FORMATS, chance.randrange(1, 4))),
            "update_frequency": (chance.choice(CYCLES),),
            "openness": (chance.choice(("unconditional", "conditional")),),
            "language": tuple(language.value for language in shown),
        },
        modified_at=NOW - timedelta(days=chance.randrange(0, 900)),
        popularity=chance.choice((0, 0, 1, 3, 8, 40, 500)),
        theme_names={ZH: "道路交通", EN: "Transport"} if number % 5 == 0 else {},
    )


def make_queries(documents: list[Document], count: int = 200, seed: int = 11) -> list[str]:
    """Cuts of titles, words, phrases, exclusions, fields, nonsense; half Chinese, half English or mixed."""
    chance = random.Random(seed)
    queries = [
        "",
        "——",
        "3年",
        "ir",
        "-停车",
        'title:"',
        "停車場",
        "ＰＭ２．５",
        "的",
        "a",
        "theme:道路交通",
        "theme:health csv",
    ]
    while len(queries) < count:
        title = chance.choice(list(chance.choice(documents).titles.values()))
        start = chance.randrange(len(title))
        cut = title[start : start + chance.randrange(1, 9)]
        word = chance.choice(chance.choice(SUBJECTS)[1].split())
        other = chance.choice(SUBJECTS)[chance.randrange(2)]
        queries.append(
            chance.choice(
                (
                    cut,
                    f"{cut} {word}",
                    f"{other} {word}s",
                    f'"{other}"',
                    f"{other} -{word}",
                    f"title:{other[:6]}",
                    f"{chance.choice(PLACES)[0]}{other}收费标准",
                    f"format:{chance.choice(FORMATS)} {word.upper()}",
                    f"publisher:{chance.choice(list(DEPARTMENTS.values()))[0][-3:]} {cut}",
                    f'{word} "unbalanced {word}',
                )
            )
        )
    return queries


def make_choices(number: int) -> Mapping[str, tuple[str, ...]]:
    """A choice of facet values for every other query."""
    chance = random.Random(number)
    choices: dict[str, tuple[str, ...]] = {}
    if number % 2:
        choices["department"] = tuple(chance.sample(sorted(DEPARTMENTS), 2))
    if number % 4 == 1:
        choices["format"] = (chance.choice(FORMATS),)
    if number % 8 == 1:
        choices["language"] = ("zh",)
    return choices
