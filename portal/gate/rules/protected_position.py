"""Cameras and protected places with their coordinates."""

from typing import Final

from portal.gate.rules.model import Rule, Words

PROTECTED: Final = (
    r"监控(?:点|摄像|探头|设备|杆)|視頻監控|视频监控|摄像[头机]|探头|人脸(?:抓拍|识别)|卡口|天网|雪亮工程|军事|部队|营区|营房|靶场|弹药|雷达|导弹|军用|军港|军械"
    r"|武警|人防(?:工程|指挥|工事)|指挥所|核(?:电站|电厂|设施|材料|燃料|反应堆|废料|废物)|放射源|取水口|水源地|水源井|水源保护|古墓|墓葬|考古|田野文物|未公(?:布|开).{0,4}文物"
    r"|炸药|爆炸物品|民爆|危化品(?:仓|储)|剧毒|油库|油气(?:储备)?库|油料库|储备库|输油|输气管|战备|国防|看守所|监狱|戒毒所|CCTV|cctv|surveillance|camera"
)
PUBLIC_BY_LAW: Final = r"电子警察|违法(?:抓拍|停车抓拍)|固定(?:式)?测速|交通技术监控|闯红灯|测速(?:点|设备)"
"""Places of traffic enforcement cameras must be published (行政处罚法 第四十一条)."""
_WORDS: Final = (
    "监控|監控|摄像|探头|人脸抓拍|人脸识别|卡口|天网|雪亮工程|军事|部队|营区|营房|靶场|弹药|雷达|导弹|军用|军港|军械|武警|人防|指挥所|核电|核设施|核材料|核燃料"
    "|核反应|核废|放射源|取水口|水源|古墓|墓葬|考古|文物|炸药|爆炸物|民爆|危化品|剧毒|油库|油气储备|油料库|储备库|输油|输气|战备|国防|看守所|监狱|戒毒所|CCTV|cctv|surveillance|camera"
)
_DEGREES: Final = r"(?:1[0-4][0-9]|[7-9][0-9]|[1-5][0-9])\.[0-9]{4,}"

RULE: Final = Rule(
    name="protected_position",
    weight="hold",
    title=Words("摄像头和受保护地点的坐标", "Positions of cameras and of protected places"),
    message=Words(
        "“%(subject)s”中有摄像头、军事、核设施、水源、文物等地点的精确坐标（%(count)s 处）。请删除坐标或征求主管部门意见。",
        "Precise positions of cameras, military, nuclear or other protected places were found in “%(subject)s” (%(count)s). "
        "Remove the coordinates, or ask the competent authority.",
    ),
    source=Words(
        "《公开地图内容表示规范》（自然资规〔2023〕2号）；《军事设施保护法》；《公共安全视频图像信息系统管理条例》；《行政处罚法》第四十一条",
        "Specification for the content of public maps (2023); Law on the Protection of Military Facilities; "
        "Regulations on public "
        "security video (2025); Administrative Penalty Law, article 41",
    ),
    counts=Words(
        "写明监控、卡口、军事、核设施、放射源、取水口、未公开文物等的行或单元格，带四位及以上小数的经纬度（一列、"
        "两列或图层几何列）；以及标题写明是摄像头点位的。",
        "Rows or cells that speak of surveillance, checkpoints, military or nuclear facilities, radiation sources, "
        "water intakes, "
        "unpublished relics and the like, with coordinates of four decimals or more in one column, in two, or as geometry; and "
        "titles that say it is a list of cameras.",
    ),
    ignores=Words(
        "依法应当公布的交通违法抓拍设备位置；三位及以下小数（约百米）的坐标；核酸检测点、水源村等。",
        "Traffic enforcement cameras, which must be published by law; coordinates of three decimals or fewer (about 100 m).",
    ),
    words=tuple(_WORDS.split("|")),
    patterns=(
        rf"(?:{PROTECTED}).*{_DEGREES}[^0-9]{{1,12}}{_DEGREES}",
        rf"{_DEGREES}[^0-9]{{1,12}}{_DEGREES}.*(?:{PROTECTED})",
        r"(?:视频监控|监控摄像[头机]?|摄像[头机]|卡口|监控探头|公安监控|治安监控|天网|雪亮工程).{0,8}(?:点位|位置|坐标|分布|清单|台账|一览表|明细)",
    ),
    except_for=rf"((?:{PUBLIC_BY_LAW})[^\n]*)",
)
