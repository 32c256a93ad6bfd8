"""The child process that opens one file: takes its limits first, then reads, then writes `reading.json`.

Run as `python -m portal.readers.child`, with the request as JSON on standard input.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from portal.readers.lifeline import end_with_parent
from portal.readers.reading import ReadingLimits

RESULT_NAME = "reading.json"
_LIBRARIES_BYTES = 1 << 30  # address space that libraries and thread stacks reserve and do not use


def take_limits(limits: ReadingLimits) -> None:
    """Bound this process for good: address space, processor time, size of files; no core dump."""
    memory = limits.memory_bytes + _LIBRARIES_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from portal.readers.errors import FileRefused  # noqa: PLC0415 - the limits hold before anything large is loaded
    from portal.readers.headers.proof import HeaderChoice  # noqa: PLC0415
    from portal.readers.opening import Delivery, open_file  # noqa: PLC0415
    from portal.readers.transfer import reading_to_json  # noqa: PLC0415

    delivery = Delivery(
        path=Path(request["path"]),
        file_name=request["file_name"],
        work_dir=Path(request["work_dir"]),
        limits=ReadingLimits(**request["limits"]),
        encoding=request["encoding"],
        coordinate_systems=tuple(request["coordinate_systems"]),
        with_original_text=request["with_original_text"],
        choices={
            sheet: HeaderChoice(**(choice | {"names": tuple(choice["names"])}))
            for sheet, choice in request["choices"].items()
        },
    )
    try:
        return {"reading": reading_to_json(open_file(delivery))}
    except FileRefused as refusal:
        return {"refusal": {"code": refusal.code, "message": str(refusal)}}


def main() -> int:
    """Read one file; the exit status is 0 when `reading.json` holds an answer."""
    request = json.loads(sys.stdin.read())
    end_with_parent(request["parent"])
    take_limits(ReadingLimits(**request["limits"]))
    write_answer(request)
    return 0


def write_answer(request: dict[str, Any]) -> None:
    """Read the file and leave `reading.json` in the work directory."""
    answer = _answer(request)
    answer["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    (Path(request["work_dir"]) / RESULT_NAME).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
