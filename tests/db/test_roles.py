"""The web's role reads what is public and writes what callers leave; the worker's role does the rest. Real PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from portal.accounts import create_key, create_own_key, find_key, note_use, revoke_own_key, rotate_own_key
from portal.accounts.acts import list_acts
from portal.accounts.directory import create_account
from portal.accounts.errands import JOIN, find_errand, follow_join, note_errand, take_errands
from portal.accounts.leaving import delete_account
from portal.accounts.managing import Manager, close_account, decide_tier, reopen_account
from portal.accounts.oidc import ProviderRefused, Vouched
from portal.accounts.oidc.identities import enter, lapse_verifications, link
from portal.accounts.sessions import end_session, find_session, note_seen, start_session
from portal.accounts.tokens import link_of_errand
from portal.catalogue import commands, queries
from portal.catalogue.datestamps import Stamped, StampSelection
from portal.catalogue.errors import Buried
from portal.catalogue.purge import purge_outbox
from portal.catalogue.views import Ref
from portal.db import Database
from portal.db.migrating import check_schema, migrate
from portal.db.roles import grant_rights
from portal.kernel.errors import InvalidInput
from portal.kernel.ids import new_id
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language
from portal.kernel.vocab import Scope
from portal.participation.objections import file_objection, find_standing
from portal.storage import LocalStore
from tests.builders import NOW, Built, build_catalogue, build_publication, publish

SECRET = b"s" * 32


@dataclass
class Roles:
    owner: Database
    web: Database
    worker: Database
    store: LocalStore


@pytest.fixture
def roles(postgres_url: str, tmp_path: Path) -> Iterator[Roles]:
    """Three connections to one database: its owner, the web's role, the worker's."""
    owner, suffix = Database(postgres_url), new_id()
    names = (f"web_{suffix}", f"worker_{suffix}")
    migrate(owner)
    with owner.writing() as connection:
        for name in names:
            connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        grant_rights(connection, *names)
        grant_rights(connection, *names)
    url = make_url(postgres_url)
    web, worker = (Database(url.set(username=name).render_as_string(hide_password=False)) for name in names)
    yield Roles(owner, web, worker, LocalStore(tmp_path / "store"))
    for database in (web, worker):
        database.dispose()
    with owner.writing() as connection:
        for name in names:
            connection.execute(text(f"DROP OWNED BY {name}"))
            connection.execute(text(f"DROP ROLE {name}"))
    owner.dispose()


def test_the_web_does_all_that_a_visitor_asks(roles: Roles) -> None:
    (dataset_id,) = build_catalogue(Built(roles.worker, roles.store), 1)
    with roles.worker.transaction() as session:
        key = create_key(session, holder="school", secret=SECRET, now=NOW)
    check_schema(roles.web)
    with roles.web.reading() as session:
        assert queries.count_catalogue(session, ANONYMOUS).datasets == 1
        assert queries.get_dataset(session, ANONYMOUS, Ref(dataset_id)).parts[0].row_count == 40
        assert queries.list_publishers(session, ANONYMOUS)
        assert queries.list_themes(session, ANONYMOUS)
        assert queries.list_newest(session, ANONYMOUS, 5)
        assert queries.describe_documents(session, [dataset_id])
        assert queries.list_sitemap(session, ANONYMOUS, "", 10)
        assert queries.list_sitemap_parts(session, ANONYMOUS, 10)
        assert queries.list_last_changes(session, ANONYMOUS)
        assert queries.describe_datasets(session, ANONYMOUS, [dataset_id])[0].parts
        assert queries.list_ids(session, ANONYMOUS, limit=10) == (dataset_id,)
        assert queries.stamp_catalogue(session, ANONYMOUS)
        since = StampSelection(since=NOW, before=NOW + timedelta(days=1), publisher="nobody", theme="education")
        assert queries.list_stamps(session, ANONYMOUS, since, after=(NOW, "a"), limit=10) == ()
        assert queries.find_stamp(session, ANONYMOUS, dataset_id) == Stamped(dataset_id, NOW, is_gone=False)
        assert queries.find_first_stamp(session) == NOW
        assert queries.open_version(session, ANONYMOUS, Ref(dataset_id), "data", roles.store).row_count == 40
        assert queries.find_file(session, ANONYMOUS, Ref(dataset_id), "data", "csv") is None
    with roles.web.transaction() as session:
        principal = find_key(session, key.secret, SECRET, NOW)
        note_use(session, key.id, NOW)
        commands.record_use(session, dataset_id, "caller", date(2026, 11, 20))
        commands.record_use(session, dataset_id, "caller", date(2026, 11, 20))
        job = commands.request_export_job(session, principal, Ref(dataset_id), "data", "xlsx", now=NOW)
        assert queries.get_export_job(session, principal, job.id).state == "waiting"
        commands.record_spooled_file(
            session,
            dataset_id=dataset_id,
            version_number=1,
            part="data",
            format="csv",
            blob_key="spool/aa/x.csv",
            sha256="a" * 64,
            size_bytes=1,
            now=NOW,
        )


def test_the_web_takes_an_objection_and_tells_its_standing(roles: Roles) -> None:
    (dataset_id,) = build_catalogue(Built(roles.worker, roles.store), 1)
    with roles.web.transaction() as session:
        filed = file_objection(
            session,
            ANONYMOUS,
            dataset_id,
            ground="personal",
            statement="My telephone number is in the table.",
            contact="me@example.com",
            language=Language.EN,
            now=NOW,
        )
    assert filed.is_hidden
    with roles.web.reading() as session:
        assert find_standing(session, filed.receipt).state == "open"
        with pytest.raises(Buried, match="while an objection is reviewed"):
            queries.get_dataset(session, ANONYMOUS, Ref(dataset_id))


def test_the_web_does_all_that_an_account_holder_asks(roles: Roles) -> None:
    with roles.web.transaction() as session:
        note_errand(session, JOIN, "reader@example.cn", NOW)
    with roles.worker.transaction() as session:
        (letter,) = take_errands(session, NOW)
    link = link_of_errand(letter.errand_id, SECRET)
    with roles.web.transaction() as session:
        errand = find_errand(session, link, SECRET, NOW)
        account = follow_join(session, errand, name="reader", password_hash="", language="zh", now=NOW)
        cookie = start_session(session, account.id, agent="browser", now=NOW, needs_code=False)
        key = create_own_key(session, account.id, holder="x", scopes=frozenset(Scope), secret=SECRET, now=NOW)
        newer = rotate_own_key(session, account.id, key.id, secret=SECRET, now=NOW)
        note_seen(session, cookie, NOW)
    with roles.web.reading() as session:
        assert find_session(session, cookie, NOW) is not None
        assert find_key(session, newer.secret, SECRET, NOW).account_id == account.id
        assert list_acts(session, account.id)[0].act == "key_rotated"
    with roles.web.transaction() as session:
        revoke_own_key(session, account.id, newer.id, NOW)
        end_session(session, cookie)
        delete_account(session, account.id, now=NOW)


def test_the_web_carries_out_what_an_account_manager_decides(roles: Roles) -> None:
    with roles.web.transaction() as session:
        account = create_account(
            session, email="managed@example.cn", name="reader", password_hash="", language="zh", now=NOW
        )
        manager = Manager("another", "Manager")
        decide_tier(session, account.id, manager, "partner", now=NOW)
        close_account(session, account.id, manager, now=NOW)
        reopen_account(session, account.id, manager, now=NOW)
        assert [act.act for act in list_acts(session, account.id)] == ["enabled", "disabled", "tier_set", "created"]


def test_the_web_takes_people_of_the_sign_in_provider(roles: Roles) -> None:
    vouched = Vouched("https://id.example.cn", "p-1", "reader", "reader@example.cn", is_verified=True)
    with roles.web.transaction() as session:
        entered = enter(session, vouched, language="zh", now=NOW)
        start_session(session, entered.account_id, agent="browser", now=NOW, needs_code=False, by_provider=True)
    with roles.web.transaction() as session:
        assert enter(session, vouched, language="zh", now=NOW) == entered
        follow = replace(vouched, subject="p-2", email="", is_verified=False)
        other = enter(session, follow, language="zh", now=NOW)
        with pytest.raises(ProviderRefused):
            link(session, other.account_id, vouched, NOW)
        link(session, entered.account_id, vouched, NOW)
    with roles.worker.transaction() as session:
        assert lapse_verifications(session, NOW + timedelta(days=2), timedelta(days=1)) == 1


FORBIDDEN = (
    "SELECT * FROM source",
    "SELECT * FROM source_mapping",
    "SELECT * FROM source_record",
    "SELECT * FROM harvest_run",
    "SELECT * FROM harvest_record",
    "SELECT * FROM held_record",
    "SELECT * FROM review_act",
    "SELECT assessment FROM review_act",
    "SELECT * FROM verdict",
    "SELECT * FROM outbox",
    "SELECT draft FROM dataset_wording",
    "SELECT pending FROM dataset_wording",
    "SELECT * FROM dataset_wording",
    "SELECT caller FROM dataset_use",
    "SELECT statement FROM objection",
    "SELECT contact FROM objection",
    "UPDATE objection SET state = 'rejected'",
    "INSERT INTO outbox (kind, payload, created_at, attempts, error) VALUES ('x', '{}', now(), 0, '')",
    "INSERT INTO api_key (id, tier) VALUES ('x', 'partner')",
    "INSERT INTO account (id, tier) VALUES ('x', 'partner')",
    "UPDATE account SET roles = 'account_manager'",
    "UPDATE account_act SET act = 'x'",
    "DELETE FROM account_act",
    "DELETE FROM account",
    "UPDATE api_key SET account_id = 'x'",
    "UPDATE api_key SET scopes = '[]'",
    "UPDATE sign_in SET account_id = 'x'",
    "UPDATE account_errand SET email = 'x'",
    "UPDATE dataset SET state = 'published'",
    "UPDATE version SET redacted_at = now()",
    "UPDATE api_key SET tier = 'partner'",
    "UPDATE export_job SET state = 'done'",
    "DELETE FROM tombstone",
    "DELETE FROM spooled_file",
    "CREATE TABLE mine (x int)",
    "DROP TABLE dataset",
)


def test_the_web_may_do_nothing_else(roles: Roles) -> None:
    for statement in FORBIDDEN:
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            roles.web.transaction() as session,
        ):
            session.execute(text(statement))


def test_the_worker_publishes_withdraws_and_purges(roles: Roles, tmp_path: Path) -> None:
    (dataset_id,) = build_catalogue(Built(roles.worker, roles.store), 1)
    with roles.worker.transaction() as session:
        commands.count_popularity(session, date(2026, 11, 20))
        publication = build_publication(0, roles.store, tmp_path, licence="CC BY 4.0")
        assert publish(session, publication, now=NOW + timedelta(days=1)).version == 2
    with roles.worker.transaction() as session:
        commands.withdraw_dataset(session, dataset_id, "asked by the school", "officer", NOW)
    assert purge_outbox(roles.worker, roles.store, NOW) == 2
    assert list(roles.store.list_keys("tables/")) == []


def test_the_worker_changes_no_schema_and_no_history(roles: Roles) -> None:
    build_catalogue(Built(roles.worker, roles.store), 1)
    for statement in (
        "DROP TABLE verdict",
        "DROP TRIGGER verdict_guard_0 ON verdict",
        "ALTER TABLE verdict DISABLE TRIGGER ALL",
    ):
        with pytest.raises(ProgrammingError, match="must be owner"), roles.worker.transaction() as session:
            session.execute(text(statement))


def test_role_names_are_not_sql(roles: Roles) -> None:
    with roles.owner.writing() as connection, pytest.raises(InvalidInput):
        grant_rights(connection, "web; DROP TABLE dataset", "worker")
