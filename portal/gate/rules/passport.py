"""Passports and travel permits."""

from typing import Final

from portal.gate.rules.counts import ENOUGH, Counts, Judged
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import CODE_END, CODE_START, END, GAP, START


def _judge(counts: Counts) -> Judged:
    """Codes of one or two letters and as many digits as a permit: where nine in ten of a long column carry a recent year
    after the letters, it is a column of case numbers."""
    found, like, dated = counts.cells["passport"], counts.numbers["permit_like"], counts.numbers["permit_dated"]
    return Judged(0, found) if like >= ENOUGH and dated >= 0.9 * like else Judged(found, 0)


MACHINE_READABLE: Final = (
    r"(?i:P[A-Z<][A-Z]{3}[A-Z]{1,30}(?:<[A-Z]{1,30})?<<[A-Z<]{2,40})",
    r"(?i:[A-Z0-9<]{8}[0-9<][0-9][A-Z<]{3}[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}[MFX<][0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3})",
)
"""The two lines at the foot of a passport's page (ICAO 9303-4)."""

RULE: Final = Rule(
    name="passport",
    weight="hold",
    title=Words("护照和出入境通行证号码", "Passports and travel permits"),
    message=Words(
        "“%(subject)s”中发现护照或出入境通行证号码（%(count)s 处）。请删除。",
        "Numbers of passports or travel permits were found in “%(subject)s” (%(count)s). Remove them.",
    ),
    source=Words(
        "GB/T 35273-2020 附录 B；国家移民管理局证件式样；ICAO 9303-4（机读码）",
        "GB/T 35273-2020 annex B; documents of the immigration administration; ICAO 9303-4 (machine-readable zone)",
    ),
    counts=Words(
        "普通护照（E、G 开头）、公务和外交护照（DE、SE、PE）、往来港澳通行证（C、W）、往来台湾通行证（L、T）、"
        "回乡证（H、M）；其他国家"
        "护照、台胞证（8 位或 10 位数字）和军官证，在写明证件名称的单元格或列中。",
        "Ordinary passports (E, G), service and diplomatic ones (DE, SE, PE), permits to Hong Kong and Macao (C, W), to "
        "Taiwan (L, T), home return permits (H, M). Foreign passports, permits of Taiwanese (8 or 10 digits) and officers' "
        "cards where the cell or the column names them.",
    ),
    ignores=Words(
        "字母加年份加序号的整列编号（如案件编号）；写明“准字”“注册证”的药品、器械批准文号，以及名为批准文号的列。",
        "Columns of codes of letters, a year and a number, such as case numbers; approvals of medicines and devices that are "
        "called so in the cell or by the column's name.",
    ),
    words=(
        "护照",
        "護照",
        "通行证",
        "通行證",
        "回乡证",
        "回鄉證",
        "台胞证",
        "台胞證",
        "军官证",
        "軍官證",
        "士兵证",
        "字第",
        "assport",
        "PASSPORT",
        "<<",
    ),
    prefilter=(rf"[A-Za-zＡ-Ｚａ-ｚ]{GAP}[0-9０-９](?:{GAP}[0-9０-９]){{6}}",),
    patterns=(
        rf"{START}(?:[Ee][0-9]{{8}}|[Gg][0-9]{{8}})(?:$|[^0-9A-Za-z])",
        rf"{CODE_START}(?:E[A-HJ-NP-Z][0-9]{{7}}|[EG][0-9]{{8}}|[DSP]E[0-9]{{7}}){CODE_END}",
        rf"{CODE_START}(?:[CWLTHM][0-9]{{8}}|[HM][0-9]{{10}}|C[A-HJ-NP-Z][0-9]{{7}}){CODE_END}",
        *MACHINE_READABLE,
        r"[军軍兵士文装政后空海北南沈兰成济广参]字第\s?[0-9]{6,8}\s?号",
    ),
    except_for=r"((?:准字|注册证号?|备案号?)\s*[:：]?\s*[A-Z]{1,2}[0-9]{8,10})",
    patterns_without_separators=MACHINE_READABLE,
    patterns_beside_word=(
        rf"{CODE_START}[A-Za-z]{{1,2}}\s?[\-]?[0-9]{{6,10}}(?:{CODE_END}|[A-Z]{END})",
        rf"{CODE_START}[0-9]{{8}}(?:[0-9]{{2}})?(?:\([A-Z0-9]\))?{CODE_END}",
    ),
    word=r"护照|護照|通行[证證]|回[乡鄉][证證]|台胞[证證]|[军軍]官[证證]|士兵[证證]|(?i:passport)|(?i:hzh)$",
    judge=_judge,
)
