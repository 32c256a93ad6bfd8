"""The patterns of the inspection, for Rust's regex engine (no look-around) and for cells after `normalise`.

`\\b` fails beside Chinese, so edges are written out as "not a digit". Every pattern is linear in the length of a cell.
"""

from typing import Final

# What people put between the digits of one number: spaces of every width, hyphens and dashes, dots, slashes, invisible
# characters. `_INVISIBLE` is removed by normalising.
_INVISIBLE: Final = (
    r"\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{feff}\u{180e}\u{34f}\u{61c}\u{fe00}-\u{fe0f}"
)
_BETWEEN: Final = r"[\s--\t]()（）\-‐-―−－﹣·・•．.。_/\\＿／"
# Digits that are no decimal digits: numerals in both writings, in circles, raised and lowered.
_OTHER_DIGITS: Final = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖⓪①②③④⑤⑥⑦⑧⑨⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"

SEPARATOR: Final = rf"[{_BETWEEN}]{{1,3}}"
INVISIBLE: Final = rf"[{_INVISIBLE}]"
OTHER_NUMBER: Final = rf"[{_OTHER_DIGITS}]{{11,}}"
OTHER_DIGIT_VALUES: Final = dict(zip(_OTHER_DIGITS, "000" + "1234567891" + "123456789" + "0123456789" * 3, strict=True))

_SPELLED_AT: Final = r"[\[(（【<]\s*(?i:at)\s*[\])）】>]"
_EMAIL: Final = r"[A-Za-z0-9][A-Za-z0-9._%+\-]*\s?@\s?(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}"
_MARK: Final = r"绝\s*密|絕\s*密|机\s*密|機\s*密|秘\s*密"
_INTERNAL: Final = r"内部(?:资料|文件|材料)[,，、;；\s]*(?:注意|请勿|严禁|不得)|仅供内部(?:使用|参考|传阅)"

_GAP: Final = rf"[{_BETWEEN}{_INVISIBLE}]{{0,4}}"

DIGITS_PREFILTER: Final = "|".join(
    (
        rf"[1１]{_GAP}[3-9３-９](?:{_GAP}\p{{Nd}}){{9}}",  # eleven digits, however written, that may be a mobile number
        rf"\p{{Nd}}(?:{_GAP}\p{{Nd}}){{14}}",  # fifteen digits: identity numbers and bank cards
        rf"[\p{{Nd}}--[0-9０-９]](?:{_GAP}\p{{Nd}}){{5}}",  # digits of another script
        rf"[{_OTHER_DIGITS}]{{11}}",
    )
)
TEXT_PREFILTER: Final = "|".join(
    (
        r"[0-9][eE]\+?1[07]",  # a spreadsheet's 1.10101E+17
        rf"[A-Za-zＡ-Ｚａ-ｚ][\s{_INVISIBLE}]*\p{{Nd}}(?:[{_INVISIBLE}]*\p{{Nd}}){{5}}",  # passports and permits
        rf"[@＠]|{_SPELLED_AT}",
        rf"[绝絕机機秘][\s{_INVISIBLE}]*密|密级|内部[资文材]|仅供内部|SECRET|CONFIDENTIAL",
        r"家住|现住|居住|住址|户籍|暂住|家庭地址",
        r"联系人|联络人|聯絡人|先生|女士|小姐|姓名",
    )
)
PREFILTER: Final = f"{DIGITS_PREFILTER}|{TEXT_PREFILTER}"
"""The one pass over everything: selects at least every cell that a rule below could match, before normalising."""

NEEDS_NORMALISING: Final = rf"[\p{{Nd}}--[0-9]]|[Ａ-Ｚａ-ｚⅩⅹ＠．－＿／＋{_INVISIBLE}]|{OTHER_NUMBER}"
ENUMERATOR: Final = "[①-⒛⓪-⓿❶-➓㉑-㊿]"  # NFKC would glue these to the number that follows
HASH: Final = (
    r"(^|[^0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9A-F]{32,}"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})()"
)
DECIMAL: Final = r"(^|[^0-9.])[0-9]{1,9}\.[0-9]+($|[^0-9.])"

ELEVEN: Final = r"(?:^|[^0-9])[1-9][0-9]{10}(?:$|[^0-9])"
ELEVEN_FROM_1: Final = r"(?:^|[^0-9])1[0-9]{10}(?:$|[^0-9])"
ELEVEN_FROM_10_TO_12: Final = r"(?:^|[^0-9])1[0-2][0-9]{9}(?:$|[^0-9])"
HAS_RUN: Final = r"(?:^|[^0-9])(?:[0-9]{11,13}|[0-9]{15,19}|[0-9]{17}[Xx])(?:$|[^0-9])"
RUN: Final = r"[0-9]{11,}[Xx]?"
HAS_CHAIN: Final = rf"[0-9]{SEPARATOR}[0-9]"
ELEVEN_IN_CHAIN: Final = rf"[0-9](?:(?:{SEPARATOR})?[0-9]){{10}}"
CHAIN: Final = rf"[0-9]+(?:{SEPARATOR}[0-9]+)+(?:(?:{SEPARATOR})?[Xx])?"


def _grouped(first: str, sizes: tuple[int, ...], last: str = "[0-9]") -> str:
    """A pattern for digits in groups of these sizes between pairs of spaces; `first` takes the first characters."""
    head, *rest = sizes
    taken = 1 if first == "[1-9]" else 2
    groups = [f"{first}[0-9]{{{head - taken}}}"] + [f"[0-9]{{{size}}}" for size in rest]
    groups[-1] = groups[-1].replace("{" + str(sizes[-1]) + "}", "{" + str(sizes[-1] - 1) + "}") + last
    return "  ".join(groups)


