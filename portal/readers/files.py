"""Read a delivered file in a child process with limits, so that no file can take the worker down."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from portal.readers.child import RESULT_NAME
from portal.readers.errors import FileRefused
from portal.readers.headers.proof import HeaderChoice
from portal.readers.reading import FileReading, ReadingLimits
from portal.readers.transfer import reading_from_json

_MAX_ANSWER_BYTES = 256 << 20
_ERROR_KIND = re.compile(r"^([A-Za-z_][\w.]{0,80}(?:Error|Exception|Exit|Interrupt))\b", re.MULTILINE)
_MEMORY_WORDS = ("MemoryError", "memory allocation", "bad_alloc", "OutOfMemory", "Out of Memory", "could not allocate")


def read_file(
    path: Path,
    *,
    file_name: str,
    work_dir: Path,
    limits: ReadingLimits | None = None,
    encoding: str | None = None,
    coordinate_systems: Sequence[str] = (),
    with_original_text: bool = True,
    choices: Mapping[str, HeaderChoice] | None = None,
) -> FileReading:
    """What `path` really is, with its tables as typed Parquet files in `work_dir`.

    `file_name` is a hint and never believed; `encoding` overrides the detection; `coordinate_systems`: what the
    record and the signed mapping say about layers; `choices`: sheet → the header that a person
    confirmed for it ("" for a file without sheets). One directory for one file. Raises FileRefused, also when the child
    went past a limit; nothing is left in `work_dir` then but partial files.
    """
    limits = limits or ReadingLimits()
    request = {
        "path": str(path.resolve()),
        "file_name": file_name,
        "work_dir": str(work_dir.resolve()),
        "limits": asdict(limits),
        "encoding": encoding,
        "coordinate_systems": list(coordinate_systems),
        "with_original_text": with_original_text,
        "choices": {sheet: asdict(choice) for sheet, choice in (choices or {}).items()},
    }
    answer = run_reader(request, work_dir, limits)
    return replace(reading_from_json(answer["reading"], work_dir), peak_bytes=int(answer["peak_bytes"]))


def run_reader(
    request: dict[str, Any], work_dir: Path, limits: ReadingLimits, *, module: str = "portal.readers.child"
) -> dict[str, Any]:
    """What the child process answered: `module` reads the request, takes its limits and writes its answer.

    For the modules of this package alone. Raises FileRefused.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    result = work_dir / RESULT_NAME
    result.unlink(missing_ok=True)
    _run_child(json.dumps(request | {"parent": os.getpid()}), work_dir, limits, module)
    answer = _answer(result)
    if "refusal" in answer:
        raise FileRefused(answer["refusal"]["code"], answer["refusal"]["message"])
    return answer


def _run_child(request: str, work_dir: Path, limits: ReadingLimits, module: str) -> None:
    """Run the child to its end, in a process group of its own, without any of our settings or secrets."""
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TMPDIR"}}
    environment |= {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "MALLOC_ARENA_MAX": "2", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=work_dir,
        start_new_session=True,
        text=True,
        errors="replace",
    ) as child:
        try:
            _, complaint = child.communicate(request, timeout=limits.wall_s)
        except subprocess.TimeoutExpired as error:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise FileRefused(
                "reader_timed_out",
                f"Reading took longer than {limits.wall_s} s and was stopped; deliver smaller files.",
            ) from error
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    if child.returncode:
        raise _reason(child.returncode, complaint, limits)


def _reason(status: int, complaint: str, limits: ReadingLimits) -> FileRefused:
    if any(word in complaint for word in _MEMORY_WORDS) or -status == signal.SIGKILL:
        message = (
            f"Reading needs more than {limits.memory_bytes >> 20} MiB of memory and was stopped; deliver it as CSV."
        )
        return FileRefused("reader_out_of_memory", message)
    if -status == signal.SIGXCPU:
        message = f"Reading took more than {limits.cpu_s} s of processor time and was stopped; deliver smaller files."
        return FileRefused("reader_timed_out", message)
    if -status == signal.SIGXFSZ or "File too large" in complaint:
        message = f"Reading writes more than {limits.output_bytes >> 20} MiB and was stopped; deliver smaller files."
        return FileRefused("file_too_large", message)
    kinds = _ERROR_KIND.findall(complaint)  # never the message: it can quote the cell that could not be read
    kind = kinds[-1] if kinds else f"status {status}"
    return FileRefused("reader_failed", f"The file could not be read and the reader ended ({kind}).")


def _answer(result: Path) -> dict[str, Any]:
    if not result.is_file() or result.stat().st_size > _MAX_ANSWER_BYTES:
        raise FileRefused("reader_failed", "The reader gave no usable answer for the file.")
    answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    result.unlink()
    return answer
