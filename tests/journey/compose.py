"""Reads docker/compose.yaml as the container engine would: the commands and environments that a test runs as processes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from portal.paths import ROOT

COMPOSE = ROOT / "docker" / "compose.yaml"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:[?-])(?P<word>[^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Service:
    """One service as composed: its command and environment, with other services' names still in it."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


def read_example_env() -> dict[str, str]:
    """The variables of docker/example.env, as an operator would copy them to docker/.env."""
    lines = (ROOT / "docker" / "example.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_services(variables: Mapping[str, str], path: Path = COMPOSE) -> dict[str, Service]:
    """Every service of the file with its variables filled in. Raises KeyError when a required one is missing."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: Service(
            command=tuple(_filled(word, variables) for word in service.get("command", ())),
            environment={k: _filled(str(v), variables) for k, v in service.get("environment", {}).items()},
        )
        for name, service in document["services"].items()
    }


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if found := variables.get(match["name"]):
            return found
        if match["kind"] == ":-":
            return match["word"]
        raise KeyError(f"{match['name']}: {match['word'] or 'must be set'}")

    return _VARIABLE.sub(value, text)


def moved(environment: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    """The environment with each name of the composed network (`redis:6379`, a volume's path) replaced by a real place."""
    result = {}
    for key, value in environment.items():
        for name, place in places.items():
            value = value.replace(name, place)  # noqa: PLW2901 - each replacement builds on the last
        result[key] = value
    return result
