"""The catalogue workbook of the 2017 guide: .xlsx, .xls or .csv, with data files beside it."""

from harvesters.workbook.config import WorkbookConfig, read_workbook_config
from harvesters.workbook.source import WorkbookSource

__all__ = ["WorkbookConfig", "WorkbookSource", "read_workbook_config"]
