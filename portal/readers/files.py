"""Read a delivered file in a child process with limits."""

from pathlib import Path

from portal.readers.reading import FileReading, ReadingLimits


def read_file(
    path: Path,
    *,
    file_name: str,
    work_dir: Path,
    limits: ReadingLimits | None = None,
    encoding: str | None = None,
    with_original_text: bool = True,
) -> FileReading:
    """What `path` really is, with its tables as typed Parquet files in `work_dir`.

    `file_name` is a hint and never believed; `encoding` overrides the detection. Raises FileRefused.
    """
    raise NotImplementedError
