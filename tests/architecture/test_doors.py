"""There is one door to each thing that matters, and no module walks round it."""

import ast
from dataclasses import fields
from inspect import signature
from typing import get_type_hints

from portal.accounts.oidc import OidcProvider
from portal.wiring import Parts, WorkerParts
from tests.architecture.source import calls, modules, names

WEB = (
    "portal.web",
    "portal.api",
    "portal.ckan",
    "portal.linked",
    "portal.mcp",
    "portal.downloads",
    "portal.http",
    "portal.app",
    "portal.wsgi",
)


def _callers(*wanted: str) -> set[str]:
    return {name for name, tree in modules().items() if set(wanted) & {called for called, _ in calls(tree)}}


def _is_web(module: str) -> bool:
    return module in WEB or module.startswith(tuple(f"{package}." for package in WEB))


def test_only_the_gate_makes_admitted_values() -> None:
    assert {name for name in _callers("Admitted") if not name.startswith("portal.gate")} == set()
    holders = {name for name, tree in modules().items() if "_SEAL" in names(tree)}
    assert holders <= {"portal.gate.verdicts", "portal.gate.judging", "portal.gate.carried"}


def test_only_the_catalogue_opens_tables() -> None:
    assert _callers("ReadableTable") == {"portal.catalogue.datasets"}


def test_only_publishing_and_replication_write_versions() -> None:
    makers = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in {"Version", "VersionPart"})
            or (
                isinstance(node.func, ast.Name)
                and node.func.id == "insert"
                and {"Version", "VersionPart"} & names(node)
            )
        )
    }
    assert makers == {"portal.catalogue.publishing", "portal.catalogue.replication"}


def test_only_ingest_publishes() -> None:
    callers = _callers("publish_dataset", "commands.publish_dataset")
    assert {name for name in callers if not name.startswith("portal.ingest.")} == set()


def test_only_the_database_commits() -> None:
    committers = {
        f"{name}:{line}"
        for name, tree in modules().items()
        for called, line in calls(tree)
        if called.endswith((".commit", ".begin")) and "session" in called
    }
    assert committers == {c for c in committers if c.startswith("portal.db.")}


def test_the_web_process_has_no_way_to_the_quarantine_or_to_secrets() -> None:
    forbidden = {"Quarantine", "open_quarantine", "worker_parts", "WorkerParts", "effective_quarantine_dir"}
    forbidden |= {"quarantine_key", "effective_secrets_dir", "secrets_dir", "GuardedClient"}
    assert {
        name: sorted(forbidden & names(tree))
        for name, tree in modules().items()
        if _is_web(name) and forbidden & names(tree)
    } == {}


def test_what_a_web_process_is_made_of_holds_no_quarantine() -> None:
    kinds = {field: kind.__name__ for field, kind in get_type_hints(Parts).items() if isinstance(kind, type)}
    assert "Quarantine" not in kinds.values()
    assert "GuardedClient" not in kinds.values()
    assert {field.name for field in fields(WorkerParts)} == {"parts", "quarantine"}


def test_the_web_process_has_one_way_out_and_it_takes_no_address() -> None:
    makers = {name for name, tree in modules().items() if {"GuardedClient", "outbound.GuardedClient"} & names(tree)}
    asked_by_the_web = {name for name in makers if name.startswith("portal.accounts.")}
    assert asked_by_the_web == {"portal.accounts.oidc.asking"}
    assert _callers("Asker") == {"portal.accounts.oidc.provider"}
    methods = {name: value for name, value in vars(OidcProvider).items() if callable(value) and name[0] != "_"}
    taken = {parameter for method in methods.values() for parameter in signature(method).parameters}
    assert taken == {"self", "journey", "told_issuer", "code", "now", "language"}


def test_the_quarantine_is_opened_by_the_composition_root_alone() -> None:
    callers = _callers("open_quarantine", "Quarantine")
    assert callers <= {"portal.wiring", "portal.storage.opening"}