_MOBILE_GROUPS: Final = ((3, 4, 4), (4, 3, 4), (3, 3, 5), (3, 8), (7, 4), (5, 6), (6, 5))
_IDENTITY_GROUPS: Final = (
    (6, 8, 4),
    (6, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (3, 3, 4, 4, 4),
    (3, 3, 8, 4),
    (2, 2, 2, 8, 4),
    (6, 12),
    (14, 4),
    (10, 8),
    (9, 9),
    (4, 4, 4, 4, 2),
    (3, 3, 3, 3, 3, 3),
    (6, 6, 6),
)
_BANK_GROUPS: Final = ((4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (6, 13), (6, 10), (8, 8))


def _alternatives() -> str:
    mobile = [_grouped("1[3-9]", sizes) for sizes in _MOBILE_GROUPS]
    identity = [_grouped("[1-9]", sizes, "[0-9Xx]") for sizes in _IDENTITY_GROUPS]
    bank = ["  ".join(f"[0-9]{{{size}}}" for size in sizes) for sizes in _BANK_GROUPS]
    single = [r"[0-9](?:  [0-9]){10,18}(?:  [Xx])?"]
    double = [r"1[3-9](?:  [0-9]{2}){4}  [0-9]", r"1  [3-9][0-9](?:  [0-9]{2}){4}"]
    ordered = sorted(identity + bank, key=len, reverse=True)
    return "|".join((*single, *ordered, *mobile, *double))


GROUPED: Final = rf"[ |](?:{_alternatives()})[ |]"
"""One number in groups, inside a chain whose groups stand between pairs of spaces and whose ends are `|`."""

SCIENTIFIC_IDENTITY: Final = r"(?:^|[^0-9.])[1-8]\.[0-9]{2,16}[eE]\+?17(?:$|[^0-9])"
SCIENTIFIC_MOBILE: Final = r"(?:^|[^0-9.])1\.[3-9][0-9]{5,9}[eE]\+?10(?:$|[^0-9])"
PASSPORT: Final = r"(?:^|[^0-9A-Za-z])(?:[Ee][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[Gg][0-9]{8})(?:$|[^0-9A-Za-z])"
TRAVEL_DOCUMENT: Final = r"(?:^|[^0-9A-Za-z])[A-Z]{1,2}\s?[0-9]{7,10}(?:$|[^0-9A-Za-z])"
TRAVEL_WORD: Final = r"护照|護照|通行证|通行證|回乡证|台胞证|证件号|(?i:passport)"
HONG_KONG_IDENTITY: Final = r"(?:^|[^0-9A-Za-z])[A-Z]{1,2}[0-9]{6}\s?\([0-9A]\)"
EMAIL: Final = _EMAIL
AT: Final = rf"\s*{_SPELLED_AT}\s*"
OFFICIAL_EMAIL: Final = (
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]*\s?@\s?(?:[A-Za-z0-9\-]+\.)*gov(?:\.[a-z]{2})?($|[^A-Za-z.\-]|\.[^A-Za-z]|\.$)"
)
SECRECY: Final = "|".join(
    (
        rf"(?:{_MARK})\s*[★☆*✩✭]|[★☆✩✭]\s*(?:{_MARK})",
        rf"密级\s*[:：为]?\s*(?:{_MARK})",
        rf"(?m:^)[\s\[【(（]*(?:{_MARK})级?(?:[^\p{{Han}}\w]*[0-9]*\s*[年月]?)?[\s)）】\]]*(?m:$)",
        _INTERNAL,
        r"(?m:^)\W*(?:TOP SECRET|SECRET|CONFIDENTIAL)\W*(?m:$)",
    )
)
HOME: Final = (
    r"(?:家住|现住|户籍地?|居住(?:地|于|在)|暂住|家庭地址|(?:家庭|详细|个人|常住|(?:^|[\s,，。;；:：、（(]))住址)"
    r"[^0-9]{0,40}[0-9]+.{0,24}?(?:单元|[0-9]\s*室|号楼|[栋幢]|[0-9]+-[0-9]+-[0-9]{3,4})"
)
FLAT: Final = r"[0-9一二三四五六七八九十]+\s*(?:号楼|单元|栋|幢|座|号院)[^,，;；]{0,12}[0-9]{2,}\s*(?:室|号|户|$)"
PERSON: Final = r"^\s*[\p{Han}]{2,4}(?:·[\p{Han}]{1,8})?\s*$"
NO_PERSON: Final = r"[室部处科股台站所局院店组办厅司会校部门]\s*$|中心|值班|客服|前台"
NAME_BESIDE_PHONE: Final = (
    r"(?:(?:联系人|联络人|聯絡人|姓名)\s*[:：]?\s*[\p{Han}·]{2,5}|[\p{Han}]{1,3}(?:先生|女士|小姐))"
    r"[^0-9]{0,12}(?:0[0-9]{2,3}[\s\-]?)?[2-8][0-9]{3}\s?[0-9]{3,4}(?:$|[^0-9])"
)
PHONE: Final = r"^\s*(?:\(?0[0-9]{2,3}\)?[\s\-]?)?[2-8][0-9]{3}[\s\-]?[0-9]{3,4}(?:[\s\-转]+[0-9]{1,5})?\s*$"
