"""Rows under a table that are not data: totals, remarks, who made it."""

import re
from collections.abc import Sequence

FOOTER_ROWS = 12
_LEAST_ROWS_ABOVE = 2  # header and one row
TOTAL = r"(?:本页|本表|全区|全市|全县|全省|全国)?[合总總共小]\s*[计計]|总\s*[数数]|(?:grand\s+)?totals?|sum|合\s*计数"
_TOTAL = re.compile(TOTAL, re.IGNORECASE)
_REMARK = re.compile(
    r"[*＊※]?\s*(?:注\s*(?:\d{1,2}|[一二三四五六七八九十])?|附\s*注|备\s*注|備\s*註|说\s*明|說\s*明|提\s*示|资\s*料\s*来\s*源|資料來源|数据来源|來源|来\s*源|制\s*表\s*人?"
    r"|製\s*表\s*人?|填\s*表\s*(?:人|日期|说明)?|填\s*报\s*(?:人|单位|日期)|审\s*[核批]\s*人?|审\s*[核批]|复\s*核\s*人?|复\s*核|单位负责人|负\s*责\s*人|经\s*办\s*人?"
    r"|统计\s*(?:人|负责人|时间|日期)?|统计截止(?:时间|日期)?|报送(?:人|单位|日期|时间)?|导出(?:人|时间|日期)|打印(?:人|时间|日期)|制作(?:人|单位|时间|日期)"
    r"|更新(?:时间|日期)|截止(?:时间|日期)|联\s*系\s*(?:人|电话)|note|notes|source|remarks?)\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)


def is_total(row: Sequence[str | None]) -> bool:
    """Whether the first cell of the row, or the one beside a number in it, says that the row is a sum."""
    texts = [cell.strip() for cell in row[:3] if cell and cell.strip()]
    return bool(texts) and any(_TOTAL.fullmatch(text) for text in texts[:2])


def count_footers(last: Sequence[Sequence[str | None]], width: int, row_count: int) -> int:
    """How many of the last rows stand under the table; at least a header and a row stay."""
    count = 0
    for row in reversed(last):
        if count >= row_count - _LEAST_ROWS_ABOVE or not (_is_remark(row, width) or is_total(row)):
            break
        count += 1
    return count


def _is_remark(row: Sequence[str | None], width: int) -> bool:
    """Few cells, and each of them a label and its text, or the one such text with its continuation."""
    texts = [cell.strip() for cell in row if cell and cell.strip()]
    if not texts or _REMARK.match(texts[0]) is None:
        return False
    return len(set(texts)) <= max(2, width * 2 // 5) or all(_REMARK.match(text) for text in texts)
