"""Static files: a name for each content, compressed beforehand, kept for good."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from portal.http.static import build_static


def test_a_style_sheet_is_immutable_under_its_hashed_name(client: FlaskClient) -> None:
    found = re.search(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', client.get("/zh/").text)
    assert found is not None
    with client.get(found[1]) as plain, client.get(found[1], headers={"Accept-Encoding": "br"}) as small:
        assert "immutable" in plain.headers["Cache-Control"]
        assert small.headers["Content-Encoding"] == "br"
        assert len(small.data) < len(plain.data) / 3


def test_a_changed_file_has_another_name_and_references_follow(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "css").mkdir(parents=True)
    (source / "a.svg").write_text("<svg/>")
    (source / "css" / "s.css").write_text('b { background: url("../a.svg") }')
    first = build_static(source, tmp_path / "out")
    (source / "a.svg").write_text("<svg></svg>")
    second = build_static(source, tmp_path / "out")
    assert first["a.svg"] != second["a.svg"]
    assert first["css/s.css"] != second["css/s.css"]
    served = (tmp_path / "out" / second["css/s.css"].removeprefix("/static/")).read_text()
    assert second["a.svg"] in served


def test_nothing_else_is_served_below_static(client: FlaskClient) -> None:
    for path in ("/static/css/site.css", "/static/../pyproject.toml", "/static/"):
        assert client.get(path).status_code == 404
