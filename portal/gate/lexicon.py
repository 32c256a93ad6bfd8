"""Names of columns that say by themselves what they hold: Chinese, English, pinyin, initials, codes of 双公示.

Two answers. `sensitive_kind`: the column may not be published as it is. `names_person`: the column holds names of
people, which is lawful by itself (legal representatives in 双公示 lists, winners of honours) and matters only beside
telephones and homes.

Sources: fields of 行政许可和行政处罚等信用信息公示数据标准 (发改办财金〔2018〕424号: `XK_…`, `CF_…`),
GB/T 35273-2020 annex A and B (personal and sensitive personal information), files that several cities publish.
"""

import re
import unicodedata
from typing import Final

# A Chinese pattern is searched in the name without white space and punctuation; Traditional forms stand beside.
_CHINESE: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "identity",
            r"身[份分][证證]件?(号|號|$)|公民身[份分]号|居民身[份分]|^身[份分]号码?$",
        ),
        (
            "identity",
            r"(?<!许可)(?<!許可)(?<!批准)(?<!资质)[证證]件(号|號|编号|編號)|[军軍]官[证證]号?|士兵证号|残疾人?证号",
        ),
        ("identity", r"[护護]照(号|號|号码|號碼)?$|通行[证證](号|號)|居住证号|台胞证|回[乡鄉]证"),
        ("identity", r"社会保障(号|卡号|号码)|社保(卡?号|编号)|医保(卡?号|编号)|驾驶证(号|档案)|个人编号|学籍号"),
        (
            "mobile",
            r"手[机機](号|號|号码|號碼)|手[机機]$|移动电话|行動電話|流動電話|家庭电话|住宅电话|个人电话|本人电话",
        ),
        ("mobile", r"(监护人|家长|配偶|亲属|紧急联系人).{0,2}(电话|联系方式)|微信号|^微信$|^qq号?码?$"),
        (
            "home",
            r"家庭(住址|地址|详细)|住宅地址|(户籍|户口|戶籍)(地|所在|地址|详细)|现住址|居住(地址|详细)|^住址$|个人(住址|地址)|常住地址|家庭成员",
        ),
        ("bank", r"银行(卡|账|帐)(号|户)|(开户|收款|付款)(账|帐)(号|户)|^(账|帐|卡)号$|银行卡"),
        ("birth", r"出生(日期|年月|时间)|^生日$"),
        ("health", r"病[历歷]号|住院号|门诊号|(疾病|临床|入院|出院)诊断|^诊断(结果)?$|患者姓名|病人姓名"),
        (
            "intimate",
            r"宗教信仰|指纹|人脸|虹膜|密码$|口令$|婚姻状况|性取向|(监护人|家长|配偶|父亲|母亲|患者|儿童|学生)姓名",
        ),
    )
)
_PINYIN_SUFFIXES: Final[tuple[tuple[str, str], ...]] = (
    ("sfzh", "identity"),
    ("sfzhm", "identity"),
    ("sfzjh", "identity"),
    ("sfzjhm", "identity"),
    ("gmsfhm", "identity"),
    ("zjhm", "identity"),
    ("shbzh", "identity"),
    ("shenfenzheng", "identity"),
    ("shenfenzhenghao", "identity"),
    ("sjhm", "mobile"),
    ("yddh", "mobile"),
    ("lxsj", "mobile"),
    ("shouji", "mobile"),
    ("shoujihao", "mobile"),
    ("jtzz", "home"),
    ("jtdz", "home"),
    ("hjdz", "home"),
    ("hkszd", "home"),
    ("xzdz", "home"),
    ("jzdz", "home"),
    ("yhkh", "bank"),
    ("yhzh", "bank"),
    ("csrq", "birth"),
    ("csny", "birth"),
)
_WORDS: Final[dict[str, str]] = {
    "sfz": "identity",
    "zjh": "identity",
    "hzh": "identity",
    "sbkh": "identity",
    "idcard": "identity",
    "idcardno": "identity",
    "passport": "identity",
    "passportno": "identity",
    "hkid": "identity",
    "ssn": "identity",
    "sjh": "mobile",
    "mobile": "mobile",
    "mobilephone": "mobile",
    "cellphone": "mobile",
    "wechat": "mobile",
    "dob": "birth",
    "birthday": "birth",
    "birthdate": "birth",
    "bankaccount": "bank",
    "password": "intimate",
}
_PHRASES: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"id", "card"}), "identity"),
    (frozenset({"identity", "number"}), "identity"),
    (frozenset({"identity", "no"}), "identity"),
    (frozenset({"national", "id"}), "identity"),
    (frozenset({"passport", "no"}), "identity"),
    (frozenset({"passport", "number"}), "identity"),
    (frozenset({"mobile", "phone"}), "mobile"),
    (frozenset({"mobile", "no"}), "mobile"),
    (frozenset({"mobile", "number"}), "mobile"),
    (frozenset({"cell", "phone"}), "mobile"),
    (frozenset({"home", "address"}), "home"),
    (frozenset({"residential", "address"}), "home"),
    (frozenset({"bank", "account"}), "bank"),
    (frozenset({"bank", "card"}), "bank"),
    (frozenset({"date", "of", "birth"}), "birth"),
    (frozenset({"birth", "date"}), "birth"),
)
# "mobile" in "mobile library" is a vehicle: these words alone mean it only as the whole name.
_WHOLE_NAME_ONLY: Final = frozenset({"mobile", "passport", "wechat", "password"})

_PERSON_CHINESE: Final = re.compile(
    r"姓名|法定代表人(?!证|身|电|类)|法人代表(?!证|身|电|类)|^(负责|联系|經辦|经办|当事|申请)人$|聯絡人$|联系人$|户主|院长|校长|园长"
)
_PERSON_WORDS: Final = frozenset({"xm", "xingming", "frdb", "fddbr", "lxr", "fzr", "hzxm", "frxm", "lxrxm"})
_PERSON_PHRASES: Final = (frozenset({"full", "name"}), frozenset({"contact", "person"}), frozenset({"person", "name"}))


def sensitive_kind(name: str) -> str | None:
    """What the name of a column gives away (`identity`, `mobile`, `home`, `bank` …), None if nothing."""
    plain, words = _readings(name)
    for kind, pattern in _CHINESE:
        if pattern.search(plain):
            return kind
    for word in words:
        if word in _WORDS and (word not in _WHOLE_NAME_ONLY or len(words) == 1):
            return _WORDS[word]
        for suffix, kind in _PINYIN_SUFFIXES:
            if word.endswith(suffix):
                return kind
    present = set(words)
    return next((kind for phrase, kind in _PHRASES if phrase <= present), None)


def names_person(name: str) -> bool:
    """Whether a column of this name holds names of people."""
    plain, words = _readings(name)
    present = set(words)
    return bool(
        _PERSON_CHINESE.search(plain) or present & _PERSON_WORDS or any(phrase <= present for phrase in _PERSON_PHRASES)
    )


def _readings(name: str) -> tuple[str, list[str]]:
    """A name without white space and punctuation, and the Latin words in it, both in lower case."""
    normal = unicodedata.normalize("NFKC", name)
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", normal)
    words = re.findall(r"[a-z]+", split.lower())
    plain = re.sub(r"[\W_]+|\d+$", "", normal.lower())
    return plain, words
