"""From a public change to a message that was taken, and everything that can go wrong on the way."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from portal.accounts.models import Account, AccountErrand
from portal.catalogue.models import Dataset
from portal.outbound import GuardedClient
from portal.webhooks.deliveries import LEASE, take_message
from portal.webhooks.models import Webhook, WebhookDelivery
from portal.webhooks.sending import forget_old_messages
from tests.accounts.people import make_person
from tests.api.contract import check
from tests.webhooks.conftest import DATASETS, Desk


def _is_signed(desk: Desk, place: int, secret: object) -> bool:
    """Whether a message carries a signature of the secret, verified as a receiver would."""
    headers, body = desk.receiver.got[place]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(str(secret).removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in headers["webhook-signature"].split(" ")


def _types(desk: Desk) -> list[str]:
    return [json.loads(body)["type"] for _, body in desk.receiver.got]


def test_every_change_of_the_dataset_is_told_once_and_signed(desk: Desk) -> None:
    dataset = desk.site.ids[0]
    webhook = desk.make(dataset=dataset)
    desk.change(0, "新的许可")
    desk.change(1, "别的数据集")
    desk.tell()
    desk.site.withdraw(dataset, "数据有误")
    for _ in range(2):
        desk.tell()
    assert _types(desk) == ["dataset.updated", "dataset.withdrawn"]
    told = json.loads(desk.receiver.got[1][1])["data"]
    assert (told["dataset"], told["reason"], told["version"]) == (dataset, "数据有误", None)
    assert all(_is_signed(desk, place, webhook["secret"]) for place in (0, 1))
    assert [line["status"] for line in desk.log(webhook)] == [200, 200]


def test_a_search_is_told_of_what_it_finds_and_of_what_is_gone(desk: Desk) -> None:
    desk.make(search={"q": "停车场"})
    desk.make(search={"facets": {"theme": ["health"]}}, events=["created"])
    car_park = desk.change(4, "许可")
    desk.change(5, "许可")
    desk.tell()
    assert _types(desk) == ["dataset.created"]
    assert json.loads(desk.receiver.got[0][1])["data"]["dataset"] == car_park
    desk.site.withdraw(car_park)
    desk.tell()
    assert _types(desk) == ["dataset.created", "dataset.withdrawn"]


def test_who_follows_a_department_or_a_theme_is_told_of_what_is_gone_though_never_told_of_it_before(desk: Desk) -> None:
    dataset = desk.client.get(f"/api/v1/datasets/{desk.site.ids[0]}").get_json()
    department, theme = dataset["publisher"]["slug"], dataset["themes"][0]
    for facets in ({"department": [department]}, {"theme": [theme, "x"]}, {"department": ["other"]}, {"theme": ["x"]}):
        desk.make(search={"facets": facets})
    desk.site.withdraw(desk.site.ids[0])
    desk.tell()
    assert _types(desk) == ["dataset.withdrawn"] * 2


def test_a_change_waits_until_the_search_knows_it(desk: Desk) -> None:
    desk.make(search={"q": "停车场"})
    desk.change(4, "许可")
    desk.announce()
    with desk.site.parts.database.transaction() as session:
        session.execute(update(Dataset).values(indexed_revision=0))
    assert (desk.fan_out(), desk.send()) == (0, 0)
    desk.now += timedelta(minutes=11)
    assert desk.fan_out() > 0


def test_nothing_that_was_before_the_webhook_is_told(desk: Desk) -> None:
    desk.change(0, "早先")
    desk.announce()
    desk.make(dataset=desk.site.ids[0])
    desk.fan_out()
    assert desk.send() == 0


def test_a_message_that_is_not_taken_is_sent_again_with_growing_waits_and_the_same_id(desk: Desk) -> None:
    webhook = desk.make(dataset=desk.site.ids[0])
    desk.receiver.statuses = [500, 302, 429]
    desk.change(0, "许可")
    desk.tell()
    assert desk.send() == 0
    waits = []
    for _ in range(3):
        due, start = str(desk.log(webhook)[0]["due_at"]), desk.now
        while desk.send(timedelta(seconds=1)) == 0:
            assert desk.now - start < timedelta(hours=1), due
        waits.append(desk.now - start)
    assert waits == sorted(waits)
    ids = {headers["webhook-id"] for headers, _ in desk.receiver.got}
    assert (len(desk.receiver.got), len(ids)) == (4, 1)
    line = desk.log(webhook)[0]
    assert (line["attempts"], line["status"], line["error"], line["is_given_up"]) == (4, 200, "", False)


def test_a_message_is_given_up_after_a_day_and_the_webhook_disabled_after_five(desk: Desk) -> None:
    webhook = desk.make(dataset=desk.site.ids[0])
    desk.receiver.statuses = [503] * 100
    desk.change(0, "许可")
    desk.tell()
    for _ in range(12):
        desk.send(timedelta(hours=4))
    assert desk.log(webhook)[0]["is_given_up"]
    desk.now += timedelta(days=4)
    desk.change(0, "又一个许可")
    desk.tell()
    again = desk.client.get(f"/api/v1/me/webhooks/{webhook['id']}", headers=desk.headers).get_json()
    assert (again["state"], "Nothing was taken" in again["disabled_reason"]) == ("disabled", True)
    with desk.site.parts.database.reading() as session:
        assert session.scalar(select(AccountErrand.subject)) == "webhook"
    told = len(desk.receiver.got)
    desk.change(0, "第三个许可")
    desk.tell()
    desk.send(timedelta(days=1))
    assert len(desk.receiver.got) == told
    answer = desk.client.post(f"/api/v1/me/webhooks/{webhook['id']}/enabled", headers=desk.headers)
    assert check(answer)["state"] == "active"


def test_a_receiver_that_is_gone_is_not_asked_again(desk: Desk) -> None:
    webhook = desk.make(dataset=desk.site.ids[0])
    desk.receiver.statuses = [410]
    desk.change(0, "许可")
    desk.tell()
    assert (
        desk.client.get(f"/api/v1/me/webhooks/{webhook['id']}", headers=desk.headers).get_json()["state"] == "disabled"
    )
    desk.send(timedelta(days=1))
    assert len(desk.receiver.got) == 1


def test_a_worker_killed_between_sending_and_noting_sends_the_same_message_again(desk: Desk) -> None:
    desk.make(dataset=desk.site.ids[0])
    desk.change(0, "许可")
    desk.announce()
    desk.fan_out()
    with desk.site.parts.database.transaction() as session:
        taken = take_message(session, desk.now)
        assert taken is not None
    assert desk.send() == 0  # it is in somebody's hands
    assert desk.send(LEASE) == 1
    assert desk.receiver.got[0][0]["webhook-id"] == taken.id


def test_making_messages_is_repeated_after_a_kill_and_never_doubled(desk: Desk) -> None:
    desk.make(dataset=desk.site.ids[0])
    desk.change(0, "许可")
    desk.announce()
    assert desk.fan_out() > 0
    assert desk.fan_out() == 0
    with desk.site.parts.database.reading() as session:
        assert len(session.scalars(select(WebhookDelivery.id)).all()) == 1


def test_a_closed_account_is_told_nothing(desk: Desk) -> None:
    desk.make(dataset=desk.site.ids[0])
    desk.change(0, "许可")
    desk.announce()
    desk.fan_out()
    with desk.site.parts.database.transaction() as session:
        session.execute(update(Account).values(disabled_at=desk.now))
    desk.send()
    assert desk.receiver.got == []


def test_webhooks_of_a_deleted_account_are_forgotten(desk: Desk) -> None:
    desk.make(dataset=desk.site.ids[0])
    with desk.site.parts.database.transaction() as session:
        session.execute(update(Account).values(deleted_at=desk.now, email=None))
    assert forget_old_messages(desk.site.parts.database, desk.now) == 1
    with desk.site.parts.database.reading() as session:
        assert session.scalars(select(Webhook.id)).all() == []


def test_a_name_that_leads_inside_later_is_not_reached(desk: Desk) -> None:
    """The address was fine when it was given; what its name resolves to is judged at every connection."""
    webhook = desk.make(url="https://hooks.example.org/in", dataset=desk.site.ids[0])
    desk.change(0, "许可")
    desk.announce()
    desk.fan_out()
    settings = desk.site.parts.settings
    for private in ("127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"):
        desk.now += timedelta(hours=3)
        with GuardedClient(resolve=lambda _host, _port, private=private: (private,)) as client:  # type: ignore[misc]
            assert desk.send_with(client, settings) == 1
        assert "not public" in str(desk.log(webhook)[0]["error"])
    unregistered = replace(settings, webhook_hosts="")
    inside = desk.make(dataset=desk.site.ids[1])
    desk.change(1, "许可")
    desk.announce()
    desk.fan_out()
    desk.send(settings=unregistered)
    assert desk.log(inside)[0]["status"] is None
    assert desk.receiver.got == []


_REFUSED = {
    "http://example.org/": "https://",
    "https://127.0.0.1/": "public",
    "https://[::1]/": "public",
    "https://169.254.169.254/latest": "public",
    "https://localhost/": "public",
    "https://db.internal/": "public",
    "https://user:pw@example.org/": "password",
    "ftp://example.org/": "https://",
    "https://exa mple.org/": "ASCII",
    "https://[": "address",
    "https://example.org/#x": "fragment",
}


def test_addresses_that_may_not_be_told_are_refused(desk: Desk) -> None:
    for url, words in _REFUSED.items():
        answer = desk.client.post("/api/v1/me/webhooks", json={"url": url, "search": {}}, headers=desk.headers)
        assert answer.status_code == 400
        told = check(answer)
        assert told["parameter"] == "url" and words in told["detail"], url


def test_what_cannot_be_seen_cannot_be_followed_and_others_see_nothing(desk: Desk) -> None:
    def made(**wanted: object) -> int:
        body = {"url": desk.receiver.url, **wanted}
        return desk.client.post("/api/v1/me/webhooks", json=body, headers=desk.headers).status_code

    desk.site.withdraw(desk.site.ids[3])
    assert made(dataset="a" * 16) == 404
    assert made(dataset=desk.site.ids[3]) == 410
    assert made() == 400
    assert made(dataset=desk.site.ids[0], search={}) == 400
    assert made(search={"facets": {"nothing": ["x"]}}) == 400
    assert made(search={"q": '"open'}) in {201, 400}
    webhook = desk.make(dataset=desk.site.ids[0])
    path = f"/api/v1/me/webhooks/{webhook['id']}"
    assert desk.client.get(path).status_code == 401
    stranger = make_person(desk.site.parts.database, "other@example.cn").id
    with desk.site.parts.database.transaction() as session:
        session.execute(update(Webhook).values(account_id=stranger))
    for answer in (
        desk.client.get(path, headers=desk.headers),
        desk.client.delete(path, headers=desk.headers),
        desk.client.post(f"{path}/test", headers=desk.headers),
        desk.client.get(f"{path}/deliveries", headers=desk.headers),
    ):
        assert answer.status_code == 404


def test_a_new_secret_signs_beside_the_old_one_for_a_day(desk: Desk) -> None:
    webhook = desk.make(dataset=desk.site.ids[0])
    path = f"/api/v1/me/webhooks/{webhook['id']}"
    changed = check(desk.client.post(f"{path}/secret", headers=desk.headers))
    assert changed["secret"] != webhook["secret"]
    for later in (timedelta(hours=1), timedelta(days=2)):
        assert check(desk.client.post(f"{path}/test", headers=desk.headers))["id"]
        desk.send(later)
    assert [_is_signed(desk, place, changed["secret"]) for place in (0, 1)] == [True, True]
    assert [_is_signed(desk, place, webhook["secret"]) for place in (0, 1)] == [True, False]
    assert _types(desk) == ["ping", "ping"]


def test_the_list_shows_no_secret_and_what_is_deleted_is_gone(desk: Desk) -> None:
    webhook = desk.make(dataset=desk.site.ids[0])
    listed = check(desk.client.get("/api/v1/me/webhooks", headers=desk.headers))["items"]
    assert [one["id"] for one in listed] == [webhook["id"]] and "secret" not in listed[0]
    desk.change(0, "许可")
    desk.announce()
    desk.fan_out()
    assert desk.client.delete(f"/api/v1/me/webhooks/{webhook['id']}", headers=desk.headers).status_code == 204
    assert (desk.send(), desk.receiver.got) == (0, [])


def test_a_webhook_needs_an_account(desk: Desk) -> None:
    assert desk.client.get("/api/v1/me/webhooks").status_code == 401
    assert desk.client.post("/api/v1/me/webhooks", json={}).status_code == 401


def test_many_are_refused(desk: Desk) -> None:
    for _ in range(20):
        desk.make(dataset=desk.site.ids[DATASETS - 1])
    answer = desk.client.post(
        "/api/v1/me/webhooks", json={"url": desk.receiver.url, "search": {}}, headers=desk.headers
    )
    assert answer.status_code == 400
