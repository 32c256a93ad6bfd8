"""The small picture of a layer stays small, whatever the layer."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from portal.exports.outlines import draw_outline
from portal.kernel.vocab import ColumnType
from tests.tables.tables import make_table

TYPES = {"geometry": ColumnType.GEOMETRY}


def test_every_kind_of_geometry_is_drawn(tmp_path: Path) -> None:
    shapes = [shapely.Point(120, 30), shapely.LineString([(120, 30), (121, 31)]), shapely.box(120.2, 30.2, 120.8, 30.8)]
    rows = [*((shapely.to_wkb(shape),) for shape in (*shapes, shapely.GeometryCollection(shapes))), (None,)]
    picture = draw_outline(make_table(tmp_path, TYPES, rows))
    kinds = [element.tag.rpartition("}")[2] for element in ET.fromstring(picture)]
    assert (kinds.count("circle"), kinds.count("path")) == (2, 4)


def test_picture_of_very_many_features_and_positions_is_bounded(tmp_path: Path) -> None:
    places = np.random.default_rng(7).uniform((119, 29), (121, 31), (60_000, 2))
    points = make_table(tmp_path, TYPES, [(cell,) for cell in shapely.to_wkb(shapely.points(places))])
    assert len(draw_outline(points)) < 400_000
    (tmp_path / "line").mkdir()
    line = shapely.LineString(places)
    assert len(draw_outline(make_table(tmp_path / "line", TYPES, [(shapely.to_wkb(line),)]))) < 400_000


def test_layer_without_any_geometry_gives_an_empty_picture(tmp_path: Path) -> None:
    assert "<path" not in draw_outline(make_table(tmp_path, TYPES, [(None,), (None,)]))
