"""Classes of signs that the rules' patterns are made of, for Rust's regex engine (no look-around, linear time).

`\\b` fails beside Chinese, so edges are written out."""

from typing import Final

_INVISIBLE: Final = (
    r"\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}"
    r"\u{feff}\u{180e}\u{34f}\u{61c}\u{fe00}-\u{fe0f}\u{1d}-\u{1f}"
)
INVISIBLE: Final = rf"[{_INVISIBLE}]"
"""Soft hyphen, zero-width signs, marks of direction, variation selectors: removed before anything is read."""

NUMERALS: Final = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖⓪①②③④⑤⑥⑦⑧⑨⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉貳參叄陸弌弍弎兩两洞拐勾"
NUMERAL_VALUES: Final = dict(
    zip(NUMERALS, "000" + "1234567891" + "123456789" + "0123456789" * 3 + "233612322079", strict=True)
)
"""Digits that are no decimal digits: numerals in both writings, in circles, raised and lowered, of spoken radio."""

LOOKALIKES: Final = "OoОоΟοՕօ○◯lIiíІіΙι|ǀⅠⅰSsЅѕZzΖBВΒbGq"
LOOKALIKE_VALUES: Final = dict(zip(LOOKALIKES, "0" * 10 + "1" * 12 + "5" * 4 + "2" * 3 + "8" * 3 + "669", strict=True))
"""Letters of the Latin, Cyrillic, Greek and Armenian alphabets that look like a digit."""
_LIKE_0_1: Final = "OoОоΟοlIіІ|"

LAST_X: Final = "XxХхΧχⅩⅹ×✕✖╳"
"""What people write for the last sign of an identity number whose check digit is ten."""

_GAP_SIGNS: Final = (
    r"\x00-\x1f -/:-@\[-`{-\x7f\u{80}-\u{a9}\u{ab}-\u{b1}\u{b4}-\u{b8}\u{bb}-\u{bf}\u{34f}\u{61c}\u{180e}\u{2000}-\u{206f}"
    r"\u{2190}-\u{23ff}\u{2500}-\u{2bff}\u{3000}-\u{3004}\u{3008}-\u{3020}\u{30fb}\u{fe00}-\u{fe6f}\u{feff}\u{ff01}-\u{ff0f}"
    r"\u{ff1a}-\u{ff20}\u{ff3b}-\u{ff40}\u{ff5b}-\u{ff65}"
)
GAP: Final = rf"[{_GAP_SIGNS}]*"
"""What may stand between two digits of one number before normalising. Blocks of punctuation, not Unicode classes: those
make the automaton of the pre-filter so large that it thrashes (a hundred times slower, measured)."""
DIGIT: Final = rf"[0-9０-９{NUMERALS}{_LIKE_0_1}]"
ONE: Final = "[1１一壹幺弌①lI|іІⅠ]"
THREE_TO_NINE: Final = "[3-9３-９三四五六七八九叁肆伍陆柒捌玖參叄陸弎③④⑤⑥⑦⑧⑨拐勾]"
OTHER_SCRIPT: Final = r"[\p{Nd}--[0-9０-９]]"
LETTER_GAP: Final = r"[A-Za-z\u{4e00}-\u{9fff}]{1,2}"
"""A letter or two between groups of digits."""

START: Final = r"(?:^|[^0-9A-Za-z])"
END: Final = r"(?:$|[^0-9A-Za-z])"
CODE_START: Final = r"(?:^|[^0-9A-Za-z]|[Nn][Oo]\.?|[a-z])"
CODE_END: Final = r"(?:$|[^0-9A-Za-z]|[a-z])"
"""Edges of a code in capitals: small letters and `No` may be glued to it."""
_SURNAMES: Final = (
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜"
    "戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶丛"
    "焦向柳邢路岳齐齊沿梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵閔解强柴华華车車冉房边邊辜欧阳歐陽"
)
_NO_GIVEN: Final = (
    "区區县縣市镇鎮乡鄉村街道路局委院校园園所站店厂廠馆館社司"
    "处處科办辦组組团團队隊部中心会會期段类類等级級型省州旗桥橋户戶楼樓栋号號"
)
PERSON: Final = rf"[{_SURNAMES}][\p{{Han}}--[{_NO_GIVEN}]]{{1,2}}"
"""A Chinese name by its surname; what ends like a place or an office is none."""
NAMED_FIRST: Final = rf"(?:^|[^一-龥])[{_SURNAMES}][一-龥]{{1,2}}[,，]"
"""A text that begins with a name."""
NAME: Final = r"[\p{Han}]{2,4}(?:·[\p{Han}]{1,8})?"
