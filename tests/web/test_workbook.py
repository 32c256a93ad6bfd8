"""A workbook from the button on the page to the cells in the file, through the worker's own duty."""

import io
from threading import Event

import openpyxl

from portal.ingest.duties import make_files
from portal.storage import open_quarantine
from portal.wiring import WorkerParts
from portal.worker import hands_of
from tests.web.site import ROWS, Site


def test_a_workbook_goes_from_the_button_to_the_file(own_site: Site) -> None:
    client, settings = own_site.app.test_client(), own_site.parts.settings
    browser = {"Accept": "text/html", "Accept-Language": "en"}
    page = client.get(f"/download/{own_site.plain}/data.xlsx", headers=browser).headers["Location"]
    assert "The file will be made in a moment." in client.get(page).text

    worker = WorkerParts(own_site.parts, open_quarantine(settings))
    assert make_files(hands_of(worker, Event())) == 1

    done = client.get(page).text
    assert "The file is ready." in done
    assert 'data-job="done"' in done
    address = f"/download/{own_site.plain}@v1/data.xlsx"
    assert f'href="{address}"' in done
    with client.get(address) as answer:
        assert answer.status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(answer.data), read_only=True)
    sheet = book.worksheets[0]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == ROWS + 1
    book.close()
