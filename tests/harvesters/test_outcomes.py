"""Each hazard of the sample becomes what its list says, through the whole way in, and what is refused is never fetched."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, select

from portal.paths import ROOT
from tests.journey.platform import sample_platform
from tests.sample_platform.hazards import HAZARDOUS_IDS, HAZARDS, Hazard

pytestmark = pytest.mark.slow
CLEAN = ("JYJ-0004", "QXJ-0003")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a harvest did: action and reason codes by record, the platform's counters."""

    actions: dict[str, str]
    codes: dict[str, set[str]]
    counters: dict[str, object]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("outcomes")
    environment = os.environ | {"PORTAL_VAR_DIR": str(folder / "var")}

    def portal(*arguments: str) -> None:
        command = [sys.executable, "-c", "from portal.cli import main; main()", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    with sample_platform("--big-rows", "2000") as platform:
        listed = platform.control("resources")["ids"]
        assert isinstance(listed, list)
        platform.control("remove", resources=[i for i in listed if i not in HAZARDOUS_IDS and i not in CLEAN])
        portal("db", "migrate")
        portal("source", "add", "sample", *platform.registration(folder))
        portal("harvest", "run", "sample")
        counters = platform.control("counters")
    return _read(folder, counters)


def _read(folder: Path, counters: dict[str, object]) -> Outcome:
    engine = create_engine(f"sqlite:///{folder / 'var' / 'catalogue.sqlite3'}")
    metadata = MetaData()
    metadata.reflect(engine, only=["harvest_record"])
    table = metadata.tables["harvest_record"]
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.record_id, table.c.action, table.c.reasons)).all()
    engine.dispose()
    reasons = {row.record_id: row.reasons if isinstance(row.reasons, list) else json.loads(row.reasons) for row in rows}
    return Outcome(
        actions={row.record_id: row.action for row in rows},
        codes={record: {reason["code"] for reason in found} for record, found in reasons.items()},
        counters=counters,
    )


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: f"{hazard.resource_id} {hazard.what}")
def test_a_hazard_becomes_what_its_list_says(outcome: Outcome, hazard: Hazard) -> None:
    allowed = {
        "refused": {"refuse"},
        "held": {"hold"},
        "published_without": {"create"},
        "for_applicants": {"create"},
        "held_or_without": {"hold", "create"},
    }
    assert outcome.actions[hazard.resource_id] in allowed[hazard.expected]
    assert outcome.codes[hazard.resource_id] or hazard.expected == "for_applicants", "an exception without a reason"


@pytest.mark.parametrize(
    "hazard", [hazard for hazard in HAZARDS if not hazard.is_fetched], ids=lambda hazard: hazard.resource_id
)
def test_what_was_not_opened_is_never_asked_for(outcome: Outcome, hazard: Hazard) -> None:
    assert [name for name in outcome.counters if name.endswith(f":{hazard.resource_id}")] == []


def test_clean_records_are_published(outcome: Outcome) -> None:
    assert {outcome.actions[record] for record in CLEAN} == {"create"}
