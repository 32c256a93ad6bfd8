"""API keys are shown once, found by their prefix and never stored."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts import KeyExpired, KeyRevoked, KeyUnknown, create_key, find_key, list_keys, note_use, revoke_key
from portal.accounts.models import ApiKey
from portal.db import Database
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.vocab import Tier

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SECRET = b"s" * 32


def test_a_new_key_opens_its_tier(database: Database) -> None:
    with database.transaction() as session:
        key = create_key(session, holder=" 第一中学 ", secret=SECRET, now=NOW, tier=Tier.VERIFIED)
    with database.reading() as session:
        principal = find_key(session, key.secret, SECRET, NOW)
        assert (principal.tier, principal.key_id, principal.caller) == (Tier.VERIFIED, key.id, f"key:{key.id}")
        assert list_keys(session)[0].holder == "第一中学"


def test_the_key_itself_is_stored_nowhere(database: Database) -> None:
    with database.transaction() as session:
        key = create_key(session, holder="x", secret=SECRET, now=NOW)
        row = session.scalars(select(ApiKey)).one()
        stored = " ".join(str(getattr(row, column.name)) for column in ApiKey.__table__.columns)
    assert key.secret not in stored
    assert key.secret.rsplit("_", 1)[1] not in stored


def test_keys_differ(database: Database) -> None:
    with database.transaction() as session:
        assert len({create_key(session, holder="x", secret=SECRET, now=NOW).secret for _ in range(50)}) == 50


def test_a_key_that_differs_anywhere_is_unknown(database: Database) -> None:
    with database.transaction() as session:
        secret = create_key(session, holder="x", secret=SECRET, now=NOW).secret
        other = "a" if secret[-1] != "a" else "b"
        for wrong in (
            secret[:-1] + other,
            secret[:-1],
            secret + "a",
            secret.upper(),
            f" {secret}",
            "",
            "odp_",
            "é" * 45,
        ):
            with pytest.raises(KeyUnknown):
                find_key(session, wrong, SECRET, NOW)
        with pytest.raises(KeyUnknown):
            find_key(session, secret, b"another site's secret", NOW)


def test_no_error_repeats_the_key(database: Database) -> None:
    with database.transaction() as session:
        secret = create_key(session, holder="x", secret=SECRET, now=NOW).secret
        wrong = secret[:-2] + "aa"
        with pytest.raises(KeyUnknown) as error:
            find_key(session, wrong, SECRET, NOW)
    assert wrong not in str(error.value)


def test_a_key_expires_at_its_instant(database: Database) -> None:
    with database.transaction() as session:
        key = create_key(session, holder="x", secret=SECRET, now=NOW, expires_at=NOW + timedelta(days=1))
        assert find_key(session, key.secret, SECRET, NOW + timedelta(hours=23)).key_id == key.id
        with pytest.raises(KeyExpired, match="2026-11-21"):
            find_key(session, key.secret, SECRET, NOW + timedelta(days=1))


def test_a_revoked_key_opens_nothing_and_stays_revoked(database: Database) -> None:
    with database.transaction() as session:
        key = create_key(session, holder="x", secret=SECRET, now=NOW, expires_at=NOW + timedelta(days=1))
        revoke_key(session, key.id, NOW)
        revoke_key(session, key.id, NOW + timedelta(days=5))
        with pytest.raises(KeyRevoked):
            find_key(session, key.secret, SECRET, NOW + timedelta(days=2))
        assert list_keys(session)[0].revoked_at == NOW
        with pytest.raises(NotFound):
            revoke_key(session, "absent", NOW)


def test_use_is_noted_once_an_hour(database: Database) -> None:
    with database.transaction() as session:
        key = create_key(session, holder="x", secret=SECRET, now=NOW)
        for minutes, expected in ((0, 0), (59, 0), (61, 61)):
            note_use(session, key.id, NOW + timedelta(minutes=minutes))
            session.expire_all()
            assert list_keys(session)[0].last_used_on == NOW + timedelta(minutes=expected)


@pytest.mark.parametrize(
    "wrong", [{"holder": " "}, {"tier": Tier.ANONYMOUS}, {"expires_at": NOW}, {"expires_at": NOW - timedelta(days=1)}]
)
def test_a_key_that_makes_no_sense_is_not_made(database: Database, wrong: dict[str, object]) -> None:
    with database.transaction() as session, pytest.raises(InvalidInput):
        create_key(session, **{"holder": "x", "secret": SECRET, "now": NOW, **wrong})  # type: ignore[arg-type]
    with database.reading() as session:
        assert list_keys(session) == ()
