"""Where a drop lies, and what is true of files that say nothing about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harvesters.config import ConfigReader
from harvesters.entries import LABELS


@dataclass(frozen=True, slots=True)
class FolderConfig:
    """`root`: an absolute directory or .zip; nothing outside of it is ever read.

    `publisher_name`, `publisher_name_en`, `publisher_code`: who publishes what names no publisher itself.
    `metadata_file`: name of the metadata file at the root (.json or .csv); "" looks for `metadata.json`, then
    `metadata.csv`; where there is none, every file is a dataset of its own.
    """

    root: Path
    language: str = "zh"
    metadata_file: str = ""
    publisher_name: str = ""
    publisher_name_en: str = ""
    publisher_code: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    max_files: int = 20_000
    max_file_mib: int = 4096


def read_folder_config(values: Mapping[str, object]) -> FolderConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("folder", values)
    config = FolderConfig(
        root=Path(reader.text("root")),
        language=reader.choice("language", "zh", ("zh", "en")),
        metadata_file=reader.text("metadata_file", ""),
        publisher_name=reader.text("publisher_name", ""),
        publisher_name_en=reader.text("publisher_name_en", ""),
        publisher_code=reader.text("publisher_code", ""),
        labels=reader.texts("labels", allowed=LABELS),
        max_files=reader.integer("max_files", 20_000, at_least=1, at_most=1_000_000),
        max_file_mib=reader.integer("max_file_mib", 4096, at_least=1, at_most=65_536),
    )
    if not config.root.is_absolute():
        reader.fault("'root' must be an absolute path to a directory or a .zip file.")
    if "/" in config.metadata_file or (config.metadata_file and not config.metadata_file.endswith((".json", ".csv"))):
        reader.fault("'metadata_file' must be the name of a .json or .csv file at the root.")
    reader.finish()
    return config
