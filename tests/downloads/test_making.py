"""Making files: once whoever asks, a bounded number at a time, nothing left when it goes wrong."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from portal.http.files import making
from portal.http.files.making import MAX_INSIDE, FileMaker
from portal.kernel.principal import ANONYMOUS
from portal.settings import Settings
from tests.http.site import Site, generous, open_site


def test_many_who_ask_at_once_get_one_file(settings: Settings) -> None:
    with open_site(generous(settings), 1, rows=20_000) as site:
        address = f"/download/{site.ids[0]}/data.csv"

        def ask(number: int) -> tuple[int, str | None]:
            answer = site.client.get(address, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
            return answer.status_code, answer.headers.get("ETag")

        with ThreadPoolExecutor(MAX_INSIDE) as pool:
            answers = list(pool.map(ask, range(MAX_INSIDE)))
        assert {status for status, _ in answers} == {200}
        assert len({tag for _, tag in answers}) == 1
        assert len(list(site.parts.store.list_keys("spool/"))) == 1


def test_when_too_many_wait_the_next_is_asked_to_come_again(site: Site) -> None:
    maker = making.file_maker
    with site.app.app_context():
        inside = maker(site.parts)
    for _ in range(MAX_INSIDE):
        inside._inside.acquire()
    try:
        program = site.client.get(f"/download/{site.ids[0]}/data.csv")
        browser = site.client.get(f"/download/{site.ids[0]}/data.csv", headers={"Accept": "text/html"})
    finally:
        for _ in range(MAX_INSIDE):
            inside._inside.release()
    assert program.status_code == browser.status_code == 503
    assert int(program.headers["Retry-After"]) >= 1
    assert browser.headers["Refresh"] == browser.headers["Retry-After"]
    assert site.client.get(f"/download/{site.ids[0]}/data.csv").status_code == 200


def test_another_process_that_makes_the_file_is_waited_for(site: Site) -> None:
    first, second = FileMaker(site.parts), FileMaker(site.parts)
    is_held, may_end, entered = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with first._only_maker("x"):
            is_held.set()
            may_end.wait(10)

    def wait() -> None:
        with second._only_maker("x"):
            entered.set()

    threads = [threading.Thread(target=hold), threading.Thread(target=wait)]
    threads[0].start()
    assert is_held.wait(10)
    threads[1].start()
    assert not entered.wait(0.2)
    may_end.set()
    assert entered.wait(10)
    for thread in threads:
        thread.join()


def test_a_file_that_is_finished_after_a_withdrawal_does_not_stay(site: Site) -> None:
    maker = FileMaker(site.parts)
    from portal.catalogue.views import Ref
    from portal.kernel.errors import NotFound

    table, ref = maker.open_table(ANONYMOUS, Ref(site.ids[0]), "data")
    site.withdraw(site.ids[0])
    from portal.exports.spooling import Making, spool_file

    with pytest.raises(NotFound):
        making = Making(site.parts.database, site.parts.store, site.parts.rows, maker.work_dir)
        spool_file(making, table, ref=ref, part="data", format_name="csv")
    assert not list(site.parts.store.list_keys("spool/"))
    assert not list(maker.work_dir.glob("making-*"))


def test_a_table_too_long_to_wait_for_becomes_a_job(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MAX_CELLS", 10)
    with open_site(replace(generous(settings), base_url="http://site.example"), 1) as site:
        answer = site.client.get(f"/download/{site.ids[0]}/data.csv")
    assert answer.status_code == 202
    assert answer.headers["Location"].startswith("http://site.example/api/v1/exports/")
