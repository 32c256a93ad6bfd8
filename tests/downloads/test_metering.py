"""Files are charged by the byte: what is read to make one, and what is sent of it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.catalogue.versions import SpooledFile
from portal.kernel.vocab import Tier
from portal.limits import BudgetClass, budget_for
from portal.settings import Settings
from tests.http.site import Site, open_site

AMOUNT = budget_for(BudgetClass.EXPORTS, Tier.ANONYMOUS).amount


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(settings, 1) as opened:
        yield opened


def left(site: Site) -> int:
    budgets = site.client.get("/api/v1/me/quota").get_json()["budgets"]
    return next(int(one["remaining"]) for one in budgets if one["policy"] == "exports")


def cost(site: Site, method: str = "GET", ending: str = "data.csv", **headers: str) -> tuple[int, TestResponse]:
    before = left(site)
    answer = site.client.open(
        f"/download/{site.ids[0]}/{ending}",
        method=method,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return before - left(site), answer


def test_a_file_costs_its_bytes_and_making_it_the_bytes_that_are_read(site: Site) -> None:
    parquet, table = cost(site, ending="data.parquet")
    assert parquet == len(table.data)
    first, made = cost(site)
    assert first == len(made.data) + len(table.data)
    again, _ = cost(site)
    assert again == len(made.data)


def test_a_range_costs_what_it_sends_and_what_sends_no_bytes_costs_nothing(site: Site) -> None:
    _, made = cost(site)
    tag = made.headers["ETag"]
    size = len(made.data)
    assert cost(site, Range="bytes=5-14")[0] == 10
    assert cost(site, Range="bytes=-7")[0] == 7
    assert cost(site, Range="bytes=5-14", If_Range=tag)[0] == 10
    assert cost(site, Range="bytes=5-14", If_Range='"other"')[0] == size
    assert cost(site, Range="bytes=0-0,2-3")[0] == size  # several ranges are answered with the whole
    for method, headers, status in (
        ("HEAD", {}, 200),
        ("GET", {"If_None_Match": tag}, 304),
        ("GET", {"Range": f"bytes={size}-"}, 416),
    ):
        spent, answer = cost(site, method, **headers)
        assert (spent, answer.status_code) == (0, status)


def test_the_headers_and_the_quota_name_the_unit(site: Site) -> None:
    _, answer = cost(site)
    assert f'"exports";q={AMOUNT};qu="content-bytes";w=86400' in answer.headers["RateLimit-Policy"]
    remaining = re.search(r'"exports";r=(\d+)', answer.headers["RateLimit"])
    assert remaining is not None
    assert int(remaining[1]) == left(site)
    budgets = site.client.get("/api/v1/me/quota").get_json()["budgets"]
    assert {one["policy"]: one["unit"] for one in budgets} == {
        budget.value: "content-bytes" if budget is BudgetClass.EXPORTS else "requests" for budget in BudgetClass
    }


def test_what_is_more_than_is_left_is_refused_before_a_byte_is_sent_with_what_it_takes(site: Site) -> None:
    _, made = cost(site)
    with site.app.test_request_context("/"):
        from portal.http.limits import charge

        charge(BudgetClass.EXPORTS, left(site) - 20)
    spent, refused = cost(site)
    assert (spent, refused.status_code) == (0, 429)
    told = refused.get_json()
    assert (told["needed"], told["remaining"], told["unit"]) == (len(made.data), 20, "content-bytes")
    assert int(refused.headers["Retry-After"]) >= 1
    assert cost(site, Range="bytes=0-19")[1].status_code == 206  # what is left can be used


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({"Range": "bytes=0-0"}, False),
        ({"Range": "bytes=-1"}, False),
        ({"Range": "bytes= 0-0"}, True),
        ({"Range": "Bytes=0-0"}, True),
        ({"Range": "bytes=0-0,1-1"}, True),
        ({"Range": "bytes=0-0", "If_Range": "Thu, 01 Jan 1970 00:00:00 GMT"}, True),
    ],
)
def test_a_range_that_nginx_may_read_otherwise_costs_the_whole(
    settings: Settings, headers: dict[str, str], whole: bool
) -> None:
    with open_site(replace(settings, accel_prefix="/_blobs/"), 1) as site:
        cost(site)
        with site.parts.database.reading() as session:
            size = session.scalars(select(SpooledFile.size_bytes)).one()
        spent, answer = cost(site, **headers)
    assert "X-Accel-Redirect" in answer.headers
    assert spent == (size if whole else 1)
