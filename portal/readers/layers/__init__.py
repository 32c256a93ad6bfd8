"""Shapefiles, GeoJSON, KML: layers become tables with a geometry in WGS 84."""
