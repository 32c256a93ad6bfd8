"""A sign-in provider that other people wrote: node-oidc-provider, certified for OpenID Connect, on Node.js."""

import shutil
import urllib.request
from pathlib import Path

from tests.services.processes import Absent, find_program, free_port, hand_over, service_directory, start

HERE = Path(__file__).resolve().parent
MODULES = HERE.parents[2] / ".services" / "oidc" / "node_modules"


def start_provider() -> str:
    """The provider with a registration endpoint open to everybody; answers its issuer."""
    if not (MODULES / "oidc-provider").is_dir():
        raise Absent("the package oidc-provider is not in .services/oidc (`make services` fetches it)")
    node = find_program("node", "usr/bin/nodejs")
    directory, port = service_directory("oidc"), free_port()
    shutil.copy(HERE / "provider.mjs", directory)
    shutil.copytree(MODULES, directory / "node_modules", symlinks=True)
    hand_over(directory)
    issuer = f"http://127.0.0.1:{port}"
    start(
        [node, "provider.mjs", str(port)],
        directory=directory,
        is_ready=lambda: _answers(issuer),
        timeout_s=60,
        environment={"NODE_OPTIONS": "--max-old-space-size=128"},
    )
    return issuer


def _answers(issuer: str) -> bool:
    with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=5) as answer:
        return int(answer.status) == 200
