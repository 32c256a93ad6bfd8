"""The actions that are killed: how an instance is brought to the moment before each, and what is then told to a process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import text

from portal.bundles.keys import make_private_key, public_text, read_private_key
from portal.bundles.writing import make_bundle
from portal.catalogue.commands import request_export_job, withdraw_dataset
from portal.catalogue.views import Ref
from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.review.acts import Assessment
from portal.ingest.review.releasing import release_held
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.kernel.principal import Principal
from portal.kernel.text import Language
from portal.kernel.vocab import Tier
from portal.participation.objections import file_objection
from portal.wiring import WorkerParts
from portal.worker import hands_of
from tests.exchange_database.content import MARKETS, STOPS, make_tables, push_markets, push_stops
from tests.exchange_database.server import ExchangeDatabase, open_sqlite
from tests.faults.instance import Instance
from tests.ingest.conftest import SAMPLE, Sample, register
from tests.ingest.increments.conftest import MAPPING

Order = Mapping[str, Any]
HARVEST: Order = {"command": ["harvest", "run", "sample"]}
HELD, LIVE = "JYJ-0002", "JYJ-0003"  # one that waits for a person in all scenarios, and one that is public with a table


@dataclass(frozen=True)
class Stage:
    """What scenarios begin with: the platform, and instances to be copied."""

    sample: Sample
    instances: Mapping[str, Instance]  # empty; fresh: knows the platform; harvested: has run once
    room: Path

    def begin(self, name: str, begins_as: str) -> Instance:
        """A copy for one scenario, and the platform as it was when the original was harvested."""
        as_at_first(self.sample)
        return self.instances[begins_as].copied(self.room / name)


@dataclass(frozen=True)
class Scenario:
    """An action. `cuts`: at how many boundaries it is killed; `is_once`: done, it is not done again; `hides_meanwhile`: no door
    shows the dataset while it is under way, which is neither before nor after."""

    prepare: Callable[[Stage, Instance], Order]
    cuts: int
    begins_as: str = "harvested"
    is_once: bool = False
    hides_meanwhile: bool = False


def as_at_first(sample: Sample) -> None:
    """The platform as the prepared instance has seen it."""
    sample.control("reset")
    sample.control("edit", resource=HELD, set={"openAttr": "77"})


def _harvest(instance: Instance, source: str = "sample") -> None:
    with instance.opened() as worker:
        assert run_harvest(_shop(worker), source).state == "done"


def _shop(worker: WorkerParts) -> Workshop:
    return hands_of(worker, Event()).workshop


def _dataset(worker: WorkerParts, record: str = f"sample:{LIVE}") -> str:
    with worker.parts.database.reading() as session:
        found = session.execute(text("SELECT id FROM dataset WHERE source_key = :key"), {"key": record}).scalar()
    return str(found)


def create(stage: Stage, instance: Instance) -> Order:
    """The first run of a source: records are published, and one waits for a person."""
    return HARVEST


def update(stage: Stage, instance: Instance) -> Order:
    """A title and a table changed: two new versions."""
    stage.sample.control("edit", resource="JYJ-0001", set={"name": "更正后的标题"})
    stage.sample.control("plant", resource=LIVE, row=0, column=_text_column(instance), value="更正")
    return HARVEST


def hold(stage: Stage, instance: Instance) -> Order:
    """A refresh that is held: the live version keeps serving."""
    stage.sample.control("rows", resource=LIVE, count=1)
    return HARVEST


def withdraw(stage: Stage, instance: Instance) -> Order:
    """A record that its source lists no more."""
    stage.sample.control("remove", resource=LIVE)
    return HARVEST


def release(stage: Stage, instance: Instance) -> Order:
    """A person lets a held refresh go out."""
    stage.sample.control("rows", resource=LIVE, count=1)
    _harvest(instance)
    with instance.opened() as worker, worker.parts.database.reading() as session:
        found = text("SELECT id FROM held_record WHERE state = 'waiting' AND record_id = :id")
        held = session.execute(found, {"id": LIVE}).scalar()
    return {"command": ["held", "release", str(held), "--reviewer", "赵审核", "--reason", "核对无误"]}


def release_by_second(stage: Stage, instance: Instance) -> Order:
    """The second of two people lets a held refresh go out, with the first one's assessment."""
    order = approve(stage, instance)
    with instance.opened() as worker:
        assessment = Assessment.of("影响很小。".encode())
        release_held(_shop(worker), order["command"][2], "钱审核", "核对无误", assessment=assessment)
    return order


