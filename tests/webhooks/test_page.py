"""The account's page of webhooks: made, secret shown once, tried, its log seen, deleted; in both languages."""

import re

from portal.webhooks.commands import list_webhooks
from tests.accounts.people import send_form, sign_in
from tests.webhooks.conftest import Desk


def test_a_webhook_is_made_tried_and_deleted_on_pages(desk: Desk) -> None:
    client = desk.site.app.test_client()
    assert sign_in(client).status_code == 303
    page = "/en/account/webhooks"
    made = send_form(client, page, url=desk.receiver.url, dataset=desk.site.ids[0], words="")
    assert made.status_code == 200 and "whsec_" in made.text
    assert made.headers["Cache-Control"] == "no-store"
    address = f"{page}/{_only(desk)}"
    for language in ("en", "zh"):
        shown = client.get(address.replace("/en/", f"/{language}/"))
        assert shown.status_code == 200 and "whsec_" not in shown.text
        assert desk.receiver.url in client.get(page.replace("/en/", f"/{language}/")).text
    assert send_form(client, f"{address}/test", page=address).status_code == 303
    desk.change(0, "许可")
    desk.tell()
    log = client.get(address).text
    assert "dataset.updated" in log and re.search(r"<code>200</code>", log)
    assert "whsec_" in send_form(client, f"{address}/secret", page=address).text
    assert send_form(client, f"{address}/delete", page=address).status_code == 303
    assert client.get(address).status_code == 404


def test_what_is_wrong_is_told_at_its_field(desk: Desk) -> None:
    client = desk.site.app.test_client()
    sign_in(client)
    for field, wrong in (("url", {"url": "http://example.org/"}), ("dataset", {"dataset": "nothing"})):
        given = {"url": desk.receiver.url, "dataset": "", "words": "", **wrong}
        answer = send_form(client, "/zh/account/webhooks", **given)
        assert answer.status_code == 400
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "aria-invalid" not in client.get("/zh/account/webhooks").text


def _only(desk: Desk) -> str:
    with desk.site.parts.database.reading() as session:
        return list_webhooks(session, desk.account_id)[0].id
