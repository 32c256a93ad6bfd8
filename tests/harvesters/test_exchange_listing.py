"""The listing of an exchange platform that misbehaves: whole, or an error that says where."""

import pytest

from harvesters import RetryLater, SkipRecord, StopRun
from portal.outbound import OutboundLimits
from tests.harvesters.conftest import Lines, Opening, misbehave, steer
from tests.sample_platform.server import Platform


def test_a_record_without_identifier_is_reported_and_the_others_are_listed(
    platform: Platform, open_exchange: Opening
) -> None:
    misbehave(platform, "no_identifier", "list", page=2, value=1)
    records = [record for page in open_exchange().list_records() for record in page.records]
    problems = [record.problem for record in records if record.problem]
    assert problems == ["Entry 2 of page 2 has no identifier (resourceId)."]
    assert len(records) == 12


def test_an_entry_that_is_not_an_object_is_reported(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "not_an_object", "list", page=1)
    records = [record for page in open_exchange().list_records() for record in page.records]
    assert [record.problem for record in records if record.problem] == ["Entry 1 of page 1 is not an object."]


def test_an_identifier_that_is_there_twice_counts_once(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "same_identifier", "list", page=1)
    records = [record for page in open_exchange().list_records() for record in page.records]
    assert ["there twice" in record.problem for record in records].count(True) == 1
    ids = [record.id for record in records if record.id]
    assert len(set(ids)) == len(ids) == 11


def test_a_page_that_repeats_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "repeat_page", "list", page=2)
    with pytest.raises(StopRun, match=r"Page 2 .* repeats an earlier page"):
        list(open_exchange().list_records())


def test_an_empty_page_before_the_end_is_asked_for_again(
    platform: Platform, open_exchange: Opening, lines: Lines
) -> None:
    misbehave(platform, "empty_page", "list", page=2, times=2)
    assert sum(len(page.records) for page in open_exchange().list_records()) == 12
    assert lines.waits == [0.5, 1.0]


def test_a_page_that_stays_empty_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "empty_page", "list", page=2, times=-1)
    with pytest.raises(StopRun, match=r"Page 2 .* is empty although 5 of 12"):
        list(open_exchange().list_records())


def test_a_listing_that_shrinks_while_it_is_read_is_not_taken_for_whole(
    platform: Platform, open_exchange: Opening
) -> None:
    pages = open_exchange().list_records()
    first = next(pages)
    steer(platform, "remove", resource=first.records[0].id)
    with pytest.raises(StopRun, match="changed while it was read"):
        list(pages)


def test_a_platform_without_resources_has_an_empty_listing(platform: Platform, open_exchange: Opening) -> None:
    steer(platform, "remove", resources=list(platform.catalogue.ids))
    assert [(page.records, page.total) for page in open_exchange().list_records()] in ([], [((), 0)])


def test_an_error_in_an_answer_of_200_is_tried_again(platform: Platform, open_exchange: Opening, lines: Lines) -> None:
    misbehave(platform, "error_200", "list", times=2)
    assert open_exchange().check().endswith("12 resources.")
    assert len(lines.waits) == 2


def test_an_error_that_stays_is_handed_on_as_retry_later(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "error_200", "list", times=-1)
    with pytest.raises(RetryLater, match="'50000'"):
        open_exchange().check()


def test_an_error_that_nobody_knows_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "error_200", "list", value="77001")
    with pytest.raises(StopRun, match="'77001'"):
        open_exchange().check()


def test_json_encoded_twice_is_read_and_noted(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "double_encoded", "list", times=-1)
    source = open_exchange()
    assert sum(len(page.records) for page in source.list_records()) == 12
    assert source.notes == ("127.0.0.1/api/v1/resources answers with JSON encoded twice.",)


def test_gb18030_is_read_and_noted(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "gb18030", "list", times=-1)
    source = open_exchange()
    records = [record for page in source.list_records() for record in page.records]
    assert records[0].raw["name"] == "小学名录"
    assert "GB 18030" in source.notes[0]


def test_a_login_page_is_named_as_such(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "login_page", "list", page=2)
    with pytest.raises(StopRun, match="login page"):
        list(open_exchange().list_records())


def test_half_a_json_is_tried_again_then_handed_on(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "not_json", "list", times=1)
    assert open_exchange().check()
    misbehave(platform, "not_json", "list", times=-1)
    with pytest.raises(RetryLater, match="not whole JSON"):
        open_exchange().check()


def test_a_listing_without_a_total_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "missing_total", "list")
    with pytest.raises(StopRun, match="how many"):
        list(open_exchange().list_records())


@pytest.mark.parametrize("kind", ["broken", "reset"])
def test_a_connection_that_breaks_once_is_survived(platform: Platform, open_exchange: Opening, kind: str) -> None:
    misbehave(platform, kind, "list")
    assert sum(len(page.records) for page in open_exchange().list_records()) == 12


def test_a_connection_that_always_breaks_is_handed_on_as_retry_later(
    platform: Platform, open_exchange: Opening
) -> None:
    misbehave(platform, "broken", "list", times=-1)
    with pytest.raises(RetryLater, match="broke off"):
        open_exchange().check()


def test_a_dead_platform_is_not_tried_over_and_over(lines: Lines, open_exchange: Opening) -> None:
    source = open_exchange(base_url="http://127.0.0.1:9")
    with pytest.raises(RetryLater, match="Nobody answers"):
        source.check()
    assert len(lines.waits) == 1


def test_a_slow_answer_is_given_up(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "slow", "list", times=-1, value=0.6)
    with pytest.raises(RetryLater, match="in time"):
        open_exchange(limits=OutboundLimits(read_s=0.1)).check()


def test_a_bomb_is_not_unpacked(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "bomb", "list", times=-1, value=100)
    with pytest.raises(StopRun, match="more than"):
        open_exchange(limits=OutboundLimits(max_bytes=4_000_000)).check()


def test_a_redirect_into_the_inner_network_stops_the_run(platform: Platform, open_exchange: Opening) -> None:
    misbehave(platform, "redirect", "list", value="http://169.254.169.254/latest/meta-data/")
    with pytest.raises(StopRun, match=r"169\.254\.169\.254"):
        open_exchange().check()


def test_a_busy_platform_is_waited_for_as_it_asks(platform: Platform, open_exchange: Opening, lines: Lines) -> None:
    misbehave(platform, "status", "list", value={"status": 503, "retry_after": 9})
    assert open_exchange().check()
    assert lines.waits == [9.0]


def test_a_title_of_ten_thousand_characters_skips_that_record_by_name(
    platform: Platform, open_exchange: Opening
) -> None:
    misbehave(platform, "long_title", "list", page=1)
    source = open_exchange()
    records = [record for page in source.list_records() for record in page.records]
    with pytest.raises(SkipRecord, match=r"title \(zh\) of 'JYJ-0001' has 10,000 characters") as caught:
        source.map_record(records[0])
    assert caught.value.record_id == "JYJ-0001"
    assert all(source.map_record(record) for record in records[1:])