def approve(stage: Stage, instance: Instance) -> Order:
    """The first of two people approves: nothing public changes."""
    mapping = json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8"))
    with instance.opened() as worker, worker.parts.database.transaction() as session:
        sign_mapping(session, "sample", {**mapping, "four_eyes": {"always": True}}, "王签署", datetime.now(UTC))
    return release(stage, instance)


def object_to(stage: Stage, instance: Instance) -> Order:
    """A person concerned objects, without an account: the dataset is hidden with it."""
    with instance.opened() as worker:
        form = {"dataset": _dataset(worker), "ground": "personal", "statement": "这一行写的是我的住址，请删除。"}
    return {"address": "/zh/objection", "form": form}


def reject(stage: Stage, instance: Instance) -> Order:
    """The person in charge finds the publication in order: it is shown again."""
    return {"command": ["objection", "reject", _objection(instance), "--person", "赵审核", "--answer", "依法公开。"]}


def uphold(stage: Stage, instance: Instance) -> Order:
    """The person in charge finds that it must go: it is withdrawn, and its files are deleted."""
    decided = ["--measure", "withdrawn", "--person", "赵审核", "--answer", "已撤回。"]
    return {"command": ["objection", "uphold", _objection(instance), *decided]}


def _objection(instance: Instance) -> str:
    with instance.opened() as worker:
        dataset = _dataset(worker)
        with worker.parts.database.transaction() as session:
            file_objection(
                session,
                Principal(tier=Tier.ANONYMOUS, caller="test"),
                dataset,
                ground="personal",
                statement="这一行写的是我的住址，请删除。",
                contact="",
                language=Language.ZH,
                now=datetime.now(UTC),
            )
    instance.restart()
    with instance.opened() as worker, worker.parts.database.reading() as session:
        return str(session.execute(text("SELECT id FROM objection")).scalar())


def withdraw_by_person(stage: Stage, instance: Instance) -> Order:
    """`portal withdraw`: gone from every door, out of the index, files deleted."""
    with instance.opened() as worker:
        dataset = _dataset(worker)
    return {"command": ["withdraw", dataset, "--reason", "数字有误", "--actor", "王审核"]}


def withdraw_rows(stage: Stage, instance: Instance) -> Order:
    """`portal withdraw --rows`: one row gone from every version."""
    column = _text_column(instance)
    with instance.opened() as worker:
        _shop(worker).rows.key()  # or each copy would mark the rows with a key of its own
        dataset = _dataset(worker)
        with worker.parts.database.reading() as session:
            statement = "SELECT preview, schema FROM version_part WHERE dataset_id = :id AND kind = 'table'"
            preview, schema = (_parsed(v) for v in session.execute(text(statement), {"id": dataset}).one())
    names = [c["name"] for c in schema["columns"]]
    value = str(preview[0][names.index(column)])
    return {"command": ["withdraw", dataset, "--reason", "已过期", "--actor", "王审核", "--rows", f"{column}={value}"]}


def purge(stage: Stage, instance: Instance) -> Order:
    """The worker deletes the files of what was withdrawn."""
    with instance.opened() as worker, worker.parts.database.transaction() as session:
        withdraw_dataset(session, _dataset(worker), "数字有误", "王审核", datetime.now(UTC))
    return {"duty": "outbox"}


def make_file(stage: Stage, instance: Instance) -> Order:
    """The worker makes a file that somebody asked for."""
    with instance.opened() as worker:
        dataset = _dataset(worker)
        with worker.parts.database.transaction() as session:
            slug = session.execute(
                text("SELECT slug FROM version_part WHERE dataset_id = :id AND kind = 'table'"), {"id": dataset}
            ).scalar()
            asking = Principal(tier=Tier.ANONYMOUS, caller="test")
            request_export_job(session, asking, Ref(dataset, 1), str(slug), "xlsx")
    return {"duty": "exports"}


def download(stage: Stage, instance: Instance) -> Order:
    """A visitor asks for a file that is made while he waits."""
    with instance.opened() as worker, worker.parts.database.reading() as session:
        dataset = _dataset(worker)
        slug = session.scalar(
            text("SELECT slug FROM version_part WHERE dataset_id = :id AND kind = 'table'"), {"id": dataset}
        )
    return {"address": f"/download/{dataset}@v1/{slug}.csv"}


def rebuild(stage: Stage, instance: Instance) -> Order:
    """The index is built anew beside the old one, and swapped."""
    return {"command": ["index", "rebuild"]}


def carry(stage: Stage, instance: Instance) -> Order:
    """The worker carries changes into the index."""
    stage.sample.control("edit", resource="JYJ-0001", set={"name": "更正后的标题"})
    stage.sample.control("remove", resource=LIVE)
    _harvest(instance)
    return {"duty": "index"}


