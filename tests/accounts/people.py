"""People with accounts for tests: made directly, signed in through the page's own form."""

import re
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.directory import AccountView, create_account
from portal.accounts.passwords import hash_password
from portal.db import Database

PASSWORD = "correct horse battery staple"
_HASHED = hash_password(PASSWORD)
ADDRESS = "reader@example.cn"


def make_person(database: Database, email: str = ADDRESS, *, name: str = "数据读者") -> AccountView:
    """An account of the registered tier with PASSWORD, a day old."""
    with database.transaction() as session:
        return create_account(
            session,
            email=email,
            name=name,
            password_hash=_HASHED,
            language="zh",
            now=datetime.now(UTC) - timedelta(days=1),
        )


def token_of(page: TestResponse) -> str:
    """The form token of a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text[:2000]
    return found.group(1)


def send_form(client: FlaskClient, path: str, *, page: str = "", **fields: str) -> TestResponse:
    """Open the page that has the form, fill it in and send it."""
    return client.post(path, data={"form_token": token_of(client.get(page or path)), **fields})


def sign_in(client: FlaskClient, email: str = ADDRESS, password: str = PASSWORD, language: str = "en") -> TestResponse:
    """Sign in at the page."""
    return send_form(client, f"/{language}/account/sign-in", email=email, password=password)
