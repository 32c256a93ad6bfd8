"""The keys of an account, for its keys with the scope `account`: listed, made, rotated, revoked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, fields, post_load, validate
from werkzeug.exceptions import Forbidden

from portal.accounts.key_uses import list_key_days
from portal.accounts.keys import (
    LONGEST_HOLDER,
    LONGEST_OVERLAP,
    OVERLAP,
    KeyView,
    create_own_key,
    get_own_key,
    list_own_keys,
    revoke_own_key,
    rotate_own_key,
)
from portal.api.answers.keys import KeyAnswer, KeysAnswer, NewKeyAnswer, OneKeyAnswer
from portal.api.operations import Answer, Gives, operation
from portal.api.path_parts import declare_part
from portal.http.context import parts, principal, session
from portal.kernel.vocab import Scope
from portal.settings import site_secret

_PRIVATE: dict[str, Any] = {"tag": "me", "permission": "own_account", "is_private": True}
_LONGEST_DAYS = 3_650
declare_part("key_id", "Id of a key of your account.", "^[a-z2-7]{16}$")


@dataclass(frozen=True, slots=True)
class WantedKey:
    """What a new key shall be."""

    name: str
    scopes: frozenset[Scope]
    days: int | None


class KeyBody(Schema):
    """A key to make."""

    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_HOLDER),
        metadata={"description": "What you call it: the program or machine that it is for."},
    )
    scopes = fields.List(
        fields.Enum(Scope, by_value=True),
        required=True,
        validate=validate.Length(min=1, max=len(Scope)),
        metadata={"description": "What it may be used for; no more than the key that asks."},
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=_LONGEST_DAYS),
        metadata={"description": "Days until it stops; null: it stops when it is revoked."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> WantedKey:
        return WantedKey(data["name"], frozenset(data["scopes"]), data["days"])


class RotationBody(Schema):
    """How a key is rotated."""

    overlap_days = fields.Integer(
        load_default=OVERLAP.days,
        validate=validate.Range(min=0, max=LONGEST_OVERLAP.days),
        metadata={"description": "Days for which the old key goes on."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> timedelta:
        return timedelta(days=data["overlap_days"])


@operation("/me/keys", summary="List your keys", gives=KeysAnswer, problems=("key-needed", "forbidden"), **_PRIVATE)
def list_my_keys(_nothing: None) -> Answer:
    """The keys of your account, the newest first, without their secrets."""
    now = datetime.now(UTC)
    return Answer({"items": [_told(key, now) for key in list_own_keys(session(), _account())]})


@operation(
    "/me/keys",
    method="POST",
    summary="Make a key",
    body=KeyBody,
    gives=Gives(201, NewKeyAnswer, headers=("Location",)),
    problems=("key-needed", "forbidden"),
    **_PRIVATE,
)
def create_my_key(_nothing: None, wanted: WantedKey) -> Answer:
    """Make a key of your account. It shares the account's budgets, and may no more than the key that asks."""
    now = datetime.now(UTC)
    caller = principal()
    with parts().database.transaction() as writing:
        made = create_own_key(
            writing,
            _account(),
            holder=wanted.name,
            scopes=wanted.scopes,
            secret=site_secret(parts().settings),
            now=now,
            expires_at=now + timedelta(days=wanted.days) if wanted.days else None,
            may=caller.scopes,
        )
        told = _told(get_own_key(writing, _account(), made.id), now)
    return Answer(told | {"key": made.secret}, status=201, headers={"Location": f"/api/v1/me/keys/{made.id}"})


@operation(
    "/me/keys/<key_id>",
    summary="See one of your keys",
    gives=OneKeyAnswer,
    problems=("key-needed", "forbidden", "not-found"),
    **_PRIVATE,
)
def get_my_key(_nothing: None, key_id: str) -> Answer:
    """A key of your account with what it did in the last 30 days, by class of budgets."""
    now = datetime.now(UTC)
    key = get_own_key(session(), _account(), key_id)
    days = list_key_days(session(), [key.id], now.date())[key.id]
    told = [{"day": day.day.isoformat(), "requests": dict(day.requests), "refused": day.refused} for day in days]
    return Answer(_told(key, now) | {"days": told})


@operation(
    "/me/keys/<key_id>/rotate",
    method="POST",
    summary="Rotate a key",
    body=RotationBody,
    gives=Gives(201, NewKeyAnswer, headers=("Location",)),
    problems=("key-needed", "forbidden", "not-found"),
    **_PRIVATE,
)
def rotate_my_key(_nothing: None, overlap: timedelta, key_id: str) -> Answer:
    """Make a key with the same name, scopes and length of life; the old one goes on until the overlap is over."""
    now = datetime.now(UTC)
    with parts().database.transaction() as writing:
        _refuse_higher(get_own_key(writing, _account(), key_id))
        made = rotate_own_key(
            writing, _account(), key_id, secret=site_secret(parts().settings), now=now, overlap=overlap
        )
        told = _told(get_own_key(writing, _account(), made.id), now)
    return Answer(told | {"key": made.secret}, status=201, headers={"Location": f"/api/v1/me/keys/{made.id}"})


@operation(
    "/me/keys/<key_id>",
    method="DELETE",
    summary="Revoke a key",
    gives=KeyAnswer,
    problems=("key-needed", "forbidden", "not-found"),
    **_PRIVATE,
)
def revoke_my_key(_nothing: None, key_id: str) -> Answer:
    """Take a key back, from this moment on; also the one that asks."""
    now = datetime.now(UTC)
    with parts().database.transaction() as writing:
        revoke_own_key(writing, _account(), key_id, now)
        told = _told(get_own_key(writing, _account(), key_id), now)
    return Answer(told)


def _account() -> str:
    account_id = principal().account_id
    assert account_id is not None  # own_account was asked before the view
    return account_id


def _refuse_higher(key: KeyView) -> None:
    may = principal().scopes
    if may is not None and not key.scopes <= may:
        raise Forbidden("A key rotates no key that may more than itself.")


def _told(key: KeyView, now: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "prefix": key.prefix,
        "name": key.holder,
        "scopes": sorted(scope.value for scope in key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "replaced_by": key.replaced_by,
        "last_used_at": key.last_used_on,
        "is_open": key.is_open(now),
    }
