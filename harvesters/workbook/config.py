"""Where a catalogue workbook and its data files lie, and what is true of resources that say nothing about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harvesters.config import ConfigReader
from harvesters.entries import LABELS
from harvesters.workbook.words import FIELDS, head


@dataclass(frozen=True, slots=True)
class WorkbookConfig:
    """`root`: an absolute directory or .zip; nothing outside of it is ever read.

    `workbook`: path of the workbook beneath the root; "": the only .xlsx, .xls or .csv at the root itself. `data`: the
    directory beneath the root whose files belong to resources; "": everything beside the workbook. `columns`: field →
    head, for heads that are not understood; `ignore_columns`, `ignore_sheets`: what is passed over on purpose.
    """

    root: Path
    workbook: str = ""
    data: str = ""
    language: str = "zh"
    publisher_name: str = ""
    publisher_code: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore_columns: frozenset[str] = frozenset()
    ignore_sheets: frozenset[str] = frozenset()
    max_rows: int = 500_000
    max_files: int = 20_000
    max_file_mib: int = 4096


def read_workbook_config(values: Mapping[str, object]) -> WorkbookConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("workbook", values)
    config = WorkbookConfig(
        root=Path(reader.text("root")),
        workbook=reader.text("workbook", ""),
        data=reader.text("data", "").strip("/"),
        language=reader.choice("language", "zh", ("zh", "en")),
        publisher_name=reader.text("publisher_name", ""),
        publisher_code=reader.text("publisher_code", ""),
        labels=reader.texts("labels", allowed=LABELS),
        columns={name: head(text) for name, text in reader.texts("columns", allowed=FIELDS).items()},
        ignore_columns=frozenset(head(name) for name in reader.words("ignore_columns")),
        ignore_sheets=frozenset(reader.words("ignore_sheets")),
        max_rows=reader.integer("max_rows", 500_000, at_least=1, at_most=2_000_000),
        max_files=reader.integer("max_files", 20_000, at_least=1, at_most=1_000_000),
        max_file_mib=reader.integer("max_file_mib", 4096, at_least=1, at_most=65_536),
    )
    if not config.root.is_absolute():
        reader.fault("'root' must be an absolute path to a directory or a .zip file.")
    reader.finish()
    return config
