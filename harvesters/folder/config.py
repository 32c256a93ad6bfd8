"""Where a drop lies, and what is true of files that say nothing about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harvesters.config import ConfigReader


@dataclass(frozen=True, slots=True)
class FolderConfig:
    """`root`: an absolute directory or .zip; nothing outside of it is ever read."""

    root: Path
    language: str = "zh"
    labels: Mapping[str, str] | None = None


def read_folder_config(values: Mapping[str, object]) -> FolderConfig:
    """Check a configuration. Raises ConfigError that names every fault."""
    reader = ConfigReader("folder", values)
    config = FolderConfig(
        root=Path(reader.text("root")),
        language=reader.choice("language", "zh", ("zh", "en")),
        labels=reader.texts("labels"),
    )
    reader.finish()
    return config
