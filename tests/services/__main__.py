"""`python -m tests.services [--require] -- COMMAND …`: the command with every service running, and a last word on each."""

import signal
import subprocess
import sys

from tests.services.processes import Absent
from tests.services.registry import NAMES, service_url


def main(arguments: list[str]) -> int:
    """Run the command; its exit code, or 3 when `--require` is given and a service was missing."""
    split = arguments.index("--")
    is_required, command = "--require" in arguments[:split], arguments[split + 1 :]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    used, missing = [], []
    for name in NAMES:
        print(f"starting {name} …", flush=True)
        try:
            service_url(name)
            used.append(name)
        except Absent as error:
            missing.append(f"{name} ({error})")
    code = subprocess.run(command, check=False).returncode
    print(f"services used: {', '.join(used) or 'none'}")
    print(f"services missing: {'; '.join(missing) or 'none'}", flush=True)
    return 3 if is_required and missing and code == 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