def keep_house(stage: Stage, instance: Instance) -> Order:
    """The worker lets go of what is kept no longer, a blob without reference among it."""
    stray = stage.room / "stray"
    stray.write_bytes(b"left behind")
    with instance.opened() as worker:
        worker.parts.store.put_file(f"files/ab/{'ab' * 32}.bin", stray)
    return {"duty": "retention"}


def export(stage: Stage, instance: Instance) -> Order:
    """A bundle of the whole catalogue is written for the outside instance."""
    make_private_key(instance.settings.effective_secrets_dir)
    return {"command": ["bundle", "export", "--to", "{var}/shelf"]}


def take(stage: Stage, instance: Instance) -> Order:
    """The outside instance takes a bundle."""
    inside = stage.instances["harvested"].copied(stage.room / "inside")
    make_private_key(inside.settings.effective_secrets_dir)
    key = read_private_key(inside.settings.effective_secrets_dir)
    with inside.opened() as worker:
        parts = worker.parts
        made = make_bundle(parts.database, parts.store, key, stage.room / "carried", datetime.now(UTC))
    assert made is not None
    object.__setattr__(instance, "settings", replace(instance.settings, bundle_public_key=public_text(key)))
    return {"command": ["bundle", "import", str(made.path)]}


def merge(stage: Stage, instance: Instance) -> Order:
    """Changes of tables in an exchange database are merged into what was published before."""
    exchange = open_sqlite(stage.room / "exchange.sqlite3")
    make_tables(exchange)
    _register(instance, exchange)
    _harvest(instance, "front")
    push_stops(exchange, [(5, "新名", 2, "U", 100), (6, "站点6", 7, "D", 101), (41, "新站", 1, "I", 102)])
    push_markets(exchange, [(3, "三号市场", 99, 200)])
    exchange.engine.dispose()
    return {"command": ["harvest", "run", "front"]}


def migrated(instance: Instance) -> Instance:
    """The instance with its database."""
    with instance.opened() as worker:
        migrate(worker.parts.database)
    instance.restart()
    return instance


def register_sample(instance: Instance, address: str) -> None:
    """Make the instance know the platform."""
    with instance.opened() as worker:
        register(_shop(worker), instance.settings, address)


def harvest_sample(instance: Instance) -> None:
    """The first run, and what the worker does after it."""
    _harvest(instance)
    instance.restart()


def _register(instance: Instance, exchange: ExchangeDatabase) -> None:
    given = instance.settings.var_dir / "given.json"
    given.write_text("{}")
    name = keep_secret(instance.settings.effective_secrets_dir, "front", given)
    now = datetime.now(UTC)
    with instance.opened() as worker, worker.parts.database.transaction() as session:
        config = exchange.config(tables=[STOPS, MARKETS])
        add_source(session, "front", "tables", config, secret_name=name, replace=True, now=now)
        sign_mapping(session, "front", MAPPING, "王签署", now)


def _text_column(instance: Instance) -> str:
    with instance.opened() as worker, worker.parts.database.reading() as session:
        found = session.execute(
            text(
                "SELECT schema FROM version_part JOIN dataset ON dataset.id = dataset_id"
                " WHERE source_key = :key AND kind = 'table'"
            ),
            {"key": f"sample:{LIVE}"},
        ).scalar()
    return next(str(c["name"]) for c in _parsed(found)["columns"] if c["type"] == "text")


def _parsed(value: Any) -> Any:
    """SQLite gives JSON as text."""
    return json.loads(value) if isinstance(value, str) else value


SCENARIOS = {
    "create": Scenario(create, 6, begins_as="fresh"),
    "update": Scenario(update, 6),
    "hold": Scenario(hold, 5),
    "withdraw": Scenario(withdraw, 5),
    "release": Scenario(release, 5, is_once=True),
    "approve": Scenario(approve, 3, is_once=True),
    "release by a second person": Scenario(release_by_second, 3, is_once=True),
    "object": Scenario(object_to, 3, is_once=True),
    "reject an objection": Scenario(reject, 3, is_once=True),
    "uphold an objection": Scenario(uphold, 3, is_once=True),
    "withdraw by person": Scenario(withdraw_by_person, 5),
    "withdraw rows": Scenario(withdraw_rows, 5, is_once=True, hides_meanwhile=True),
    "purge": Scenario(purge, 4),
    "make a file": Scenario(make_file, 5),
    "download": Scenario(download, 5),
    "rebuild the index": Scenario(rebuild, 5),
    "carry to the index": Scenario(carry, 4),
    "keep house": Scenario(keep_house, 4),
    "export a bundle": Scenario(export, 5),
    "import a bundle": Scenario(take, 6, begins_as="empty", is_once=True),
    "merge an increment": Scenario(merge, 5),
}
